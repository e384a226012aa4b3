"""What a reader gives, as JSON over a pipe. A process that read a hostile file has sent it, so kinds are checked."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import cast

from semsearch.records import CONFIDENCE, DateClaim, DateProvenance, Place, Problem, RawDocument

Fields = dict[str, object]


class NoFrame(ValueError):
    """What came over the pipe is no item of ours."""


def packed(item: RawDocument | Problem) -> bytes:
    """An item as JSON."""
    kind = "document" if isinstance(item, RawDocument) else "problem"
    return json.dumps({kind: asdict(item)}).encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> RawDocument | Problem | Fields:
    """The item that :func:`packed` made bytes of, or the fields of another frame. Raises NoFrame."""
    try:
        fields = json.loads(data)
        if "document" in fields:
            return _document(fields["document"])
        if "problem" in fields:
            found = fields["problem"]
            return Problem(
                _text(found["path"]), _number(found["line"]), _text(found["reason"]), _number(found["record"])
            )
        return cast(Fields, fields)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoFrame(f"no item of a reader: {str(error)[:60]}") from None


def _document(fields: Fields) -> RawDocument:
    place = cast(Fields, fields["place"])
    pages = [_number(page) for page in _list(place["pages"])]
    kept = tuple((_text(name), tuple(map(_text, _list(values)))) for name, values in map(_list, _list(fields["kept"])))
    return RawDocument(
        own_id=_optional(fields["own_id"]),
        title=_text(fields["title"]),
        text=_text(fields["text"]),
        claims=tuple(map(_claim, _list(fields["claims"]))),
        publisher=_optional(fields["publisher"]),
        url=_optional(fields["url"]),
        place=Place(_number(place["line"]), bool(place["multiline"]), tuple(pages), _text(place["member"])),
        record=_number(fields["record"]),
        doubts=tuple(map(_text, _list(fields["doubts"]))),
        kept=kept,
        markup=bool(fields["markup"]),
    )


def _claim(value: object) -> DateClaim:
    fields = cast(Fields, value)
    provenance = _text(fields["provenance"])
    if provenance not in CONFIDENCE:
        raise NoFrame(f"no provenance {provenance[:20]!r}")
    return DateClaim(_text(fields["raw"]), cast(DateProvenance, provenance))


def _text(value: object) -> str:
    """Text that can be stored: what no encoding has becomes U+FFFD."""
    if not isinstance(value, str):
        raise NoFrame(f"{type(value).__name__} where text is expected")
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise NoFrame("no number of a line, page or record")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise NoFrame(f"{type(value).__name__} where a list is expected")
    return value

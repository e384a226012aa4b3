"""One record of JSON or CSV to a raw document, by the usual names of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from semsearch.errors import InputError, UsageError
from semsearch.records import DateClaim, DateProvenance, Place, RawDocument

_USUAL = {
    "id": ("_id", "id"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "date": ("published_at", "published", "date", "pubdate"),
    "source": ("source", "publisher"),
    "url": ("url", "link"),
}


LONGEST = {"id": 4_000, "title": 20_000, "date": 200, "source": 4_000, "url": 20_000}  # characters


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Which fields of a record hold what. ``chosen`` maps a role (``text``) to a field's name."""

    chosen: Mapping[str, str] = field(default_factory=dict)

    def candidates(self, role: str) -> tuple[str, ...]:
        """Names under which ``role`` may stand in a record, in lower case, best first."""
        return (self.chosen[role].lower(),) if role in self.chosen else _USUAL[role]


def parse_field_names(text: str) -> FieldNames:
    """``"text=article,date=day"`` as typed for ``--fields``. Raises UsageError for anything else."""
    chosen = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        role, _, name = (part.strip() for part in pair.partition("="))
        if role not in _USUAL or not name:
            raise UsageError(f"--fields: {pair!r} not understood: expected ROLE=NAME, ROLE one of {', '.join(_USUAL)}")
        chosen[role] = name
    return FieldNames(chosen)


def record_to_document(
    record: Mapping[str, object], names: FieldNames, line: int, date_source: DateProvenance = "field"
) -> RawDocument:
    """The document that a record holds, its text exactly as the field has it, else its title.

    Raises InputError where it has no text.
    """
    folded = {str(name).strip().lower(): value for name, value in record.items()}

    def value(role: str) -> object:
        found = (folded[name] for name in names.candidates(role) if folded.get(name) not in (None, ""))
        return next(found, None)

    if not any(name in folded for name in names.candidates("text")):
        seen = ", ".join(list(folded)[:8])[:120]
        raise InputError(f"no text field: found {seen or 'nothing'}; name it with --fields text=NAME")
    text = _text(value("text"))
    doubts: list[str] = []
    optional = {role: _optional(value(role), role, doubts) for role in ("id", "title", "date", "source", "url")}
    if len(optional["id"]) > LONGEST["id"]:
        raise InputError(f"an id of {len(optional['id'])} characters, more than {LONGEST['id']}")
    title = " ".join(optional["title"].split())
    text = text if text.strip() else title
    if not text:
        raise InputError("empty text")
    return RawDocument(
        own_id=optional["id"] or None,
        title=title,
        text=text,
        claims=(DateClaim(optional["date"], date_source),) if optional["date"] else (),
        publisher=optional["source"] or None,
        url=optional["url"] or None,
        place=Place(line),
        record=line,
        doubts=tuple(doubts),
    )


def _text(value: object) -> str:
    found = _string(value)
    if found is None:
        raise InputError(f"text is {type(value).__name__}, not text")
    return found


def _optional(value: object, role: str, doubts: list[str]) -> str:
    """The field's text; a field that has none is left out, and the rest of the record kept."""
    if isinstance(value, dict):  # {"id": null, "name": "Agency"}, {"$date": "2022-11-09"}
        inner = [value["name"]] if isinstance(value.get("name"), str) else list(value.values())
        value = inner[0] if len(inner) == 1 else value
    found = _string(value)
    if found is None:
        doubts.append(f"{role} is {type(value).__name__}, not text; left out")
    found = (found or "").strip()
    if role != "id" and len(found) > LONGEST[role]:
        doubts.append(f"{role} of {len(found)} characters, more than {LONGEST[role]}; left out")
        return ""
    return found


def _string(value: object) -> str | None:
    """The text of a value, lone surrogates replaced; None where it has none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return _string("\n\n".join(value))
    if isinstance(value, bool | dict | list):
        return None
    return str(value)

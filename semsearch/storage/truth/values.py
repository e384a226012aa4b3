"""What a value of the truth may be: an index that was received can hold anything, under a hash that fits.

A row's hash says that the row is as its writer left it, not that a writer of ours did. So each column has a kind, and
a value of another type, size or range is damage, wherever it is read.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping
from datetime import date
from operator import call
from typing import Any

from semsearch.records import CONFIDENCE
from semsearch.storage.place import is_hexadecimal
from semsearch.text.sketches import NUMBER_HASHES, SHINGLE_HASHES

Check = Callable[[object], bool]

LARGEST_NUMBER = 1 << 53  # of passages, documents, files, commits
LAST_DAY = date.max.toordinal()
MOST_PASSAGES, MOST_EVENTS = 1_000_000, 10_000_000  # of a document
LONGEST_DOCUMENT = 1 << 28  # characters
_NO_TEXTS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"}
LONGEST_ENCODING = 40  # characters of a name
SHARES = 10_000  # ten-thousandths in a whole
MOST_DIGITS = 16
LONGEST_ID = 1 << 20  # characters, of names and ids
_INT64 = 1 << 63


def integers(low: int, high: int) -> Check:
    """Whole numbers from ``low`` to ``high``."""
    return lambda value: value.__class__ is int and low <= value <= high


def optional(kind: Check) -> Check:
    """What the kind takes, or nothing."""
    return lambda value: value is None or kind(value)


def texts(longest: int = LONGEST_DOCUMENT) -> Check:
    """Texts of at most so many characters."""
    return lambda value: value.__class__ is str and len(value) <= longest


def one_of(*values: object) -> Check:
    """One of some values."""
    known = frozenset(values)
    return lambda value: value.__class__ in (str, int) and value in known


def blobs(*sizes: int) -> Check:
    """Bytes of one of some lengths."""
    return lambda value: value.__class__ is bytes and len(value) in sizes


def items_of(size: int) -> Check:
    """Bytes that make whole items of so many bytes."""
    return lambda value: value.__class__ is bytes and len(value) % size == 0


def is_path(value: object) -> bool:
    """An absolute path that a system call takes."""
    return value.__class__ is str and str(value).startswith("/") and "\0" not in str(value)


def is_field_names(value: object) -> bool:
    """JSON of an object of texts: the field names of a source."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        return False
    return is_encoding(found.get("encoding", ""))


def are_pages(value: object) -> bool:
    """Places in a text as int32 that rise from 0 on, or nothing."""
    if value == b"":
        return True
    if not isinstance(value, bytes) or len(value) % 4:
        return False
    starts = [int.from_bytes(value[at : at + 4], "little") for at in range(0, len(value), 4)]
    return not starts or (starts[0] == 0 and starts[-1] <= LONGEST_DOCUMENT and starts == sorted(set(starts)))


def are_kept_fields(value: object) -> bool:
    """JSON of pairs of a name and a list of texts, or nothing."""
    if value == "":
        return True
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and all(map(_is_kept_field, found))


def _is_kept_field(found: object) -> bool:
    match found:
        case [str(), [*values]]:
            return all(isinstance(value, str) for value in values)
    return False


def is_encoding(value: object) -> bool:
    """Nothing, or the name of an encoding of texts, perhaps with the sign of doubt."""
    if not isinstance(value, str) or len(value) > LONGEST_ENCODING or not value.isascii():
        return False
    try:
        found = codecs.lookup(value.removesuffix("?")) if value else None
    except (LookupError, ValueError):
        return False
    return found is None or (found._is_text_encoding and found.name not in _NO_TEXTS)


def hexadecimal(length: int) -> Check:
    """Texts of so many hexadecimal digits, in lower case."""
    return lambda value: isinstance(value, str) and is_hexadecimal(value, length)


def is_decimal(value: object) -> bool:
    """A whole number as we write it, from 0 to 16 digits: no sign, no zero in front."""
    if not isinstance(value, str) or not 1 <= len(value) <= MOST_DIGITS:
        return False
    return value.isascii() and value.isdigit() and (value == "0" or value[0] != "0")


def is_share(value: object) -> bool:
    """Ten-thousandths, from 0 to 10000, as a decimal."""
    return is_decimal(value) and int(str(value)) <= SHARES


NUMBER = integers(1, LARGEST_NUMBER)
PLACE = integers(0, LONGEST_DOCUMENT)  # in characters of a document
DAY = integers(1, LAST_DAY)
SHA256 = blobs(32)
FLAG = one_of(0, 1)
NAME = texts(LONGEST_ID)

META: Mapping[str, Check] = {  # values of the table meta; what is JSON is read where it is used
    "index_id": hexadecimal(32),
    "revision": is_decimal,
    "next_passage": lambda value: is_decimal(value) and value != "0",
    "removed": is_decimal,
    "purged": is_decimal,
    "generation": is_decimal,
    "hemisphere": one_of("north", "south"),
    "rules": is_decimal,
    **{f"strength_{mode}": is_share for mode in ("hybrid", "dense", "lexical")},
}
LONGEST_META = 1 << 20  # characters

COLUMNS: Mapping[str, Mapping[str, Check]] = {  # of each table those that the row's hash stands for, the key first
    "meta": {"key": texts(100), "value": texts(LONGEST_META)},
    "source": {"source_id": NUMBER, "path": is_path, "fields": is_field_names},
    "file": {
        "file_id": NUMBER,
        "source_id": NUMBER,
        "path": is_path,
        "size": integers(-1, _INT64 - 1),
        "mtime_ns": integers(-_INT64, _INT64 - 1),
        "sha256": blobs(0, 32),
        "encoding": is_encoding,
    },
    "problem": {"file_id": NUMBER, "line": integers(0, LARGEST_NUMBER), "reason": texts()},
    "document": {
        "document_id": NUMBER,
        "doc_id": NAME,
        "file_id": NUMBER,
        "line": integers(0, LARGEST_NUMBER),
        "multiline": FLAG,
        "title": texts(),
        "language": optional(texts(8)),
        "source": optional(texts()),
        "url": optional(texts()),
        "first_day": optional(DAY),
        "last_day": optional(DAY),
        "date_precision": optional(one_of("day", "month", "year")),
        "date_source": optional(one_of(*CONFIDENCE)),
        "date_raw": optional(texts()),
        "date_ambiguous": optional(FLAG),
        "content_sha256": SHA256,
        "first_passage": NUMBER,
        "passage_count": integers(1, MOST_PASSAGES),
        "event_count": integers(0, MOST_EVENTS),
        "sketch": blobs(0, 2 * (SHINGLE_HASHES + NUMBER_HASHES)),
        "pages": are_pages,
        "member": NAME,
        "kept": are_kept_fields,
        "own_id": optional(NAME),
    },
    "body": {"document_id": NUMBER, "text": texts()},
    "passage": {"number": NUMBER, "document_id": NUMBER, "start": PLACE, "end": PLACE, "text_sha256": SHA256},
    "event": {"number": NUMBER, "start": PLACE, "end": PLACE, "first_day": DAY, "last_day": DAY},
    "vector": {"text_sha256": SHA256, "row": items_of(4)},
    "sentences": {"text_sha256": SHA256, "spans": items_of(8), "rows": items_of(2)},
    "correction": {"doc_id": NAME, "date": texts(1000)},
    "removed": {"number": NUMBER},
}


def _days_in_order(first: object, last: object) -> bool:
    return first <= last if isinstance(first, int) and isinstance(last, int) else first is last is None


def _document(values: tuple[object, ...]) -> bool:
    first, last, *others = values[_FIRST_DAY : _FIRST_DAY + 6]
    return _days_in_order(first, last) and others.count(None) == (len(others) if first is None else 0)


_FIRST_DAY = list(COLUMNS["document"]).index("first_day")
RELATIONS: Mapping[str, Callable[[tuple[Any, ...]], bool]] = {  # between the columns of a row
    "meta": lambda values: values[0] not in META or META[str(values[0])](values[1]),
    "document": _document,
    "passage": lambda values: values[2] < values[3],
    "event": lambda values: values[1] < values[2] and values[3] <= values[4],
}
_ANY: Callable[[tuple[Any, ...]], bool] = lambda values: True  # noqa: ARG005, E731
_CHECKS = {table: (tuple(kinds.values()), RELATIONS.get(table, _ANY)) for table, kinds in COLUMNS.items()}


def fits_kinds(table: str, values: tuple[object, ...]) -> bool:
    """Whether the values of a row, in the order of :data:`COLUMNS`, are of their kinds."""
    kinds, relation = _CHECKS[table]
    return len(values) == len(kinds) and all(map(call, kinds, values)) and relation(values)

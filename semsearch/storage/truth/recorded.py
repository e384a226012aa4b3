"""What the truth records of the vectors: the encoder, the accelerator's file, the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Rows, Span
from semsearch.dates.days import Hemisphere
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.storage.accelerators.columns.file import UNDATED, DocumentColumns
from semsearch.storage.accelerators.record import AcceleratorFile
from semsearch.storage.place import is_accelerator
from semsearch.storage.truth.meta import Connection, meta, meta_number
from semsearch.storage.truth.rows import RowDamaged, fits, sound
from semsearch.storage.truth.values import LARGEST_NUMBER, Kind, hexadecimal, integers, texts
from semsearch.text.analysis import UNKNOWN
from semsearch.text.chunking import ChunkingSettings
from semsearch.text.sketches import bands, read_sketch

DENSE, LEXICAL, COLUMNS = KINDS = "dense", "lexical", "columns"  # the accelerators
UNIT_ERROR = 2e-3  # how far the squared length of a stored row may be from 1
SENTENCE_ERROR = 2e-2  # the rows of sentences are float16
_SPAN_BYTES = 8  # of two int32
_BLOCK = 10_000  # vectors read at a time
_SIZE = integers(0, LARGEST_NUMBER)
_DIGEST = hexadecimal(64)
MOST_DIMENSIONS, MOST_TOKENS = 1 << 16, 1 << 20

# What the JSON in the table meta may say, field by field.
ENCODER: Mapping[str, Kind] = {
    "model": texts(4096),
    "identity": texts(4096),
    "dim": integers(1, MOST_DIMENSIONS),
    "max_tokens": integers(1, MOST_TOKENS),
}
CHUNKING: Mapping[str, Kind] = {
    "tokens": integers(1, MOST_TOKENS),
    "overlap": integers(0, 1000),
    "header": lambda value: isinstance(value, bool),
    "header_tokens": integers(0, MOST_TOKENS),
}
SEEN: Mapping[str, Kind] = {
    "path": texts(4096),
    "size": _SIZE,
    "mtime_ns": integers(-(1 << 63), 1 << 63),
    "sha256": _DIGEST,
}
FILE: Mapping[str, Kind] = {"name": texts(100), "size": _SIZE, "sha256": _DIGEST, "watermark": _SIZE, "count": _SIZE}


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """The encoder whose vectors an index holds, and how its documents were cut."""

    model: str
    identity: str
    dim: int
    max_tokens: int
    chunking: ChunkingSettings
    seen_weights: SeenWeights | None
    precision: Precision = "auto"  # as it was asked for
    engines: tuple[str, ...] = ()  # all that encoded passages so far


def read_encoder(connection: Connection) -> EncoderRecord | None:
    """The encoder recorded in the truth; None before the first document. Raises RowDamaged."""
    found = meta(connection, "encoder")
    if found is None:
        return None
    record = _object(found, "encoder")
    chunking, seen = record.get("chunking") or {}, record.get("seen_weights")
    precision, engines = record.get("precision", "auto"), record.get("engines", [])
    if not (
        _has(record, ENCODER)
        and _has(chunking, CHUNKING)
        and (seen is None or _has(seen, SEEN))
        and precision in get_args(Precision)
        and isinstance(engines, list)
        and all(isinstance(engine, str) for engine in engines)
    ):
        raise RowDamaged("what it says of its encoder makes no sense")
    return EncoderRecord(
        record["model"],
        record["identity"],
        record["dim"],
        record["max_tokens"],
        ChunkingSettings(**chunking),
        SeenWeights(**seen) if seen else None,
        precision,
        tuple(engines),
    )


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RowDamaged(f"what it says of its {what} cannot be read")
    return found


def _has(found: Any, kinds: Mapping[str, Kind]) -> bool:
    """Whether an object has these fields and no others that matter, each of its kind."""
    return (
        isinstance(found, dict)
        and kinds.keys() <= found.keys()
        and all(kind(found[name]) for name, kind in kinds.items())
        and (kinds is ENCODER or found.keys() == kinds.keys())
    )


def read_hemisphere(connection: Connection) -> Hemisphere:
    """Whose seasons the articles mean."""
    return "south" if meta(connection, "hemisphere") == "south" else "north"


def read_file(connection: Connection, kind: str) -> AcceleratorFile | None:
    """What the truth says of the accelerator of a kind; None before the first. Raises RowDamaged."""
    text = meta(connection, kind)
    if text is None:
        return None
    found = _object(text, f"{kind} file")
    if not _has(found, FILE) or not is_accelerator(found["name"]) or not found["name"].startswith(f"{kind}-"):
        raise RowDamaged(f"what it says of its {kind} file makes no sense")
    file = AcceleratorFile(**found)
    if not file.count <= file.watermark < meta_number(connection, "next_passage", 1):
        raise RowDamaged(f"its {kind} file is said to cover passages that there never were")
    return file


def read_vectors(
    connection: Connection, dim: int, condition: str, values: Sequence[object]
) -> Iterator[tuple[Ids, Rows]]:
    """Passage numbers and their rows (n, dim), in blocks, for passages ``p`` under an SQL condition.

    Raises RowDamaged, for a row of another size or length too.
    """
    cursor = connection.execute(
        f"SELECT p.number, v.row, {fits('passage', 'p.')} AND {fits('vector', 'v.')} "
        f"FROM passage p JOIN vector v USING (text_sha256) WHERE {condition} ORDER BY p.number",
        values,
    )
    last = 0
    while block := list(sound(cursor.fetchmany(_BLOCK), "vector")):
        numbers = ascending([number for number, _ in block], last, "passage")
        last = int(numbers[-1])
        if any(len(row) != 4 * dim for _, row in block):
            raise RowDamaged(f"a vector is not of {dim} dimensions")
        rows = np.frombuffer(b"".join(row for _, row in block), "<f4").reshape(len(block), dim)
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.einsum("ij,ij->i", rows, rows)
        if not (np.abs(lengths - 1) < UNIT_ERROR).all():
            raise RowDamaged("a vector is not of length 1")
        yield numbers, rows


def read_parts(connection: Connection, dim: int, numbers: Ids) -> dict[int, tuple[list[Span], Rows]]:
    """The sentences of passages and their rows, by passage number; no rows where the encoder gives none.

    Raises RowDamaged for sentences that do not follow one another, and rows of another size or length. Where a passage
    ends is looked at where its text is.
    """
    cursor = connection.execute(
        f"SELECT p.number, s.spans, s.rows, {fits('sentences', 's.')} "
        "FROM passage p JOIN sentences s USING (text_sha256) WHERE p.number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers.tolist()),),
    )
    stored = list(sound(cursor, "sentences"))
    counts = [len(spans) // _SPAN_BYTES for _, spans, _ in stored]
    if any(len(rows) not in (0, 2 * dim * count) for (_, _, rows), count in zip(stored, counts, strict=True)):
        raise RowDamaged(f"vectors of sentences are not of {dim} dimensions")
    spans = np.frombuffer(b"".join(spans for _, spans, _ in stored), "<i4").reshape(-1, 2)
    ends = np.cumsum([0, *counts])
    if not all(counts) or not _in_order(spans, ends[1:-1]):
        raise RowDamaged("sentences of a passage are not in order")
    rows = np.frombuffer(b"".join(rows for _, _, rows in stored), "<f2").astype(np.float32).reshape(-1, dim)
    if not (np.abs(np.einsum("ij,ij->i", rows, rows) - 1) < SENTENCE_ERROR).all():
        raise RowDamaged("a vector of a sentence is not of length 1")
    found, listed, at = {}, spans.tolist(), 0
    for (number, _, held), begin, end in zip(stored, ends.tolist(), ends[1:].tolist(), strict=False):
        own = rows[at : at + end - begin] if held else rows[:0]
        at += len(own)
        found[number] = ([(first, last) for first, last in listed[begin:end]], own)
    if len(found) != len(numbers):
        raise RowDamaged(f"the sentences of {len(numbers) - len(found)} passages are gone")
    return found


def _in_order(spans: NDArray[np.int32], breaks: Ids) -> bool:
    """Whether spans (n, 2) are not empty, and each begins where the one before ends or later, but at ``breaks``."""
    if not len(spans):
        return True
    rising = spans[1:, 0] >= spans[:-1, 1]
    rising[breaks - 1] = True
    return bool(rising.all() and (spans[:, 0] < spans[:, 1]).all() and spans.min() >= 0)


def ascending(numbers: Sequence[int], last: int, what: str) -> Ids:
    """Numbers as an array. Raises RowDamaged where they do not rise, from ``last`` on: a table may go in circles."""
    found = np.array(numbers, np.int64)
    if len(found) and (found[0] <= last or (np.diff(found) <= 0).any()):
        raise RowDamaged(f"rows of the table {what} are not in order")
    return found


def read_removed(connection: Connection) -> Ids:
    """Passages that are gone but may still be in an accelerator, ascending."""
    cursor = connection.execute(f"SELECT number, {fits('removed')} FROM removed ORDER BY number")
    blocks, last = [np.empty(0, np.int64)], 0
    while block := list(sound(cursor.fetchmany(_BLOCK), "removed")):
        blocks.append(ascending([number for (number,) in block], last, "removed"))
        last = int(blocks[-1][-1])
    found = np.concatenate(blocks)
    if len(found) != meta_number(connection, "removed"):
        raise RowDamaged("rows of the table removed are gone")
    return found


def check_tail(connection: Connection, watermark: int, found: int, removed: Ids) -> None:
    """Raise RowDamaged where passages above the watermark are neither found nor removed.

    The watermark is that of an accelerator, or 0 where all passages are read.
    """
    given = meta_number(connection, "next_passage", 1) - 1 - watermark
    gone = int(np.count_nonzero(removed > watermark)) + (0 if watermark else meta_number(connection, "purged"))
    missing = given - gone - found
    if missing > 0 < given:
        raise RowDamaged(f"{missing} passages are gone")
    if missing:
        raise RowDamaged(f"{-missing} passages are too many")


def read_document_columns(connection: Connection, watermark: int) -> list[DocumentColumns]:
    """What documents are filtered by, those whose passages lie above the watermark, in the order of those."""
    rows = connection.execute(
        "SELECT first_passage, passage_count, coalesce(first_day, ?), coalesce(last_day, ?), source, "
        f"coalesce(language, ?), sketch, {fits('document')} FROM document WHERE first_passage > ? "
        "ORDER BY first_passage",
        (UNDATED, UNDATED, UNKNOWN, watermark),
    )
    found, last = list[DocumentColumns](), watermark
    for first, count, begin, end, source, language, stored in sound(rows, "document"):
        if first <= last:
            raise RowDamaged("documents share passages")
        last = first + count - 1
        found.append(DocumentColumns(first, count, begin, end, source, language, bands(read_sketch(stored))))
    return found


def read_event_columns(connection: Connection, watermark: int) -> list[tuple[int, int, int]]:
    """Passage, first and last day of the periods that passages above the watermark name. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT number, start, first_day, last_day, {fits('event')} FROM event WHERE number > ? "
        "ORDER BY number, start",
        (watermark,),
    )
    found = list(_events(rows, watermark))
    counts = connection.execute(
        f"SELECT event_count, {fits('document')} FROM document WHERE first_passage > ?", (watermark,)
    )
    missing = sum(count for (count,) in sound(counts, "document")) - len(found)
    if missing:
        raise RowDamaged(f"{missing} rows of the table event are gone")
    return found


def _events(rows: Iterable[tuple[Any, ...]], watermark: int) -> Iterator[tuple[int, int, int]]:
    before = watermark + 1, -1
    for number, start, first, last in sound(rows, "event"):
        if (number, start) < before:
            raise RowDamaged("rows of the table event are not in order")
        before = number, start
        yield number, first, last

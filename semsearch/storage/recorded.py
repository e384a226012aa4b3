"""What the truth records of the vectors: the encoder, the accelerator's file, the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from semsearch.analysis import UNKNOWN
from semsearch.arrays import Ids, Rows, Span
from semsearch.chunking import ChunkingSettings
from semsearch.dates.spans import Hemisphere
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.sketches import bands, read_sketch
from semsearch.storage.accelerators import AcceleratorFile
from semsearch.storage.columns import UNDATED, DocumentColumns
from semsearch.storage.database import Connection, meta
from semsearch.storage.rows import RowDamaged, fits, sound

DENSE, LEXICAL, COLUMNS = KINDS = "dense", "lexical", "columns"  # the accelerators
_BLOCK = 10_000  # vectors read at a time


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
    """The encoder recorded in the truth; None before the first document."""
    found = meta(connection, "encoder")
    if found is None:
        return None
    record = json.loads(found)
    seen = record["seen_weights"]
    return EncoderRecord(
        record["model"],
        record["identity"],
        record["dim"],
        record["max_tokens"],
        ChunkingSettings(**record["chunking"]),
        SeenWeights(**seen) if seen else None,
        record.get("precision", "auto"),
        tuple(record.get("engines", ())),
    )


def read_hemisphere(connection: Connection) -> Hemisphere:
    """Whose seasons the articles mean."""
    return "south" if meta(connection, "hemisphere") == "south" else "north"


def read_file(connection: Connection, kind: str) -> AcceleratorFile | None:
    """What the truth says of the accelerator of a kind; None before the first."""
    found = meta(connection, kind)
    return None if found is None else AcceleratorFile(**json.loads(found))


def read_vectors(connection: Connection, condition: str, values: Sequence[object]) -> Iterator[tuple[Ids, Rows]]:
    """Passage numbers and their rows, in blocks, for passages ``p`` under an SQL condition."""
    cursor = connection.execute(
        f"SELECT p.number, v.row, {fits('passage', 'p.')} AND {fits('vector', 'v.')} "
        f"FROM passage p JOIN vector v USING (text_sha256) WHERE {condition} ORDER BY p.number",
        values,
    )
    while block := list(sound(cursor.fetchmany(_BLOCK), "vector")):
        numbers = np.array([number for number, _ in block], np.int64)
        yield numbers, np.frombuffer(b"".join(row for _, row in block), "<f4").reshape(len(block), -1)


def read_parts(connection: Connection, numbers: Ids) -> dict[int, tuple[list[Span], Rows]]:
    """The sentences of passages and their rows, by passage number; no rows where the encoder gives none."""
    cursor = connection.execute(
        f"SELECT p.number, s.spans, s.rows, {fits('sentences', 's.')} "
        "FROM passage p JOIN sentences s USING (text_sha256) WHERE p.number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers.tolist()),),
    )
    found = {}
    for number, spans, parts in sound(cursor, "sentences"):
        sentences = np.frombuffer(spans, "<i4").reshape(-1, 2).tolist()
        rows = np.frombuffer(parts, "<f2").astype(np.float32).reshape(len(sentences) if parts else 0, -1)
        found[number] = ([(start, end) for start, end in sentences], rows)
    if len(found) != len(numbers):
        raise RowDamaged(f"the sentences of {len(numbers) - len(found)} passages are gone")
    return found


def read_removed(connection: Connection) -> Ids:
    """Passages that are gone but may still be in an accelerator, ascending."""
    rows = list(sound(connection.execute(f"SELECT number, {fits('removed')} FROM removed ORDER BY number"), "removed"))
    if len(rows) != int(meta(connection, "removed") or 0):
        raise RowDamaged("rows of the table removed are gone")
    return np.array([number for (number,) in rows], np.int64)


def check_tail(connection: Connection, watermark: int, found: int, removed: Ids) -> None:
    """Raise RowDamaged where passages above the watermark are neither found nor removed.

    The watermark is that of an accelerator, or 0 where all passages are read.
    """
    given = int(meta(connection, "next_passage") or 1) - 1 - watermark
    gone = int(np.count_nonzero(removed > watermark)) + (0 if watermark else int(meta(connection, "purged") or 0))
    missing = given - gone - found
    if missing and given > 0:
        raise RowDamaged(f"{missing} passages are gone")


def read_document_columns(connection: Connection, watermark: int) -> list[DocumentColumns]:
    """What documents are filtered by, those whose passages lie above the watermark, in the order of those."""
    rows = connection.execute(
        "SELECT first_passage, passage_count, coalesce(first_day, ?), coalesce(last_day, ?), source, "
        f"coalesce(language, ?), sketch, {fits('document')} FROM document WHERE first_passage > ? "
        "ORDER BY first_passage",
        (UNDATED, UNDATED, UNKNOWN, watermark),
    )
    return [
        DocumentColumns(first, count, begin, end, source, language, bands(read_sketch(stored)))
        for first, count, begin, end, source, language, stored in sound(rows, "document")
    ]


def read_event_columns(connection: Connection, watermark: int) -> list[tuple[int, int, int]]:
    """Passage, first and last day of the periods that passages above the watermark name. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT number, first_day, last_day, {fits('event')} FROM event WHERE number > ? ORDER BY number, start",
        (watermark,),
    )
    found = [(number, first, last) for number, first, last in sound(rows, "event")]
    counts = connection.execute(
        f"SELECT event_count, {fits('document')} FROM document WHERE first_passage > ?", (watermark,)
    )
    missing = sum(count for (count,) in sound(counts, "document")) - len(found)
    if missing:
        raise RowDamaged(f"{missing} rows of the table event are gone")
    return found

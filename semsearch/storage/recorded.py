"""What the truth records of the vectors: the encoder, the accelerator's file, the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from semsearch.arrays import Ids, Rows, Span
from semsearch.chunking import ChunkingSettings
from semsearch.dates.spans import Hemisphere
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.storage.accelerators import AcceleratorFile
from semsearch.storage.database import Connection, meta

DENSE, LEXICAL = "dense", "lexical"  # the accelerators
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
        f"SELECT p.number, v.row FROM passage p JOIN vector v USING (text_sha256) WHERE {condition} ORDER BY p.number",
        values,
    )
    while block := cursor.fetchmany(_BLOCK):
        numbers = np.array([number for number, _ in block], np.int64)
        yield numbers, np.frombuffer(b"".join(row for _, row in block), "<f4").reshape(len(block), -1)


def read_parts(connection: Connection, numbers: Ids) -> dict[int, tuple[list[Span], Rows]]:
    """The sentences of passages and their rows, by passage number; no rows where the encoder gives none."""
    cursor = connection.execute(
        "SELECT p.number, s.spans, s.rows FROM passage p JOIN sentences s USING (text_sha256) "
        "WHERE p.number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers.tolist()),),
    )
    found = {}
    for number, spans, parts in cursor:
        sentences = np.frombuffer(spans, "<i4").reshape(-1, 2).tolist()
        rows = np.frombuffer(parts, "<f2").astype(np.float32).reshape(len(sentences) if parts else 0, -1)
        found[number] = ([(start, end) for start, end in sentences], rows)
    return found

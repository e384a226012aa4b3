"""What the truth records of the vectors: the encoder, the accelerator's file, the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from semsearch.arrays import Ids, Rows
from semsearch.chunking import ChunkingSettings
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.storage.database import Connection, meta
from semsearch.storage.dense import DenseFile

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


def read_dense_file(connection: Connection) -> DenseFile | None:
    """What the truth says of the dense accelerator; None before the first."""
    found = meta(connection, "dense")
    return None if found is None else DenseFile(**json.loads(found))


def read_vectors(connection: Connection, condition: str, values: Sequence[object]) -> Iterator[tuple[Ids, Rows]]:
    """Passage numbers and their rows, in blocks, for passages ``p`` under an SQL condition."""
    cursor = connection.execute(
        f"SELECT p.number, v.row FROM passage p JOIN vector v USING (text_sha256) WHERE {condition} ORDER BY p.number",
        values,
    )
    while block := cursor.fetchmany(_BLOCK):
        numbers = np.array([number for number, _ in block], np.int64)
        yield numbers, np.frombuffer(b"".join(row for _, row in block), "<f4").reshape(len(block), -1)

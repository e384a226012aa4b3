"""What the truth records: the encoder, sources, files, documents, the accelerator's file, vectors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch.arrays import Ids, Rows
from semsearch.chunking import ChunkingSettings
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.records import Document
from semsearch.storage.database import Connection, connect_for_reading, damage_told, meta
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


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What the user gave to ``index``: an absolute path or glob, and the field names chosen for it."""

    source_id: int
    path: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a source as it is, or was, on disk. A ``size`` of -1 never counts as unchanged."""

    source_id: int
    path: str
    size: int
    mtime_ns: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last indexed."""

    file_id: int
    state: FileState


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as it is in the index; ``seen`` if this run came upon it already."""

    source_id: int
    path: str
    line: int
    content_sha256: bytes
    seen: bool


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document ready to be stored: its passages as spans with the hash of their embedded text."""

    document: Document
    content_sha256: bytes
    passages: Sequence[tuple[int, int, bytes]]


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


def read_sources(folder: Path) -> tuple[list[SourceRecord], EncoderRecord | None]:
    """Sources and encoder of an index that may be read only. Raises IndexDamaged or FormatMismatch."""
    with closing(connect_for_reading(folder)) as connection, damage_told(folder):
        return sources_in(connection), read_encoder(connection)


def sources_in(connection: Connection) -> list[SourceRecord]:
    """All sources, in the order in which they were added."""
    rows = connection.execute("SELECT source_id, path, fields FROM source ORDER BY source_id")
    return [SourceRecord(number, path, json.loads(fields)) for number, path, fields in rows]

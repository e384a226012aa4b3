"""What the truth records of the inputs: sources, files, documents. Only writers need it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from semsearch.dates.days import Hemisphere
from semsearch.records import Document, EventDate
from semsearch.storage.documents import ENCODING
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.meta import Connection, meta
from semsearch.storage.truth.recorded import EncoderRecord, read_encoder, read_hemisphere
from semsearch.storage.truth.rows import RowDamaged, fits, sound

__all__ = [
    "ENCODING",
    "EncoderRecord",
    "FileState",
    "IndexSettings",
    "KnownDocument",
    "KnownFile",
    "NewDocument",
    "SourceRecord",
    "corrections_in",
    "fields_text",
    "read_index_settings",
    "sources_in",
]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What the user gave to ``index``: an absolute path or glob, and the field names chosen for it."""

    source_id: int
    path: str
    fields: dict[str, str]


def fields_text(fields: Mapping[str, str]) -> str:
    """Field names as the truth keeps them."""
    return json.dumps(dict(fields), sort_keys=True)


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a source as it is, or was, on disk. A ``size`` of -1 never counts as unchanged."""

    source_id: int
    path: str
    size: int
    mtime_ns: int
    sha256: bytes
    encoding: str = ""  # that was guessed, "?" behind it where other files of the folder decided


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
    language: str | None
    passages: Sequence[tuple[int, int, bytes]]
    events: Sequence[EventDate] = ()  # the days that its text mentions
    own_id: str | None = None  # that its file gives it


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What the user chose for an index, so that it can be built again."""

    sources: Sequence[SourceRecord] = ()
    encoder: EncoderRecord | None = None
    corrections: Sequence[tuple[str, str]] = ()  # ids with their dates
    hemisphere: Hemisphere = "north"
    index_id: str = ""


def read_index_settings(folder: Path) -> IndexSettings:
    """The settings of an index that may be read only.

    Raises IndexDamaged or FormatMismatch.
    """
    with closing(connect_for_reading(folder)) as connection, damage_told(folder):
        corrections = corrections_in(connection, "true ORDER BY doc_id")
        return IndexSettings(
            sources_in(connection),
            read_encoder(connection),
            corrections,
            read_hemisphere(connection),
            meta(connection, "index_id") or "",
        )


def sources_in(connection: Connection) -> list[SourceRecord]:
    """All sources, in the order in which they were added. Raises RowDamaged."""
    rows = connection.execute(f"SELECT source_id, path, fields, {fits('source')} FROM source ORDER BY source_id")
    sources = [SourceRecord(number, path, json.loads(fields)) for number, path, fields in sound(rows, "source")]
    lost = "SELECT 1 FROM file WHERE source_id NOT IN (SELECT source_id FROM source) LIMIT 1"
    if connection.execute(lost).fetchone():
        raise RowDamaged("a row of the table source is gone")
    return sources


def corrections_in(connection: Connection, condition: str, *values: object) -> list[tuple[str, str]]:
    """Ids with the dates that the user gave them, under an SQL condition. Raises RowDamaged."""
    rows = connection.execute(f"SELECT doc_id, date, {fits('correction')} FROM correction WHERE {condition}", values)
    return [(doc_id, date) for doc_id, date in sound(rows, "correction")]

"""The truth opened for a look at all of it: what it records of its inputs, and whether the rest agrees with it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from semsearch.dates.days import Hemisphere
from semsearch.encoders.protocol import Encoder
from semsearch.records import Document, EventDate
from semsearch.storage.agreement import disagreements, text_damage, vector_damage
from semsearch.storage.known import EncoderRecord, KnownFile, SourceRecord, corrections_in, sources_in
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.truth.contents import documents_in, events_in, files_in
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.meta import Connection, meta, meta_number
from semsearch.storage.truth.recorded import read_encoder, read_hemisphere


class Inspection:
    """One state of the truth. Every method raises what :func:`inspected` turns into IndexDamaged."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._db = connection

    @property
    def index_id(self) -> str:
        """What identifies the index."""
        return meta(self._db, "index_id") or ""

    @property
    def rules(self) -> int:
        """Version of the rules of reading by which it was read."""
        return meta_number(self._db, "rules")

    @property
    def encoder(self) -> EncoderRecord | None:
        """Its encoder; None while it is empty."""
        return read_encoder(self._db)

    @property
    def hemisphere(self) -> Hemisphere:
        """Whose seasons the articles mean."""
        return read_hemisphere(self._db)

    def sources(self) -> list[SourceRecord]:
        """What it was made of, in the order in which it was named."""
        return sources_in(self._db)

    def corrections(self) -> dict[str, str]:
        """Dates that the user gave, by id."""
        return dict(corrections_in(self._db, "true"))

    def files(self) -> list[KnownFile]:
        """All files, by path."""
        return files_in(self._db)

    def documents(self, file_id: int) -> Iterator[tuple[Document, bytes]]:
        """The documents of a file, each with the hash of what the file said of it."""
        return documents_in(self._db, file_id)

    def events(self, doc_id: str) -> set[EventDate]:
        """The periods that a document names."""
        return events_in(self._db, doc_id)

    def vector_damage(self, dim: int) -> Iterator[str]:
        """Vectors that are not finite or not of length 1."""
        return vector_damage(self._db, dim)

    def text_damage(self, record: EncoderRecord, encoder: Encoder | None) -> Iterator[str]:
        """Passages that are not the text that was embedded."""
        return text_damage(self._db, record.chunking, encoder)

    def disagreements(self, dim: int, damaged: Container[str]) -> Iterator[tuple[str, str]]:
        """Files of accelerators, but for the ``damaged``, that do not say what the truth says, and in what."""
        return disagreements(self._folder, self._db, dim, damaged)


@contextmanager
def inspected(folder: Path) -> Iterator[Inspection]:
    """Open the truth of an index for a whole look. Raises IndexMissing, FormatMismatch or IndexDamaged."""
    with closing(connect_for_reading(folder)) as connection, damage_told(folder):
        yield Inspection(folder, connection)

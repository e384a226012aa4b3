"""A reader's view of an index: one committed state of the truth, and the accelerators that it names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from semsearch.arrays import Ids, Mask, Scores, Vectors, exact_cosines
from semsearch.dates.days import Hemisphere
from semsearch.errors import IndexDamaged, IndexMissing, command
from semsearch.records import DateEntry, DateRange, EventDate, Mode, Query
from semsearch.storage.accelerators.columns.file import Columns
from semsearch.storage.accelerators.columns.view import open_columns
from semsearch.storage.accelerators.dense.view import Candidates, DenseView
from semsearch.storage.accelerators.lexical.file import LexicalIndex
from semsearch.storage.accelerators.lexical.view import LexicalView, open_lexical
from semsearch.storage.accelerators.record import Truth
from semsearch.storage.documents import Documents
from semsearch.storage.kept import KeptFields
from semsearch.storage.kinds import DocumentKinds
from semsearch.storage.place import DATABASE, SEAL
from semsearch.storage.stored_dates import StoredDates, probable_passages
from semsearch.storage.stored_vectors import Sentences, StoredVectors
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.truth.damage import damage_told, empty_index, fill
from semsearch.storage.truth.meta import Connection, meta, meta_number
from semsearch.storage.truth.recorded import EncoderRecord, read_encoder, read_hemisphere, read_removed
from semsearch.storage.truth.rows import RowDamaged
from semsearch.storage.truth.seal import Seal, read_seal, wrong_file
from semsearch.storage.truth.values import SHARES

__all__ = ["Candidates", "Columns", "LexicalIndex", "LexicalView", "Snapshot", "emptied", "open_snapshot"]


class Snapshot:
    """One committed state of an index, whatever writers do meanwhile.

    Its documents are in :attr:`documents`; views of the accelerators are opened when they are first asked for.
    """

    def __init__(self, folder: Path, connection: Connection, encoder: EncoderRecord) -> None:
        self.folder = folder
        self.connection = connection
        self.encoder = encoder
        self.documents = Documents(folder, connection)
        self._vectors = StoredVectors(connection, encoder.dim)
        self._dates = StoredDates(folder, connection)
        self._truth: Truth | None = None
        self._dense: DenseView | None = None
        self._lexical: LexicalView | None = None
        self._columns: Columns | None = None
        self._kept: KeptFields | None = None
        self._kinds: DocumentKinds | None = None
        self._probable: Ids | None = None
        self._languages: dict[date | None, list[str]] = {}  # up to a day
        self._note = ""

    def close(self) -> None:
        """Let the snapshot go."""
        self.connection.close()

    @property
    def hemisphere(self) -> Hemisphere:
        """Whose seasons the articles mean."""
        with damage_told(self.folder):
            return read_hemisphere(self.connection)

    @property
    def revision(self) -> int:
        """Rises with every commit."""
        with damage_told(self.folder):
            return meta_number(self.connection, "revision")

    @property
    def state(self) -> str:
        """Equal for two snapshots that hold the same, of whatever folders."""
        with damage_told(self.folder):
            return f"{meta(self.connection, 'index_id')}:{self.revision}"

    @property
    def note(self) -> str:
        """Why an accelerator is not used, if one is not."""
        if self._dense is not None:
            self._take_note(self._dense.note)
        return self._note

    def _take_note(self, note: str) -> None:
        """Report an accelerator that was not used, unless a writer has gone on and taken the old one away."""
        if not note or self._note:
            return
        seal = read_seal(self.folder)
        if seal is None or (seal.index_id == meta(self.connection, "index_id") and seal.revision <= self.revision):
            self._note = note

    # The accelerators

    def _read_truth(self) -> Truth:
        if self._truth is None:
            self._truth = Truth(self.folder, self.connection, self.encoder.dim, read_removed(self.connection))
        return self._truth

    def dense(self) -> DenseView:
        """The vectors of all passages."""
        if self._dense is None:
            with damage_told(self.folder):
                self._dense = DenseView(self._read_truth())
        return self._dense

    def lexical(self) -> LexicalView:
        """The terms of all passages."""
        if self._lexical is None:
            with damage_told(self.folder):
                self._lexical = open_lexical(self._read_truth())
            self._take_note(self._lexical.note)
        return self._lexical

    def columns(self) -> Columns:
        """What documents and passages are filtered by."""
        if self._columns is None:
            with damage_told(self.folder):
                view = open_columns(self._read_truth())
            self._columns = view.columns
            self._take_note(view.note)
        return self._columns

    def strength(self, mode: Mode) -> float:
        """The score from which an answer is strong, as measured on this index; 0 where it was not."""
        with damage_told(self.folder):
            return meta_number(self.connection, f"strength_{mode}") / SHARES

    def languages(self, until: date | None) -> list[str]:
        """The languages of the documents, or of those surely published up to a day."""
        if until not in self._languages:
            self._languages[until] = self.columns().languages_until(until)
        return self._languages[until]

    def allowed(self, window: DateRange | None, sources: Sequence[str]) -> Ids | None:
        """Numbers of the passages that the filters let through, ascending; None where there is no filter.

        Their documents were surely published in the window, by one of the sources.
        """
        documents = self.columns().matching(window, sources) if window or sources else None
        return None if documents is None else self.columns().passages(documents)

    def satisfying(self, query: Query) -> Mask:
        """Documents of the kinds, not of the publishers and with the kept fields that a query says. Raises UsageError.

        Its window, and the publishers that it wants, are looked at by :meth:`allowed`.
        """
        found = self.columns().not_by(query.not_publishers)
        if query.where:
            found &= self.kept().satisfying(query.where, self.columns().first_passage)
        return found & self.kinds().among(query.kinds) if query.kinds else found

    def common_fields(self) -> dict[str, dict[str, Ids]]:
        """Values of kept fields that have few, with the places of their articles among the columns."""
        firsts = self.columns().first_passage
        with damage_told(self.folder):
            return self.kept().common_documents(firsts)

    def kinds(self) -> DocumentKinds:
        """Of what kind of file each document is."""
        if self._kinds is None:
            firsts = self.columns().first_passage
            with damage_told(self.folder):
                self._kinds = DocumentKinds(self.connection, firsts)
        return self._kinds

    def kept(self) -> KeptFields:
        """The fields that articles keep beside their text."""
        if self._kept is None:
            with damage_told(self.folder):
                self._kept = KeptFields(self.connection)
        return self._kept

    def probable(self) -> Ids:
        """Passages of documents whose day of publication is only probable, ascending."""
        if self._probable is None:
            with damage_told(self.folder):
                self._probable = probable_passages(self.connection)
        return self._probable

    # Vectors

    def nearest(self, vector: Vectors, count: int, allowed: Ids | None, without: Ids) -> Candidates:
        """At least the ``count`` allowed passages, some left out, with the highest cosine to ``vector`` (dim,)."""
        with damage_told(self.folder):
            return self.dense().nearest(vector, count, allowed, without)

    def cosines(self, vector: Vectors, numbers: Ids) -> Scores:
        """Cosines of passages, within COSINE_ERROR, without reading the truth."""
        with damage_told(self.folder):
            return self.dense().cosines(vector, numbers)

    def exact(self, vector: Vectors, numbers: Ids) -> Scores:
        """Cosines of passages from the stored vectors: what a score is made of."""
        return exact_cosines(self.vectors(numbers), vector)

    def sentence_vectors(self, numbers: Ids) -> dict[int, Sentences]:
        """The sentences of passages, as spans in the passage, and their vectors if there are any."""
        with damage_told(self.folder):
            return self._vectors.of_sentences(numbers)

    def vectors(self, numbers: Ids) -> Vectors:
        """Vectors (n, dim) of passages, in the order of ``numbers``. Raises IndexDamaged for a gap."""
        with damage_told(self.folder):
            return self._vectors.of_passages(numbers)

    # Time

    def date_entries(self) -> list[DateEntry]:
        """The date of each document, in the order of files and lines."""
        entries = self._dates.date_entries()
        self._miss("documents", len(self.columns().first_day) - len(entries))
        return entries

    def events(self, numbers: Ids) -> dict[int, list[EventDate]]:
        """The periods that passages name, by passage number, in the order of the text."""
        found = self._dates.events(numbers)
        self._miss("event days", self.columns().count_events(numbers) - sum(map(len, found.values())))
        return found

    def _miss(self, what: str, missing: int) -> None:
        """Raise IndexDamaged where vectors are missing."""
        with damage_told(self.folder):
            if missing:
                raise RowDamaged(f"{missing} {what} are gone")


def open_snapshot(folder: Path) -> Snapshot:
    """Open an index folder for reading, as it is at this moment.

    Raises IndexMissing, IndexDamaged or FormatMismatch.
    """
    while True:
        seal = read_seal(folder)  # before the snapshot: a writer never commits less than a seal has said
        try:
            connection = connect_for_reading(folder)
        except IndexMissing:
            if seal is not None and seal.revision and (folder / DATABASE).exists():
                raise emptied(folder, seal) from None
            raise
        try:
            with damage_told(folder):
                broken = _against_seal(folder, connection, seal)
                if broken is None:
                    return Snapshot(folder, connection, _encoder_of(folder, connection))
            if read_seal(folder) == seal:  # else a writer has come meanwhile
                raise broken
        except BaseException:
            connection.close()
            raise
        connection.close()


def emptied(folder: Path, seal: Seal) -> IndexDamaged:
    """What is raised where the truth lost all that its seal mentions."""
    lost = f"has lost {seal.revision} commits, all that there were"
    return IndexDamaged(lost, where=folder / DATABASE, remedy=fill(folder))


def _encoder_of(folder: Path, connection: Connection) -> EncoderRecord:
    encoder = read_encoder(connection)
    if encoder is None:
        raise empty_index(folder)
    return encoder


def _against_seal(folder: Path, connection: Connection, seal: Seal | None) -> IndexDamaged | None:
    """What is to be raised where an index is not as its seal says."""
    revision = meta_number(connection, "revision")
    again = f"bring it up to date with: {command('index', index=folder)}"
    if seal is None:
        return (
            IndexDamaged(
                "is missing",
                where=folder / SEAL,
                remedy=f"check the rest and write it again with: {command('repair', index=folder)}",
            )
            if revision
            else None
        )
    if seal.index_id != meta(connection, "index_id"):
        other = f"is of another index than {SEAL}"
        return IndexDamaged(other, where=folder / DATABASE, remedy=f"put back what belongs here, or {again}")
    if revision < seal.revision:
        lost = f"has lost {seal.revision - revision} commits"
        return IndexDamaged(lost, where=folder / DATABASE, remedy=again)
    wrong = wrong_file(folder, seal, DATABASE) if seal.files and revision == seal.revision else ""
    look = f"look at the rest with: {command('check', index=folder)}"
    return IndexDamaged(wrong, where=folder / DATABASE, remedy=look) if wrong else None

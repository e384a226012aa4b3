"""A reader's view of an index: one snapshot of the truth, and the accelerator that it names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.arrays import Ids, Rows, Scores, Span, distinct
from semsearch.dates.days import Hemisphere
from semsearch.errors import IndexDamaged, IndexMissing, UnknownDocument, command
from semsearch.files.regular import is_unicode
from semsearch.records import DateEntry, DateRange, Document, SpokenDate
from semsearch.storage.accelerators.columns.file import UNDATED, Columns
from semsearch.storage.accelerators.columns.view import open_columns
from semsearch.storage.accelerators.dense.file import DenseIndex, load_dense
from semsearch.storage.accelerators.lexical.view import LexicalView, open_lexical
from semsearch.storage.accelerators.record import AcceleratorFile, not_used, slack
from semsearch.storage.documents import COLUMNS_OF_DOCUMENT, read_document
from semsearch.storage.place import DATABASE, SEAL, folder_size
from semsearch.storage.times import Times
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.truth.damage import damage_told, empty_index, fill
from semsearch.storage.truth.meta import Connection, meta, meta_number
from semsearch.storage.truth.recorded import (
    COLUMNS,
    DENSE,
    LEXICAL,
    EncoderRecord,
    check_tail,
    read_encoder,
    read_file,
    read_hemisphere,
    read_parts,
    read_removed,
    read_vectors,
)
from semsearch.storage.truth.rows import RowDamaged, fits, sound
from semsearch.storage.truth.schema import FORMAT
from semsearch.storage.truth.seal import Seal, read_seal, wrong_file
from semsearch.text.sketches import Sketched, read_sketch


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages near a query, with the cosine of each, within :data:`COSINE_ERROR`.

    ``floor`` bounds the cosine of every allowed passage that is not among them; minus infinity
    where all are.
    """

    numbers: Ids
    cosines: Scores
    floor: float


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands."""

    number: int
    document_id: int
    doc_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds."""

    folder: str
    format: int
    revision: int
    documents: int
    passages: int
    undated: int
    earliest: date | None  # publication
    latest: date | None
    sources: list[str]
    problems: int
    publishers: list[tuple[str, int]]  # the most frequent, with their documents
    encoder: EncoderRecord
    size: int  # bytes on disk
    hemisphere: Hemisphere  # whose seasons the articles mean
    accelerated: bool  # false: an accelerator is missing, damaged or far behind


class Snapshot:
    """One committed state of an index, whatever writers do meanwhile."""

    def __init__(self, folder: Path, connection: Connection, encoder: EncoderRecord) -> None:
        self._folder = folder
        self._db = connection
        self.encoder = encoder
        self._dense: DenseIndex | None = None
        self._dense_file: AcceleratorFile | None = None
        self._looked_at = False  # its rows
        self._distrusted = ""  # why its file is not used, whatever its hash
        self._tail: tuple[Ids, Rows] = (np.empty(0, np.int64), np.empty((0, encoder.dim), np.float32))
        self._lexical: LexicalView | None = None
        self._columns: Columns | None = None
        self._languages: dict[date | None, list[str]] = {}  # up to a day
        self._removed: Ids | None = None
        self._covered: Ids = np.empty(0, np.int64)  # of the removed, those that the dense accelerator has
        self._accelerated = False
        self._times = Times(folder, connection)
        self.note = ""  # why the accelerator was not used, if it was not

    def close(self) -> None:
        """Let the snapshot go."""
        self._db.close()

    @property
    def hemisphere(self) -> Hemisphere:
        """Whose seasons the articles mean."""
        with damage_told(self._folder):
            return read_hemisphere(self._db)

    # Which passages may be found

    def columns(self) -> Columns:
        """What documents and passages are filtered by."""
        if self._columns is None:
            with damage_told(self._folder):
                removed = self._read_removed()
                self._columns, note = open_columns(self._folder, self._db, read_file(self._db, COLUMNS), removed)
            self._take_note(note)
        return self._columns

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

    def _read_removed(self) -> Ids:
        if self._removed is None:
            self._removed = read_removed(self._db)
        return self._removed

    def _take_note(self, note: str) -> None:
        """Tell of an accelerator that was not used, unless a writer has gone on and taken the old one away."""
        if not note:
            return
        seal = read_seal(self._folder)
        if seal is None or (seal.index_id == meta(self._db, "index_id") and seal.revision <= self.revision):
            self.note = self.note or note

    # Dense search

    def nearest(self, row: Rows, count: int, allowed: Ids | None, without: Ids) -> Candidates:
        """At least the ``count`` allowed passages, some left out, with the highest cosine to ``row`` (dim,)."""
        dense = self._trusted_dense()
        if allowed is not None and len(without):
            allowed, without = np.setdiff1d(allowed, without), without[:0]
        numbers, found = dense.search(row, count, allowed, distinct(np.concatenate([self._covered, without])))
        floor = -np.inf if len(numbers) < count or not count else float(found[-1]) + COSINE_ERROR
        tail = ~np.isin(self._tail[0], without)
        if allowed is not None:
            tail &= np.isin(self._tail[0], allowed)
        tail_cosines = exact_cosines(self._tail[1][tail], row)
        return Candidates(np.concatenate([numbers, self._tail[0][tail]]), np.concatenate([found, tail_cosines]), floor)

    def cosines(self, row: Rows, numbers: Ids) -> Scores:
        """Cosines of passages, within :data:`COSINE_ERROR`, without reading the truth."""
        near = self.nearest(row, len(numbers), numbers, numbers[:0])
        order = np.argsort(near.numbers)
        places = order[np.searchsorted(near.numbers, numbers, sorter=order)]
        return near.cosines[places]

    def exact(self, row: Rows, numbers: Ids) -> Scores:
        """Cosines of passages from the stored vectors: what a score is made of."""
        return exact_cosines(self.vectors(numbers), row)

    def _trusted_dense(self) -> DenseIndex:
        """The accelerator, once its rows were looked at; made from the truth where they make no sense."""
        dense = self._open_dense()
        if not self._looked_at:
            self._looked_at = True
            file = self._dense_file
            wrong = dense.wrong_rows() if file is not None and file.hashed_at_open else ""
            if file is not None and wrong:
                self._dense, self._distrusted = None, wrong
                dense = self._open_dense()
        return dense

    def _open_dense(self) -> DenseIndex:
        if self._dense is not None:
            return self._dense
        with damage_told(self._folder):
            file = self._dense_file = read_file(self._db, DENSE)
            watermark = 0
            dense = DenseIndex(self.encoder.dim)
            if file is not None:
                try:
                    if self._distrusted:
                        raise IndexDamaged(self._distrusted, where=self._folder / file.name)
                    dense, watermark = load_dense(self._folder, file, self.encoder.dim), file.watermark
                except IndexDamaged as error:
                    self._take_note(not_used(error, self._folder))
            removed = self._read_removed()
            self._covered = removed[removed <= watermark]
            blocks = list(read_vectors(self._db, self.encoder.dim, "p.number > ?", (watermark,)))
            if blocks:
                self._tail = (np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks]))
            check_tail(self._db, watermark, len(self._tail[0]), removed)
        behind = len(self._tail[0]) + len(self._covered)
        self._accelerated = file is not None and not self.note and behind <= slack(file.count)
        self._dense = dense
        return dense

    # Lexical search

    def lexical(self) -> LexicalView:
        """The terms of all passages of the snapshot."""
        if self._lexical is None:
            with damage_told(self._folder):
                removed = self._read_removed()
                self._lexical, note = open_lexical(self._folder, self._db, read_file(self._db, LEXICAL), removed)
            self._take_note(note)
        return self._lexical

    # Vectors

    def parts(self, numbers: Ids) -> dict[int, tuple[list[Span], Rows]]:
        """The sentences of passages, as spans in the passage, and their rows if there are any."""
        with damage_told(self._folder):
            return read_parts(self._db, self.encoder.dim, numbers)

    def vectors(self, numbers: Ids) -> Rows:
        """Rows (n, dim) of passages, in the order of ``numbers``. Raises IndexDamaged for a gap."""
        wanted = json.dumps(numbers.tolist())
        with damage_told(self._folder):
            blocks = list(
                read_vectors(self._db, self.encoder.dim, "p.number IN (SELECT value FROM json_each(?))", (wanted,))
            )
            nothing = np.empty(0, np.int64), np.empty((0, self.encoder.dim), np.float32)
            found, rows = (np.concatenate(each) for each in zip(nothing, *blocks, strict=True))
            if len(found) != len(numbers):
                raise RowDamaged(f"{len(numbers) - len(found)} of {len(numbers)} passages that were found are gone")
        return rows[np.searchsorted(found, numbers)]

    def document_vectors(self, doc_id: str) -> Rows:
        """Rows of all passages of a document, in order. Raises UnknownDocument."""
        return self.vectors(self.passage_numbers(doc_id))

    # Time

    def date_entries(self) -> list[DateEntry]:
        """The date of each document, in the order of files and lines."""
        entries = self._times.date_entries()
        self._miss("documents", len(self.columns().first_day) - len(entries))
        return entries

    def events(self, numbers: Ids) -> dict[int, list[SpokenDate]]:
        """The periods that passages name, by passage number, in the order of the text."""
        found = self._times.events(numbers)
        self._miss("event days", self.columns().count_events(numbers) - sum(map(len, found.values())))
        return found

    def _miss(self, what: str, missing: int) -> None:
        """Raise IndexDamaged where rows are missing."""
        with damage_told(self._folder):
            if missing:
                raise RowDamaged(f"{missing} {what} are gone")

    # Documents and passages

    def places(self, numbers: Ids) -> list[PassagePlace]:
        """Where passages stand, in the order of ``numbers``."""
        sound_rows = f"{fits('passage', 'p.')} AND {fits('document', 'd.')}"
        columns = f"p.number, p.document_id, d.doc_id, p.start, p.end, {sound_rows}"
        return [PassagePlace(*row) for row in self._passages(numbers, columns)]

    def texts(self, numbers: Ids) -> list[tuple[str, str]]:
        """Title and text of passages, in the order of ``numbers``."""
        sound_rows = f"{fits('passage', 'p.')} AND {fits('document', 'd.')} AND {fits('body', 'b.')}"
        columns = f"p.number, d.title, b.text, p.start, p.end, {sound_rows}"  # SQL's substr ends at a NUL
        rows = self._passages(numbers, columns, "JOIN body b USING (document_id)")
        return [(title, self._slice(text, start, end)) for _, title, text, start, end in rows]

    def _slice(self, text: str, start: int, end: int) -> str:
        """A passage of a text. Raises IndexDamaged where the text ends before it."""
        self.refuse_outside(end - start, len(text[start:end]), 0)
        return text[start:end]

    def refuse_outside(self, length: int, found: int, last: int) -> None:
        """Raise IndexDamaged where a passage is not in its text, or its last sentence ends behind it; in characters."""
        with damage_told(self._folder):
            if found != length or last > length:
                raise RowDamaged("a passage is not in its text, or its sentences are not in it")

    def sketches(self, firsts: Ids) -> list[Sketched]:
        """Sketch and first day of documents, given by their first passages, in that order."""
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT d.first_passage, d.doc_id, d.sketch, d.first_day, {fits('document', 'd.')} FROM document d "
                "WHERE d.first_passage IN (SELECT value FROM json_each(?))",
                (json.dumps(firsts.tolist()),),
            )
            found = {
                first: Sketched(doc_id, read_sketch(own), day) for first, doc_id, own, day in sound(rows, "document")
            }
            if len(found) != len(firsts):
                raise RowDamaged(f"{len(firsts) - len(found)} documents are gone")
        return [found[first] for first in firsts.tolist()]

    def _passages(self, numbers: Ids, columns: str, more: str = "") -> list[tuple[Any, ...]]:
        """Columns of passages ``p`` and their documents ``d``, in the order of ``numbers``.

        The number is the first of them, and the last says whether the rows fit.
        """
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT {columns} FROM passage p JOIN document d USING (document_id) {more} "
                "WHERE p.number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers.tolist()),),
            )
            by_number = {row[0]: row for row in sound(rows, "passage")}
            if len(by_number) != len(numbers):
                raise RowDamaged(f"{len(numbers) - len(by_number)} of {len(numbers)} passages are gone")
        return [by_number[number] for number in numbers.tolist()]

    def passage_numbers(self, doc_id: str) -> Ids:
        """The passages of a document. Raises UnknownDocument."""
        self.document(doc_id)
        with damage_told(self._folder):
            first, count = self._db.execute(
                "SELECT first_passage, passage_count FROM document WHERE doc_id = ?", (doc_id,)
            ).fetchone()
        return np.arange(first, first + count, dtype=np.int64)

    def passage_at(self, doc_id: str, start: int) -> int:
        """The number of the passage of a document that begins at a place."""
        with damage_told(self._folder):
            row = self._db.execute(
                f"SELECT p.number, {fits('passage', 'p.')} AND {fits('document', 'd.')} "
                "FROM passage p JOIN document d ON p.number >= d.first_passage "
                "AND p.number < d.first_passage + d.passage_count WHERE d.doc_id = ? AND p.start = ?",
                (doc_id, start),
            )
            found = next(sound(row, "passage"), None)
            if found is None:
                raise RowDamaged("a passage that was found is gone")
        return int(found[0])

    def document(self, doc_id: str, *, found: bool = False) -> Document:
        """One document, whole. Raises UnknownDocument, naming the nearest ids; IndexDamaged if it was ``found``."""
        if not is_unicode(doc_id):
            raise UnknownDocument(f"no document {doc_id[:80]!r} in {self._folder}: ids are in UTF-8")
        with damage_told(self._folder):
            row = self._db.execute(
                f"SELECT {COLUMNS_OF_DOCUMENT}, "
                f"{fits('document', 'd.')} AND {fits('body', 'b.')} AND {fits('file', 'f.')} "
                "FROM document d LEFT JOIN body b USING (document_id) LEFT JOIN file f USING (file_id) "
                "WHERE d.doc_id = ?",
                (doc_id,),
            ).fetchone()
            if row is None and found:
                raise RowDamaged("a document that was found is gone")
            if row is None:
                raise UnknownDocument(self._unknown(doc_id))
            (row,) = sound([row], "document")
        return read_document(row)

    def _unknown(self, doc_id: str) -> str:
        import difflib

        known = [name for (name,) in self._db.execute("SELECT doc_id FROM document LIMIT 20000")]
        near = difflib.get_close_matches(doc_id, known, 3, 0.4)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "ids are in the output of: semsearch ask … --format json"
        )
        return f"no document {doc_id[:80]!r} in {self._folder}: {hint}"

    @property
    def revision(self) -> int:
        """Rises with every commit."""
        with damage_told(self._folder):
            return meta_number(self._db, "revision")

    @property
    def state(self) -> str:
        """Equal for two snapshots that hold the same, of whatever folders."""
        with damage_told(self._folder):
            return f"{meta(self._db, 'index_id')}:{self.revision}"

    def info(self) -> IndexInfo:
        """Counts, sources and dates."""
        from semsearch.storage.settled import sources_in  # which no question needs

        columns = self.columns()
        with damage_told(self._folder):
            sources = [source.path for source in sources_in(self._db)]
            problems = self._db.execute("SELECT coalesce(sum(1), 0) FROM problem").fetchone()[0]
            self._open_dense()
            self.lexical()
        return IndexInfo(
            folder=str(self._folder),
            format=FORMAT,
            revision=self.revision,
            documents=len(columns.first_day),
            passages=len(columns),
            undated=int(np.count_nonzero(columns.first_day == UNDATED)),
            earliest=columns.earliest,
            latest=columns.latest,
            sources=sources,
            problems=problems,
            publishers=columns.publishers()[:MOST_PUBLISHERS],
            encoder=self.encoder,
            size=folder_size(self._folder),
            hemisphere=self.hemisphere,
            accelerated=self._accelerated and not self.note,
        )


MOST_PUBLISHERS = 20  # that are named
COSINE_ERROR = 1e-5  # how far FAISS's float32 sums may lie from the exact cosine


def exact_cosines(rows: Rows, row: Rows) -> Scores:
    """Inner products in float64, each summed on its own: equal rows have equal scores, always."""
    return np.asarray((rows.astype(np.float64) * row.astype(np.float64)).sum(axis=1), np.float64)


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
    """What is raised where the truth lost all that its seal speaks of."""
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
        return IndexDamaged("is missing", where=folder / SEAL, remedy=again) if revision else None
    if seal.index_id != meta(connection, "index_id"):
        other = f"is of another index than {SEAL}"
        return IndexDamaged(other, where=folder / DATABASE, remedy=f"put back what belongs here, or {again}")
    if revision < seal.revision:
        lost = f"has lost {seal.revision - revision} commits"
        return IndexDamaged(lost, where=folder / DATABASE, remedy=again)
    wrong = wrong_file(folder, seal, DATABASE) if seal.files and revision == seal.revision else ""
    look = f"look at the rest with: {command('check', index=folder)}"
    return IndexDamaged(wrong, where=folder / DATABASE, remedy=look) if wrong else None

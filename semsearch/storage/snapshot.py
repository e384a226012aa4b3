"""A reader's view of an index: one snapshot of the truth, and the accelerator that it names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.arrays import Ids, Rows, Scores, Span
from semsearch.dates.spans import Hemisphere
from semsearch.errors import IndexDamaged, IndexMissing, UnknownDocument
from semsearch.records import DateRange, Document
from semsearch.storage.accelerators import slack
from semsearch.storage.database import FORMAT, Connection, connect_for_reading, damage_told, meta
from semsearch.storage.dense import DenseIndex, load_dense
from semsearch.storage.lexical_view import LexicalView, open_lexical
from semsearch.storage.recorded import (
    DENSE,
    LEXICAL,
    EncoderRecord,
    read_encoder,
    read_file,
    read_hemisphere,
    read_parts,
    read_vectors,
)
from semsearch.storage.times import Times, published_date


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
        self._tail: tuple[Ids, Rows] = (np.empty(0, np.int64), np.empty((0, encoder.dim), np.float32))
        self._lexical: LexicalView | None = None
        self._removed: Ids = np.empty(0, np.int64)
        self._accelerated = False
        self.times = Times(folder, connection)
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

    def allowed(self, window: DateRange | None, sources: Sequence[str]) -> Ids | None:
        """Numbers of the passages that the filters let through, ascending; None where there is no filter.

        Their documents were surely published in the window, by one of the sources.
        """
        condition, values = _filters(window, self._spelled(sources))
        if not condition:
            return None
        with damage_told(self._folder):
            spans = self._db.execute(
                f"SELECT first_passage, passage_count FROM document WHERE {condition} ORDER BY first_passage", values
            ).fetchall()
        if not spans:
            return np.empty(0, np.int64)
        firsts, counts = np.array(spans, np.int64).T
        before = np.cumsum(counts) - counts
        return np.repeat(firsts - before, counts) + np.arange(int(counts.sum()))

    def left_out(self, window: DateRange, sources: Sequence[str]) -> tuple[int, int]:
        """Documents that a window leaves out for want of a date, and for want of an exact one."""
        condition, values = _filters(None, self._spelled(sources))
        where = f"({condition}) AND" if condition else ""
        first = window.first.toordinal() if window.first else 0
        last = window.last.toordinal() if window.last else date.max.toordinal()
        with damage_told(self._folder):
            undated = self._db.execute(f"SELECT count(*) FROM document WHERE {where} first_day IS NULL", values)
            vague = self._db.execute(
                f"SELECT count(*) FROM document WHERE {where} first_day <= ? AND last_day >= ? "
                "AND NOT (first_day >= ? AND last_day <= ?)",
                (*values, last, first, first, last),
            )
            return int(undated.fetchone()[0]), int(vague.fetchone()[0])

    def _spelled(self, sources: Sequence[str]) -> list[str] | None:
        """The sources as the documents spell them: upper and lower case count as equal."""
        if not sources:
            return None
        wanted = {name.casefold() for name in sources}
        with damage_told(self._folder):
            known = self._db.execute("SELECT DISTINCT source FROM document WHERE source IS NOT NULL").fetchall()
        return [name for (name,) in known if name.casefold() in wanted]

    # Dense search

    def nearest(self, row: Rows, count: int, allowed: Ids | None, without: Ids) -> Candidates:
        """At least the ``count`` allowed passages, some left out, with the highest cosine to ``row`` (dim,)."""
        dense = self._open_dense()
        if allowed is not None and len(without):
            allowed, without = np.setdiff1d(allowed, without), without[:0]
        numbers, found = dense.search(row, count, allowed, np.union1d(self._removed, without))
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

    def _open_dense(self) -> DenseIndex:
        if self._dense is not None:
            return self._dense
        with damage_told(self._folder):
            file = read_file(self._db, DENSE)
            watermark = 0
            dense = DenseIndex(self.encoder.dim)
            if file is not None:
                try:
                    dense, watermark = load_dense(self._folder, file, self.encoder.dim), file.watermark
                except IndexDamaged as error:
                    self.note = f"{error}; answered from the truth, more slowly: repair it with: semsearch index"
            rows = self._db.execute("SELECT number FROM removed WHERE number <= ?", (watermark,)).fetchall()
            self._removed = np.array([number for (number,) in rows], np.int64)
            blocks = list(read_vectors(self._db, "p.number > ?", (watermark,)))
        if blocks:
            self._tail = (np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks]))
        behind = len(self._tail[0]) + len(self._removed)
        self._accelerated = file is not None and not self.note and behind <= slack(file.count)
        self._dense = dense
        return dense

    # Lexical search

    def lexical(self) -> LexicalView:
        """The terms of all passages of the snapshot."""
        if self._lexical is None:
            with damage_told(self._folder):
                rows = self._db.execute("SELECT number FROM removed").fetchall()
                removed = np.array([number for (number,) in rows], np.int64)
                self._lexical, note = open_lexical(self._folder, self._db, read_file(self._db, LEXICAL), removed)
            self.note = self.note or note
        return self._lexical

    # Vectors

    def parts(self, numbers: Ids) -> dict[int, tuple[list[Span], Rows]]:
        """The sentences of passages, as spans in the passage, and their rows if there are any."""
        with damage_told(self._folder):
            return read_parts(self._db, numbers)

    def vectors(self, numbers: Ids) -> Rows:
        """Rows (n, dim) of passages, in the order of ``numbers``. Raises IndexDamaged for a gap."""
        wanted = json.dumps(numbers.tolist())
        with damage_told(self._folder):
            blocks = list(read_vectors(self._db, "p.number IN (SELECT value FROM json_each(?))", (wanted,)))
        if not blocks:
            found, rows = np.empty(0, np.int64), np.empty((0, self.encoder.dim), np.float32)
        else:
            found, rows = np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])
        if len(found) != len(numbers):
            raise IndexDamaged(
                f"{self._folder}: {len(numbers) - len(found)} of {len(numbers)} passages that were found are not in "
                f"the truth: make it anew with: semsearch index --rebuild --index {self._folder}"
            )
        return rows[np.searchsorted(found, numbers)]

    def document_vectors(self, doc_id: str) -> Rows:
        """Rows of all passages of a document, in order. Raises UnknownDocument."""
        self.document(doc_id)
        with damage_told(self._folder):
            found = list(
                read_vectors(self._db, "p.document_id = (SELECT document_id FROM document WHERE doc_id = ?)", (doc_id,))
            )
        return np.concatenate([rows for _, rows in found])

    # Documents and passages

    def places(self, numbers: Ids) -> list[PassagePlace]:
        """Where passages stand, in the order of ``numbers``."""
        return [
            PassagePlace(*row) for row in self._passages(numbers, "p.number, p.document_id, d.doc_id, p.start, p.end")
        ]

    def texts(self, numbers: Ids) -> list[tuple[str, str]]:
        """Title and text of passages, in the order of ``numbers``."""
        columns = "p.number, d.title, substr(d.text, p.start + 1, p.end - p.start)"
        return [(title, text) for _, title, text in self._passages(numbers, columns)]

    def _passages(self, numbers: Ids, columns: str) -> list[tuple[Any, ...]]:
        """Columns of passages ``p`` and their documents ``d``, the number first, in the order of ``numbers``."""
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT {columns} FROM passage p JOIN document d USING (document_id) "
                "WHERE p.number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers.tolist()),),
            ).fetchall()
        by_number = {row[0]: row for row in rows}
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
                "SELECT p.number FROM passage p JOIN document d ON p.number >= d.first_passage "
                "AND p.number < d.first_passage + d.passage_count WHERE d.doc_id = ? AND p.start = ?",
                (doc_id, start),
            ).fetchone()
        return int(row[0])

    def document(self, doc_id: str) -> Document:
        """One document, whole. Raises UnknownDocument, naming the nearest ids."""
        with damage_told(self._folder):
            row = self._db.execute(
                "SELECT d.doc_id, d.title, d.text, d.first_day, d.last_day, d.date_precision, d.date_source, "
                "d.date_raw, d.date_ambiguous, d.source, d.url, f.path, d.line, d.multiline, d.language "
                "FROM document d JOIN file f USING (file_id) WHERE d.doc_id = ?",
                (doc_id,),
            ).fetchone()
        if row is None:
            raise UnknownDocument(self._unknown(doc_id))
        published = None if row[3] is None else published_date(row[3:9])
        return Document(row[0], row[1], row[2], published, row[9], row[10], row[11], row[12], bool(row[13]), row[14])

    def _unknown(self, doc_id: str) -> str:
        import difflib

        known = [name for (name,) in self._db.execute("SELECT doc_id FROM document LIMIT 20000")]
        near = difflib.get_close_matches(doc_id, known, 3, 0.4)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "ids are in the output of: semsearch ask … --format json"
        )
        return f"no document {doc_id[:80]!r} in {self._folder}: {hint}"

    def count_passages(self) -> int:
        """Passages in the snapshot."""
        with damage_told(self._folder):
            return int(self._db.execute("SELECT count(*) FROM passage").fetchone()[0])

    @property
    def revision(self) -> int:
        """Rises with every commit."""
        return int(meta(self._db, "revision") or 0)

    @property
    def state(self) -> str:
        """Equal for two snapshots that hold the same, of whatever folders."""
        return f"{meta(self._db, 'index_id')}:{self.revision}"

    def info(self) -> IndexInfo:
        """Counts, sources and dates."""
        with damage_told(self._folder):
            one = self._db.execute(
                "SELECT count(*), count(*) - count(first_day), min(first_day), max(last_day) FROM document"
            ).fetchone()
            publishers = self._db.execute(
                "SELECT source, count(*) FROM document WHERE source IS NOT NULL GROUP BY source "
                "ORDER BY count(*) DESC, source LIMIT 20"
            ).fetchall()
            sources = [path for (path,) in self._db.execute("SELECT path FROM source ORDER BY source_id")]
            problems = self._db.execute("SELECT count(*) FROM problem").fetchone()[0]
            self._open_dense()
            self.lexical()
        return IndexInfo(
            folder=str(self._folder),
            format=FORMAT,
            revision=self.revision,
            documents=one[0],
            passages=self.count_passages(),
            undated=one[1],
            earliest=None if one[2] is None else date.fromordinal(one[2]),
            latest=None if one[3] is None else date.fromordinal(one[3]),
            sources=sources,
            problems=problems,
            publishers=publishers,
            encoder=self.encoder,
            size=sum(path.stat().st_size for path in self._folder.iterdir() if path.is_file()),
            hemisphere=self.hemisphere,
            accelerated=self._accelerated and not self.note,
        )


COSINE_ERROR = 1e-5  # how far FAISS's float32 sums may lie from the exact cosine


def exact_cosines(rows: Rows, row: Rows) -> Scores:
    """Inner products in float64, each summed on its own: equal rows have equal scores, always."""
    return np.asarray((rows.astype(np.float64) * row.astype(np.float64)).sum(axis=1), np.float64)


def _filters(window: DateRange | None, sources: Sequence[str] | None) -> tuple[str, list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    if window is not None:
        conditions.append("first_day IS NOT NULL")
        if window.first:
            conditions.append("first_day >= ?")
            values.append(window.first.toordinal())
        if window.last:
            conditions.append("last_day <= ?")
            values.append(window.last.toordinal())
    if sources is not None:
        conditions.append(f"source IN ({', '.join('?' * len(sources))})")
        values.extend(sources)
    return " AND ".join(conditions), values


def open_snapshot(folder: Path) -> Snapshot:
    """Open an index folder for reading, as it is at this moment.

    Raises IndexMissing, IndexDamaged or FormatMismatch.
    """
    connection = connect_for_reading(folder)
    with damage_told(folder):
        encoder = read_encoder(connection)
    if encoder is None:
        connection.close()
        raise IndexMissing(f"the index in {folder} is empty: fill it with: semsearch index SOURCE --index {folder}")
    return Snapshot(folder, connection, encoder)

"""The vectors of one snapshot: those of FAISS's file, those too new for it, without those that are gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semsearch.arrays import COSINE_ERROR, Ids, Scores, Vectors, distinct, exact_cosines
from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.dense.file import DenseIndex, load_dense
from semsearch.storage.accelerators.record import AcceleratorFile, Truth, not_used, slack
from semsearch.storage.truth.recorded import check_tail, read_file
from semsearch.storage.truth.rows import RowDamaged
from semsearch.storage.truth.vectors import read_vectors

FEW = 1_000  # passages whose vectors are gathered


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages near a query, with the cosine of each, within :data:`COSINE_ERROR`.

    ``floor`` bounds the cosine of every allowed passage that is not among them; minus infinity
    where all are.
    """

    numbers: Ids
    cosines: Scores
    floor: float


class DenseView:
    """Nearest passages of a snapshot. Raises RowDamaged where passages of the truth are missing."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._looked_at = False  # its vectors
        self.note = ""  # why the file is not used
        self._open(read_file(truth.connection, "dense"), "")

    def _open(self, file: AcceleratorFile | None, distrusted: str) -> None:
        """Open the file, unless it is ``distrusted`` for what it holds."""
        truth = self._truth
        self._file, self._index, watermark = file, DenseIndex(truth.dim), 0
        if file is not None:
            try:
                if distrusted:
                    raise IndexDamaged(distrusted, where=truth.folder / file.name)
                self._index, watermark = load_dense(truth.folder, file, truth.dim), file.watermark
            except IndexDamaged as error:
                self.note = not_used(error, truth.folder)
        self._filed = self._index.numbers()
        self._covered = truth.removed_up_to(watermark)  # of what is gone, what the file has
        blocks = list(read_vectors(truth.connection, truth.dim, "p.number > ?", (watermark,)))
        nothing = np.empty(0, np.int64), np.empty((0, truth.dim), np.float32)
        self._numbers, self._vectors = (np.concatenate(each) for each in zip(nothing, *blocks, strict=True))
        check_tail(truth.connection, watermark, len(self._numbers), truth.removed)

    @property
    def accelerated(self) -> bool:
        """The file is used, and is not far behind."""
        behind = len(self._numbers) + len(self._covered)
        return self._file is not None and not self.note and behind <= slack(self._file.count)

    def nearest(self, vector: Vectors, count: int, allowed: Ids | None, without: Ids) -> Candidates:
        """At least the ``count`` allowed passages, some left out, with the highest cosine to ``vector`` (dim,)."""
        self._look_at_rows()
        if allowed is not None and len(without):
            allowed, without = np.setdiff1d(allowed, without), without[:0]
        left_out = distinct(np.concatenate([self._covered, without]))
        numbers, found = self._index.search(vector, count, allowed, left_out)
        floor = -np.inf if len(numbers) < count or not count else float(found[-1]) + COSINE_ERROR
        tail = ~np.isin(self._numbers, without)
        if allowed is not None:
            tail &= np.isin(self._numbers, allowed)
        cosines = exact_cosines(self._vectors[tail], vector)
        return Candidates(np.concatenate([numbers, self._numbers[tail]]), np.concatenate([found, cosines]), floor)

    def cosines(self, vector: Vectors, numbers: Ids) -> Scores:
        """Cosines of passages, within :data:`COSINE_ERROR`, without reading the truth."""
        if len(numbers) <= FEW:
            return self._cosines_of_few(vector, numbers)
        near = self.nearest(vector, len(numbers), numbers, numbers[:0])
        order = np.argsort(near.numbers)
        places = order[np.searchsorted(near.numbers, numbers, sorter=order)]
        return near.cosines[places]

    def _cosines_of_few(self, vector: Vectors, numbers: Ids) -> Scores:
        """The same, without a look at the vectors of all others."""
        self._look_at_rows()
        rows = np.empty((len(numbers), self._truth.dim), np.float32)
        missing = np.ones(len(numbers), np.bool_)
        for held, vectors in ((self._filed, self._index.vectors()), (self._numbers, self._vectors)):
            places = np.searchsorted(held, numbers)
            inside = np.flatnonzero(places < len(held))
            inside = inside[held[places[inside]] == numbers[inside]]
            rows[inside] = vectors[places[inside]]
            missing[inside] = False
        if missing.any():
            raise RowDamaged("passages that were found have no vector")
        return exact_cosines(rows, vector)

    def _look_at_rows(self) -> None:
        """Before the first question: a file whose vectors make no sense is not used."""
        if self._looked_at:
            return
        self._looked_at = True
        wrong = self._index.wrong_rows() if self._file is not None and self._file.hashed_at_open else ""
        if wrong:
            self._open(self._file, wrong)

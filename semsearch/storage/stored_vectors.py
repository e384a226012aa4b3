"""The vectors that the truth holds of passages and of their sentences; those of the last questions are remembered."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Span, Vectors
from semsearch.storage.remembered import Remembered
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import RowDamaged
from semsearch.storage.truth.vectors import read_sentence_vectors, read_vectors

OF_PASSAGES, OF_SENTENCES = 1 << 24, 3 << 24  # bytes that are remembered: some 9,000 and 6,000 passages of MiniLM's
OF_ENTRY, OF_SPAN = 300, 200  # bytes of an entry and of a sentence's place, beside the vectors

Sentences = tuple[list[Span], Vectors]  # of a passage, as spans in it


class StoredVectors:
    """Reads them. Raises RowDamaged for a gap, as for whatever is not as it was written."""

    def __init__(self, connection: Connection, dim: int) -> None:
        self._db = connection
        self._dim = dim
        self._passages = Remembered(self._read_passages, lambda row: OF_ENTRY + row.nbytes, OF_PASSAGES)
        self._sentences = Remembered(self._read_sentences, _bytes_of, OF_SENTENCES)

    def of_passages(self, numbers: Ids) -> Vectors:
        """Vectors (n, dim), in the order of ``numbers``."""
        wanted = numbers.tolist()
        found = self._passages.of(wanted)
        return np.array([found[number] for number in wanted], np.float32).reshape(len(wanted), self._dim)

    def of_sentences(self, numbers: Ids) -> dict[int, Sentences]:
        """The sentences of passages and their vectors, if there are any, by passage number."""
        return self._sentences.of(numbers.tolist())

    def _read_sentences(self, numbers: Sequence[int]) -> dict[int, Sentences]:
        return read_sentence_vectors(self._db, self._dim, numbers)

    def _read_passages(self, numbers: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        wanted = json.dumps(numbers)
        blocks = read_vectors(self._db, self._dim, "p.number IN (SELECT value FROM json_each(?))", (wanted,))
        found = {number: row.copy() for held, rows in blocks for number, row in zip(held.tolist(), rows, strict=True)}
        if len(found) != len(numbers):
            raise RowDamaged(f"{len(numbers) - len(found)} of {len(numbers)} passages that were found are gone")
        return found


def _bytes_of(sentences: Sentences) -> int:
    spans, rows = sentences
    return OF_ENTRY + OF_SPAN * len(spans) + rows.nbytes

"""The stored vectors of passages and of their sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Span, Vectors
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import AT_ONCE, RowDamaged, ascending, stored, whole

UNIT_ERROR = 2e-3  # how far the squared length of a stored row may be from 1


SENTENCE_ERROR = 2e-2  # the rows of sentences are float16


_SPAN_BYTES = 8  # of two int32


def read_vectors(
    connection: Connection, dim: int, condition: str, values: Sequence[object]
) -> Iterator[tuple[Ids, Vectors]]:
    """Passage numbers and their rows (n, dim), in blocks, for passages ``p`` under an SQL condition.

    Raises RowDamaged, for a row of another size or length too.
    """
    cursor = connection.execute(
        f"SELECT {stored('passage', 'p.')}, {stored('vector', 'v.')} "
        f"FROM passage p JOIN vector v USING (text_sha256) WHERE {condition} ORDER BY p.number",
        values,
    )
    last = 0
    while block := [(row[0], row[-2]) for row in whole(cursor.fetchmany(AT_ONCE), "passage", "vector")]:
        numbers = ascending([number for number, _ in block], last, "passage")
        last = int(numbers[-1])
        if any(len(row) != 4 * dim for _, row in block):
            raise RowDamaged(f"a vector is not of {dim} dimensions")
        rows = np.frombuffer(b"".join([row for _, row in block]), "<f4").reshape(len(block), dim)
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.einsum("ij,ij->i", rows, rows)
        if not (np.abs(lengths - 1) < UNIT_ERROR).all():
            raise RowDamaged("a vector is not of length 1")
        yield numbers, rows


def read_sentence_vectors(
    connection: Connection, dim: int, numbers: Sequence[int]
) -> dict[int, tuple[list[Span], Vectors]]:
    """The sentences of passages and their rows, by passage number; no rows where the encoder gives none.

    Raises RowDamaged for sentences that do not follow one another, and rows of another size or length. Where a passage
    ends is looked at where its text is.
    """
    cursor = connection.execute(
        f"SELECT p.number, {stored('sentences', 's.')} "
        "FROM passage p JOIN sentences s USING (text_sha256) WHERE p.number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers),),
    )
    read = [(number, spans, rows) for number, _, spans, rows, _ in whole(cursor, "sentences", before=1)]
    counts = [len(spans) // _SPAN_BYTES for _, spans, _ in read]
    if any(len(rows) not in (0, 2 * dim * count) for (_, _, rows), count in zip(read, counts, strict=True)):
        raise RowDamaged(f"vectors of sentences are not of {dim} dimensions")
    spans = np.frombuffer(b"".join([spans for _, spans, _ in read]), "<i4").reshape(-1, 2)
    ends = np.cumsum([0, *counts])
    if not all(counts) or not _in_order(spans, ends[1:-1]):
        raise RowDamaged("sentences of a passage are not in order")
    rows = np.frombuffer(b"".join([rows for _, _, rows in read]), "<f2").astype(np.float32).reshape(-1, dim)
    if not (np.abs(np.einsum("ij,ij->i", rows, rows) - 1) < SENTENCE_ERROR).all():
        raise RowDamaged("a vector of a sentence is not of length 1")
    found, listed, at = {}, spans.tolist(), 0
    for (number, _, held), begin, end in zip(read, ends.tolist(), ends[1:].tolist(), strict=False):
        own = rows[at : at + end - begin].copy() if held else rows[:0]  # a copy: one may be kept, all are many
        at += len(own)
        found[number] = ([(first, last) for first, last in listed[begin:end]], own)
    if len(found) != len(numbers):
        raise RowDamaged(f"the sentences of {len(numbers) - len(found)} passages are gone")
    return found


def _in_order(spans: NDArray[np.int32], breaks: Ids) -> bool:
    """Whether spans (n, 2) are not empty, and each begins where the one before ends or later, but at ``breaks``."""
    if not len(spans):
        return True
    rising = spans[1:, 0] >= spans[:-1, 1]
    rising[breaks - 1] = True
    return bool(rising.all() and (spans[:, 0] < spans[:, 1]).all() and spans.min() >= 0)

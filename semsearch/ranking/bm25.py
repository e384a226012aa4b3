"""BM25 of every row at once, from exact counts (Robertson and Zaragoza 2009, with Lucene's positive idf).

For a word ``t`` in a row of length ``l``, ``n`` of the ``N`` allowed rows holding it, and the allowed rows
``m`` long in the mean::

    idf(t) ** RARITY  *  tf (K1 + 1) / (tf + K1 (1 - B + B l / m)),   idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))

A word that a question has several times counts as often. A word that nothing holds still counts in the bound, so
``score / bound`` says how much of the question is covered. Of a long question no passage covers much: there the
share is ``lifted``, so that words keep their weight beside what else speaks for a passage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Ids, Mask, Postings, Scores, Stem

F = TypeVar("F", float, Scores, NDArray[np.float32])
K1 = 0.9
B = 0.6
FREQUENT = 8  # a term is frequent that one row in so many has
MOST_KNOWN = 100  # frequent terms that are remembered: a megabyte each for 250,000 rows
TYPICAL = 8  # words of a question whose share is not lifted
LIFT = 0.75  # how much of what a longer question has beyond these is made good
RARITY = 1.25  # a rare word says more than its idf: chosen with the weights, see DECISIONS.md


class Block:
    """Some of the rows to be scored: their lengths, and which are allowed (None: all).

    One that is scored again ``remembers`` what it can; it must be scored with the same other blocks.
    """

    def __init__(self, lengths: Counts, allowed: Mask | None, *, remembers: bool = False) -> None:
        counted = lengths if allowed is None else lengths[allowed]
        self.lengths = lengths
        self.allowed = allowed
        self.count = len(counted)
        self.total = int(counted.sum(dtype=np.int64))  # terms in the rows that are allowed
        self.remembers = remembers
        self._mean = 0.0
        self._slopes: NDArray[np.float32] | None = None  # the divisor of every row, less tf
        self._known: dict[str, NDArray[np.float32]] = {}

    def holding(self, postings: Postings) -> int:
        """How many of the allowed rows are among some."""
        rows = postings[0]
        return len(rows) if self.allowed is None else int(np.count_nonzero(self.allowed[rows]))

    def add(
        self,
        scores: NDArray[np.float32],
        term: str,
        postings: Postings,
        mean: float,
        by: np.float32,
        times: float = 1,
    ) -> None:
        """Add a term's part to the scores of all rows, as often as the question has it."""
        rows, counts = postings
        if self.remembers and len(rows) * FREQUENT > len(scores):
            if term not in self._known:
                if len(self._known) >= MOST_KNOWN:
                    self._known.pop(next(iter(self._known)))
                self._known[term] = np.zeros(len(scores), np.float32)
                self._known[term][rows] = self._part(rows, counts, mean, by)
            scores += self._known[term] if times == 1 else self._known[term] * np.float32(times)
        elif len(rows):
            places = rows.astype(np.intp)  # once, not at each use
            np.add.at(
                scores, places, self._part(places, counts, mean, by * np.float32(times))
            )  # faster than scores[places] +=

    def _part(self, rows: Ids | Counts, counts: NDArray[np.uint16], mean: float, by: np.float32) -> NDArray[np.float32]:
        """``by`` tf / (tf + K1 (1 - B + B l / m)) of some rows."""
        if self._slopes is None or mean != self._mean:
            self._mean = mean
            self._slopes = self.lengths.astype(np.float32)
            self._slopes *= np.float32(K1 * B / max(mean, 1e-9))
            self._slopes += np.float32(K1 * (1 - B))
        times = counts.astype(np.float32)
        below = self._slopes.take(rows, mode="clip")  # another mode takes longer
        below += times
        times /= below
        times *= by
        return times


@dataclass(frozen=True, slots=True)
class Bm25:
    """Scores of all rows, what a row could have at most, and by how much a share of that is to be lifted."""

    scores: NDArray[np.float32]
    bound: float
    lift: float = 1.0


def bm25(
    blocks: Sequence[Block],
    words: Sequence[Sequence[Stem]],
    room: NDArray[np.float32],
    counts: Sequence[float] | None = None,
) -> Bm25:
    """Score all rows of all blocks, those that are not allowed with 0.

    ``words`` has the stems of each word of the question, one for each language of the documents; ``room``
    takes the scores: the system gives new memory more slowly than it is filled. ``counts`` are how often a long
    question has each word; without them each counts once.
    """
    count = sum(block.count for block in blocks)
    mean = sum(block.total for block in blocks) / max(count, 1)
    room.fill(0.0)
    ends = np.cumsum([len(block.lengths) for block in blocks], dtype=np.int64)
    scores = [room[end - len(block.lengths) : end] for block, end in zip(blocks, ends, strict=True)]
    bounds = []
    for stems, times in zip(words, counts or (1,) * len(words), strict=True):
        best = 0.0
        for stem in stems:
            holding = sum(block.holding(found) for block, found in zip(blocks, stem.postings, strict=True))
            if not holding and len(stems) > 1:
                continue  # a stem of another language
            weight = word_weight(count, holding)
            best = max(best, weight)
            for score, block, found in zip(scores, blocks, stem.postings, strict=True):
                block.add(score, stem.term, found, mean, np.float32(weight * (K1 + 1)), times)
        bounds.append((best or word_weight(count, 0)) * (K1 + 1))
    for score, block in zip(scores, blocks, strict=True):
        if block.allowed is not None:
            score[~block.allowed] = 0
    if counts is None:
        return Bm25(room, sum(bounds))
    bound = sum(each * times for each, times in zip(bounds, counts, strict=True))
    return Bm25(room, bound, max(bound / max(sum(sorted(bounds)[-TYPICAL:]), 1e-9), 1.0) ** LIFT)


def lifted(shares: F, lift: float) -> F:
    """Shares of a bound, 0 to 1, those of a long question in the middle higher: their order stays.

    >>> lifted(np.array([0.0, 0.2, 1.0]), 4.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return shares if lift == 1 else lift * shares / (1 + (lift - 1) * shares)


def word_weight(count: int, holding: int) -> float:
    """What a word counts that ``holding`` of ``count`` rows have."""
    return float(math.log(1 + (count - holding + 0.5) / (holding + 0.5)) ** RARITY)

"""BM25 of every row at once, from exact counts (Robertson and Zaragoza 2009, with Lucene's positive idf).

For a word ``t`` in a row of length ``l``, ``n`` of the ``N`` allowed rows holding it, and the allowed rows
``m`` long in the mean::

    idf(t) ** RARITY  *  tf (K1 + 1) / (tf + K1 (1 - B + B l / m)),   idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))

A word that nothing holds still counts in the bound, so ``score / bound`` says how much of the question is covered.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Mask, Postings

K1 = 0.9
B = 0.6
RARITY = 1.25  # a rare word says more than its idf: chosen with the weights, see DECISIONS.md


@dataclass(frozen=True, slots=True)
class Rows:
    """Some of the rows to be scored: their lengths, and which are allowed (None: all)."""

    lengths: Counts
    allowed: Mask | None


@dataclass(frozen=True, slots=True)
class Bm25:
    """Scores of all rows, and what a row could have at most."""

    scores: NDArray[np.float32]
    bound: float

    @property
    def coverage(self) -> NDArray[np.float32]:
        """The share of the question that each row covers, 0 to 1."""
        return self.scores / np.float32(self.bound) if self.bound else self.scores


def bm25(blocks: Sequence[Rows], words: Sequence[Sequence[Sequence[Postings]]]) -> Bm25:
    """Score all rows of all blocks, those that are not allowed with 0.

    ``words`` has, for each word of the question, for each of its stems, its postings in each block.
    """
    count = sum(_count(block) for block in blocks)
    mean = sum(_length(block) for block in blocks) / max(count, 1)
    slopes = [_slope(block.lengths, mean) for block in blocks]
    scores = [np.zeros(len(block.lengths), np.float32) for block in blocks]
    bound = 0.0
    for stems in words:
        best = 0.0
        for postings in stems:
            holding = sum(_holding(block, found) for block, found in zip(blocks, postings, strict=True))
            if not holding and len(stems) > 1:
                continue  # a stem of another language
            weight = word_weight(count, holding)
            best = max(best, weight)
            for score, slope, (rows, counts) in zip(scores, slopes, postings, strict=True):
                _add(score, slope, rows, counts, weight)
        bound += (best or word_weight(count, 0)) * (K1 + 1)
    for score, block in zip(scores, blocks, strict=True):
        if block.allowed is not None:
            score[~block.allowed] = 0
    return Bm25(np.concatenate([*scores, np.empty(0, np.float32)]), bound)


def word_weight(count: int, holding: int) -> float:
    """What a word counts that ``holding`` of ``count`` rows have."""
    return float(math.log(1 + (count - holding + 0.5) / (holding + 0.5)) ** RARITY)


def _add(
    scores: NDArray[np.float32], slope: NDArray[np.float32], rows: Counts, counts: NDArray[np.uint16], weight: float
) -> None:
    if not len(rows):
        return
    times = counts.astype(np.float32)
    times /= times + slope[rows]
    times *= np.float32(weight * (K1 + 1))
    scores[rows] += times


def _slope(lengths: Counts, mean: float) -> NDArray[np.float32]:
    """K1 (1 - B + B l / m) of every row."""
    return np.asarray(
        lengths.astype(np.float32) * np.float32(K1 * B / max(mean, 1e-9)) + np.float32(K1 * (1 - B)), np.float32
    )


def _count(block: Rows) -> int:
    return len(block.lengths) if block.allowed is None else int(np.count_nonzero(block.allowed))


def _length(block: Rows) -> int:
    lengths = block.lengths if block.allowed is None else block.lengths[block.allowed]
    return int(lengths.sum(dtype=np.int64))


def _holding(block: Rows, postings: Postings) -> int:
    rows = postings[0]
    return len(rows) if block.allowed is None else int(np.count_nonzero(block.allowed[rows]))

"""One score of what the encoder and the words say: a weighted sum of parts, each on a scale of its own.

Each part lies between 0 and 1 whatever the other passages are: a cosine cut at 0, or the share of the
question's words that BM25 finds covered. So the sum does too, and compares between questions. The weights
were chosen on judged questions: scripts/bench fusion, and DECISIONS.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from semsearch.arrays import Scores
from semsearch.ranking.bm25 import lifted
from semsearch.ranking.time_factors import TimeFactors, bounded, timed
from semsearch.records import Mode, Signal


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part counts; they sum to 1."""

    passage: float  # cosine of question and passage
    sentence: float  # cosine of question and the passage's nearest sentence
    words: float  # words of the question in the passage
    document: float  # words of the question in the whole document

    @property
    def dense(self) -> float:
        """Both cosines: what the first stage gives to the passage's alone."""
        return self.passage + self.sentence


WEIGHTS: Mapping[Mode, Weights] = {
    "hybrid": Weights(0.275, 0.275, 0.225, 0.225),
    "dense": Weights(1, 0, 0, 0),
    "lexical": Weights(0, 0, 0.5, 0.5),
}


Bound = tuple[float, float]  # what a value could be at most for this question, and how its share is lifted


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for some passages, each array (passages,); None where the mode does not look at it."""

    weights: Weights
    cosine: Scores | None
    sentence: Scores | None  # cosine of the nearest sentence; of the passage where sentences have no rows
    words: Scores | None  # BM25 of the passage
    document: Scores | None  # BM25 of the document
    words_bound: Bound = (0.0, 1.0)
    document_bound: Bound = (0.0, 1.0)
    time: TimeFactors | None = None

    def relevance(self) -> Scores:
        """The sum of the parts, 0 to 1: what a passage says to the question, whenever it is from."""
        shares = [weight * _scaled(values, bound) for _, values, weight, bound in self._parts()]
        return np.asarray(sum(shares[1:], shares[0]), np.float64)

    def relevance_of(self, at: int) -> float:
        """That of one passage."""
        shares = [weight * _share(float(values[at]), bound) for _, values, weight, bound in self._parts()]
        return sum(shares[1:], shares[0])

    def scores(self) -> Scores:
        """The score of each passage, 0 to 1, higher is better."""
        return timed(self.relevance(), self.time)

    def signals(self, at: int) -> tuple[Signal, ...]:
        """What the score of one passage is made of."""
        signals = [
            Signal(name, float(values[at]), weight, weight * _share(float(values[at]), bound))
            for name, values, weight, bound in self._parts()
        ]
        score = sum(signal.share for signal in signals)
        for name, fit, floor in () if self.time is None else self.time.named():
            taken = score * (float(bounded(fit[at : at + 1], floor)[0]) - 1)
            signals.append(Signal(name, float(fit[at]), 0.0, taken))
            score += taken
        return tuple(signals)

    def _parts(self) -> list[tuple[str, Scores, float, Bound]]:
        """Name, values, weight and bound of what counts."""
        parts = (
            ("passage", self.cosine, self.weights.passage, (1.0, 1.0)),
            ("sentence", self.sentence, self.weights.sentence, (1.0, 1.0)),
            ("words", self.words, self.weights.words, self.words_bound),
            ("article", self.document, self.weights.document, self.document_bound),
        )
        return [(name, values, weight, bound) for name, values, weight, bound in parts if weight and values is not None]


def _share(value: float, bound: Bound) -> float:
    """What :func:`_scaled` makes of one value."""
    most, lift = bound
    return lifted(min(max(value / most, 0.0), 1.0), lift) if most else 0.0


def _scaled(values: Scores, bound: Bound) -> Scores:
    """Values as shares of the highest possible one; opposite meanings count like unrelated ones."""
    most, lift = bound
    return lifted(np.clip(values / most, 0.0, 1.0), lift) if most else np.zeros_like(values)

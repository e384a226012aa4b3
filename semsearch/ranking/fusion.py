"""One score of what the encoder and the words say: a weighted sum of parts, each on a scale of its own.

Each part lies between 0 and 1 whatever the other passages are: a cosine cut at 0, or the share of the
question's words that BM25 finds covered. So the sum does too, and compares between questions. The weights
were chosen on judged questions: scripts/bench fusion, and DECISIONS.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from semsearch.records import Mode, Signal


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part counts; they sum to 1."""

    passage: float  # cosine of question and passage
    sentence: float  # cosine of question and the passage's nearest sentence
    words: float  # words of the question in the passage
    article: float  # words of the question in the whole article

    @property
    def dense(self) -> float:
        """Both cosines: what the first stage gives to the passage's alone."""
        return self.passage + self.sentence


WEIGHTS: Mapping[Mode, Weights] = {
    "hybrid": Weights(0.275, 0.275, 0.225, 0.225),
    "dense": Weights(1, 0, 0, 0),
    "lexical": Weights(0, 0, 0.5, 0.5),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for a passage. A cosine or a BM25 value is None where the mode does not look at it."""

    weights: Weights
    cosine: float | None
    sentence: float | None  # cosine of the nearest sentence; of the passage where sentences have no rows
    words: float | None  # BM25 of the passage
    words_bound: float  # what that could be at most for this question
    article: float | None  # BM25 of the article
    article_bound: float

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The parts of the score, those that count nothing left out."""
        parts = (
            ("passage", self.cosine, self.weights.passage, 1.0),
            ("sentence", self.sentence, self.weights.sentence, 1.0),
            ("words", self.words, self.weights.words, self.words_bound),
            ("article", self.article, self.weights.article, self.article_bound),
        )
        return tuple(
            Signal(name, value, weight, weight * min(max(value, 0.0) / bound, 1.0) if bound else 0.0)
            for name, value, weight, bound in parts
            if weight and value is not None
        )

    @property
    def score(self) -> float:
        """0 to 1, higher is better."""
        return math.fsum(signal.share for signal in self.signals)

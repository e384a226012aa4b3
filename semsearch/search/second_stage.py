"""The second stage: the passages that lead are scored with all there is of them, their sentences too."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Scores, Vectors, exact_cosines
from semsearch.ranking import Evidence, Ranked
from semsearch.ranking.fusion import Weights
from semsearch.ranking.time_factors import TimeFactors
from semsearch.search.question_words import WordScores
from semsearch.storage.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Basis:
    """All that a question is ranked by, among what it may find."""

    weights: Weights
    vector: Vectors | None
    words: WordScores | None
    allowed: Ids | None  # passages that filters and operators let through; None: all
    without: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    time: TimeFactors | None = None
    factors: NDArray[np.float32] | None = None  # of the time, for every row

    def at(self, time: TimeFactors | None) -> Basis:
        """The same at a time that is asked for."""
        return replace(self, time=time, factors=None if time is None else time.factors())


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages that lead the first stage."""

    numbers: Ids
    cosines: Scores  # NaN where there is no vector to compare with


class SecondStage:
    """Scores some passages of a snapshot whole."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def score(self, pool: Pool, basis: Basis) -> list[Ranked]:
        """The passages of a pool with all that is seen of them, in their order."""
        vector, words, weights = basis.vector, basis.words, basis.weights
        rows = self._snapshot.lexical().rows(pool.numbers) if words is not None or basis.time is not None else None
        evidence = Evidence(
            weights,
            None if vector is None else pool.cosines,
            None if vector is None else self._nearest_sentences(pool, weights, vector),
            None if words is None else words.passage.scores[rows].astype(np.float64),
            None if words is None else words.document.scores[words.owners[rows]].astype(np.float64),
            (0.0, 1.0) if words is None else (words.passage.bound, words.passage.lift),
            (0.0, 1.0) if words is None else (words.document.bound, words.document.lift),
            None if basis.time is None or rows is None else basis.time.of(rows),
        )
        places = self._snapshot.documents.places(pool.numbers)
        return [
            Ranked(score, place.doc_id, place.start, place.end, place.number, evidence, at)
            for at, (score, place) in enumerate(zip(evidence.scores().tolist(), places, strict=True))
        ]

    def _nearest_sentences(self, pool: Pool, weights: Weights, vector: Vectors) -> Scores:
        """The cosine of each passage's nearest sentence; of the passage where its sentences have no rows."""
        nearest = pool.cosines.copy()
        if not weights.sentence:
            return nearest
        parts = self._snapshot.sentence_vectors(pool.numbers)
        found = [parts[number][1] for number in pool.numbers.tolist()]
        counts = np.array([len(rows) for rows in found])
        if counts.sum():
            held = np.flatnonzero(counts)
            cosines = exact_cosines(np.concatenate([found[at] for at in held]), vector)
            nearest[held] = np.maximum.reduceat(cosines, np.cumsum(counts[held]) - counts[held])
        return nearest

"""Passages to hits: a document is represented by its best passages, ties are broken by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from semsearch.ranking.fusion import Evidence
from semsearch.records import Signal


@dataclass(frozen=True, slots=True)
class Ranked:
    """A scored passage. The order of two passages depends on nothing but what stands here."""

    score: float
    doc_id: str
    start: int
    end: int
    number: int
    evidence: Evidence
    at: int  # its place there

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What the score is made of."""
        return self.evidence.signals(self.at)

    @property
    def relevance(self) -> float:
        """The score without the factors of time."""
        return float(self.evidence.relevance()[self.at])

    @property
    def key(self) -> tuple[float, str, int]:
        """Sorts best first; equal scores by document id, then by place in the document."""
        return -self.score, self.doc_id, self.start


def merge_documents(passages: Iterable[Ranked], per_document: int) -> list[Ranked]:
    """All passages best first, at most ``per_document`` of each document."""
    taken: Counter[str] = Counter()
    kept = []
    for passage in sorted(passages, key=lambda ranked: ranked.key):
        taken[passage.doc_id] += 1
        if taken[passage.doc_id] <= per_document:
            kept.append(passage)
    return kept

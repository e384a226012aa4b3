"""Passages to hits: a document is represented by its best passages, ties are broken by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from semsearch.ranking.fusion import Evidence
from semsearch.records import Signal

NEARLY = 0.9  # of the score of the passage that is shown
LEADING = 50  # hits that say so: later ones would never be looked at


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
    more: int = 0  # passages of its document that were left out, and score nearly as much

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What the score is made of."""
        return self.evidence.signals(self.at)

    @property
    def relevance(self) -> float:
        """The score without the factors of time."""
        return self.evidence.relevance_of(self.at)

    @property
    def key(self) -> tuple[float, str, int]:
        """Sorts best first; equal scores by document id, then by place in the document."""
        return -self.score, self.doc_id, self.start


def merge_documents(passages: Iterable[Ranked], per_document: int) -> list[Ranked]:
    """All passages best first, at most ``per_document`` of each document; the last says how many more are as good."""
    taken: Counter[str] = Counter()
    kept = list[Ranked]()
    last, more = dict[str, int](), Counter[int]()  # of each document, the place of its last passage
    for passage in sorted(passages, key=lambda ranked: ranked.key):
        taken[passage.doc_id] += 1
        if taken[passage.doc_id] <= per_document:
            last[passage.doc_id] = len(kept)
            kept.append(passage)
        elif passage.score >= NEARLY * kept[last[passage.doc_id]].score:
            more[last[passage.doc_id]] += 1
    for place, count in more.items():
        if place < LEADING:
            kept[place] = replace(kept[place], more=count)
    return kept

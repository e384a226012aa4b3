"""The first hits with what a cross-encoder makes of them.

It reads question and passage together, and knows nothing of time or of the article: what it says is added to the score,
under the time's factor, and does not take its place. ``score + factor * FUSED * logit``: by measurements on five judged
sets 0.02 to 0.03 gains on each, and its own order alone loses where a time is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from semsearch.arrays import Scores
from semsearch.records import Answer, Hit, Signal

if TYPE_CHECKING:
    from semsearch.encoders.reranker import Reranker

FUSED = 0.025  # of the score for each unit of the logit
MOST = 12.0  # that a logit counts
RERANKED = 30  # passages that a cross-encoder reads, or as many as are wanted


class Reranking:
    """Keeps the cross-encoders that were asked for."""

    def __init__(self) -> None:
        self._rerankers: dict[str, Reranker] = {}

    def order(self, answer: Answer, question: str, model: str) -> Answer:
        """The hits in a cross-encoder's order, and as many as were asked for."""
        if model not in self._rerankers:
            self._rerankers[model] = _open(model)
        texts = [hit.text if hit.start == 0 else f"{hit.document.title}\n{hit.text}" for hit in answer.hits]
        found = self._rerankers[model].score(question, texts) if texts else np.empty(0)
        hits = [_fused(hit, float(logit)) for hit, logit in zip(answer.hits, _logits(found), strict=True)]
        hits.sort(key=lambda hit: (-hit.score, hit.rank))
        return replace(
            answer, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits[: answer.query.top], 1))
        )


def _logits(shares: Scores) -> Scores:
    """The model's own numbers, of shares of 0 to 1."""
    return np.clip(np.log((safe := np.clip(shares, 1e-12, 1 - 1e-12)) / (1 - safe)), -MOST, MOST)


def _fused(hit: Hit, logit: float) -> Hit:
    relevance = sum(signal.share for signal in hit.signals if signal.weight)
    factor = hit.score / relevance if relevance else 1.0
    share = min(max(hit.score + factor * FUSED * logit, 0.0), 1.0) - hit.score
    return replace(hit, score=hit.score + share, signals=(*hit.signals, Signal("rerank", logit, FUSED, share)))


def _open(model: str) -> Reranker:
    from semsearch.encoders.reranker import Reranker

    return Reranker(model)

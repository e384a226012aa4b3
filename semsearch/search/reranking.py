"""The first hits in the order of a cross-encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from semsearch.records import Answer, Signal

if TYPE_CHECKING:
    from semsearch.encoders.reranker import Reranker

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
        scores = self._rerankers[model].score(question, texts) if texts else np.empty(0)
        order = sorted(range(len(texts)), key=lambda at: (-scores[at], at))[: answer.query.top]
        hits = []
        for rank, at in enumerate(order, 1):
            score = float(scores[at])
            signals = (Signal("rerank", score, 1.0, score),)
            hits.append(replace(answer.hits[at], rank=rank, score=score, signals=signals))
        return replace(answer, hits=tuple(hits))


def _open(model: str) -> Reranker:
    from semsearch.encoders.reranker import Reranker

    return Reranker(model)

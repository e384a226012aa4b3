"""Whether anything in the index seems to answer the question at all."""

from __future__ import annotations

from collections.abc import Mapping

from semsearch.records import Mode

# The best score below which an answer is called weak, for each model on which it was measured
# (scripts/bench strength). Scores of other models lie elsewhere, so nothing is said of them.
STRONG_SCORE: Mapping[str, Mapping[Mode, float]] = {
    "all-MiniLM-L6-v2": {"hybrid": 0.36, "dense": 0.48},
}


def is_strong(best: float | None, mode: Mode, model: str) -> bool:
    """True where the ``best`` hit's score (None: no hit) is one that right answers have, as far as is known."""
    return best is not None and best >= STRONG_SCORE.get(model, {}).get(mode, 0.0)

"""Whether anything in the index seems to answer the question at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The best cosine below which an answer is called weak, for each model on which it was measured
# (scripts/bench strength). Cosines of other models lie elsewhere, so nothing is said of them.
STRONG_COSINE: Mapping[str, float] = {"all-MiniLM-L6-v2": 0.40}


def is_strong(cosines: Sequence[float], model: str) -> bool:
    """True where the best hit's cosine is one that right answers have, as far as the model is known."""
    return bool(cosines) and max(cosines) >= STRONG_COSINE.get(model, -1.0)

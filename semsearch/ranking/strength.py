"""Whether anything in the index seems to answer the question at all."""

from __future__ import annotations

from collections.abc import Sequence

STRONG_COSINE = 0.35


def is_strong(cosines: Sequence[float]) -> bool:
    """True where the best hit's cosine is one that right answers have (DECISIONS.md has the figures)."""
    return bool(cosines) and max(cosines) >= STRONG_COSINE

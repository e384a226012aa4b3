"""Stories: near copies of one text take one place in an answer, and are counted there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.ranking.merging import Ranked
from semsearch.sketches import Sketched, likeness

SAME_WORDS = 0.8  # of the shingles
SAME_NUMBERS = 0.8
SAME_DAYS = 7  # between two publications; a text that comes again later is news again


def collapse(ranked: Sequence[Ranked], documents: Sequence[Sketched]) -> list[Ranked]:
    """The first of each story, in their order; each passage is given with its document.

    A document without a sketch is a story of its own.
    """
    kept: list[Ranked] = []
    leads: dict[str, bool] = {}
    leaders: list[Sketched] = []
    for passage, document in zip(ranked, documents, strict=True):
        if document.doc_id not in leads:
            leads[document.doc_id] = not any(near_copies(document, leaders))
            if leads[document.doc_id] and document.sketch is not None:
                leaders.append(document)
        if leads[document.doc_id]:
            kept.append(passage)
    return kept


def near_copies(one: Sketched, others: Sequence[Sketched]) -> list[bool]:
    """Which of some documents are near copies of one; those without a sketch never are."""
    held = {at: other.sketch for at, other in enumerate(others) if other.sketch is not None}
    found = [False] * len(others)
    if one.sketch is None or not held:
        return found
    words, numbers = likeness(one.sketch, np.stack(list(held.values())))
    for at, same_words, same_numbers in zip(held, words.tolist(), numbers.tolist(), strict=True):
        found[at] = same_words >= SAME_WORDS and same_numbers >= SAME_NUMBERS and _near(one.day, others[at].day)
    return found


def _near(one: int | None, other: int | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_DAYS

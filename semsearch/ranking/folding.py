"""Stories: near-duplicates of one text take one place in an answer, and are counted there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.ranking.merging import Ranked
from semsearch.text.sketches import Sketched, likeness

SAME_WORDS = 0.8  # of the shingles
SAME_NUMBERS = 0.8
SAME_DAYS = 7  # between two publications; a text that comes again later is news, but for one that is the same


def collapse(ranked: Sequence[Ranked], documents: Sequence[tuple[Sketched, Sequence[int]] | None]) -> list[Ranked]:
    """The first of each story, in their order.

    Each passage is given with the sketch of its document and keys: only documents that share one are compared.
    One without a sketch is a story of its own.
    """
    kept: list[Ranked] = []
    leads: dict[str, bool] = {}
    leaders: dict[int, list[Sketched]] = {}  # by key
    for passage, document in zip(ranked, documents, strict=True):
        if document is not None and passage.doc_id not in leads:
            own, keys = document
            near = {leader.doc_id: leader for key in keys for leader in leaders.get(key, ())}
            leads[passage.doc_id] = not near or not any(near_copies(own, list(near.values())))
            for key in keys if leads[passage.doc_id] else ():
                leaders.setdefault(key, []).append(own)
        if leads.get(passage.doc_id, True):
            kept.append(passage)
    return kept


def near_copies(one: Sketched, others: Sequence[Sketched]) -> list[bool]:
    """Which of some documents are near-duplicates of one; those without a sketch never are."""
    held = {at: other.sketch for at, other in enumerate(others) if other.sketch is not None}
    found = [False] * len(others)
    if one.sketch is None or not held:
        return found
    words, numbers = likeness(one.sketch, np.array(list(held.values())))
    for at, same_words, same_numbers in zip(held, words.tolist(), numbers.tolist(), strict=True):
        alike = same_words >= SAME_WORDS and same_numbers >= SAME_NUMBERS
        found[at] = alike and (_near(one.day, others[at].day) or min(same_words, same_numbers) == 1)
    return found


def _near(one: int | None, other: int | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_DAYS

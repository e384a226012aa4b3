"""Two periods side by side: the best passages of each, which of them have no like in the other, and their words.

A passage is new, or gone, where none that answers in the other period is near it in meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from semsearch.errors import UsageError
from semsearch.records import Answer, DateRange, Hit, Query
from semsearch.search.distinctive import distinctive
from semsearch.search.local import LocalIndex

LOOKED_AT = 50  # best passages of each period
ALIKE = 0.6  # the cosine of two passages that say much the same
NEAR_BEST = 0.6  # of the best score of both periods a passage has at least to be compared


@dataclass(frozen=True, slots=True)
class Side:
    """One period: its hits, which of them the other period has nothing like, and the words that are its own."""

    window: DateRange
    words: str  # as the user named the period
    answer: Answer
    own: tuple[bool, ...]  # for each hit
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two periods say to a question; ``b`` is the later as a user names it."""

    query: Query
    a: Side
    b: Side


def compare_periods(index: LocalIndex, query: Query, a: str, b: str) -> Comparison:
    """Ask a question of two periods. Raises UsageError for a period that is none."""
    query = replace(query, use_time=False)
    windows = [index.period(text, name) for text, name in ((a, "--a"), (b, "--b"))]
    if windows[0] == windows[1]:
        raise UsageError(f"--a {a} and --b {b} are the same days: name two periods")
    answers = [
        index.answer(replace(query, window=window, window_words=text, top=max(LOOKED_AT, query.top)))
        for window, text in zip(windows, (a, b), strict=True)
    ]
    best = max((hit.score for answer in answers for hit in answer.hits), default=0.0)
    fitting = [[hit for hit in answer.hits if hit.score >= NEAR_BEST * best] for answer in answers]
    own = _own(index, fitting)
    terms = distinctive(fitting, query.text)
    sides = [
        Side(
            window,
            text,
            replace(answer, hits=tuple(hits[: query.top])),
            tuple(alone[: query.top]),
            tuple(words),
        )
        for window, text, answer, hits, alone, words in zip(windows, (a, b), answers, fitting, own, terms, strict=True)
    ]
    return Comparison(query, sides[0], sides[1])


def _own(index: LocalIndex, sides: Sequence[Sequence[Hit]]) -> list[list[bool]]:
    """For each hit of each side, whether no hit of the other is near it."""
    if not sides[0] or not sides[1]:
        return [[True] * len(side) for side in sides]
    vectors = [index.vectors(side) for side in sides]
    cosines = vectors[0] @ vectors[1].T
    return [(cosines.max(axis=1) < ALIKE).tolist(), (cosines.max(axis=0) < ALIKE).tolist()]

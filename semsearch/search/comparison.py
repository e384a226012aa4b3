"""Two periods side by side: the best passages of each, which of them have no like in the other, and their words.

A passage is new, or gone, where none that answers in the other period is near it in meaning. Words are chosen by
their weighted log-odds with a Dirichlet prior (Monroe, Colaresi and Quinn 2008), over the best passages of both.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from semsearch.errors import UsageError
from semsearch.records import Answer, DateRange, Hit, Query
from semsearch.search.local import LocalIndex
from semsearch.text.analysis import UNKNOWN, Analyzer
from semsearch.text.stopwords import FREQUENT

LOOKED_AT = 50  # best passages of each period
ALIKE = 0.6  # the cosine of two passages that say much the same
NEAR_BEST = 0.6  # of the best score of both periods a passage has at least to be compared
MOST_WORDS = 10
LEAST_Z = 0.8  # of a word's log-odds
PRIOR = 0.1  # of a word's frequency in both that is taken as known before
_WORD = re.compile(r"[^\W\d_]{3,}")


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
    terms = _terms(fitting)
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


def _terms(sides: Sequence[Sequence[Hit]]) -> list[list[str]]:
    """The words by which each side stands out, the strongest first."""
    counts, shown = [Counter[str](), Counter[str]()], dict[str, Counter[str]]()
    for count, hits in zip(counts, sides, strict=True):
        for hit in hits:
            for stem, word in _words_of(hit):
                count[stem] += 1
                shown.setdefault(stem, Counter())[word] += 1
    scores = log_odds(*counts)
    found = []
    for sign in (1, -1):
        ranked = sorted(scores, key=lambda stem: (-sign * scores[stem], stem))
        strong = [stem for stem in ranked if sign * scores[stem] >= LEAST_Z][:MOST_WORDS]
        found.append([min(shown[stem].items(), key=lambda item: (-item[1], item[0]))[0] for stem in strong])
    return found


def _words_of(hit: Hit) -> list[tuple[str, str]]:
    """The words of a passage, each once, with their stems; common ones left out."""
    analyzer = Analyzer(hit.document.language or UNKNOWN)
    found = dict[str, str]()
    for word in _WORD.findall(hit.text):
        for stem in analyzer.terms(word)[:1]:
            if word.lower() not in FREQUENT:
                found.setdefault(stem, word)
    return list(found.items())


def log_odds(one: Counter[str], two: Counter[str]) -> dict[str, float]:
    """The z-score of each word's log-odds, positive for the first."""
    sizes = one.total(), two.total()
    if not all(sizes):
        return {stem: math.inf if one[stem] else -math.inf for stem in one | two}
    prior_size = PRIOR * sum(sizes)
    scores = {}
    for stem in one | two:
        prior = PRIOR * (one[stem] + two[stem])
        y, z = one[stem] + prior, two[stem] + prior
        odds = math.log(y / (sizes[0] + prior_size - y)) - math.log(z / (sizes[1] + prior_size - z))
        scores[stem] = odds / math.sqrt(1 / y + 1 / z)
    return scores

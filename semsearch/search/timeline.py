"""When it was written about: relevant passages by day, week, month or year, and the bursts among them.

A passage counts as relevant by its score alone, so that the picture is the question's and not the corpus's; one
without a word of the question by its meaning, whatever else its article says. Its number is set against how much the
corpus has in the same time. Bursts are Kleinberg's (2002, batched, two states): stretches in which the share of
relevant passages is better explained by twice the usual share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from semsearch.arrays import Ids, Mask
from semsearch.dates import days
from semsearch.errors import UsageError
from semsearch.records import Answer, DateRange, Hit, Query
from semsearch.search.facets import NO_FACETS, Facets
from semsearch.search.first_stage import Scored
from semsearch.search.local import LocalIndex

Step = Literal["day", "week", "month", "year"]
WindowUse = Literal["filter", "band"]  # what a window does: leave the rest out, or be shown within it
STEPS: tuple[Step, ...] = ("day", "week", "month", "year")
MOST_BARS = 40  # of a step that is chosen here
MOST_BARS_AT_ALL = 2_000
NEAR_BEST = 0.6  # of the best score a relevant passage has at least
INTENSITY = 2.0  # how many times the usual share a burst has
TRANSITION = 1.0  # what it costs to begin one, times the logarithm of the number of bars
LEAST_BURST = 2  # relevant passages in a burst
MOST_PEAKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, week, month or year."""

    first: date
    last: date
    relevant: int  # passages
    passages: int  # all that the corpus has, within the filters
    articles: int = 0  # that have the relevant ones
    stories: int | None = None  # that these tell, copies as one; None where they were not asked for
    burst: bool = False

    @property
    def share(self) -> float:
        """Of the passages, how many are relevant."""
        return self.relevant / self.passages if self.passages else 0.0


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest bar of a burst, and the passage of it that answers best."""

    bar: Bar
    hit: Hit


@dataclass(frozen=True, slots=True)
class Timeline:
    """When a question was written about; bars are without gaps, empty ones too."""

    query: Query
    step: Step
    bars: tuple[Bar, ...]
    peaks: tuple[Peak, ...]
    floor: float  # the score that a relevant passage has at least
    undated: int  # relevant passages without a day
    vague: int  # relevant passages whose date is wider than a bar
    answer: Answer  # what ``ask`` gives: its window, its strength, its notes
    facets: Facets = NO_FACETS  # with a window as a filter those of publishers alone


def make_timeline(
    index: LocalIndex,
    query: Query,
    step: Step | None = None,
    *,
    stories: bool = False,
    window: WindowUse = "filter",
    peaks: bool = True,
) -> Timeline:
    """The timeline of a question over an index; a time in its words is a filter, or a band among all of the bars.

    ``stories`` counts these, too; without ``peaks`` no passage is looked for.
    """
    query = replace(query, strict_time=query.strict_time or window == "filter", top=1)
    answer = index.answer(query)
    whole = query if window == "filter" else replace(query, window=None, strict_time=False, publishers=(), kinds=())
    scored = index.scores(whole)
    best = float(scored.scores.max(initial=0.0))
    floor = max(NEAR_BEST * best, index.least_strong(query.mode, scored.word_count))
    relevant = (scored.scores >= floor) & (scored.scores > 0)
    by_words = np.flatnonzero(relevant & (scored.by_meaning < floor))
    if scored.own_words is not None:
        relevant[by_words] = scored.own_words(scored.numbers[by_words])
    facets = NO_FACETS
    if scored.counts is not None:
        counts = scored.counts(scored.numbers, relevant)
        if window == "band":
            facets, held = counts.of(query)
            scored, relevant = _kept(scored, held), relevant[held]
        else:
            facets = Facets(counts.publishers())
    dated = scored.first > 0
    step = step or _fitting_step(scored.first[dated], scored.last[dated])
    bars, vague = _bars(scored, relevant, step, _stories(index, scored, relevant) if stories else None)
    bars = mark_bursts(bars)
    undated = int(np.count_nonzero(relevant & ~dated))
    found = _peaks(index, query, bars) if peaks else ()
    return Timeline(query, step, tuple(bars), found, floor, undated, vague, answer, facets)


def _kept(scored: Scored, held: Mask) -> Scored:
    """The scores of some passages."""
    names = ("scores", "first", "last", "numbers", "articles", "by_meaning")
    return replace(scored, **{name: getattr(scored, name)[held] for name in names})


def _fitting_step(first: np.ndarray, last: np.ndarray) -> Step:
    """The finest step that gives no more than :data:`MOST_BARS` bars."""
    if not len(first):
        return "month"
    whole = int(last.max() - first.min()) + 1
    lengths: dict[Step, float] = {"day": 1, "week": 7, "month": 30.4}
    return next((step for step, length in lengths.items() if whole / length <= MOST_BARS), "year")


def _check_length(first: date, last: date, step: Step) -> None:
    """Raise UsageError for more bars than anybody could look at: one wrong date is enough for that."""
    length = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.2}[step]
    bars = int(((last - first).days + 1) / length) + 1
    if bars > MOST_BARS_AT_ALL:
        raise UsageError(
            f"{bars} bars from {first} to {last} by {step}: take a wider one with --by, or --since and --until; "
            "semsearch dates lists dates that may be wrong"
        )


def _stories(index: LocalIndex, scored: Scored, relevant: Mask) -> Ids:
    """A number for the story of each passage, copies of one text having the same."""
    told = {each.doc_id: number for number, story in enumerate(index.stories(), 1) for each in story.articles}
    found = -scored.articles - 1  # each article a story of its own
    at = np.flatnonzero(relevant)
    if scored.doc_ids is not None:
        ids = scored.doc_ids(scored.numbers[at])
        found[at] = [told.get(doc_id, alone) for doc_id, alone in zip(ids, found[at].tolist(), strict=True)]
    return found


def _bars(scored: Scored, relevant: Mask, step: Step, stories: Ids | None) -> tuple[list[Bar], int]:
    """Bars from the first to the last passage with a date, and relevant passages that fit in none."""
    first, last = scored.first, scored.last
    dated = first > 0
    if not dated.any():
        return [], 0
    begin, end = date.fromordinal(int(first[dated].min())), date.fromordinal(int(last[dated].max()))
    _check_length(begin, end, step)
    edges = _edges(begin, end, step)
    starts = np.array([edge.toordinal() for edge in edges], np.int64)
    place = np.searchsorted(starts, first, side="right") - 1
    fits = dated & (place == np.searchsorted(starts, last, side="right") - 1)
    all_of = np.bincount(place[fits], minlength=len(edges))
    some_of = np.bincount(place[fits & relevant], minlength=len(edges))
    articles = _different(place, scored.articles, fits & relevant, len(edges))
    told = None if stories is None else _different(place, stories, fits & relevant, len(edges))
    bars = [
        Bar(edge, following - timedelta(days=1), int(some), int(whole), articles=int(held))
        for edge, following, some, whole, held in zip(edges, edges[1:], some_of, all_of, articles, strict=False)
    ]
    if told is not None:
        bars = [replace(bar, stories=int(count)) for bar, count in zip(bars, told, strict=False)]
    return bars, int(np.count_nonzero(relevant & dated & ~fits))


def _different(place: Ids, of_what: Ids, counted: Mask, bars: int) -> Ids:
    """How many different articles, or stories, the passages of each bar are of."""
    held = np.unique(np.stack([place, of_what])[:, counted], axis=1)[0]
    return np.bincount(held, minlength=bars)


def _edges(first: date, last: date, step: Step) -> list[date]:
    """First days of the bars, and of the one behind the last."""
    edges = [days.bounds(days.around(first, step))[0]]
    while edges[-1] <= last:
        edges.append(days.shifted(edges[-1], 1, step))
    return edges


def mark_bursts(bars: Sequence[Bar]) -> list[Bar]:
    """The bars, with those of bursts marked: the cheapest sequence of two states."""
    relevant, passages = sum(bar.relevant for bar in bars), sum(bar.passages for bar in bars)
    usual = relevant / max(passages, 1)
    raised = INTENSITY * usual
    if not relevant or raised >= 1:  # what most passages are about has no bursts
        return list(bars)
    entry = TRANSITION * math.log(len(bars))
    costs, came = [0.0, entry], list[tuple[int, int]]()
    for bar in bars:
        fits = [_cost(bar, share) for share in (usual, raised)]
        origins = (0 if costs[0] <= costs[1] else 1, 1 if costs[1] <= costs[0] + entry else 0)
        low, high = costs[origins[0]], min(costs[1], costs[0] + entry)
        came.append(origins)
        costs = [low + fits[0], high + fits[1]]
    state, states = (0 if costs[0] <= costs[1] else 1), list[int]()
    for origins in reversed(came):
        states.append(state)
        state = origins[state]
    return [replace(bar, burst=bool(state)) for bar, state in zip(bars, reversed(states), strict=True)]


def _cost(bar: Bar, share: float) -> float:
    """How little a bar fits a share; what both states have in common is left out."""
    return -(bar.relevant * math.log(share) + (bar.passages - bar.relevant) * math.log(1 - share))


def _peaks(index: LocalIndex, query: Query, bars: Sequence[Bar]) -> tuple[Peak, ...]:
    """The highest bar of each burst, or of all where there is none, with its best passage; in order of time."""
    runs: list[list[Bar]] = []
    for at, bar in enumerate(bars):
        if bar.burst:
            if not at or not bars[at - 1].burst:
                runs.append([])
            runs[-1].append(bar)
    runs = [run for run in runs if sum(bar.relevant for bar in run) >= LEAST_BURST] or [list(bars)]
    tops = [max(run, key=lambda bar: (bar.relevant, bar.share)) for run in runs if run]
    tops = sorted((top for top in tops if top.relevant), key=lambda bar: -bar.relevant)[:MOST_PEAKS]
    peaks = []
    for bar in sorted(tops, key=lambda bar: bar.first):
        hits = index.answer(replace(query, window=_inside(query.window, bar), top=1, strict_time=True)).hits
        peaks += [Peak(bar, hits[0])] if hits else []
    return tuple(peaks)


def _inside(window: DateRange | None, bar: Bar) -> DateRange:
    """The part of a bar that the window lets through."""
    first = bar.first if window is None or window.first is None else max(bar.first, window.first)
    last = bar.last if window is None or window.last is None else min(bar.last, window.last)
    return DateRange(first, last)

"""What a question says of time, resolved against one snapshot, and how the time of each passage fits it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Scores
from semsearch.dates.hints import asked_for_latest, may_name_a_time, without_time
from semsearch.dates.typed import parse_range
from semsearch.errors import UsageError, refuse_other_type
from semsearch.ranking.time_factors import (
    FITTING,
    HALF_LIFE,
    MENTIONED,
    NAMED,
    UNDATED,
    TimeFactors,
    publication_fit,
    recency,
)
from semsearch.records import Anchor, DateRange, Query, TimeUsed
from semsearch.search.operators import without_operators
from semsearch.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from semsearch.dates.named import NamedEvent
    from semsearch.dates.time_words import AskedTime

NAMING = 0.5  # of a window has a period that is taken for the window itself
OF_FIGURES = ("quarter", "half")  # whose names stand in the reports on them, which come later
ENDED = timedelta(days=31)  # an index whose newest document is older than that is of a time that has ended


class QuestionTime:
    """The time of one snapshot's passages. ``today`` and ``events`` are what questions are read with."""

    def __init__(self, snapshot: Snapshot, today: date, events: tuple[NamedEvent, ...] | None) -> None:
        self._snapshot = snapshot
        self._today = today
        self._events = events
        self._hemisphere = snapshot.hemisphere
        self._days: tuple[Ids, Ids] | None = None
        self._distinct: tuple[Ids, Ids, Ids] | None = None

    # The question

    def resolve(self, query: Query, text: str) -> tuple[TimeUsed | None, str]:
        """What is taken from the time words of a question, and the question without them.

        What stands in quotation marks or behind another operator is wanted as it is.
        """
        plain = without_operators(text) if query.use_time else ""
        asked = self._asked(query, plain)
        rest = without_time(text, asked.span) if asked and asked.unit not in OF_FIGURES else text
        latest = asked_for_latest(without_operators(rest)) if query.use_time and query.recency is None else None
        if asked is None and not query.recency and (latest is None or not self._has_dates(query)):
            return None, text
        anchored = bool(query.recency) or (asked is not None and asked.anchored)
        anchor, anchored_by = self._anchor(query) if anchored else (None, None)
        window, words, event = (asked.window, asked.words, asked.named_event) if asked else (None, "", None)
        used = TimeUsed(
            window,
            words,
            query.strict_time and asked is not None,
            anchor,
            anchored_by,
            event,
            latest=latest is not None,
            recent_from=anchor if query.recency else None,
            half_life=query.recency or None,
        )
        return used, without_time(rest, latest) if latest else rest

    def period(self, text: str, name: str) -> DateRange:
        """The days of ``2022-11``, ``2022-11-09..2022-11-11`` or time words ("last month"). Raises UsageError."""
        refuse_other_type(text, str, name, "text, as in '2022-11'")
        with suppress(UsageError):
            return parse_range(text, name)
        window = self.window(text)
        if window is None:
            raise UsageError(f"{name} {text[:40]!r}: expected for example 2022-11, 2022-11-09..2022-11-11, last month")
        return window

    def window(self, words: str) -> DateRange | None:
        """The days that time words name, for a user who says that they are a time."""
        from semsearch.dates.time_words import find_time

        anchor = self._anchor(Query(words))[0]
        for text in (words, f"in {words}", f"during {words}"):
            asked = find_time(text, anchor, events=self._events, hemisphere=self._hemisphere)
            if asked is not None:
                return asked.window
        return None

    def _asked(self, query: Query, text: str) -> AskedTime | None:
        """The time in a question; none where no document has a date to compare with."""
        if not may_name_a_time(text) or not self._has_dates(query):
            return None
        from semsearch.dates.time_words import find_time

        return find_time(text, self._anchor(query)[0], events=self._events, hemisphere=self._hemisphere)

    def _has_dates(self, query: Query) -> bool:
        return self._snapshot.columns().newest_day(query.as_of) is not None

    def _anchor(self, query: Query) -> tuple[date, Anchor]:
        if query.as_of is not None:
            return query.as_of, "--as-of"
        newest = self._snapshot.columns().newest_day()
        if newest is not None and newest < self._today - ENDED:
            return newest, "the newest article"
        return self._today, "today"

    # The passages

    def allowed(self, query: Query, time: TimeUsed | None) -> Ids | None:
        """Numbers of the passages that filters let through, ascending; None for all."""
        window = _until(query.window, query.as_of)
        allowed = self._snapshot.allowed(window, query.publishers)
        if window is not None:
            allowed = self._exact(allowed, query)
        if query.not_publishers or query.where or query.kinds:
            others = self._snapshot.satisfying(query)
            allowed = _both(allowed, self._snapshot.columns().passages(others))
        if query.event is not None:
            allowed = _both(allowed, self._snapshot.columns().speaking_of(query.event))
        if time is not None and time.strict and time.window is not None:
            inside = self._exact(self._snapshot.allowed(time.window, ()), query)
            spoken = self._snapshot.columns().speaking_of(time.window)
            allowed = _both(allowed, spoken if inside is None else np.union1d(inside, spoken))
        return allowed

    def _exact(self, allowed: Ids | None, query: Query) -> Ids | None:
        """Passages of a window less those whose day is only probable, unless these are asked for."""
        if allowed is None or query.guesses:
            return allowed
        probable = self._snapshot.probable()
        return np.setdiff1d(allowed, probable) if len(probable) else allowed

    def factors(self, time: TimeUsed | None, event: DateRange | None = None) -> TimeFactors | None:
        """How well every row fits a time, and the days that it shall mention; None where neither is asked for."""
        exact = None if event is None else self._exactly(event)
        if time is None or (time.window is None and time.recent_from is None):
            return None if exact is None else TimeFactors(None, None, exact)
        first, last, of_row = self._distinct_days()
        fit = recent = None
        if time.window is not None:
            fit = publication_fit(first, last, time.window)[of_row]
            rows = self._rows(self._snapshot.columns().speaking_of(time.window))
            fit[rows] = np.maximum(fit[rows], np.float32(MENTIONED))
            named = self._rows(self._snapshot.columns().speaking_of(time.window, NAMING))
            fit[named] = np.maximum(fit[named], np.float32(NAMED))
        if time.half_life is not None and time.recent_from is not None:
            recent = recency(first, time.recent_from, time.half_life)[of_row]
        return TimeFactors(fit, recent, exact)

    def _exactly(self, event: DateRange) -> NDArray[np.float32]:
        """1 for rows that mention a period inside of it, 0 for those of which only a longer one overlaps it."""
        exact = np.zeros(len(self._snapshot.lexical().numbers), np.float32)
        exact[self._rows(self._snapshot.columns().speaking_of(event, least=0))] = 1
        return exact

    def resolve_latest(self, time: TimeUsed, numbers: Ids, scores: Scores) -> TimeUsed:
        """Count recency from the newest passage that fits nearly as well as the best.

        Its half-life is the time to the one before, so that of what fits the newest comes first, whenever that was.
        ``numbers`` are passages, best first, with their ``scores``.
        """
        fitting = numbers[scores >= FITTING * scores.max()] if len(numbers) else numbers
        days = np.unique(self._row_days()[0][self._rows(fitting)])[::-1]
        days = days[days != UNDATED]
        if not len(days):
            return time
        gap = int(days[0] - days[1]) if len(days) > 1 else HALF_LIFE
        newest = date.fromordinal(int(days[0]))
        return replace(time, recent_from=newest, half_life=float(min(gap, HALF_LIFE)))

    def days(self, numbers: Ids) -> tuple[Ids, Ids]:
        """First and last day of publication of passages; 0 where they have none."""
        rows = self._rows(numbers)
        first, last = self._row_days()
        return first[rows], last[rows]

    def _distinct_days(self) -> tuple[Ids, Ids, Ids]:
        """The different pairs of first and last day, and which of them each row has: there are few."""
        if self._distinct is None:
            first, last = self._row_days()
            pairs, of_row = np.unique(first << 32 | last, return_inverse=True)
            self._distinct = pairs >> 32, pairs & 0xFFFFFFFF, of_row
        return self._distinct

    def _row_days(self) -> tuple[Ids, Ids]:
        """First and last day of publication of every row."""
        if self._days is None:
            view, columns = self._snapshot.lexical(), self._snapshot.columns()
            days = np.full((2, len(view.numbers)), UNDATED, np.int64)
            rows = view.rows(columns.passages(np.ones(len(columns.first_passage), np.bool_)))
            days[:, rows] = np.repeat([columns.first_day, columns.last_day], columns.passage_count, axis=1)
            self._days = days[0], days[1]
        return self._days

    def _rows(self, numbers: Ids) -> Ids:
        return self._snapshot.lexical().rows(numbers)


def _until(window: DateRange | None, as_of: date | None) -> DateRange | None:
    """The part of a window up to a day."""
    if as_of is None:
        return window
    if window is None:
        return DateRange(None, as_of)
    return DateRange(window.first, as_of if window.last is None else min(window.last, as_of))


def _both(allowed: Ids | None, others: Ids) -> Ids:
    return others if allowed is None else np.intersect1d(allowed, others)

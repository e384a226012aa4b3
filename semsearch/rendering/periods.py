"""Periods as people read them: ``2022-11-09``, ``2022-11``, ``2022``, ``2022-11-09 to 2022-11-11``."""

from __future__ import annotations

import calendar
from datetime import date

from semsearch.records import DateRange, Hit, TimeUsed

MOST_SHOWN = 3
LONGEST_SHOWN = 366  # days; "the past 20 years" says nothing of when


def event_periods(hit: Hit) -> list[tuple[date, date]]:
    """The periods that a hit mentions, each once, in the order of the passage."""
    return list(dict.fromkeys((event.first, event.last) for event in hit.events))


def events_text(hit: Hit, event: DateRange | None = None) -> str:
    """The first periods that a hit mentions, those that overlap an ``event`` before others, behind "mentions".

    "mentions only" where none of them lies inside of it, but a longer one overlaps it; empty where there are none.
    """
    begin, end = (None, None) if event is None else (event.first or date.min, event.last or date.max)
    periods = [each for each in event_periods(hit) if (each[1] - each[0]).days <= LONGEST_SHOWN]
    only = ""
    if begin is not None and end is not None:
        near = [each for each in periods if each[0] <= end and each[1] >= begin]
        inside = [each for each in near if begin <= each[0] and each[1] <= end]
        periods = list(dict.fromkeys([*inside, *near, *periods]))
        only = "" if inside or not near else "only "
        periods = near if only else periods
    more = ["…"] if len(periods) > MOST_SHOWN else []
    shown = ", ".join([*(period_text(*period) for period in periods[:MOST_SHOWN]), *more])
    return f"mentions {only}{shown}" if shown else ""


def period_text(first: date, last: date) -> str:
    """One period, as short as it can be said."""
    if first == last:
        return first.isoformat()
    whole_months = first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
    if whole_months and (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}"
    if whole_months and (first.month, last.month) == (1, 12):
        return f"{first:%Y}" if first.year == last.year else f"{first:%Y} to {last:%Y}"
    return f"{first} to {last}"


def window_text(window: DateRange) -> str:
    """``2022-11-01 to 2022-11-30``, ``from …`` or ``up to …``."""
    if window.first and window.last:
        return f"{window.first}" if window.first == window.last else f"{window.first} to {window.last}"
    return f"from {window.first}" if window.first else f"up to {window.last}"


def time_text(time: TimeUsed) -> str:
    """What was taken from a question's words: the window, its words, what they were counted from."""
    parts = []
    if time.window:
        event = f": {time.named_event}" if time.named_event else ""
        kind = "only" if time.strict else "ranked higher"
        parts.append(f'{window_text(time.window)} {kind} ("{time.words}"{event})')
    if time.latest:
        parts.append(f"the latest ranked higher (newest relevant article: {time.recent_from or 'none'})")
    elif time.half_life:
        parts.append(f"the recent ranked higher (half-life {time.half_life:g} days)")
    if time.anchor:
        parts.append(f"counted from {time.anchor}, {time.anchored_by}")
    return ", ".join(parts)

"""Periods as users type them in options: ``2022``, ``2022-11`` or ``2022-11-09``."""

from __future__ import annotations

import calendar
import re
from datetime import date

from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.records import DateRange

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def parse_period(text: str) -> tuple[date, date]:
    """First and last day of the day, month or year that ``text`` names.

    Raises DateNotUnderstood where it names none.
    """
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        raise DateNotUnderstood(f"date {text[:40]!r} not understood: expected 2022, 2022-11 or 2022-11-09")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        return _bounds(year or 0, month, day)
    except ValueError:
        raise DateNotUnderstood(f"no such date: {text.strip()}") from None


def _bounds(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def make_window(
    since: str | None, until: str | None, on: str | None, *, prefix: str = "--"
) -> tuple[DateRange | None, str]:
    """The publication window that the options ask for, and the words it came from.

    Both ends are included. ``prefix`` stands before the names in messages: ``--`` on the command
    line. Raises UsageError for ``on`` together with another, or ``since`` after ``until``.
    """
    given = [(name, value) for name, value in (("since", since), ("until", until), ("on", on)) if value is not None]
    words = " ".join(f"{prefix}{name} {value}" for name, value in given)
    if on is not None:
        if since is not None or until is not None:
            raise UsageError(f"{prefix}on stands alone: drop {prefix}since and {prefix}until, or {prefix}on")
        return DateRange(*parse_period(on)), words
    if not given:
        return None, ""
    first = None if since is None else parse_period(since)[0]
    last = None if until is None else parse_period(until)[1]
    if first and last and first > last:
        raise UsageError(f"{prefix}since {since} is after {prefix}until {until}: exchange the two")
    return DateRange(first, last), words

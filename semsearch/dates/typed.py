"""Periods as users type them in options: ``2022``, ``2022-11`` or ``2022-11-09``."""

from __future__ import annotations

import calendar
import re
from datetime import date

from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.records import DateRange

LONGEST_HALF_LIFE = 36_500  # days
_HALF_LIFE = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)([dwmy]?)", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
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
            raise UsageError(f"use either {prefix}on or {prefix}since and {prefix}until, not both")
        return DateRange(*parse_period(on)), words
    if not given:
        return None, ""
    first = None if since is None else parse_period(since)[0]
    last = None if until is None else parse_period(until)[1]
    if first and last and first > last:
        raise UsageError(f"{prefix}since {since} is after {prefix}until {until}: exchange the two")
    return DateRange(first, last), words


def parse_range(text: str, name: str) -> DateRange:
    """The days of ``2022-11``, ``2022-11-09`` or ``2022-11-09..2022-11-11``, of which one end may be left out.

    Raises UsageError, naming the option.
    """
    first, dots, last = text.partition("..")
    try:
        if not dots:
            return DateRange(*parse_period(first))
        begin = parse_period(first)[0] if first.strip() else None
        end = parse_period(last)[1] if last.strip() else None
    except DateNotUnderstood as error:
        other = "; a file of named events is given with --named-events" if text.endswith(".toml") else ""
        raise UsageError(f"{name} {text[:40]}: {error}, or DATE..DATE{other}") from None
    if (begin is None and end is None) or (begin and end and begin > end):
        raise UsageError(f"{name} {text[:40]}: expected for example 2022-11 or 2022-11-09..2022-11-11")
    return DateRange(begin, end)


def parse_half_life(text: str, name: str) -> float:
    """Days of ``30d``, ``6w``, ``3m`` (months of 30 days) or ``1y``; 0 for ``off``. Raises UsageError."""
    if text.strip().lower() == "off":
        return 0.0
    match = _HALF_LIFE.fullmatch(text.strip().lower())
    days = float(match[1]) * _DAYS[match[2] or "d"] if match else 0.0
    if not 0 < days <= LONGEST_HALF_LIFE:
        raise UsageError(f"{name} {text[:40]!r}: expected a half-life like 30d, 6w or 1y, or off")
    return days

"""Calendar arithmetic on spans of days, both ends included.

Conventions: a week begins on Monday (ISO 8601); a season has three whole months (winter begins in December on
the northern half of the earth) and is named after the year in which it begins; a decade begins with the 0, a
century with the 01. The early, middle and late part of a span are its thirds: of a month days 1 to 10, 11 to 20
and the rest; of a quarter or season single months; of a year four months; of a decade 4, 3 and 3 years.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

from semsearch.records import DateRange

Unit = Literal["day", "weekend", "week", "month", "quarter", "season", "half", "year", "decade", "century", "span"]
Hemisphere = Literal["north", "south"]
DAY = timedelta(days=1)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_MONTHS = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}


def months(year: int, month: int, count: int = 1) -> DateRange:
    """So many whole months from the first of one. Raises ValueError outside the calendar."""
    last = year * 12 + month - 1 + count - 1
    return DateRange(date(year, month, 1), _month_end(last // 12, last % 12 + 1))


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def year_span(year: int) -> DateRange:
    """One year."""
    return months(year, 1, 12)


def quarter(year: int, number: int) -> DateRange:
    """The first to fourth quarter."""
    return months(year, 3 * number - 2, 3)


def half(year: int, number: int) -> DateRange:
    """The first or second half of a year."""
    return months(year, 6 * number - 5, 6)


def season(year: int, name: str, hemisphere: Hemisphere) -> DateRange:
    """The season that begins in ``year``."""
    month = _SEASONS[name]
    if hemisphere == "south":
        month = (month + 6 - 1) % 12 + 1
    return months(year, month, 3)


def decade(first_year: int) -> DateRange:
    """Ten years."""
    return months(first_year, 1, 120)


def century(number: int) -> DateRange:
    """The 20th century is 1901 to 2000."""
    return months(100 * number - 99, 1, 1200)


def week_of(day: date) -> DateRange:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return DateRange(monday, monday + timedelta(days=6))


def weekend_of(day: date) -> DateRange:
    """Saturday and Sunday of the same week."""
    monday = day - timedelta(days=day.weekday())
    return DateRange(monday + timedelta(days=5), monday + timedelta(days=6))


def shifted(day: date, count: int, unit: Unit) -> date:
    """The day so many units later; a day that the month does not have becomes its last."""
    if unit in ("day", "weekend", "week"):
        return day + timedelta(days=count * (1 if unit == "day" else 7))
    month = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
    end = _month_end(month // 12, month % 12 + 1)
    return end.replace(day=min(day.day, end.day))


def around(day: date, unit: Unit) -> DateRange:
    """The calendar unit that holds a day."""
    if unit == "day":
        return DateRange(day, day)
    if unit == "week":
        return week_of(day)
    if unit == "weekend":
        return weekend_of(day)
    size = _MONTHS[unit]
    if unit == "century":
        return century((day.year + 99) // 100)
    month = (day.year * 12 + day.month - 1) // size * size
    return months(month // 12, month % 12 + 1, size)


def rolling(day: date, count: int, unit: Unit) -> DateRange:
    """The ``count`` units that end with a day; those that follow it where ``count`` is negative."""
    if count < 0:
        return DateRange(day + DAY, shifted(day, -count, unit))
    return DateRange(shifted(day, -count, unit) + DAY, day)


def part(span: DateRange, unit: Unit, which: int) -> DateRange:
    """The early (0), middle (1) or late (2) part of a span."""
    first, last = bounds(span)
    if unit == "month":
        ends = [first.replace(day=10), first.replace(day=20), last]
    elif unit in ("quarter", "season", "half", "year"):
        third = _MONTHS[unit] // 3
        ends = [shifted(first, third * at, "month") - DAY for at in (1, 2)] + [last]
    elif unit in ("decade", "century"):
        years = (4, 7) if unit == "decade" else (33, 67)
        ends = [shifted(first, count, "year") - DAY for count in years] + [last]
    else:
        third = max(((last - first).days + 1) // 3, 1)
        ends = [min(first + timedelta(days=third * at - 1), last) for at in (1, 2)] + [last]
    return DateRange(first if which == 0 else min(ends[which - 1] + DAY, last), ends[which])


def half_of(span: DateRange, unit: Unit, number: int) -> DateRange:
    """The first or second half of a span: whole months where it has them, else days."""
    first, last = bounds(span)
    if unit == "month":
        middle = first.replace(day=15)
    elif unit in ("half", "year", "decade", "century"):
        middle = shifted(first, _MONTHS[unit] // 2, "month") - DAY
    else:
        middle = first + timedelta(days=((last - first).days + 1) // 2 - 1)
    return DateRange(first, middle) if number == 1 else DateRange(middle + DAY, last)


def nth(span: DateRange, number: int, count: int, unit: Unit) -> DateRange:
    """So many units from the ``number``-th of a span on, cut to it; -1 is the last.

    Weeks are counted from the span's own first day: the first week of November is 1 to 7 November.
    """
    first, last = bounds(span)
    if number < 0:
        begin = max(shifted(last + DAY, -count, unit), first)
        return DateRange(begin, last)
    begin = shifted(first, number - 1, unit)
    if begin > last:
        raise ValueError("no such part")
    return DateRange(begin, min(shifted(begin, count, unit) - DAY, last))


def nth_weekday(span: DateRange, number: int, weekday: int) -> date:
    """The ``number``-th Monday (0) to Sunday (6) of a span; -1 is the last. Raises ValueError if there is none."""
    first, last = bounds(span)
    if number < 0:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    if day > last:
        raise ValueError("no such day")
    return day


def bounds(span: DateRange) -> tuple[date, date]:
    """Both ends of a closed span. Raises ValueError for an open one."""
    if span.first is None or span.last is None:
        raise ValueError("an open span")
    return span.first, span.last

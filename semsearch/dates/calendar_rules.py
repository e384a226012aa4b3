"""Rules for what the calendar names: days of months, months, seasons, quarters, years, decades, centuries."""

from __future__ import annotations

import re
from datetime import date

from semsearch.dates import days, words
from semsearch.dates.days import Unit
from semsearch.dates.reading import FIRST_YEAR, LAST_YEAR, YEAR_DIGITS, Period, Reading, Turn, one_day
from semsearch.records import DateRange

_DASHES = ("-", "–")
_AFTER_DATE = words.EVIDENCE | {"to", "and", "on", "at", "of", "or", "with", "this", "last", "next", "parade"}
_NO_MONTH = {"revolution", "surprise"}
_MARCH_TO = {"on", "toward", "towards", "into", "against", "through", "of"}
_MEASURED = {"strong", "page", "pound", "mile", "kilometer", "kilometre", "metre", "meter"}
_MOST = {"quarter": 4, "half": 2}
_LAST_CENTURY = 21
_COMPANIES = ("fox",)
_DECADE_BEFORE = {"the", "early", "mid", "late", "-"}


def day_of_month(reading: Reading, at: int) -> Period | None:
    """9 November, the 9th of November, November 9th, 9-11 November, each with or without a year."""
    return _day_first(reading, at) or _month_first(reading, at)


def _day_first(reading: Reading, at: int) -> Period | None:
    first = reading.day_number(at)
    if first is None:
        return None
    place, last = at + 1, first
    while reading.word(place) in (*_DASHES, "to", "and", "until", "/", ","):
        following = reading.skip(place + 1, "and", "the")
        second = reading.day_number(following)
        if second is None or second <= last:
            break
        place, last = following + 1, second
    place = reading.skip(place, "of")
    month = reading.month_number(place)
    if month is None or last < first:
        return None
    behind = reading.behind_month(place)
    return None if _is_verb(reading, place, behind) else _dated(reading, month, first, last, behind)


def _month_first(reading: Reading, at: int) -> Period | None:
    month = reading.month_number(at)
    place = reading.skip(reading.behind_month(at), "the")
    first = reading.day_number(place)
    if month is None or first is None:
        return None
    behind, last = place + 1, first
    second = reading.day_number(behind + 1)
    if reading.word(behind) in (*_DASHES, "to", "and") and second is not None and second > first:
        unmixed = reading.month_number(behind + 2) is None or reading.word(behind) in _DASHES
        if unmixed and reading.word(behind + 2) not in words.COUNTED:
            last, behind = second, behind + 2
    if reading.word(behind) in words.COUNTED or _is_verb(reading, at, behind):
        return None
    return _dated(reading, month, first, last, behind)


def _is_verb(reading: Reading, at: int, behind: int) -> bool:
    """True for "may 20 people", where the month is not written as a name and something else than a year follows."""
    doubtful = reading.word(at) in words.DOUBTFUL_MONTHS and not reading.token(at).capital
    return doubtful and reading.token(behind).kind == "word" and reading.word(behind) not in _AFTER_DATE


def _dated(reading: Reading, month: int, first: int, last: int, behind: int) -> Period:
    def in_year(year: int) -> DateRange:
        return DateRange(date(year, month, first), date(year, month, last))

    return reading.with_year(behind, in_year, "day" if first == last else "span", certain=True)


def month(reading: Reading, at: int) -> Period | None:
    """November, Nov. 2022, November of last year."""
    number, name, end = reading.month_number(at), reading.word(at), reading.behind_month(at)
    if reading.day_number(at - 1) is not None and reading.token(at - 1).kind in ("number", "ordinal"):
        return None  # 31 June is no day, and so not June
    if number is None or reading.word(end) in _NO_MONTH or reading.word(at - 1) in ("black", "red"):
        return None

    def in_year(year: int) -> DateRange:
        return days.months(year, number)

    doubtful = name in words.DOUBTFUL_MONTHS
    if not (doubtful and _is_phrase(reading, at, end)):
        found = reading.with_year(end, in_year, "month", certain=not doubtful and len(name) > len("sept"))
        if found.end > end:
            return found
    if name == "march" and reading.word(end) in _MARCH_TO:
        return None
    return reading.resolved(in_year, end, "month", certain=not doubtful and len(name) > len("sept"))


def _is_phrase(reading: Reading, at: int, end: int) -> bool:
    """True for "the march of 2017" and "they may in 2022", not written as a name."""
    named = reading.token(at).capital or reading.word(at - 1) in words.EVIDENCE
    return reading.word(end) in ("of", "in") and not named


def season(reading: Reading, at: int) -> Period | None:
    """Winter 2022, the summer of 2022, winter 2022-23; "in winter" is any winter and none of them."""
    name = words.SEASONS.get(reading.word(at))
    if name is None or reading.word(at + 1) in words.NO_SEASON:
        return None

    def in_year(year: int) -> DateRange:
        return days.season(year, name, reading.context.hemisphere)

    year, end = _two_years(reading, reading.skip(at + 1, "of"))
    if year is not None:
        return Period(in_year(year), end, "season")
    found = reading.with_year(at + 1, in_year, "season", certain=False)
    if found.end == at + 1:
        of_something = reading.word(at) == "fall" and reading.word(at + 1) == "of"  # the fall of Mariupol
        if of_something or reading.word(at - 1) in ("in", "during", "throughout"):
            return None
    return found


def _two_years(reading: Reading, at: int) -> tuple[int | None, int]:
    """The first year of "2022-23" and "2022/2023", and the place behind."""
    token = reading.token(at)
    if token.kind == "iso" and len(token.text) == len("2022-23"):  # a month as the tokens see it
        year, second, end = int(token.text[:YEAR_DIGITS]), token.text[YEAR_DIGITS + 1 :], at + 1
    elif reading.word(at + 1) in (*_DASHES, "/") and reading.year_number(at) is not None:
        year, second, end = token.value, reading.word(at + 2), at + 3
    else:
        return None, at
    return (year, end) if second and str(year + 1).endswith(second) else (None, at)


def quarter_or_half(reading: Reading, at: int) -> Period | None:
    """Q3 2022, 2022 Q3, H1 2022, the third quarter of 2022, the second half of 2022."""
    token, behind = reading.token(at), reading.token(at + 1)
    year = reading.year_number(at)
    if year is not None and behind.kind in ("quarter", "half"):
        return Period(_numbered(behind.kind, behind.value)(year), at + 2, behind.kind)
    if token.kind in ("quarter", "half"):
        return reading.with_year(at + 1, _numbered(token.kind, token.value), token.kind, certain=False)
    number = {"former": 1, "latter": 2}.get(token.text) or reading.ordinal(at)
    place = reading.skip(at + 1, "-")
    name = reading.word(place)
    unit: Unit = "quarter" if name == "quarter" else "half"
    if number is None or name not in _MOST:
        return None
    number = number if number > 0 else _MOST[unit]
    return reading.with_year(place + 1, _numbered(unit, number), unit, certain=False) if number <= _MOST[unit] else None


def _numbered(unit: Unit, number: int) -> Turn:
    return lambda year: days.quarter(year, number) if unit == "quarter" else days.half(year, number)


def decade(reading: Reading, at: int) -> Period | None:
    """The 1990s, the '90s, the nineties."""
    token, anchor = reading.token(at), reading.context.anchor
    if token.kind == "decade":
        year = token.value
        if year % 10:
            return None
        if year >= FIRST_YEAR:
            hundreds = year % 100 == 0 and reading.word(at - 1) not in _DECADE_BEFORE  # 2000s of what?
            return Period(days.decade(year), at + 1, "decade") if year <= LAST_YEAR and not hundreds else None
        return Period(days.decade(_latest_decade(year, anchor)), at + 1, "decade", certain=False) if year else None
    if token.text in words.DECADES and reading.word(at - 1) in _DECADE_BEFORE:
        return Period(days.decade(_latest_decade(words.DECADES[token.text], anchor)), at + 1, "decade", certain=False)
    return None


def _latest_decade(digits: int, anchor: date) -> int:
    """The latest decade with these two digits that has begun."""
    year = anchor.year // 100 * 100 + digits
    return year if year <= anchor.year else year - 100


def century(reading: Reading, at: int) -> Period | None:
    """The 20th century, the nineteenth century."""
    number = reading.ordinal(at)
    place = reading.skip(at + 1, "-")
    if number is None or not 1 <= number <= _LAST_CENTURY or reading.word(place) != "century":
        return None
    return None if reading.word(place + 1) in _COMPANIES else Period(days.century(number), place + 1, "century")


def in_digits(reading: Reading, at: int) -> Period | None:
    """2022-11-09, 2022-11, 2022-W45, and 09.11.2022 or 09/11/2022 (day first, where both can be)."""
    token = reading.token(at)
    if token.kind == "isoweek":
        year, week = int(token.text[:YEAR_DIGITS]), int(token.text[-2:])
        return Period(days.week_of(date.fromisocalendar(year, week, 1)), at + 1, "week")
    if token.kind == "iso":
        year, number, *day = (int(each) for each in re.split(r"[/.-]", token.text))
        if not day:
            return Period(days.months(year, number), at + 1, "month")
        return Period(one_day(date(year, number, day[0])), at + 1, "day")
    if token.kind == "numeric":
        one, two, year = (int(each) for each in re.split(r"[/.-]", token.text))
        year = year if year >= FIRST_YEAR else reading.full_year(year)
        first, second = (one, two) if two <= len(words.MONTH_NAMES) else (two, one)
        return Period(one_day(date(year, second, first)), at + 1, "day")
    return None


def numbered_week(reading: Reading, at: int) -> Period | None:
    """Week 45 of 2022."""
    number = reading.token(at + 1)
    if reading.word(at) != "week" or number.kind != "number":
        return None
    year, end = reading.year_behind(at + 2)
    if year is None:
        return None
    return Period(days.week_of(date.fromisocalendar(year, number.value, 1)), end, "week")


def year(reading: Reading, at: int) -> Period | None:
    """A bare year. It is certain where nothing around it says that it is an amount or a name."""
    short = reading.short_year(at)
    if short is not None:
        return Period(days.year_span(short), at + 2, "year", certain=False)
    number = reading.year_number(at)
    if number is None or is_amount(reading, at) or reading.month_number(at - 1) is not None:
        return None  # the year of a day that is none: 31 June 2022
    named = reading.word(at - 1) in ("year", "years")
    return Period(days.year_span(number), at + 1, "year", certain=named or _is_likely(reading, at, number))


def _is_likely(reading: Reading, at: int, year: int) -> bool:
    """Round numbers are as often amounts, and so is what stands before things in the plural, without "the"."""
    behind = reading.token(at + 1)
    things = behind.kind == "word" and behind.raw.islower() and len(behind.text) > len("was") and behind.text[-1] == "s"
    before = reading.word(at - 1)
    if things and before not in ("the", "", "-", ",") and before not in words.EVIDENCE and behind.text[-2:] != "ss":
        return False
    return 1900 <= year <= 2100 and year % 100 != 0  # noqa: PLR2004 (years)


def is_amount(reading: Reading, at: int) -> bool:
    """True for a number that counts something or names it."""
    before, behind = reading.word(at - 1), reading.word(at + 1)
    if behind in words.COUNTED or behind in ("%", "°", "€", "$", "£") or before in ("$", "€", "£", "#", "№", "/"):
        return True
    if before in _DASHES and reading.joined_to(at - 1) and reading.token(at - 2).kind == "word":
        return reading.word(at - 2) not in ("mid", "early", "late", "post", "pre")  # the Su-2022
    if behind == "-" and reading.joined_to(at + 1):
        return reading.word(at + 2) in _MEASURED
    return before in words.NUMBERED or (before == "." and reading.word(at - 2) in ("no", "nr"))

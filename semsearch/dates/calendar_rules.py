"""Rules for what the calendar names: days of months, months, seasons, quarters."""

from __future__ import annotations

import re
from datetime import date

from semsearch.dates import days, words
from semsearch.dates.days import Unit
from semsearch.dates.reading import DAY_DIGITS, FIRST_YEAR, YEAR_DIGITS, Period, Reading, Turn, one_day
from semsearch.dates.year_rules import years_written
from semsearch.records import DateRange

_DASHES = ("-", "–")
_AFTER_DATE = words.EVIDENCE | {"to", "and", "on", "at", "of", "or", "with", "this", "last", "next", "parade"}
_NO_MONTH = {"revolution", "surprise"}
_MARCH_TO = {"on", "toward", "towards", "into", "against", "through", "of"}
_MOST = {"quarter": 4, "half": 2}


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
    if reading.word(place) in ("-", "/") and reading.joined_to(place) and reading.joined_to(place + 1):
        place += 1  # 5-Aug-2016
    place = reading.skip(place, "of")
    month = reading.month_number(place)
    if month is None or last < first:
        return None
    behind = reading.behind_month(place)
    if reading.word(behind) == "-" and reading.joined_to(behind) and reading.year_number(behind + 1) is not None:
        behind += 1
    elif first == last and _is_short_year(reading, behind):
        return Period(one_day(date(reading.full_year(reading.token(behind).value), month, first)), behind + 1, "day")
    return None if _is_verb(reading, place, behind) else _dated(reading, month, first, last, behind)


def _month_first(reading: Reading, at: int) -> Period | None:
    month = reading.month_number(at)
    place = reading.skip(reading.behind_month(at), "the")
    first = reading.day_number(place)
    if month is None or first is None:
        return None
    behind, last = place + 1, first
    second = reading.day_number(behind + 1)
    if (
        reading.word(behind) in (*_DASHES, "to", "and", "through", "until", "till")
        and second is not None
        and second > first
    ):
        unmixed = reading.month_number(behind + 2) is None or reading.word(behind) in _DASHES
        if unmixed and reading.word(behind + 2) not in words.COUNTED:
            last, behind = second, behind + 2
    if reading.word(behind) in words.COUNTED or _is_verb(reading, at, behind):
        return None
    return _dated(reading, month, first, last, behind)


def _is_short_year(reading: Reading, at: int) -> bool:
    """True for the last number of "9 Nov 21" and "summer 22", where nothing follows that it could count."""
    token, behind = reading.token(at), reading.token(at + 1)
    apart = behind.kind == "sign" and not (behind.text in (":", "-", "%", "°", "/") and reading.joined_to(at + 1))
    near = token.kind == "number" and len(token.text) == DAY_DIGITS
    return near and apart and reading.full_year(token.value) <= reading.context.anchor.year + 1


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
    something = name in ("march", "may") and not reading.token(at).capital and reading.word(at - 1) == "the"
    if something or _is_someone(reading, at, end) or _day_is_none(reading, end):
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


def _is_someone(reading: Reading, at: int, end: int) -> bool:
    """True for Jan Egeland, and for a May that somebody is "on", "to" or "of"."""
    name, before, year = reading.word(at), reading.word(at - 1), reading.year_behind(end)[0]
    if name == "jan":
        behind = reading.token(end)
        return end == at + 1 and behind.kind == "word" and behind.capital and not reading.year_behind(end)[0]
    if name != "may" or year is not None or reading.day_number(end) is not None:
        return False
    of_what = reading.token(at - 2)
    if before == "to":
        return not (reading.month_number(at - 2) or of_what.kind in ("number", "ordinal", "iso"))
    named = {*words.PARTS, *words.UNITS, *words.PLURALS, *words.ORDINALS, *words.WEEKDAYS}
    behind = reading.token(end)
    if before == "by" and behind.kind == "word" and behind.text not in _AFTER_DATE - {"to"}:
        return True  # who stood by May when others left
    return before == "on" or (before == "of" and of_what.kind == "word" and of_what.text not in named)


def _day_is_none(reading: Reading, end: int) -> bool:
    """True for the month of "February 29, 2022", a day that there is not."""
    if reading.day_number(end) is None or reading.token(end).kind == "word":
        return False
    return reading.word(end + 1) == "," and reading.year_number(end + 2) is not None


def year_first(reading: Reading, at: int) -> Period | None:
    """2021 June, 2021/06, 11/2021."""
    year, sign, behind = reading.year_number(at), reading.word(at + 1), reading.token(at + 2)
    if year is not None and reading.month_number(at + 1) is not None:
        verb = reading.word(at + 1) == "may" and reading.token(at + 2).kind == "word"
        named = reading.token(at + 1).capital and not verb and reading.year_number(reading.behind_month(at + 1)) is None
        number = reading.month_number(at + 1)
        if named and number and reading.day_number(reading.behind_month(at + 1)) is None:
            return Period(days.months(year, number), reading.behind_month(at + 1), "month")
    if sign != "/" or not (reading.joined_to(at + 1) and reading.joined_to(at + 2)):
        return None
    if year is not None and behind.kind == "number" and len(behind.text) == DAY_DIGITS and reading.word(at + 3) != "/":
        return Period(days.months(year, behind.value), at + 3, "month")
    year = reading.year_number(at + 2)
    month_token = reading.token(at)
    if year is not None and month_token.kind == "number" and reading.word(at - 1) != "/":
        return Period(days.months(year, month_token.value), at + 3, "month")
    return None


def _is_phrase(reading: Reading, at: int, end: int) -> bool:
    """True for "the march of 2017" and "they may in 2022", not written as a name."""
    named = reading.token(at).capital or reading.word(at - 1) in words.EVIDENCE
    return reading.word(end) in ("of", "in") and not named


def season(reading: Reading, at: int) -> Period | None:
    """Winter 2022, the summer of 2022, winter 2022-23; "in winter" is any winter and none of them."""
    name = words.SEASONS.get(reading.word(at))
    if name is None or reading.word(at + 1) in words.NO_SEASON or reading.word(at - 1) in ("a", "an"):
        return None

    def in_year(year: int) -> DateRange:
        return days.season(year, name, reading.context.hemisphere)

    year, end = years_written(reading, reading.skip(at + 1, "of"))
    if year is None and _is_short_year(reading, at + 1):
        year, end = reading.full_year(reading.token(at + 1).value), at + 2
    if year is not None:
        return Period(in_year(year), end, "season")
    found = reading.with_year(at + 1, in_year, "season", certain=False)
    if found.end == at + 1:
        of_something = reading.word(at) == "fall" and reading.word(at + 1) == "of"  # the fall of Mariupol
        if of_something or reading.word(at - 1) in ("in", "during", "throughout"):
            return None
    return found


def quarter_or_half(reading: Reading, at: int) -> Period | None:
    """Q3 2022, 2022 Q3, H1 2022, the third quarter of 2022, the second half of 2022."""
    token, behind = reading.token(at), reading.token(at + 1)
    year = reading.year_number(at)
    if year is not None and behind.text == "-" and reading.joined_to(at + 1):
        at, behind = at + 1, reading.token(at + 2)
    if year is not None and behind.kind in ("quarter", "half"):
        return Period(_numbered(behind.kind, behind.value)(year), at + 2, behind.kind)
    if token.kind in ("quarter", "half"):
        if behind.text == "-" and reading.joined_to(at + 1) and reading.year_number(at + 2) is not None:
            return Period(_numbered(token.kind, token.value)(reading.token(at + 2).value), at + 3, token.kind)
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

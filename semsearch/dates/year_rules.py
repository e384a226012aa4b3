"""Rules for years, two years, decades and centuries."""

from __future__ import annotations

from datetime import date

from semsearch.dates import days, words
from semsearch.dates.reading import DAY_DIGITS, FIRST_YEAR, LAST_YEAR, YEAR_DIGITS, Period, Reading

_DASHES = ("-", "–")
_MEASURED = {"strong", "page", "pound", "mile", "kilometer", "kilometre", "metre", "meter"}
_LAST_CENTURY = 21
_COMPANIES = ("fox",)
_DECADE_BEFORE = {"the", "early", "mid", "late", "-"}


def two_years(reading: Reading, at: int) -> Period | None:
    """2008-09, 1957-58, 1986/87: a year and the next."""
    if reading.token(at).kind != "iso" and reading.word(at + 1) != "/":
        return None
    year, end = years_written(reading, at)
    joined = reading.token(at).kind == "iso" or (reading.joined_to(at + 1) and reading.joined_to(at + 2))
    return Period(days.months(year, 1, 24), end, "span") if year is not None and joined else None


def years_written(reading: Reading, at: int) -> tuple[int | None, int]:
    """The first year of "2022-23" and "2022/2023", and the place behind."""
    token = reading.token(at)
    if token.kind == "iso" and len(token.text) == len("2022-23"):  # a month as the tokens see it
        year, second, end = int(token.text[:YEAR_DIGITS]), token.text[YEAR_DIGITS + 1 :], at + 1
    elif reading.word(at + 1) in (*_DASHES, "/") and reading.year_number(at) is not None:
        year, second, end = token.value, reading.word(at + 2), at + 3
    else:
        return None, at
    return (year, end) if second and str(year + 1).endswith(second) else (None, at)


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


def year(reading: Reading, at: int) -> Period | None:
    """A bare year. It is certain where nothing around it says that it is an amount or a name."""
    short = reading.short_year(at)
    if short is not None:
        return Period(days.year_span(short), at + 2, "year", certain=False)
    number = reading.year_number(at)
    if number is None or is_amount(reading, at) or reading.month_number(at - 1) is not None:
        return None  # the year of a day that is none: 31 June 2022
    if _is_of_a_code(reading, at) or (reading.word(at - 1) == "," and reading.month_number(at - 3) is not None):
        return None
    named = reading.word(at - 1) in ("year", "years")
    return Period(days.year_span(number), at + 1, "year", certain=named or _is_likely(reading, at, number))


def _is_of_a_code(reading: Reading, at: int) -> bool:
    """True for the last number of 555-1950 and 133-03-03-2020, and the first of 2015-1-32."""
    before, behind = reading.token(at - 2), reading.token(at + 2)
    if reading.word(at - 1) == "-" and reading.joined_to(at) and before.kind == "number" and reading.joined_to(at - 1):
        return len(before.text) != YEAR_DIGITS
    dashed = reading.word(at + 1) == "-" and reading.joined_to(at + 1) and reading.joined_to(at + 2)
    return dashed and behind.kind == "number" and len(behind.text) <= DAY_DIGITS


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

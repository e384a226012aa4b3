"""A document's publication date, from what its input claims.

ISO dates and mail dates are read by the standard library; any other form by dateparser, with
relative words ("yesterday") switched off: a publication date is never guessed from today's.
A file's modification time is never taken for a publication date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from semsearch.dates.grammar import read
from semsearch.dates.reading import Context
from semsearch.dates.typed import parse_period
from semsearch.dates.written import date_part, day_in_digits, is_several_days, with_century
from semsearch.errors import DateNotUnderstood
from semsearch.records import DateClaim, DatePrecision, PublishedDate

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

FIRST_YEAR, LAST_YEAR = 1000, 2199
LONGEST_DATE = 100  # characters; anything longer is no date
_ISO = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ][0-2]\d:?[0-5]\d\S*(?: ?\S{1,6})?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_MAIL = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}", re.ASCII)
# Those in which dates are looked for: with all 200 a string that is no date takes several times as long.
LANGUAGES = """
    en de fr es it pt nl sv da nb fi pl cs sk hu ro bg el ru uk be sr hr lt lv et tr ar he fa hi ka hy zh ja ko id vi th
    """
_EXCHANGEABLE = re.compile(r"\d{1,2}\s*[/-]\s*\d{1,2}")  # dots are day first
_SPREADSHEET, _SPREADSHEET_BEGAN = re.compile(r"[2-6]\d{4}(?:[.,]\d+)?", re.ASCII), date(1899, 12, 30)
_BASES = (datetime(1999, 1, 3), datetime(2007, 10, 21))


def resolve_published(claims: Iterable[DateClaim]) -> tuple[PublishedDate | None, list[str]]:
    """The first claim that is a date, and a reason for each claim before it that is none."""
    reasons: list[str] = []
    for claim in claims:
        try:
            return parse_published(claim), reasons
        except DateNotUnderstood as error:
            reasons.append(str(error))
    return None, reasons


def parse_published(claim: DateClaim) -> PublishedDate:
    """The date that ``claim`` states; the day is the calendar day in the time zone it is written in.

    Raises DateNotUnderstood where it is no date or no such day exists.
    """
    raw = claim.raw.strip()
    first, last, ambiguous = _parse(raw, claim.month_first)
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise DateNotUnderstood(f"date {raw[:40]!r} is out of range: expected the years {FIRST_YEAR} to {LAST_YEAR}")
    return PublishedDate(first, last, _precision(first, last), claim.provenance, raw, ambiguous)


def _precision(first: date, last: date) -> DatePrecision:
    if first == last:
        return "day"
    return "month" if first.month == last.month else "year"


def _parse(raw: str, month_first: bool | None) -> tuple[date, date, bool]:
    day = day_in_digits(raw)
    if day is not None:
        return day, day, False
    if not _ISO.fullmatch(raw) and not _MAIL.match(raw):
        raw = with_century(date_part(raw), date.today()) if len(raw) <= LONGEST_DATE else raw
        if is_several_days(raw):
            raise DateNotUnderstood(f"date {raw[:40]!r} is more than a day: expected for example 2022-11-09")
    if match := _ISO.fullmatch(raw):
        return *parse_period(match[1]), False
    if match := _COMPACT.fullmatch(raw):
        return *parse_period("-".join(match.groups())), False
    if _MAIL.match(raw):
        try:
            day = parsedate_to_datetime(raw).date()
        except (ValueError, OverflowError):
            raise DateNotUnderstood(f"no such date: {raw[:60]}") from None
        return day, day, False
    if len(raw) <= LONGEST_DATE and (found := _parse_freely(raw, month_first)):
        return found
    if _SPREADSHEET.fullmatch(raw):
        day = _SPREADSHEET_BEGAN + timedelta(int(raw[:5]))
        raise DateNotUnderstood(f"date {raw[:40]!r} not understood: a spreadsheet's number of {day}? Save it as a date")
    raise DateNotUnderstood(f"date {raw[:40]!r} not understood: expected for example 2022-11-09")


@lru_cache(maxsize=4096)
def _parse_freely(raw: str, month_first: bool | None) -> tuple[date, date, bool] | None:
    """Any other form: "9 November 2022", "Nov 2022", 09/11/2022 (where nothing decides: day first, ambiguous)."""
    own = _by_grammar(raw)
    if own is not None:
        return own
    found = _free_date(raw, "MDY" if month_first else "DMY")
    if found is None or month_first is not None:
        return found and (*found, False)
    return *found, bool(_EXCHANGEABLE.search(raw)) and _free_date(raw, "MDY") not in (None, found)


def _by_grammar(raw: str) -> tuple[date, date, bool] | None:
    """A date in English that is nothing but a day, a month or a year: much quicker than dateparser."""
    reading = read(raw, Context(_BASES[0].date()))
    found = reading.period(0)
    if (
        found is None
        or found.relative
        or found.end != len(reading.tokens)
        or found.unit not in ("day", "month", "year")
    ):
        return None
    if any(token.kind in ("numeric", "ordinal") for token in reading.tokens) or _EXCHANGEABLE.search(raw):
        return None  # dateparser says whether day and month could be exchanged
    if found.span.first is None or found.span.last is None:
        return None
    return found.span.first, found.span.last, False


def _free_date(raw: str, order: str) -> tuple[date, date] | None:
    """The date of ``raw``, read twice as if on different days: what then differs was not in it."""
    first = _dated(raw, order, _BASES[0])
    return first if first is not None and first == _dated(raw, order, _BASES[1]) else None


def _dated(raw: str, order: str, base: datetime) -> tuple[date, date] | None:
    data = _parser(order, base).get_date_data(raw)
    if data is None or data.date_obj is None:
        return None
    day = data.date_obj.date()
    if data.period == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if data.period == "month":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


@lru_cache(maxsize=4)
def _parser(order: str, base: datetime) -> DateDataParser:
    from dateparser.date import DateDataParser

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["year"],
        "DATE_ORDER": order,
        "RELATIVE_BASE": base,
    }
    return DateDataParser(languages=LANGUAGES.split(), settings=settings)

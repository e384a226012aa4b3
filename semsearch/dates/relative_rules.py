"""Rules for what is counted from the anchor: yesterday, Monday, last week, three days ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from semsearch.dates import days, words
from semsearch.dates.calendar_rules import day_of_month, in_digits
from semsearch.dates.days import DAY, Unit
from semsearch.dates.reading import Period, Reading, Turn, one_day
from semsearch.records import DateRange

FARTHEST = 40_000  # units that may be counted
HOURS = 24
FEW = 3
WHICH = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_BACK = {"last": 1, "past": 1, "previous": 1, "recent": 1, "next": -1, "coming": -1}
_TIMES_OF_DAY = ("morning", "afternoon", "evening", "night")
_HABITS = ("mornings", "afternoons", "evenings", "nights")
_NO_WEEKDAY_BEFORE = {"black", "bloody", "good", "ash", "palm", "super", "man", "cyber", "giving", "easter", "fat"}
_NO_WEEKDAY_BEHIND = {"times", "telegraph", "mirror", "mail", "post"}


def near_day(reading: Reading, at: int) -> Period | None:
    """Today, yesterday, the day before yesterday, last night."""
    one, two, three = (reading.word(at + step) for step in range(3))
    anchor = reading.context.anchor
    if one in ("today", "tonight"):
        if reading.token(at).capital and reading.token(at - 1).capital:
            return None  # Russia Today
        return Period(one_day(anchor), at + 1, "day", relative=True)
    if one in ("yesterday", "tomorrow"):
        end = reading.skip(at + 1, *_TIMES_OF_DAY)
        return Period(one_day(anchor + DAY * (1 if one == "tomorrow" else -1)), end, "day", relative=True)
    if one in ("this", "last") and two in _TIMES_OF_DAY:
        return Period(one_day(anchor if one == "this" else anchor - DAY), at + 2, "day", relative=True)
    far = {("day", "before", "yesterday"): -2, ("day", "after", "tomorrow"): 2}.get((one, two, three))
    return None if far is None else Period(one_day(anchor + far * DAY), at + 3, "day", relative=True)


def weekday(reading: Reading, at: int) -> Period | None:
    """Monday, last Monday, Monday last week, on Monday the 9th of November."""
    shift = reading.word(at) if reading.word(at) in WHICH else ""
    place = at + 1 if shift else at
    number, short = words.WEEKDAYS.get(reading.word(place)), reading.word(place) in words.SHORT_WEEKDAYS
    if number is None or _is_name(reading, place) or (short and not (reading.token(place).capital or shift)):
        return None
    end = place + 1
    dated = _date_behind(reading, reading.skip(end, ".") if short else end)
    if dated is not None:
        return dated
    anchor = reading.context.anchor
    of_week = reading.skip(end, "of", "the")
    week = WHICH.get(reading.word(of_week))
    if week is not None and reading.word(of_week + 1) == "week":
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(days=7 * week)
        return Period(one_day(monday + timedelta(days=number)), of_week + 2, "day", relative=True)
    day = _weekday_near(anchor, number, "next" if reading.future and not shift else shift)
    end = reading.skip(end, *_TIMES_OF_DAY)
    if reading.word(end) in _HABITS:
        return None
    certain = bool(shift) or reading.token(place).possessive
    return Period(one_day(day), end, "day", certain=certain, relative=True)


def _date_behind(reading: Reading, at: int) -> Period | None:
    """The day of the month that a weekday goes with."""
    at = reading.skip(at, ",")
    dated = day_of_month(reading, reading.skip(at, "the")) or in_digits(reading, at)
    return replace(dated, certain=True) if dated is not None and dated.unit == "day" else None


def _weekday_near(anchor: date, number: int, shift: str) -> date:
    back = (anchor.weekday() - number) % 7
    if shift in ("this", "current"):
        return anchor - timedelta(days=anchor.weekday() - number)
    if shift in ("next", "coming"):
        return anchor + timedelta(days=7 - back)
    return anchor - timedelta(days=(back or 7) if shift else back)


def weekday_beside(reading: Reading, at: int) -> Period | None:
    """The Monday before Christmas, the Tuesday after the first Monday in November."""
    number, side = words.WEEKDAYS.get(reading.word(at)), {"before": -1, "after": 1}.get(reading.word(at + 1))
    if number is None or side is None:
        return None
    base = reading.period(at + 2)
    if base is None:
        return None
    first, last = days.bounds(base.span)
    if side > 0:
        day = last + timedelta(days=(number - last.weekday() - 1) % 7 + 1)
    else:
        day = first - timedelta(days=(first.weekday() - number - 1) % 7 + 1)
    return Period(one_day(day), base.end, "day", relative=base.relative)


def _is_name(reading: Reading, at: int) -> bool:
    """True for Black Friday, the Sunday Times, monday.com."""
    behind = reading.word(at + 1)
    site = behind == "." and reading.word(at + 2) == "com"
    return site or reading.word(at - 1) in _NO_WEEKDAY_BEFORE or behind in _NO_WEEKDAY_BEHIND


def relative_unit(reading: Reading, at: int) -> Period | None:
    """Last week, this month, next year, last summer, last November; "the last week" is the seven days up to now."""
    which = WHICH.get(reading.word(at))
    unit = words.UNITS.get(reading.word(at + 1))
    if which is None or unit == "day" or (unit is not None and reading.word(at + 2) == "of"):
        return None  # the last year of the war
    if unit is None:
        return _relative_turn(reading, at, which)
    anchor = reading.context.anchor
    if reading.word(at) == "past" or (reading.word(at) == "last" and reading.word(at - 1) == "the"):
        return Period(days.rolling(anchor, 1, unit), at + 2, unit, relative=True)
    return Period(days.around(stepped(anchor, which, unit), unit), at + 2, unit, relative=True)


def _relative_turn(reading: Reading, at: int, which: int) -> Period | None:
    """Last November, next spring."""
    name, behind = reading.word(at + 1), reading.word(at + 2)
    number, season = reading.month_number(at + 1), words.SEASONS.get(name)
    if number is not None and not (name in words.DOUBTFUL_MONTHS and behind in ("on", "of")):
        found = turn(lambda year: days.months(year, number), reading.context.anchor, which)
        return Period(found, at + 2, "month", relative=True)
    if season is not None and behind not in words.NO_SEASON:
        hemisphere = reading.context.hemisphere
        found = turn(lambda year: days.season(year, season, hemisphere), reading.context.anchor, which)
        return Period(found, at + 2, "season", relative=True)
    return None


def weekend(reading: Reading, at: int) -> Period | None:
    """The weekend: the latest that has begun."""
    if reading.word(at) != "weekend" or reading.word(at - 1) != "the" or reading.word(at + 1) == "of":
        return None
    anchor = reading.context.anchor
    found = days.weekend_of(anchor)
    begun = days.bounds(found)[0] <= anchor
    if not begun:
        found = days.weekend_of(days.shifted(anchor, -1, "week"))
    return Period(found, at + 1, "weekend", certain=False, relative=True)


def last_count(reading: Reading, at: int) -> Period | None:
    """The last three weeks, the past few days, the next 10 days, the last 24 hours."""
    which = _BACK.get(reading.word(at))
    if which is None:
        return None
    count, place = reading.count(at + 1)
    if count is None and reading.word(at) == "recent":
        count = FEW
    unit = reading.unit(place)
    if count is not None and reading.word(place) in ("hours", "hour"):
        count, unit = -(-count // HOURS) + 1, "day"
    if count is None or unit is None or not 0 < count < FARTHEST or reading.word(place + 1) == "of":
        return None
    return Period(days.rolling(reading.context.anchor, which * count, unit), place + 1, "span", relative=True)


def ago(reading: Reading, at: int) -> Period | None:
    """Three days ago, a month ago: the calendar unit that lies so far back."""
    count, place = reading.count(at)
    unit = reading.unit(place)
    if count is None or unit is None or reading.word(place + 1) != "ago" or count >= FARTHEST:
        return None
    day = stepped(reading.context.anchor, -count, unit)
    return Period(days.around(day, unit), place + 2, unit, relative=True)


def stepped(anchor: date, count: int, unit: Unit) -> date:
    """A day in the unit that lies so many further on."""
    if unit in ("day", "week", "weekend"):
        return days.shifted(anchor, count, unit)
    return days.shifted(anchor.replace(day=1), count, unit)


def turn(in_year: Turn, anchor: date, which: int) -> DateRange:
    """The last that is over, the one of now or of this year, or the next that has not begun."""
    around = [in_year(year) for year in range(anchor.year - 2, anchor.year + 3)]
    if which < 0:
        return [span for span in around if days.bounds(span)[1] < anchor][-1]
    if which > 0:
        return next(span for span in around if days.bounds(span)[0] > anchor)
    holding = [span for span in around if days.bounds(span)[0] <= anchor <= days.bounds(span)[1]]
    return holding[0] if holding else in_year(anchor.year)

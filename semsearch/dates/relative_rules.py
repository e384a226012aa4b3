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
LONGEST_SEARCH = 400  # days back in which a weekday has its number
WHICH = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_BACK = {"last": 1, "past": 1, "previous": 1, "recent": 1, "next": -1, "coming": -1}
_TIMES_OF_DAY = ("morning", "afternoon", "evening", "night")
_HABITS = ("mornings", "afternoons", "evenings", "nights")
_NO_WEEKDAY_BEFORE = {"black", "bloody", "good", "ash", "palm", "super", "man", "cyber", "giving", "easter", "fat"}
_MODALS = {"can", "could", "will", "would", "may", "might", "must", "should", "shall", "did", "does", "do"}
_BEFORE_LAST = {"the", "in", "for", "over", "during", "these", "those", "within", "of", "throughout", "about"}
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
    if short and reading.word(place - 1) == "the":
        return None  # the Sun
    if number is None or _is_name(reading, place) or (short and not (reading.token(place).capital or shift)):
        return None
    end = place + 1
    dated = _date_behind(reading, reading.skip(end, ".") if short else end)
    dated = dated or _with_the_days_number(reading, number, reading.skip(end, ".", ",", "the"))
    if dated is not None or (reading.token(place).possessive and short):
        return dated  # none: the Sun's
    anchor = reading.context.anchor
    of_week = reading.skip(end, "of", "the")
    week = WHICH.get(reading.word(of_week))
    if week is not None and reading.word(of_week + 1) == "week":
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(days=7 * week)
        return Period(one_day(monday + timedelta(days=number)), of_week + 2, "day", relative=True)
    own_day = reading.context.passage and anchor.weekday() == number
    day = _weekday_near(anchor, number, "next" if reading.future and not shift and not own_day else shift)
    end = reading.skip(end, *_TIMES_OF_DAY)
    certain = bool(shift) or reading.token(place).possessive
    habit = reading.word(end) in _HABITS
    return None if habit else Period(one_day(day), end, "day", certain=certain, relative=True)


def _with_the_days_number(reading: Reading, number: int, at: int) -> Period | None:
    """Friday the 18th: the latest such day."""
    if reading.token(at).kind != "ordinal" or reading.unit(at + 1) or reading.word(at + 1) == "century":
        return None
    anchor, wanted = reading.context.anchor, reading.token(at).value
    day = anchor
    for _ in range(LONGEST_SEARCH):
        if day.day == wanted and day.weekday() == number:
            return Period(one_day(day), at + 1, "day", relative=True)
        day -= DAY
    return None


def week_and_weekday(reading: Reading, at: int) -> Period | None:
    """Last week on Monday, a week ago on Monday."""
    which, on = WHICH.get(reading.word(at)), 2
    if reading.word(at) in ("a", "one") and reading.word(at + 2) == "ago":
        which, on = -1, 3
    number = words.WEEKDAYS.get(reading.word(at + on + 1))
    if which is None or reading.word(at + 1) != "week" or reading.word(at + on) != "on" or number is None:
        return None
    anchor = reading.context.anchor
    day = anchor + timedelta(days=7 * which + number - anchor.weekday())
    return Period(one_day(day), at + on + 2, "day", relative=True)


def earlier_in(reading: Reading, at: int) -> Period | None:
    """Earlier in the week, the month, the year."""
    unit = words.UNITS.get(reading.word(at + 3))
    inside = reading.word(at) in ("earlier", "later") and reading.word(at + 1) in ("in", "on", "during")
    if not inside or reading.word(at + 2) != "the" or unit in (None, "day", "weekend", "decade", "century"):
        return None
    return Period(days.around(reading.context.anchor, unit or "week"), at + 4, unit or "week", relative=True)


def so_far(reading: Reading, at: int) -> Period | None:
    """So far this month: up to the anchor."""
    unit = words.UNITS.get(reading.word(at + 3))
    if tuple(reading.word(at + step) for step in range(3)) != ("so", "far", "this") or unit is None:
        return None
    anchor = reading.context.anchor
    first = days.bounds(days.around(anchor, unit))[0]
    return Period(DateRange(first, anchor), at + 4, "span", relative=True)


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
    if unit == "weekend" and which < 0:
        return weekend(reading, at + 1, named=True)
    if reading.word(at) == "past" or (reading.word(at) == "last" and reading.word(at - 1) == "the"):
        return Period(days.rolling(anchor, 1, unit), at + 2, unit, relative=True)
    return Period(days.around(stepped(anchor, which, unit), unit), at + 2, unit, relative=True)


def _relative_turn(reading: Reading, at: int, which: int) -> Period | None:
    """Last November, next spring."""
    name, behind = reading.word(at + 1), reading.word(at + 2)
    number, season = reading.month_number(at + 1), words.SEASONS.get(name)
    dated = day_of_month(reading, at + 1) if number is not None else None
    if dated is not None and dated.in_year is not None:
        return replace(dated, span=turn(dated.in_year, reading.context.anchor, which), in_year=None)
    verb = name in words.DOUBTFUL_MONTHS and not reading.token(at + 1).capital and reading.token(at + 2).kind == "word"
    if verb and behind not in ("in", "at", "on", "by", "near", "around", "and", "or"):
        return None  # this may be
    if number is not None and not (name in words.DOUBTFUL_MONTHS and behind in ("on", "of")):
        found = turn(lambda year: days.months(year, number), reading.context.anchor, which)
        return Period(found, at + 2, "month", relative=True)
    of_something = which < 0 and reading.word(at - 1) == "the" and behind == "of"  # the last winter of the war
    if season is not None and behind not in words.NO_SEASON and not of_something:
        hemisphere = reading.context.hemisphere
        found = turn(lambda year: days.season(year, season, hemisphere), reading.context.anchor, which)
        return Period(found, at + 2, "season", relative=True)
    return None


def weekend(reading: Reading, at: int, *, named: bool = False) -> Period | None:
    """The weekend: the latest that has begun; the last one (``named``) is over."""
    if reading.word(at) != "weekend" or (reading.word(at - 1) != "the" and not named) or reading.word(at + 1) == "of":
        return None
    anchor = reading.context.anchor
    found = days.weekend_of(anchor)
    begun, over = days.bounds(found)[0] <= anchor, days.bounds(found)[1] < anchor
    if not (over if named else begun):
        found = days.weekend_of(days.shifted(anchor, -1, "week"))
    return Period(found, at + 1, "weekend", certain=named, relative=True)


def last_count(reading: Reading, at: int) -> Period | None:
    """The last three weeks, the past few days, the next 10 days, the last 24 hours."""
    which = _BACK.get(reading.word(at))
    if which is None or (reading.word(at) == "last" and _is_a_verb(reading, at)):
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


def _is_a_verb(reading: Reading, at: int) -> bool:
    """True for "will last three days" and "can the truce last two weeks"."""
    before = reading.word(at - 1)
    asked = reading.word(0) in _MODALS and not reading.context.passage
    return before in _MODALS or before in ("to", "not", "t", "should") or (asked and before not in _BEFORE_LAST)


def ago(reading: Reading, at: int) -> Period | None:
    """Three days ago, a month ago, two weeks and two days ago: the calendar unit that lies so far back."""
    count, place = reading.count(at)
    unit = reading.unit(place)
    if count and unit and reading.word(place + 1) == "and":
        more = ago(reading, place + 2)
        if more is not None and more.unit in ("day", "week", "month", "year"):
            first = days.bounds(more.span)[0] if more.unit == "day" else reading.context.anchor
            if more.unit == "day":
                return Period(one_day(days.shifted(first, -count, unit)), more.end, "day", relative=True)
            back = days.shifted(days.bounds(more.span)[0], -count, unit)
            return Period(days.around(back, more.unit), more.end, more.unit, relative=True)
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

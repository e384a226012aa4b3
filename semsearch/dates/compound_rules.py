"""Rules for periods made from periods: their parts, days counted from them, holidays, named events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from semsearch.dates import days, words
from semsearch.dates.days import DAY, Unit
from semsearch.dates.holidays import LONGEST, find_holiday
from semsearch.dates.named import LONGEST_PHRASE, find_event
from semsearch.dates.reading import Period, Reading, one_day
from semsearch.dates.relative_rules import FARTHEST, FEW, WHICH, turn
from semsearch.records import DateRange

_SATURDAY = 5
_HALVES: Mapping[Unit, tuple[int, Unit]] = {"year": (6, "month"), "month": (15, "day"), "decade": (5, "year")}
_WHOLE: Mapping[Unit, tuple[Unit, ...]] = {
    "month": ("month", "quarter", "half", "year", "decade", "century"),
    "year": ("year", "decade", "century"),
}
_WEEKS_OF_MONTH = 5
_SIDES = {"after": 1, "following": 1, "before": -1}
_NO_FEAST = {"island", "eggs", "egg", "tree", "trees", "card", "cards", "agreement", "movie", "film", "market"}


def part(reading: Reading, at: int) -> Period | None:
    """Early 2022, mid-November, the end of last summer, late in the 1990s."""
    which = words.PARTS.get(reading.word(at))
    if which is None:
        return None
    if reading.word(at) in words.NOUN_PARTS:
        place = reading.skip(at + 1, "of", "the") if reading.word(at + 1) == "of" else -1
    else:
        place = reading.skip(at + 1, "-", "in", "the")
    whole = _definite_unit(reading, place) or reading.period(place)
    if whole is None or whole.unit in ("day", "span") or whole.named_event:
        return None
    return _within(reading, whole, lambda span: days.part(span, whole.unit, which))


def _definite_unit(reading: Reading, at: int) -> Period | None:
    """The year, the month, as in "the start of the year": those of the anchor."""
    unit = words.UNITS.get(reading.word(at))
    if unit in (None, "day", "weekend") or reading.word(at - 1) != "the" or reading.word(at + 1) == "of":
        return None
    if reading.year_number(at + 1) is not None:
        return None
    return Period(days.around(reading.context.anchor, unit or "day"), at + 1, unit or "day", relative=True)


def nth(reading: Reading, at: int) -> Period | None:
    """The first week of March, the last three days of 2022, the second half of November, the first Monday in May."""
    number = reading.ordinal(at)
    if number is None:
        return None
    count, place = reading.count(at + 1)
    count, place = (count, place) if count else (1, at + 1)
    name, unit, weekday = reading.word(place), reading.unit(place), words.WEEKDAYS.get(reading.word(place))
    if (unit is None and weekday is None and name != "half") or reading.word(place + 1) not in ("of", "in"):
        return None
    begun = _event_at(reading, reading.skip(place + 1, "of", "in", "the"))
    if begun is not None and unit is not None and number > 0:
        first, last = (days.shifted(days.bounds(begun.span)[0], number - 1 + step, unit) for step in (0, count))
        return Period(DateRange(first, last - DAY), begun.end, "day" if last - DAY == first else "span")
    whole = reading.period(reading.skip(place + 1, "of", "in", "the"))
    if whole is None or whole.unit == "day" or whole.named_event or (unit == "quarter" and whole.unit == "year"):
        return None  # quarters of a year have a rule of their own

    def cut(span: DateRange) -> DateRange:
        if name == "half":
            return days.half_of(span, whole.unit, number if number > 0 else 2)
        if weekday is not None:
            return one_day(days.nth_weekday(span, number, weekday))
        if unit == "weekend":
            return days.weekend_of(days.nth_weekday(span, number, _SATURDAY))
        if unit == "week" and number > _WEEKS_OF_MONTH:
            return days.week_of(date.fromisocalendar(days.bounds(span)[0].year, number, 1))
        return days.nth(span, number, count, unit or "day")

    return replace(_within(reading, whole, cut), unit="day" if weekday is not None else unit or "half")


def _event_at(reading: Reading, at: int) -> Period | None:
    """A named event, of which days are counted from the first on; "the war" is the one that the table has begin."""
    tokens = [token.text for token in reading.tokens[at : at + LONGEST_PHRASE]]
    for said, added in ((tokens, 0), (["start", "of", *tokens], 2)):
        found = find_event(reading.context.events, said)
        if found is not None and (added or found[0].span.first == found[0].span.last):
            return Period(found[0].span, at + found[1] - added, "day", named_event=found[0].name)
    return None


def counted_day(reading: Reading, at: int) -> Period | None:
    """Day 120 of the invasion."""
    number = reading.token(at + 1)
    if reading.word(at) != "day" or number.kind != "number" or reading.word(at + 2) != "of":
        return None
    event = _event_at(reading, reading.skip(at + 3, "the"))
    if event is None or not 0 < number.value < FARTHEST:
        return None
    return Period(one_day(days.shifted(days.bounds(event.span)[0], number.value - 1, "day")), event.end, "day")


def into(reading: Reading, at: int) -> Period | None:
    """Two months into the war."""
    count, place = reading.count(at)
    unit = reading.unit(place)
    if count is None or unit is None or reading.word(place + 1) != "into" or count >= FARTHEST:
        return None
    event = _event_at(reading, reading.skip(place + 2, "the"))
    return event and Period(one_day(days.shifted(days.bounds(event.span)[0], count, unit)), event.end, "day")


def _within(reading: Reading, whole: Period, cut: Callable[[DateRange], DateRange]) -> Period:
    """A part of a period; it is resolved again, for the part may lie ahead where the whole has begun."""
    in_year = whole.in_year
    if in_year is None:
        return replace(whole, span=cut(whole.span), unit="span", certain=True)
    return reading.resolved(lambda year: cut(in_year(year)), whole.end, "span")


def unit_of_day(reading: Reading, at: int) -> Period | None:
    """The week of 10 October 2022, the weekend of 12 November."""
    unit = reading.unit(at)
    begins = reading.word(at + 1) in ("beginning", "starting", "commencing")
    if unit not in ("week", "weekend") or not (begins or reading.word(at + 1) in ("of", "ending")):
        return None
    day = reading.period(reading.skip(at + 2, "on"))
    if day is None or day.unit != "day" or day.named_event:
        return None
    if reading.word(at + 1) != "of":
        first = days.bounds(day.span)[0]
        span = days.rolling(first - DAY, -1, "week") if begins else days.rolling(first, 1, "week")
        return replace(day, span=span, unit="span", in_year=None)
    return replace(day, span=days.around(days.bounds(day.span)[0], unit), unit=unit, in_year=None)


def offset(reading: Reading, at: int) -> Period | None:
    """Two weeks after Easter, the day before Christmas, a month after 24 February 2022."""
    summed = _sum(reading, at)
    if summed is not None:
        return summed
    count, place = reading.count(at)
    # "the week after" and "the two weeks after" are stretches, "a week after" and "two weeks after" are days
    whole = count is None or reading.word(at - 1) in ("the", "within")
    if count is None:
        count, place = (FEW if reading.word(at) in words.PLURALS else 1), at
    unit, side = reading.unit(place), _SIDES.get(reading.word(place + 1))
    if reading.word(at - 1) == "within" and reading.word(place + 1) == "of":
        side = 0
    if unit is None or side is None or not 0 < count < FARTHEST:
        return None
    base = reading.period(place + 2)
    doubtful = base is not None and not base.certain and not base.named_event and base.unit != "day"
    if base is None or doubtful:
        return None
    first, last = days.bounds(base.span)
    if side == 0:
        span = DateRange(days.shifted(first, -count, unit), days.shifted(last, count, unit))
        return Period(span, base.end, "span", relative=base.relative)
    if whole and (unit != "day" or count > 1):
        span = days.rolling(last, -count, unit) if side > 0 else days.rolling(first - DAY, count, unit)
        return Period(span, base.end, "span", relative=base.relative)
    day = days.shifted(last if side > 0 else first, side * count, unit)
    return Period(one_day(day), base.end, "day", relative=base.relative)


def _sum(reading: Reading, at: int) -> Period | None:
    """4 years and 1 month after November 1185, three weeks and two days before 9 May, a year and a half after 2010.

    Whole units of whole months or years stay months or years.
    """
    parts, place = list[tuple[int, Unit]](), at
    while True:
        count, behind = reading.count(place)
        unit = reading.unit(behind)
        if count is None or unit is None or not 0 < count < FARTHEST:
            break
        parts.append((count, unit))
        place = behind + 1
        if tuple(reading.word(place + step) for step in range(3)) == ("and", "a", "half") and unit in _HALVES:
            parts.append(_HALVES[unit])
            place += 3
            break
        if reading.word(place) not in ("and", ",") or reading.count(reading.skip(place, ",", "and"))[0] is None:
            break
        place = reading.skip(place, ",", "and")
    side = _SIDES.get(reading.word(place))
    if not parts or side is None:
        return None
    base = reading.period(place + 1)
    if base is None or not (base.certain or base.named_event or base.unit == "day"):
        return None
    whole = (
        base.unit if base.unit in ("month", "year") and all(unit in _WHOLE[base.unit] for _, unit in parts) else None
    )
    if len(parts) == 1 and whole is None:
        return None  # one step from a day has a rule of its own
    first, last = days.bounds(base.span)
    day = first if whole or side < 0 else last
    for count, unit in parts:
        day = days.shifted(day, side * count, unit)
    return Period(days.around(day, whole or "day"), base.end, whole or "day", relative=base.relative)


def last_before(reading: Reading, at: int) -> Period | None:
    """The last week before the invasion, the last three days before Christmas."""
    if reading.word(at) not in ("last", "final"):
        return None
    count, place = reading.count(at + 1)
    count, place = (count, place) if count else (1, at + 1)
    unit = reading.unit(place)
    if unit is None or reading.word(place + 1) != "before" or count >= FARTHEST:
        return None
    base = reading.period(place + 2)
    if base is None:
        return None
    span = days.rolling(days.bounds(base.span)[0] - DAY, count, unit)
    return Period(span, base.end, "span", relative=base.relative)


def day_of_event(reading: Reading, at: int) -> Period | None:
    """The day of the invasion, the eve of Christmas."""
    name = reading.word(at)
    if name not in ("day", "eve") or reading.word(at + 1) != "of":
        return None
    base = reading.period(at + 2)
    if base is None or base.unit != "day":
        return None
    first = days.bounds(base.span)[0]
    return Period(one_day(first if name == "day" else first - DAY), base.end, "day", relative=base.relative)


def holiday(reading: Reading, at: int) -> Period | None:
    """Christmas, Easter 2022, New Year's Eve."""
    found = find_holiday([token.text for token in reading.tokens[at : at + LONGEST + 1]])
    if found is None or reading.word(at + found.length) in _NO_FEAST or reading.word(at - 1) in ("a", "an"):
        return None
    of_shops = reading.word(at) in ("black", "cyber") and reading.word(at - 1) not in ("on", "since", "before", "after")
    if of_shops and reading.year_behind(at + found.length)[0] is None:
        return None
    return reading.with_year(at + found.length, found.in_year, "day", certain=found.certain)


def relative_holiday(reading: Reading, at: int) -> Period | None:
    """Last Christmas, next Easter."""
    which = WHICH.get(reading.word(at))
    found = find_holiday([token.text for token in reading.tokens[at + 1 : at + LONGEST + 2]])
    if which is None or found is None or reading.word(at + 1 + found.length) in _NO_FEAST:
        return None
    span = turn(found.in_year, reading.context.anchor, which)
    return Period(span, at + 1 + found.length, "day", relative=True)


def event(reading: Reading, at: int) -> Period | None:
    """An event from the tables of named events."""
    found = find_event(reading.context.events, [token.text for token in reading.tokens[at : at + LONGEST_PHRASE]])
    if found is None:
        return None
    named, length = found
    unit: Unit = "day" if named.span.first == named.span.last else "span"
    return Period(named.span, at + length, unit, certain=False, named_event=named.name)

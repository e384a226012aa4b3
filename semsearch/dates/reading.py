"""A text being read for periods of time: its tokens, its anchor, and what the rules of the grammar share.

What lacks a year, or is relative ("last week"), is resolved by the anchor: without a sign of the future it is
the latest such time that has begun by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from semsearch.dates import days, words
from semsearch.dates.days import Hemisphere, Unit
from semsearch.dates.named import NamedEvent
from semsearch.dates.tokens import NOTHING, Token, tokenize
from semsearch.records import DateRange

FIRST_YEAR, LAST_YEAR = 1000, 2199  # four digits beyond are not taken for a year
YEAR_DIGITS, DAY_DIGITS = 4, 2
LAST_DAY = 31
DEEPEST = 6  # periods within periods
AHEAD = {"day": 90, "span": 90, "month": 120}  # days: farther ahead a text names the one before
FAR_AHEAD = 250  # days, where it speaks of the future
ARTICLES = ("the", "a", "an", "around", "about")
_NO_DAYS = ("second", "last", "final", "closing", "opening")
Turn = Callable[[int], DateRange]  # the span in a year


@dataclass(frozen=True, slots=True)
class Context:
    """What the words alone do not say."""

    anchor: date
    hemisphere: Hemisphere = "north"
    events: tuple[NamedEvent, ...] = ()
    passage: bool = False  # what is read is a passage, which may speak of what is soon to come


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days that begins at a token. ``end`` is the token behind it.

    ``certain`` is false for words that may mean something else ("may", "fall", a bare weekday): they count only
    with a sign such as a preposition. ``in_year`` gives the span in another year, where the words name none.
    ``relative`` is true where the anchor decided. One with the name of an ``named_event`` counts only after "since" and
    the like.
    """

    span: DateRange
    end: int
    unit: Unit
    certain: bool = True
    relative: bool = False
    in_year: Turn | None = None
    named_event: str | None = None


Rule = Callable[["Reading", int], Period | None]


class Reading:
    """The tokens of one text, and the rules that find periods among them."""

    def __init__(self, text: str, context: Context, rules: Sequence[Rule]) -> None:
        self.tokens = tokenize(text)
        self._texts = [token.text for token in self.tokens]
        self.context = context
        self.future = False  # whether the clause mentions the future
        self.past = False  # whether a verb of the past is right before
        self._rules = rules
        self._known: dict[tuple[int, bool, bool], Period | None] = {}
        self._depth = 0

    def period(self, at: int) -> Period | None:
        """The longest period that begins at a token; an article before it is passed over."""
        key = at, self.future, self.past
        if key not in self._known and self._depth < DEEPEST:
            self._depth += 1
            self._known[key] = self._longest(at)
            self._depth -= 1
        return self._known.get(key)

    def _longest(self, at: int) -> Period | None:
        found = None
        for begin in self._beginnings(at):
            for rule in self._rules:
                try:
                    each = rule(self, begin)
                except (ValueError, OverflowError):  # no such day, or outside the calendar
                    continue
                if each is not None and (found is None or each.end > found.end):
                    found = each
        return found

    def _beginnings(self, at: int) -> list[int]:
        """The place, and those behind words that add nothing: "the", "the month of", "the years"."""
        places = [at]
        if self.word(at) in ARTICLES:
            places.append(at + 1)
        if self.word(places[-1]) in ("month", "months") and self.word(places[-1] + 1) == "of":
            places.append(places[-1] + 2)
        elif self.word(places[-1]) in ("year", "years") and self.year_number(places[-1] + 1) is not None:
            places.append(places[-1] + 1)
        return places

    # Tokens

    def token(self, at: int) -> Token:
        """The token at a place, or an empty one outside."""
        return self.tokens[at] if 0 <= at < len(self.tokens) else NOTHING

    def word(self, at: int) -> str:
        """The text of the token at a place."""
        return self._texts[at] if 0 <= at < len(self._texts) else ""

    def joined_to(self, at: int) -> bool:
        """True where nothing stands between a token and the one before it."""
        return self.token(at - 1).end == self.token(at).start > 0

    def skip(self, at: int, *optional: str) -> int:
        """The place behind optional words, each at most once, in order."""
        for name in optional:
            if self.word(at) == name:
                at += 1
        return at

    def month_number(self, at: int) -> int | None:
        """1 to 12 at a month's name."""
        return words.MONTHS.get(self.word(at))

    def behind_month(self, at: int) -> int:
        """The place behind a month's name and the stop of its abbreviation."""
        short = len(self.word(at)) <= len("sept") and self.word(at) != "may"
        return at + 2 if short and self.word(at + 1) == "." else at + 1

    def year_number(self, at: int) -> int | None:
        """The year at a number of four digits."""
        token = self.token(at)
        if token.kind != "number" or len(token.text) != YEAR_DIGITS:
            return None
        return token.value if FIRST_YEAR <= token.value <= LAST_YEAR else None

    def short_year(self, at: int) -> int | None:
        """The year at an apostrophe and two digits."""
        digits = self.token(at + 1)
        written = digits.kind == "number" and len(digits.text) == len("22") and self.joined_to(at + 1)
        return self.full_year(digits.value) if written and self.word(at) in ("'", "’") else None

    def full_year(self, digits: int) -> int:
        """The year that two digits stand for: the latest that is at most ten years ahead."""
        year = self.context.anchor.year // 100 * 100 + digits
        return year if year <= self.context.anchor.year + 10 else year - 100

    def day_number(self, at: int) -> int | None:
        """1 to 31 at "9", "9th" and "ninth of" a month."""
        token = self.token(at)
        if token.kind == "ordinal" or (token.kind == "number" and len(token.text) <= DAY_DIGITS):
            return token.value if 1 <= token.value <= LAST_DAY else None
        number = words.ORDINALS.get(token.text, 0)
        of_month = self.word(at + 1) == "of" and self.month_number(at + 2)
        behind_month = self.month_number(at - 1) and self.token(at - 1).capital and token.text not in _NO_DAYS
        return number if number > 0 and (of_month or behind_month) else None

    def ordinal(self, at: int) -> int | None:
        """Which: 1 for "first" and "1st", -1 for "last"."""
        token = self.token(at)
        return token.value if token.kind == "ordinal" else words.ORDINALS.get(token.text)

    def unit(self, at: int) -> Unit | None:
        """The unit at "week" and "weeks"; a fortnight is counted in weeks."""
        if self.word(at) in words.FORTNIGHTS:
            return "week"
        return words.UNITS.get(self.word(at)) or words.PLURALS.get(self.word(at))

    def count(self, at: int) -> tuple[int | None, int]:
        """A whole number in digits or words, and the place after it; of fortnights twice as many."""
        number, place = self._number(at)
        if self.word(place) in words.FORTNIGHTS:
            return 2 * (1 if number is None else number), place
        return number, place

    def _number(self, at: int) -> tuple[int | None, int]:
        token = self.token(at)
        if token.kind == "number":
            return token.value, at + 1
        number = words.NUMBERS.get(token.text)
        if number is None:
            return None, at
        place = at + 1
        if token.text == "a" and self.word(place) in ("couple", "few", "hundred"):
            number, place = words.NUMBERS[self.word(place)], place + 1
        if self.word(place - 1) in ("couple", "few"):
            return number, self.skip(place, "of")
        ones = words.NUMBERS.get(self.word(place + 1), 0)
        if token.text in words.TENS and self.word(place) == "-" and 0 < ones < words.NUMBERS["ten"]:
            number, place = number + ones, place + 2
        return number, place

    # Years

    def with_year(self, at: int, in_year: Turn, unit: Unit, *, certain: bool) -> Period:
        """A period whose words end at a token: with the year that follows, or resolved by the anchor."""
        year, end = self.year_behind(at)
        if year is not None:
            return Period(in_year(year), end, unit, relative=self.word(end - 1) == "year")
        return self.resolved(in_year, at, unit, certain=certain)

    def year_behind(self, at: int) -> tuple[int | None, int]:
        """The year that qualifies what ends at a token: "2022", ", 2022", "of 2022", "'22", "last year"."""
        begin = at
        if self.word(at) == "," and self.year_number(at + 1) is not None:
            begin = at + 1
        elif self.word(at) in ("of", "in", "/"):
            begin = self.skip(at, "/", "of", "in", "the", "year")
        year = self.year_number(begin)
        if year is not None:
            return year, begin + 1
        short = self.short_year(begin)
        if short is not None:
            return short, begin + 2
        shift = {"last": -1, "previous": -1, "this": 0, "next": 1}.get(self.word(begin))
        if shift is not None and self.word(begin + 1) == "year":
            return self.context.anchor.year + shift, begin + 2
        return None, at

    def resolved(self, in_year: Turn, end: int, unit: Unit, *, certain: bool = True) -> Period:
        """The latest time that has begun by the anchor; the next that has not ended where the future is mentioned.

        In a passage it is the coming one, where that is near (:data:`AHEAD`). Raises ValueError where there is none.
        """
        anchor, future = self.context.anchor, self.future
        if self.context.passage and unit in AHEAD:
            if not self.past:
                coming = _coming(in_year, anchor, FAR_AHEAD if future else AHEAD[unit])
                if coming is not None:
                    return Period(coming, end, unit, certain, relative=True, in_year=in_year)
            future = False
        for year in _years_around(anchor, future=future):
            try:
                first, last = days.bounds(in_year(year))
            except ValueError:
                continue
            if (last >= anchor) if future else (first <= anchor):
                return Period(DateRange(first, last), end, unit, certain, relative=True, in_year=in_year)
        raise ValueError("no such day near the anchor")


def _coming(in_year: Turn, anchor: date, most: int) -> DateRange | None:
    """The time that has not begun yet and is over in so many days at most."""
    for year in (anchor.year, anchor.year + 1):
        with suppress(ValueError):
            first, last = days.bounds(in_year(year))
            if first > anchor and (last - anchor).days <= most:
                return DateRange(first, last)
    return None


def _years_around(anchor: date, *, future: bool) -> Iterator[int]:
    """Years in the order in which they are tried; eight, for 29 February."""
    return iter(range(anchor.year - 1, anchor.year + 9) if future else range(anchor.year + 1, anchor.year - 9, -1))


def one_day(day: date) -> DateRange:
    """A span of one day."""
    return DateRange(day, day)


def joined(first: Period, second: Period) -> DateRange | None:
    """From the one to the other; a year that only the second names holds for the first. None if it ends too early."""
    begin, end = first.span.first, second.span.last
    if end is None or begin is None:
        return None
    if first.in_year is not None:
        begins = (first.in_year(year).first for year in (end.year, end.year - 1))
        begin = next((day for day in begins if day and day <= end), None)
    elif second.in_year is not None:
        later = (second.in_year(year).last for year in (begin.year, begin.year + 1))
        end = next((day for day in later if day and day >= begin), end)
    return None if begin is None or begin > end else DateRange(begin, end)

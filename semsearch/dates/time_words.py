"""The time that a question asks for: its words as a window of days.

"in November 2022", "since the mobilisation", "between 3 and 9 May", "the last two weeks", "before Easter".
A period counts where its words cannot mean anything else, or where a preposition says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from semsearch.arrays import Span
from semsearch.dates import days
from semsearch.dates.days import DAY, Hemisphere, Unit
from semsearch.dates.grammar import read
from semsearch.dates.hints import LONGEST, may_name_a_time
from semsearch.dates.named import NamedEvent, shipped_events
from semsearch.dates.reading import Context, Period, joined
from semsearch.dates.relative_rules import WHICH
from semsearch.dates.year_rules import is_amount
from semsearch.records import DateRange

_WITHIN = {
    "in",
    "on",
    "during",
    "throughout",
    "at",
    "over",
    "within",
    "for",
    "around",
    "of",
    "about",
    "toward",
    "towards",
}
_NEVER_YEAR = {"on", "at", "about"}
_LOOSE = {"of", "for", "about", "over", "at"}  # with what is doubtful they are no sign of time
_AFTER = {"since", "after", "following"}
_BEFORE = {"before", "until", "till", "by"}
_PHRASES: Mapping[tuple[str, ...], Literal["from", "after", "until", "before"]] = {
    ("up", "to"): "until",
    ("as", "of"): "until",
    ("no", "later", "than"): "until",
    ("not", "later", "than"): "until",
    ("prior", "to"): "before",
    ("ahead", "of"): "before",
    ("no", "earlier", "than"): "from",
    ("not", "earlier", "than"): "from",
    ("not", "before"): "from",
    ("not", "until"): "from",
    ("not", "till"): "from",
    ("earlier", "than"): "before",
    ("later", "than"): "after",
    **{(word, place): "from" for word in ("starting", "beginning") for place in ("in", "on", "from", "with")},
}
_PHRASE_WORDS = {phrase[0] for phrase in _PHRASES}
_FUTURE = re.compile(
    r"^\s*Will(?!\w)|(?<!\w)(?:will|shall|going to)(?!\w)"
    r"|(?<!\w)(?:(?i:forecast|prediction|projection)s?|(?i:outlook))(?!\w)"
)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """What a question says of time."""

    window: DateRange
    words: str  # as they stand in the question
    span: Span  # where
    anchored: bool  # the window depends on the anchor
    named_event: str | None = None  # the named event that it was measured by
    unit: Unit = "day"  # of the period


def find_time(
    question: str, anchor: date, *, events: tuple[NamedEvent, ...] | None = None, hemisphere: Hemisphere = "north"
) -> AskedTime | None:
    """The first time that the question names, the longest where several begin together; None where it names none.

    ``anchor`` resolves what is relative. ``events`` (None: those that are shipped) may be measured by.
    """
    question = question[:LONGEST]
    if not may_name_a_time(question):
        return None
    events = shipped_events() if events is None else events
    return _QuestionReading(question, Context(anchor, hemisphere, events)).first()


class _QuestionReading:
    """One question being read."""

    def __init__(self, question: str, context: Context) -> None:
        self._grammar = read(question, context)
        self._grammar.future = bool(_FUTURE.search(question))
        self._question = question

    def first(self) -> AskedTime | None:
        """The time that begins first."""
        for at in range(len(self._grammar.tokens)):
            with suppress(OverflowError):  # a day before or behind the calendar
                found = self._at(at)
                if found is not None:
                    return found
        return None

    def _at(self, at: int) -> AskedTime | None:
        word = self._grammar.word(at)
        if word in ("between", "from"):
            return self._pair(at) or (self._after(at, 1) if word == "from" else None)
        if word in _PHRASE_WORDS:
            return self._compound(at)
        if word in _AFTER:
            return self._after(at, 1)
        if word in _BEFORE:
            return self._before(at, at + 1, inclusive=word != "before")
        if word in _WITHIN:
            return self._plain(at, at + 1, prepared=True)
        return self._plain(at, at, prepared=False)

    # Two periods

    def _pair(self, at: int) -> AskedTime | None:
        grammar = self._grammar
        joint = ("and", "-", "–") if grammar.word(at) == "between" else ("to", "until", "till", "through", "-", "–")
        first = grammar.period(at + 1) or self._bare_year(at + 1)
        if first is None or grammar.word(first.end) not in joint:
            return self._one_with_two_days(at)
        second = grammar.period(first.end + 1) or self._bare_year(first.end + 1) or self._now(first.end + 1)
        return None if second is None else self._joined(at, first, second)

    def _now(self, at: int) -> Period | None:
        """The anchor, at "now" and "the present", which count only as the end of a range."""
        grammar, place = self._grammar, self._grammar.skip(at, "the")
        if grammar.word(place) not in ("now", "present", "today"):
            return None
        end = place + 2 if grammar.word(place + 1) == "day" else place + 1
        anchor = grammar.context.anchor
        return Period(DateRange(anchor, anchor), end, "day", relative=True)

    def _bare_year(self, at: int) -> Period | None:
        year = self._grammar.year_number(at)
        return None if year is None or is_amount(self._grammar, at) else Period(days.year_span(year), at + 1, "year")

    def _one_with_two_days(self, at: int) -> AskedTime | None:
        """Between 9 and 11 November: one period by its form."""
        found = self._grammar.period(at + 1)
        return self._told(at, found, found.span) if found is not None and found.unit == "span" else None

    def _joined(self, at: int, first: Period, second: Period) -> AskedTime | None:
        span = joined(first, second)
        if span is None:
            return None
        both = replace(
            second, relative=first.relative and second.relative, named_event=first.named_event or second.named_event
        )
        return self._told(at, both, span)

    # Open ends

    def _after(self, at: int, length: int) -> AskedTime | None:
        """Since, after, from … on; until another period where one follows."""
        grammar, word = self._grammar, self._grammar.word(at)
        found = self._period(at + length)
        if found is None or found.span.first is None or found.span.last is None:
            return None
        if word == "from" and not self._goes_on(found.end):
            return self._plain(at, at + 1, prepared=True)
        if word == "from" and not found.certain and grammar.token(found.end + 1).kind == "number":
            return None  # from 2000 to 3000 dollars
        begin = found.span.last + DAY if word in ("after", "following", "later") else found.span.first
        if grammar.word(found.end) == "up" and grammar.word(found.end + 1) in ("to", "until", "till"):
            found = replace(found, end=found.end + 1)
        if grammar.word(found.end) in ("until", "till", "to", "through") or (
            grammar.word(found.end) in ("and", "but") and grammar.word(found.end + 1) in ("before", "until")
        ):
            place = found.end + (2 if grammar.word(found.end) in ("and", "but") else 1)
            second = grammar.period(place) or self._now(place)
            if second is not None and second.span.last is not None and second.span.first is not None:
                last = second.span.first - DAY if grammar.word(place - 1) == "before" else second.span.last
                if begin <= last:
                    return self._told(
                        at, replace(second, named_event=found.named_event or second.named_event), DateRange(begin, last)
                    )
        if word == "following" and not found.named_event:
            return None
        end = found.end + 1 if grammar.word(found.end) in ("onwards", "onward") else found.end
        end = found.end + 1 if word == "from" and grammar.word(found.end) == "on" else end
        return self._told(at, replace(found, end=end), DateRange(begin, None))

    def _goes_on(self, at: int) -> bool:
        return self._grammar.word(at) in ("on", "onwards", "onward", "until", "till", "to", "through", "up")

    def _before(self, at: int, place: int, *, inclusive: bool) -> AskedTime | None:
        found = self._period(place)
        if found is None or found.span.first is None or found.span.last is None:
            return None
        last = found.span.last if inclusive else found.span.first - DAY
        return self._told(at, found, DateRange(None, last))

    def _compound(self, at: int) -> AskedTime | None:
        """Up to, prior to, ahead of, no later than, not before, later than, starting in."""
        for phrase, kind in _PHRASES.items():
            place = at + len(phrase)
            if tuple(self._grammar.word(each) for each in range(at, place)) == phrase:
                if kind == "from":
                    return self._from(at, place)
                if kind == "after":
                    return self._after(at, len(phrase))
                return self._before(at, place, inclusive=kind == "until")
        return self._plain(at, at, prepared=False)

    def _from(self, at: int, place: int) -> AskedTime | None:
        found = self._period(place)
        return None if found is None else self._told(at, found, DateRange(found.span.first, None))

    def _period(self, at: int) -> Period | None:
        """The period behind "since", "before" and the like; named events count here."""
        grammar = self._grammar
        if grammar.word(at) in ("in", "on"):
            at += 1
        found = grammar.period(at)
        if found is not None and found.unit == "year" and grammar.word(at) in ("about", "around"):
            return None
        return found

    # One period

    def _plain(self, at: int, place: int, *, prepared: bool) -> AskedTime | None:
        grammar = self._grammar
        found = grammar.period(place)
        if found is None:
            return None
        if found.named_event and grammar.word(at) not in ("during", "throughout"):
            return None
        ranged = self._ranged(at, found)
        if ranged is not None:
            return ranged
        if not found.certain and not (prepared and self._is_sign(at, found)):
            return None
        if prepared and found.unit == "year" and grammar.word(at) in _NEVER_YEAR:
            return None
        if grammar.word(at) in ("of", "for", "about") and grammar.word(place) in WHICH:
            at = place
        return self._told(at, found, found.span)

    def _ranged(self, at: int, found: Period) -> AskedTime | None:
        """The period with the one that follows: "June to August 2022", "2014-2016"."""
        grammar = self._grammar
        if found.named_event:
            return None
        if grammar.word(found.end) in ("and", "or"):
            return self._enumerated(at, found)
        if grammar.word(found.end) not in ("to", "until", "through", "-", "–", "till"):
            return None
        second = grammar.period(found.end + 1)
        if second is None or not second.certain or (not found.certain and second.unit != found.unit):
            return None
        return self._joined(at, found, second)

    def _enumerated(self, at: int, found: Period) -> AskedTime | None:
        """March and April 2022, 2021 or 2022: both and what lies between."""
        second = self._grammar.period(found.end + 1)
        units = ("month", "quarter", "season", "year", "span")
        if second is None or second.unit != found.unit or found.unit not in units:
            return None
        if found.unit == "span" and found.in_year is None:
            return None
        joint = self._joined(at, found, second)
        prepared = self._grammar.word(at) in _WITHIN
        return joint if joint is not None and (second.certain or prepared) else None

    def _is_sign(self, at: int, found: Period) -> bool:
        """Whether a preposition makes a doubtful period one of time: "in May", "over the weekend", not "of May"."""
        if self._grammar.word(at) not in _LOOSE:
            return True
        return self._grammar.word(at) in ("at", "over") and found.unit in ("day", "weekend", "season")

    def _told(self, at: int, found: Period, window: DateRange) -> AskedTime:
        tokens = self._grammar.tokens
        start, end = tokens[at].start, tokens[found.end - 1].end
        return AskedTime(window, self._question[start:end], (start, end), found.relative, found.named_event, found.unit)

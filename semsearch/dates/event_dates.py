"""The days that a text mentions: "on Thursday", "9 to 11 November 2022", resolved by the day of publication.

A bare weekday or a day without a year is the latest that has come by the text's day, or in a clause about the
future the next. A preposition does not change the period: who writes "since February" mentions February.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from semsearch.dates import words
from semsearch.dates.days import Hemisphere
from semsearch.dates.grammar import read
from semsearch.dates.holidays import HOLIDAY_WORDS
from semsearch.dates.reading import Context, Period, Reading, joined
from semsearch.records import DateRange, EventDate

LONGEST_SPAN = 36_600  # days; a century says nothing of when
CLAUSE = 12  # words in which a sign of the future is looked for
_FUTURE = {
    "will", "ll", "shall", "would", "planning", "expected", "scheduled", "due", "upcoming", "forthcoming", "going",
}  # fmt: skip
_TO_COME = {
    "expected", "scheduled", "planned", "slated", "proposed", "postponed", "delayed", "extended", "needed", "based",
    "naked", "hundred", "united", "indeed", "speed", "armed", "need", "bed", "red", "wed",
}  # fmt: skip
_PAST_VERBS = {
    "was", "were", "had", "did", "began", "broke", "came", "fell", "fled", "fought", "found", "gave", "held", "hit",
    "left", "lost", "met", "rose", "ran", "said", "saw", "sent", "shot", "sold", "spoke", "struck", "took", "went",
    "won", "wrote",
}  # fmt: skip
_PAST = {"said", "told", "announced", "reported", "wrote", "began", "won", "took"}
_BOUNDARIES = _PAST | {".", "!", "?", ";", "“", "”", '"'}
_STARTS = (
    set(words.MONTHS)
    | set(words.WEEKDAYS)
    | set(words.SEASONS)
    | set(words.ORDINALS)
    | set(words.NUMBERS)
    | set(words.PARTS)
    | set(words.DECADES)
    | {"today", "tonight", "yesterday", "tomorrow", "last", "this", "next", "past", "previous", "coming", "current"}
    | HOLIDAY_WORDS
    | {"day", "week", "month", "year", "weekend", "earlier", "nineteen", "eighteen"}
)
_OVER = {"over", "at", "on", "during", "by", "since", "until", "before", "after", "throughout", "for"}
_BEHIND = {  # what stands before "the" and one of these
    "weekend": _OVER,
    "quarter": words.EVIDENCE | {"for", "of", "to", "with"},
    "season": words.EVIDENCE,
    "half": words.EVIDENCE,
}
_WORD = re.compile(r"\w+")
_IN = words.EVIDENCE | {
    "of",
    "on",
    "early",
    "late",
    "mid",
    "through",
    "to",
    "last",
    "next",
    "this",
    "and",
    "-",
    "around",
}


def event_dates(text: str, published: DateRange | None, hemisphere: Hemisphere = "north") -> list[EventDate]:
    """The periods that a text names, in order; relative ones only where its own day is known.

    ``published`` is the day that the text was written for, or the month or year if that is all that is known.
    """
    if not beginnings(text):
        return []
    first, last = (published.first, published.last) if published else (None, None)
    exact = first is not None and first == last
    reading = read(text, Context(last or date.max, hemisphere, passage=True))
    found = []
    for start, period in _periods(reading):
        if period.relative and not (exact or (last is not None and period.unit in ("month", "season", "year"))):
            continue
        begin, end = period.span.first, period.span.last
        if begin is not None and end is not None and (end - begin).days <= LONGEST_SPAN:
            span = reading.token(start).start, reading.token(period.end - 1).end
            found.append(EventDate(span, begin, end))
    return found


def beginnings(text: str) -> int:
    """At how many places of a text a period may begin: what reading them takes."""
    return sum(word in _STARTS or not word.isalpha() for word in _WORD.findall(text.lower()))


def _periods(reading: Reading) -> Iterator[tuple[int, Period]]:
    """Where each period begins, and the period; those of ranges as one."""
    at = 0
    while at < len(reading.tokens):
        token = reading.token(at)
        if (
            token.kind in ("sign", "figure")
            or (token.kind == "word" and token.text not in _STARTS)
            or token.text == "the"
        ):
            at += 1
            continue
        reading.future, reading.past = _speaks_of_future(reading, at), _is_past(reading, at)
        found = reading.period(at)
        if found is None or not _counts(reading, at, found):
            at += 1
            continue
        found = _ranged(reading, at, found)
        yield at, found
        at = found.end


def _counts(reading: Reading, at: int, found: Period) -> bool:
    if found.named_event or found.unit == "century":
        return False
    return found.certain or _is_sure(reading, at, found)


def _is_sure(reading: Reading, at: int, found: Period) -> bool:
    """Whether the words around one that may mean something else say that it is a time."""
    token, before = reading.token(at), reading.word(at - 1)
    if not token.capital and found.unit not in ("decade", "season", "quarter", "half", "year", "weekend"):
        return False
    if found.unit == "day":
        return token.text not in words.SHORT_WEEKDAYS
    behind = _BEHIND.get(found.unit)
    if behind is not None:
        adjective = found.unit == "quarter" and reading.word(at + 1) == "-"  # a third-quarter loss
        plain = found.unit == "quarter" and before in words.EVIDENCE and not reading.word(at + 1).isdigit()
        return adjective or plain or (before in ("the", "this", "past") and reading.word(at - 2) in behind)
    return before in _IN or (before == "the" and found.unit == "decade")


def _ranged(reading: Reading, at: int, found: Period) -> Period:
    """The period with the one that follows: "28 February to 3 March", "March-May 2022", "from 2014 until 2016"."""
    between = reading.word(at - 1) == "between" or (reading.word(at - 1) == "the" and reading.word(at - 2) == "between")
    joints = ("to", "until", "till", "through", "-", "–") + (("and",) if between else ())
    if reading.word(found.end) not in joints or (found.unit != "day" and reading.word(found.end) == "until"):
        return found
    place = reading.skip(found.end + 1, "the")
    second = reading.period(place)
    if second is None or not _counts(reading, place, second):
        return found
    span = joined(found, second)
    return found if span is None else replace(second, span=span, relative=found.relative and second.relative)


def _is_past(reading: Reading, at: int) -> bool:
    """Whether a verb of the past is right before "in March" or "on 3 May": "was closed in", "ordered it on"."""
    place = at - 1 - (reading.word(at - 1) == "the")
    if reading.word(place) == "since":
        return True
    if reading.word(place) not in ("in", "on", "during", "last"):
        return _is_past_verb(reading, place)  # invaded February 24
    return _is_past_verb(reading, place - 1) or _is_past_verb(reading, place - 2)


def _is_past_verb(reading: Reading, at: int) -> bool:
    word, before = reading.word(at), {reading.word(at - 1), reading.word(at + 1)}
    if before & {"be", "to", "will", "would"}:
        return False
    return word in _PAST_VERBS or (word.endswith("ed") and word not in _TO_COME)


def _speaks_of_future(reading: Reading, at: int) -> bool:
    """Whether the clause before a place has a sign of the future, with no other verb of the past behind it."""
    for back in range(at - 1, max(at - 1 - CLAUSE, -1), -1):
        word = reading.word(back)
        if word in _BOUNDARIES or (word in ("and", "but") and reading.word(back - 1) == ","):
            return False
        if word == "would" and reading.word(back + 1) == "have":
            return False
        if word in _FUTURE or (word == "won" and reading.word(back + 1) in ("'", "’")):
            return True
        if word == "to" and reading.word(back - 1) in ("is", "are", "set"):
            return True
    return False

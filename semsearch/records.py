"""The values that semsearch works with, frozen: one word per thing, everywhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

DatePrecision = Literal["day", "month", "year"]
Mode = Literal["hybrid", "dense", "lexical"]  # how passages are ranked
DateProvenance = Literal[
    "correction", "header", "field", "front matter", "metadata", "URL", "file name", "folder", "visible text",
    "crawl time", "guess",
]  # fmt: skip
CONFIDENCE: Mapping[DateProvenance, float] = {  # how sure a date is by where it was found
    "correction": 1.0,
    "header": 1.0,
    "field": 1.0,
    "front matter": 1.0,
    "metadata": 0.9,
    "URL": 0.9,
    "file name": 0.8,
    "folder": 0.7,
    "visible text": 0.6,
    "crawl time": 0.4,  # when a page was fetched: it was published then, or before
    "guess": 0.3,
}
PROBABLE: tuple[DateProvenance, ...] = ("crawl time", "guess")  # left out of windows, and shown with "?"
Anchor = Literal["--as-of", "today", "the newest article"]


@dataclass(frozen=True, slots=True)
class DateRange:
    """Calendar days from ``first`` to ``last``, both included; ``None`` leaves that end open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class DateClaim:
    """What an input says of a publication day, as written; ``month_first``: how its file means 11/09/2022, if known."""

    raw: str
    provenance: DateProvenance
    month_first: bool | None = None


@dataclass(frozen=True, slots=True)
class PublishedDate:
    """A publication date with its provenance.

    ``first`` and ``last`` differ where it is a month or a year; ``ambiguous``: day and month could be exchanged.
    """

    first: date
    last: date
    precision: DatePrecision
    provenance: DateProvenance
    raw: str
    ambiguous: bool = False

    @property
    def confidence(self) -> float:
        """0 to 1, by where it was found; half where day and month could be exchanged."""
        return CONFIDENCE[self.provenance] * (0.5 if self.ambiguous else 1.0)

    @property
    def probable(self) -> bool:
        """True for a day that is only probable."""
        return self.provenance in PROBABLE

    def __str__(self) -> str:
        length = {"day": 10, "month": 7, "year": 4}[self.precision]
        return self.first.isoformat()[:length]


@dataclass(frozen=True, slots=True)
class DateEntry:
    """A document's date, where the document is, and what is doubtful about the date."""

    doc_id: str
    path: str
    line: int
    published: PublishedDate | None
    doubt: str = ""
    others: tuple[date, ...] = ()  # other days under which the same text stands


@dataclass(frozen=True, slots=True)
class EventDate:
    """A period that a text names, and where it does."""

    span: tuple[int, int]  # characters of the text
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Place:
    r"""Where a text stands in its file.

    ``line`` (from 1) is the one on which it begins. ``multiline`` is true where line breaks in the text are those of
    the file, false where it stands in one record. ``pages`` are the characters at which its pages begin, the first
    at 0; empty where there are none. ``member`` is the name within a container (an archive, a mailbox), or empty.

    >>> Place(line=3, multiline=True, pages=(0, 40)).lines("one\ntwo\nthree", 4, 13)
    (4, 5)
    """

    line: int = 1
    multiline: bool = False
    pages: tuple[int, ...] = ()
    member: str = ""

    def lines(self, text: str, start: int, end: int) -> tuple[int, int]:
        """The first and last line of the file, from 1, of a span of the text."""
        if not self.multiline:
            return self.line, self.line
        first = self.line + text.count("\n", 0, start)
        return first, first + text.count("\n", start, end)

    def page(self, start: int) -> int | None:
        """The page, from 1, on which a character of the text stands; None where there are none."""
        return bisect_right(self.pages, start) or None


Kept = tuple[tuple[str, tuple[str, ...]], ...]  # names of fields, each with its values
OTHER_DAYS = "other days"  # name of the kept field of days that speak against the one that was taken


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One article as a reader found it, its date not resolved.

    ``record`` distinguishes it within its file (0: the whole file); ``doubts`` tell of fields that were left out.
    """

    own_id: str | None
    title: str
    text: str
    claims: tuple[DateClaim, ...]
    publisher: str | None
    url: str | None
    place: Place
    record: int = 0
    doubts: tuple[str, ...] = ()
    kept: Kept = ()
    markup: bool = False  # its text was HTML
    written: str = ""  # its text as rules before 3 read it, where that differs: what they quoted is still true


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a file must be read to say what was indexed: names of fields by role, and an encoding (empty: UTF-8)."""

    fields: tuple[tuple[str, str], ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One dated article, as the index holds it. ``path`` is absolute."""

    doc_id: str
    title: str
    text: str
    published: PublishedDate | None
    publisher: str | None
    url: str | None
    path: str
    place: Place
    language: str | None = None  # ISO 639-1; None where it is not known
    sha256: str | None = None  # of the file that it was read from; None where it was not read to its end
    kept: Kept = ()  # fields of its record that are shown with it
    read_as: ReadAs | None = None  # None where its file needs nothing said


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one document: ``text == document.text[start:end]``."""

    start: int  # characters
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An input that was not indexed as given, and why. ``line`` counts from 1; 0 is the whole file."""

    path: str
    line: int
    reason: str
    record: int = 0  # within the file, from 1, where the line does not say which

    @property
    def said(self) -> str:
        """The reason, with the record that it is of."""
        return f"record {self.record}: {self.reason}" if self.record else self.reason

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.said}" if self.line else f"{self.path}: {self.said}"


PACKAGED = "packaged"  # a cross-encoder: that of a package
Condition = tuple[str, str, str]  # a kept field, one of = != < > <= >=, and a value


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its filters; build it with :func:`semsearch.search.options.make_query`."""

    text: str
    top: int = 10  # hits wanted
    window: DateRange | None = None  # publication days allowed
    window_words: str = ""  # what the window came from, as the user wrote it
    publishers: tuple[str, ...] = ()  # allowed; empty allows all
    per_document: int = 1  # passages of one document among the hits
    mode: Mode = "hybrid"
    rerank: str | None = None  # a cross-encoder that reads the first hits, too
    event: DateRange | None = None  # days that a passage must mention
    as_of: date | None = None  # nothing published later is known
    recency: float | None = None  # half-life in days; None: only if the question asks for the latest; 0: never
    use_time: bool = True  # take a window from the question's words
    strict_time: bool = False  # that window is a filter, not a preference
    expand: bool = False  # near-duplicates are hits of their own
    not_publishers: tuple[str, ...] = ()  # publishers left out
    where: tuple[Condition, ...] = ()  # on kept fields
    guesses: bool = False  # dates that are only probable count in windows, too
    kinds: tuple[str, ...] = ()  # kinds of file allowed; empty allows all


@dataclass(frozen=True, slots=True)
class TimeUsed:
    """What was taken from the time words of a question."""

    window: DateRange | None  # None where only the latest is asked for
    words: str
    strict: bool  # a filter; else a preference
    anchor: date | None = None  # the day that relative words were counted from, where there were any
    anchored_by: Anchor | None = None  # where that day came from
    named_event: str | None = None  # the named event that the question measured by
    latest: bool = False  # the latest is asked for
    recent_from: date | None = None  # the day from which recency falls, None where it is not asked for
    half_life: float | None = None  # in days


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for a hit: what was seen, and what it added to the score."""

    name: str
    value: float  # a cosine, a BM25 value, or how well a time fits
    weight: float  # 0 for what multiplies the sum of the others
    share: float  # of the score: weight times the value on a scale of 0 to 1; what a factor takes away


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: a passage with its source and date.

    ``score`` is 0 to 1, higher is better, on a scale that does not depend on the other hits: the sum of the shares of
    ``signals``. ``dense`` is the cosine of question and passage, -1 to 1, and ``lexical`` the passage's BM25; None
    where the mode does not look at it. ``start``, ``end``, ``best_sentence`` and ``words`` are characters of the text.
    """

    rank: int  # from 1
    score: float
    dense: float | None
    lexical: float | None
    signals: tuple[Signal, ...]
    document: Document
    start: int
    end: int
    text: str
    line_start: int
    line_end: int
    best_sentence: tuple[int, int]
    words: tuple[tuple[int, int], ...]
    events: tuple[EventDate, ...] = ()  # the days that the passage mentions
    page: int | None = None  # from 1; None where the file has no pages
    copies: tuple[str, ...] = ()  # ids of near-duplicates of its document, among what the filters let through
    spread: DateRange | None = None  # first and last day of it and its copies, where there are any
    copied_by: int = 0  # sources that have them
    more: int = 0  # other passages of its document that answer nearly as well, and are left out


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits for one query, best first, and what the user should know about them."""

    query: Query
    hits: tuple[Hit, ...]
    strong: bool  # false: nothing in the index seems to fit
    notes: tuple[str, ...] = ()
    time: TimeUsed | None = None  # taken from the question's words
    also_read: tuple[str, ...] = ()  # words looked for beside, or in place of, those of the question

"""What a user types of a question, checked and made into a Query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict, Unpack, get_args

from semsearch.dates.typed import make_window, parse_half_life, parse_period, parse_range
from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.records import Mode, Query
from semsearch.search.operators import parse_question

DEFAULT_INDEX = "indexes/default"
MOST_HITS = 100_000
LONGEST_QUESTION = 10_000  # characters that are looked at; the model sees some hundred words


class Choices(TypedDict, total=False):
    """The searching options as keywords; what is left out is as in :class:`Options`."""

    top: int
    since: str | None
    until: str | None
    on: str | None
    sources: Sequence[str]
    per_document: int
    mode: Mode
    rerank: str | None
    event: str | None
    as_of: str | None
    recency: str | None
    use_time: bool
    strict_time: bool
    expand: bool


@dataclass(frozen=True, slots=True)
class Options:
    """The searching options as a user typed them, for one question or for many.

    Dates are ``2022``, ``2022-11`` or ``2022-11-09``; ``event`` may also be two of them with ``..`` between,
    ``recency`` is ``30d``, ``6w`` or ``off``.
    """

    top: int = 10
    since: str | None = None
    until: str | None = None
    on: str | None = None
    sources: Sequence[str] = ()
    per_document: int = 1
    mode: Mode = "hybrid"
    rerank: str | None = None
    event: str | None = None
    as_of: str | None = None
    recency: str | None = None
    use_time: bool = True
    strict_time: bool = False
    expand: bool = False
    prefix: str = ""  # before the options' names in what is said of them: "--" on a command line

    def query(self, text: str) -> Query:
        """The query that asks ``text`` with these options.

        Raises UsageError for an empty question, a ``top`` or ``per_document`` below 1, or dates that make no
        sense.
        """
        self._refuse_other_types(text)
        text = text.encode("utf-8", "replace").decode()  # an argument may hold bytes that are no text
        if not text.strip():
            raise UsageError('the question is empty: expected words, as in: semsearch ask "why did Russia retreat"')
        if not parse_question(text[:LONGEST_QUESTION]).text.strip():
            raise UsageError(f"{text!r} only says what is not wanted: add words that say what is")
        for name, value in (("top", self.top), ("per-document", self.per_document)):
            if not 1 <= value <= MOST_HITS:
                raise UsageError(f"{self.prefix}{name} is {value}: expected 1 to {MOST_HITS}")
        window, words = make_window(self.since, self.until, self.on, prefix=self.prefix)
        return Query(
            text,
            self.top,
            window,
            words,
            tuple(self.sources),
            self.per_document,
            self.mode,
            self.rerank,
            event=None if self.event is None else parse_range(self.event, f"{self.prefix}event"),
            as_of=None if self.as_of is None else _day(self.as_of, f"{self.prefix}as-of"),
            recency=None if self.recency is None else parse_half_life(self.recency, f"{self.prefix}recency"),
            use_time=self.use_time,
            strict_time=self.strict_time,
            expand=self.expand,
        )

    def _refuse_other_types(self, text: object) -> None:
        """Raise UsageError for a value of another type: a program's mistake is told before it is worked with."""
        if not isinstance(text, str):
            raise UsageError(f"the question is {_type(text)}: expected text")
        for names, kind, told in _TYPES:
            for name in names:
                value = getattr(self, name)
                fits = type(value) is int if kind is int else isinstance(value, kind)
                if not fits and not (value is None and name in _MAY_BE_NONE):
                    raise UsageError(f"{self.prefix}{name.replace('_', '-')} is {_type(value)}: expected {told}")
        sources: object = self.sources
        if isinstance(sources, str) or not isinstance(sources, Sequence):
            raise UsageError(f"sources is {sources!r:.60}: expected a list of names, as in: sources=['Reuters']")
        if not all(isinstance(name, str) for name in sources):
            raise UsageError("a source is no text: expected the names of publishers")
        if self.mode not in get_args(Mode):
            raise UsageError(f"{self.prefix}mode is {self.mode!r:.60}: expected one of {', '.join(get_args(Mode))}")


_MAY_BE_NONE = {"since", "until", "on", "event", "as_of", "recency", "rerank"}
_TYPES: Sequence[tuple[Sequence[str], type, str]] = (
    (("top", "per_document"), int, "a whole number"),
    (("since", "until", "on", "as_of"), str, "text, as in '2022-11-09'"),
    (("event",), str, "text, as in '2022-11-09..2022-11-11'"),
    (("recency",), str, "text, as in '30d'"),
    (("rerank",), str, "the name of a model"),
    (("mode",), str, "text, as in 'hybrid'"),
    (("use_time", "strict_time", "expand"), bool, "True or False"),
)


def _type(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def make_query(text: str, **choices: Unpack[Choices]) -> Query:
    """A query from what a user typed. Raises UsageError as :meth:`Options.query` does."""
    return Options(**choices).query(text)


def _day(text: str, name: str) -> date:
    """The last day of what a user typed. Raises UsageError."""
    try:
        return parse_period(text)[1]
    except DateNotUnderstood as error:
        raise UsageError(f"{name}: {error}") from None

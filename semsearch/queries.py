"""What a user types of a question, checked and made into a Query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from semsearch.dates.periods import make_window, parse_half_life, parse_period, parse_range
from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.operators import parse_question
from semsearch.records import Mode, Query

DEFAULT_INDEX = "indexes/default"
MOST_HITS = 100_000
LONGEST_QUESTION = 10_000  # characters that are looked at; the model sees some hundred words


def make_query(
    text: str,
    *,
    top: int = 10,
    since: str | None = None,
    until: str | None = None,
    on: str | None = None,
    sources: Sequence[str] = (),
    per_document: int = 1,
    mode: Mode = "hybrid",
    rerank: str | None = None,
    event: str | None = None,
    as_of: str | None = None,
    recency: str | None = None,
    use_time: bool = True,
    strict_time: bool = False,
    option_prefix: str = "",
) -> Query:
    """A query from what a user typed. Dates are ``2022``, ``2022-11`` or ``2022-11-09``.

    ``event`` may also be two dates with ``..`` between, ``recency`` is ``30d``, ``6w`` or ``off``.

    Raises UsageError for an empty question, a ``top`` or ``per_document`` below 1, or dates that
    make no sense; ``option_prefix`` (``--``) stands before option names in its message.
    """
    text = text.encode("utf-8", "replace").decode()  # an argument may hold bytes that are no text
    if not text.strip():
        raise UsageError('the question is empty: expected words, as in: semsearch ask "why did Russia retreat"')
    if not parse_question(text[:LONGEST_QUESTION]).text.strip():
        raise UsageError(f"{text!r} only says what is not wanted: add words that say what is")
    for name, value in (("top", top), ("per-document", per_document)):
        if not 1 <= value <= MOST_HITS:
            raise UsageError(f"{option_prefix}{name} is {value}: expected 1 to {MOST_HITS}")
    window, words = make_window(since, until, on, prefix=option_prefix)
    return Query(
        text,
        top,
        window,
        words,
        tuple(sources),
        per_document,
        mode,
        rerank,
        event=None if event is None else parse_range(event, f"{option_prefix}event"),
        event_words="" if event is None else f"{option_prefix}event {event}",
        as_of=None if as_of is None else _day(as_of, f"{option_prefix}as-of"),
        recency=None if recency is None else parse_half_life(recency, f"{option_prefix}recency"),
        use_time=use_time,
        strict_time=strict_time,
    )


def _day(text: str, name: str) -> date:
    """The last day of what a user typed. Raises UsageError."""
    try:
        return parse_period(text)[1]
    except DateNotUnderstood as error:
        raise UsageError(f"{name}: {error}") from None


@dataclass(frozen=True, slots=True)
class Options:
    """The searching options as a user typed them, for one question or for many."""

    top: int = 10
    since: str | None = None
    until: str | None = None
    on: str | None = None
    sources: tuple[str, ...] = ()
    per_document: int = 1
    mode: Mode = "hybrid"
    rerank: str | None = None
    event: str | None = None
    as_of: str | None = None
    recency: str | None = None
    use_time: bool = True
    strict_time: bool = False
    prefix: str = ""  # before the options' names in what is said of them: "--" on a command line

    def query(self, text: str) -> Query:
        """The query that asks ``text`` with these options. Raises UsageError as make_query does."""
        return make_query(
            text,
            top=self.top,
            since=self.since,
            until=self.until,
            on=self.on,
            sources=self.sources,
            per_document=self.per_document,
            mode=self.mode,
            rerank=self.rerank,
            event=self.event,
            as_of=self.as_of,
            recency=self.recency,
            use_time=self.use_time,
            strict_time=self.strict_time,
            option_prefix=self.prefix,
        )

"""What a user typed of a question, checked and made into a Query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Unpack, cast

from semsearch.dates.typed import make_window, parse_half_life, parse_period, parse_range
from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.files.kinds import KINDS, Kind
from semsearch.records import PACKAGED, Condition, Query
from semsearch.search.operators import parse_question
from semsearch.search.option_table import QUESTION, Choices, Option

DEFAULT_INDEX = "indexes/default"
MOST_HITS = 100_000
_CONDITION = re.compile(r"([^=!<>]{1,200})(!=|<=|>=|=|<|>)(.*)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?\d{1,300}(?:\.\d{0,300})?", re.ASCII)
LONGEST_CONDITION = 200  # characters that a page or a tool may send
LONGEST_QUESTION = 10_000  # characters that are looked at; the model sees some hundred words
_DEFAULTS = {option.keyword: option.default for option in QUESTION}


class Options:
    """The options of a question as a user typed them, for one question or for many.

    Its keywords are those of :class:`Choices`; what is left out is as the table says. Dates are ``2022``, ``2022-11``
    or ``2022-11-09``; ``event`` may also be two of them with ``..`` between, ``recency`` is ``30d``, ``6w`` or
    ``off``. ``prefix`` stands before the options' names in what is said of them: "--" on a command line.
    Raises TypeError for a keyword that the table does not have.
    """

    def __init__(self, *, prefix: str = "", **choices: Unpack[Choices]) -> None:
        for keyword in choices.keys() - _DEFAULTS.keys():
            raise TypeError(f"a question has no option {keyword!r}: known are {', '.join(_DEFAULTS)}")
        self.choices = cast(Choices, {**_DEFAULTS, **choices})
        self._prefix = prefix

    def replaced(self, **choices: Unpack[Choices]) -> Options:
        """These options, but for some; named as a library names them."""
        return Options(**cast(Choices, {**self.choices, **choices}))

    def __repr__(self) -> str:
        return f"Options({', '.join(f'{keyword}={value!r}' for keyword, value in self.choices.items())})"

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
        given, prefix = self.choices, self._prefix
        for name, value in (("top", given["top"]), ("per-document", given["per_document"])):
            if not 1 <= value <= MOST_HITS:
                raise UsageError(f"{prefix}{name} is {value}: expected 1 to {MOST_HITS}")
        window, words = make_window(given["since"], given["until"], given["on"], prefix=prefix)
        event, as_of, recency = given["event"], given["as_of"], given["recency"]
        return Query(
            text,
            given["top"],
            window,
            words,
            tuple(given["publishers"]),
            given["per_document"],
            given["mode"],
            given["rerank_model"] or (PACKAGED if given["rerank"] else None),
            event=None if event is None else parse_range(event, f"{prefix}event"),
            as_of=None if as_of is None else _day(as_of, f"{prefix}as-of"),
            recency=None if recency is None else parse_half_life(recency, f"{prefix}recency"),
            use_time=given["use_time"],
            strict_time=given["strict_time"],
            expand=given["expand"],
            not_publishers=tuple(given["not_publishers"]),
            where=tuple(_condition(text, f"{prefix}where") for text in given["where"]),
            guesses=given["guesses"],
            kinds=tuple(_kind(text, f"{prefix}kind") for text in given["kinds"]),
        )

    def _refuse_other_types(self, text: object) -> None:
        """Raise UsageError for a value of another type: a program's mistake is reported before it is worked with."""
        if not isinstance(text, str):
            raise UsageError(f"the question is {_type(text)}: expected text")
        values = cast(dict[str, Any], self.choices)
        for option in QUESTION:
            _refuse_other_type(option, values[option.keyword], self._prefix)


def _refuse_other_type(option: Option, value: object, prefix: str) -> None:
    if value is None and option.default is None:
        return
    if option.kind is list:
        _refuse_no_names(value, option.keyword)
        return
    name = f"{prefix}{option.keyword.replace('_', '-')}"
    fits = type(value) is int if option.kind is int else isinstance(value, option.kind)
    if not fits:
        raise UsageError(f"{name} is {_type(value)}: expected {option.expected}")
    if option.allowed and value not in option.allowed:
        raise UsageError(f"{name} is {value!r:.60}: expected one of {', '.join(option.allowed)}")


def _refuse_no_names(names: object, keyword: str) -> None:
    example = {"where": "where=['section=world']", "kinds": "kinds=['pdf']"}.get(keyword, f"{keyword}=['Reuters']")
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise UsageError(f"{keyword} is {names!r:.60}: expected a list of texts, as in: {example}")
    if not all(isinstance(name, str) for name in names):
        raise UsageError(f"a value of {keyword} is no text: expected texts, as in: {example}")


def _condition(text: str, name: str) -> Condition:
    """A condition as typed. Raises UsageError for what is none."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise UsageError(f"{name} is {text[:60]!r}: expected FIELD=VALUE, FIELD!=VALUE, FIELD<NUMBER or FIELD>NUMBER")
    field, sign, value = (part.strip() for part in found.groups())
    if sign not in ("=", "!=") and not _NUMBER.fullmatch(value):
        raise UsageError(f"{name} is {text[:60]!r}: {sign} compares numbers, expected one behind it")
    return field, sign, value


def may_be_asked(field: str, value: str) -> bool:
    """Whether conditions can name a field and a value of it: signs in a name, or length, may be in the way."""
    texts = [f"{field}{sign}{value}" for sign in ("=", "!=")]
    if len(texts[1]) > LONGEST_CONDITION:
        return False
    with suppress(UsageError):
        return [_condition(text, "") for text in texts] == [(field, sign, value.strip()) for sign in ("=", "!=")]
    return False


def _kind(text: str, name: str) -> Kind:
    """A kind of file as typed. Raises UsageError for what is none."""
    for kind in KINDS:
        if kind == text.strip().lower():
            return kind
    raise UsageError(f"{name} is {text[:60]!r}: expected one of {', '.join(KINDS)}")


def _type(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def make_query(text: str, **choices: Unpack[Choices]) -> Query:
    """A query from what a user typed. Raises UsageError as :meth:`Options.query` does.

    >>> make_query("grain deal", top=3, since="2022-11").top
    3
    """
    return Options(**choices).query(text)


def _day(text: str, name: str) -> date:
    """The last day of what a user typed. Raises UsageError."""
    try:
        return parse_period(text)[1]
    except DateNotUnderstood as error:
        raise UsageError(f"{name}: {error}") from None

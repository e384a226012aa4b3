"""Events that questions measure time by, from TOML tables: the one beside this module, and the user's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from semsearch.dates.tokens import tokenize
from semsearch.errors import InputError
from semsearch.files.toml import read_toml
from semsearch.records import DateRange

LARGEST = 1 << 20  # bytes of a file of events
LONGEST_PHRASE = 12  # words
_PASSED_OVER = {"the", "a", "an"}
_FORM = (
    'expected [[event]] tables with name = "…", words = ["…"], first = 2022-02-24 and perhaps last; '
    "days that passages mention are given with --event"
)


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event, the phrases that name it (as words in lower case), and when it was."""

    name: str
    phrases: tuple[tuple[str, ...], ...]
    span: DateRange


def find_event(events: Sequence[NamedEvent], words: Sequence[str]) -> tuple[NamedEvent, int] | None:
    """The event with the longest phrase that the words begin with, and how many words that takes."""
    if not words or words[0] in _PASSED_OVER:
        return None
    kept = [(at, word) for at, word in enumerate(words) if word not in _PASSED_OVER]
    plain = tuple(word for _, word in kept)
    best = max(
        ((len(phrase), event) for event in events for phrase in event.phrases if plain[: len(phrase)] == phrase),
        key=lambda found: found[0],
        default=None,
    )
    return None if best is None else (best[1], kept[best[0] - 1][0] + 1)


@cache
def shipped_events() -> tuple[NamedEvent, ...]:
    """The events that semsearch knows."""
    return read_events(Path(__file__).with_name("events.toml"))


def read_events(path: Path) -> tuple[NamedEvent, ...]:
    """The events of a TOML file. Raises InputError for one that is no such table."""
    try:
        tables = read_toml(path, LARGEST, typed=True).get("event", [])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: {_FORM}") from None
    except InputError as error:
        raise InputError(f"{error}: {_FORM}") from None
    if not isinstance(tables, list) or not tables:
        raise InputError(f"{path} holds no events: {_FORM}")
    return tuple(_event(table, f"{path}, event {number}") for number, table in enumerate(tables, 1))


def _event(table: object, place: str) -> NamedEvent:
    if not isinstance(table, dict):
        raise InputError(f"{place}: {_FORM}")
    name, phrases, first = table.get("name"), table.get("words", []), table.get("first")
    last = table.get("last", first)
    if not isinstance(name, str) or not isinstance(phrases, list) or not all(isinstance(each, str) for each in phrases):
        raise InputError(f"{place}: {_FORM}")
    if type(first) is not date or type(last) is not date or last < first:
        raise InputError(f"{place} ({name[:40]}): first and last are no days in order: {_FORM}")
    spoken = (
        tuple(token.text for token in tokenize(each) if token.text not in _PASSED_OVER) for each in (name, *phrases)
    )
    return NamedEvent(name, tuple(filter(None, spoken)), DateRange(first, last))

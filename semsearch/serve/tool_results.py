"""What each tool gives as values: the types that its function returns, and the schema that clients are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from typing_extensions import TypedDict


class Passage(TypedDict):
    """A hit. ``start``, ``end`` and ``best_sentence`` are characters of the article's text."""

    rank: int
    score: float
    doc_id: str
    title: str
    published: str | None
    date_source: str | None
    date_precision: str | None
    source: str | None
    url: str | None
    line_start: int
    line_end: int
    page: int | None
    start: int
    end: int
    text: str
    best_sentence: list[int]
    speaks_of: list[list[str]]
    copies: int


class Passages(TypedDict):
    """What search and similar give; ``cut`` says what was shortened or left out, and what to call for the rest."""

    query: str
    window: list[str | None] | None
    strong: bool
    notes: list[str]
    also_read: list[str]
    cut: str | None
    hits: list[Passage]


class TimelineBar(TypedDict):
    """One day, week, month or year: its relevant passages, and all that there are."""

    first: str
    last: str
    relevant: int
    passages: int
    burst: bool


class TimelinePeak(TypedDict):
    """The highest bar of a burst, and what answers best there."""

    first: str
    last: str
    doc_id: str
    published: str | None
    quote: str


class Bars(TypedDict):
    """What timeline gives; ``floor`` is the score that a relevant passage has at least."""

    window: list[str | None] | None
    by: str
    floor: float
    undated: int
    bars: list[TimelineBar]
    peaks: list[TimelinePeak]


class Article(TypedDict):
    """What read_document gives; ``next_start`` is where the text goes on, if it does."""

    doc_id: str
    title: str
    published: str | None
    date_source: str | None
    source: str | None
    url: str | None
    start: int
    end: int
    total_chars: int
    next_start: int | None
    text: str


class Holdings(TypedDict):
    """What info gives."""

    documents: int
    passages: int
    earliest: str | None
    latest: str | None
    undated: int
    model: str
    state: str
    publishers: dict[str, int]


RESULTS: Mapping[str, Any] = {
    "search": Passages,
    "timeline": Bars,
    "read_document": Article,
    "similar": Passages,
    "info": Holdings,
}


def output_schema(tool: str) -> dict[str, Any]:
    """The JSON schema of what a tool gives as values."""
    return TypeAdapter(RESULTS[tool]).json_schema(mode="serialization")

"""The formats by name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from semsearch.records import Answer
from semsearch.rendering.structured import JsonLinesRenderer, JsonRenderer
from semsearch.rendering.tables import TableRenderer, TrecRenderer
from semsearch.rendering.text import MarkdownRenderer, Style, TextRenderer


class Format(StrEnum):
    """What ``--format`` takes."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"
    trec = "trec"
    md = "md"


FORMATS = tuple(Format)


class Renderer(Protocol):
    """Text for a sequence of answers: a beginning, each answer, an end.

    What an answer becomes depends on itself alone, and on whether it is the first.
    """

    def begin(self) -> str:
        """What stands before the first answer."""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One answer."""

    def end(self) -> str:
        """What stands after the last answer."""


def make_renderer(name: Format, *, many: bool, style: Style | None = None) -> Renderer:
    """The renderer of a format. ``many`` labels each answer with its question's id."""
    made: dict[Format, Callable[[], Renderer]] = {
        Format.text: lambda: TextRenderer(style or Style(), many),
        Format.json: lambda: JsonRenderer(many),
        Format.jsonl: lambda: JsonLinesRenderer(many),
        Format.csv: lambda: TableRenderer(","),
        Format.tsv: lambda: TableRenderer("\t"),
        Format.trec: TrecRenderer,
        Format.md: lambda: MarkdownRenderer(many),
    }
    return made[name]()

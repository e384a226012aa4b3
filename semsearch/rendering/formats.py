"""The formats by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, get_args

from semsearch.errors import UsageError
from semsearch.search.option_table import AnswerFormat

if TYPE_CHECKING:
    from semsearch.records import Answer
    from semsearch.rendering.text import Style


FORMATS: tuple[AnswerFormat, ...] = get_args(AnswerFormat)


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


def make_renderer(name: AnswerFormat, *, many: bool, style: Style | None = None, explain: bool = False) -> Renderer:
    """The renderer of a format.

    ``many`` labels each answer with its question's id; ``explain`` says of each hit what its score is made
    of. Raises UsageError where the format has no place for that.
    """
    if name in ("text", "md"):
        from semsearch.rendering import text

        if name == "md":
            return text.MarkdownRenderer(many, explain)
        return text.TextRenderer(style or text.Style(), many, explain)
    if name in ("json", "jsonl"):
        from semsearch.rendering import fields

        if name == "json":
            return fields.JsonRenderer(many, explain)
        return fields.JsonLinesRenderer(many, explain)
    if explain:
        raise UsageError(f"--explain has no place in {name}: take --format text, md, json or jsonl")
    from semsearch.rendering import tables

    return tables.TrecRenderer() if name == "trec" else tables.TableRenderer("," if name == "csv" else "\t")

"""The formats by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, get_args

from semsearch.errors import UsageError
from semsearch.search.option_table import AnswerFormat, Order

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


def ordered(answer: Answer, order: Order) -> Answer:
    """An answer with its hits as they are to be shown: by rank, or by date, undated ones last."""
    if order == "rank":
        return answer
    backwards = order == "-date"
    hits = sorted(answer.hits, key=lambda hit: hit.document.published is None)
    dated = [hit for hit in hits if hit.document.published is not None]
    dated.sort(key=lambda hit: hit.document.published.first, reverse=backwards)  # type: ignore[union-attr]
    return replace(answer, hits=(*dated, *hits[len(dated) :]))


class _Ordered:
    """Another renderer, given the hits in another order."""

    def __init__(self, renderer: Renderer, order: Order) -> None:
        self._renderer = renderer
        self._order = order
        self.begin, self.end = renderer.begin, renderer.end

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:
        """One answer."""
        return self._renderer.answer(query_id, ordered(answer, self._order), first)


def make_renderer(
    name: AnswerFormat, *, many: bool, style: Style | None = None, explain: bool = False, order: Order = "rank"
) -> Renderer:
    """The renderer of a format.

    ``many`` labels each answer with its question's id; ``explain`` says of each hit what its score is made
    of; ``order`` is that in which hits are shown. Raises UsageError where the format has no place for an explanation.
    """
    renderer = _of_format(name, many=many, style=style, explain=explain)
    return renderer if order == "rank" else _Ordered(renderer, order)


def _of_format(name: AnswerFormat, *, many: bool, style: Style | None, explain: bool) -> Renderer:
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
    if name == "short" and not explain:
        from semsearch.rendering.text import ShortRenderer

        return ShortRenderer(many)
    if explain:
        raise UsageError(f"--explain has no place in {name}: take --format text, md, json or jsonl")
    from semsearch.rendering import tables

    return tables.TrecRenderer() if name == "trec" else tables.TableRenderer("," if name == "csv" else "\t")

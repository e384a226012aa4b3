"""Comparisons of two periods for people and programs."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from semsearch.records import Hit
from semsearch.rendering.fields import hit_fields
from semsearch.rendering.periods import window_text
from semsearch.rendering.text import Style
from semsearch.rendering.visible import visible

if TYPE_CHECKING:
    from semsearch.search.comparison import Comparison, Side

GAP = 4  # columns between the two periods


def comparison_text(found: Comparison, style: Style) -> str:
    """Two columns: hits of each period; those without a like in the other are marked, then the words of each."""
    width = (style.width - GAP) // 2
    columns = [_column(side, mark, width) for side, mark in ((found.a, "gone"), (found.b, "new"))]
    rows = max(map(len, columns))
    left, right = ([*column, *[""] * (rows - len(column))] for column in columns)
    return "".join(f"{one:<{width + GAP}}{two}".rstrip() + "\n" for one, two in zip(left, right, strict=True))


def _column(side: Side, mark: str, width: int) -> list[str]:
    lines = [window_text(side.window), "=" * min(width, len(window_text(side.window))), ""]
    for hit, own in zip(side.answer.hits, side.own, strict=True):
        lines += [*_entry(hit, mark if own else "", width), ""]
    if not side.answer.hits:
        lines += ["nothing", ""]
    words = ", ".join(visible(word) for word in side.terms) or "none"
    return [*lines, *textwrap.wrap(f"words {mark}: {words}", width)]


def _entry(hit: Hit, mark: str, width: int) -> list[str]:
    when = hit.document.published or "undated"
    head = f"{hit.rank}  {when}  {hit.score:.3f}" + (f"  [{mark}]" if mark else "")
    title = textwrap.shorten(visible(hit.document.title), width, placeholder=" …")
    sentence = " ".join(visible(hit.document.text[slice(*hit.best_sentence)]).split())
    return [head, title, *textwrap.wrap(sentence, width, break_on_hyphens=False)]


def comparison_json(found: Comparison) -> str:
    """One object with both periods."""
    return json.dumps(comparison_fields(found), ensure_ascii=False, indent=2) + "\n"


def comparison_fields(found: Comparison) -> dict[str, object]:
    """What is in the object of ``--format json``."""
    return {"query": found.query.text, "a": _side_fields(found.a), "b": _side_fields(found.b)}


def _side_fields(side: Side) -> dict[str, object]:
    first, last = side.window.first, side.window.last
    hits = [{**hit_fields(hit), "own": own} for hit, own in zip(side.answer.hits, side.own, strict=True)]
    return {
        "window": [first and first.isoformat(), last and last.isoformat(), side.words],
        "strong": side.answer.strong,
        "words": list(side.terms),
        "hits": hits,
    }

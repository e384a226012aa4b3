"""Saved questions and dossiers: what a person keeps of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from pydantic import Field

from semsearch.records import Answer
from semsearch.rendering.dossier import dossier_html
from semsearch.rendering.fields import Fields, answer_fields, hit_fields
from semsearch.search import standing
from semsearch.search.local import LocalIndex
from semsearch.search.option_table import Choices
from semsearch.search.options import Options
from semsearch.serve.fields import Paths
from semsearch.serve.parameters import NAMES, Parameters, choices_of, query_of

DONE = b'{"done": true}'
MOST_NEW = 20  # hits of a question that are listed


class NameBody(Parameters):
    """The name of a saved question."""

    name: str = Field(min_length=1, max_length=standing.LONGEST_NAME, description="Name of a saved question.")


saved = standing.saved


def told(folder: Path, index: LocalIndex, each: standing.Standing, paths: Paths) -> Fields:
    """A saved question with what is new; it stays new until it is said to be seen."""
    hits = standing.news(folder, index, each, peek=True)
    return {
        "name": each.name,
        "query": each.text,
        "address": address(each.text, each.choices),
        "count": len(hits),
        "hits": [hit_fields(paths.hit(hit)) for hit in hits[:MOST_NEW]],
    }


def address(text: str, choices: Mapping[str, object]) -> str:
    """The page's address of a question."""
    own = {
        NAMES.get(name, name): value
        for name, value in choices.items()
        if name not in ("use_time", "strict_time", "rerank")
    }
    if choices.get("use_time") is False:
        own["time"] = "off"
    elif choices.get("strict_time"):
        own["time"] = "strict"
    return "/?" + urlencode({"q": text, **{name: _typed(value) for name, value in own.items()}}, doseq=True)


def _typed(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def save(folder: Path, index: LocalIndex, name: str, given: Parameters) -> bytes:
    """Keep a question. Raises UsageError where that cannot be."""
    text = given.model_dump()["q"]
    query_of(given, text)
    standing.save(folder, index, name, text, Options(**cast(Choices, choices_of(given))))
    return DONE


def forget(folder: Path, name: str) -> bytes:
    """Take a question away. Raises UsageError for an unknown name."""
    standing.forget(folder, name)
    return DONE


def seen(folder: Path, index: LocalIndex, name: str) -> bytes:
    """What is new of a question is so no more. Raises UsageError for an unknown name."""
    standing.news(folder, index, standing.named(folder, name))
    return DONE


def chosen(answer: Answer, hits: Sequence[tuple[str, int]]) -> Answer:
    """An answer with some of its hits, named by article and first character."""
    from dataclasses import replace

    wanted = set(hits)
    return replace(answer, hits=tuple(hit for hit in answer.hits if (hit.document.doc_id, hit.start) in wanted))


def dossier(answer: Answer, paths: Paths) -> bytes:
    """One page of quotations that stands alone."""
    fields = answer_fields(paths.answer(answer), None)
    return dossier_html([fields], {}, "semsearch verify RESULTS.jsonl").encode("utf-8", "replace")

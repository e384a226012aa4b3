"""Retrievers of other frameworks, with these themselves; answers as Arrow in what reads it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import semsearch
from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.records import Answer
from semsearch.search.opening import open_index
from tests.conftest import ROOT

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
QUESTION = "grain deal"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("adapters") / "ix"
    build([ROOT / "seeds"], index, model="hash")
    return index


@pytest.fixture(scope="module")
def answer(seeds: Path) -> Iterator[Answer]:
    with open_index(seeds) as index:
        yield index.search(QUESTION, top=5, since="2022-08")


def expected(answer: Answer) -> list[tuple[str, str, int, int]]:
    return [(hit.text, str(hit.document.published), hit.start, hit.end) for hit in answer.hits]


def told(text: str, metadata: dict[str, Any]) -> tuple[str, str, int, int]:
    return text, metadata["published"], metadata["start"], metadata["end"]


def test_langchain(seeds: Path, answer: Answer) -> None:
    pytest.importorskip("langchain_core")
    from semsearch.adapters.langchain import SemsearchRetriever

    retriever = SemsearchRetriever(index=str(seeds), options={"top": 5, "since": "2022-08"})
    assert [told(each.page_content, each.metadata) for each in retriever.invoke(QUESTION)] == expected(answer)
    found = asyncio.run(retriever.ainvoke(QUESTION))  # in a thread of LangChain's
    assert [told(each.page_content, each.metadata) for each in found] == expected(answer)
    assert retriever.batch([QUESTION, "Kherson"])[0] == found
    with pytest.raises(ValueError, match="no such date"):
        SemsearchRetriever(index=str(seeds), options={"since": "2022-13"})


def test_a_retriever_answers_from_its_index_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_core")
    from semsearch.adapters.langchain import SemsearchRetriever

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The bridge of the river was closed.")
    build([tmp_path / "in"], tmp_path / "ix", model="hash")
    monkeypatch.chdir(tmp_path)
    retriever = SemsearchRetriever(index="ix")
    assert len(retriever.invoke("bridge")) == 1
    (tmp_path / "in" / "b.txt").write_text("A second bridge of the river was opened.")
    build([tmp_path / "in"], tmp_path / "ix")
    assert len(retriever.invoke("bridge")) == 2
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text("Another town.")
    build([other / "c.txt"], other / "ix", model="hash")
    monkeypatch.chdir(other)
    assert len(retriever.invoke("bridge")) == 2
    (tmp_path / "ix").rename(tmp_path / "gone")
    assert len(retriever.invoke("bridge")) == 2


def test_llamaindex(seeds: Path, answer: Answer) -> None:
    pytest.importorskip("llama_index.core")
    from semsearch.adapters.llamaindex import SemsearchRetriever

    retriever = SemsearchRetriever(seeds, top=5, since="2022-08")
    found = retriever.retrieve(QUESTION)
    assert [told(each.text, each.metadata) for each in found] == expected(answer)
    assert [each.score for each in found] == [hit.score for hit in answer.hits]
    assert [each.node_id for each in asyncio.run(retriever.aretrieve(QUESTION))] == [each.node_id for each in found]


def test_haystack(seeds: Path, answer: Answer) -> None:
    haystack = pytest.importorskip("haystack")
    from haystack.components.retrievers.types import TextRetriever

    from semsearch.adapters.haystack import SemsearchRetriever

    retriever: TextRetriever = SemsearchRetriever(str(seeds))
    since = {"field": "meta.published", "operator": ">=", "value": "2022-08"}
    found = retriever.run(QUESTION, filters=since, top_k=5)["documents"]
    assert [told(each.content, each.meta) for each in found] == expected(answer)
    pipeline = haystack.Pipeline()
    pipeline.add_component("semsearch", SemsearchRetriever(str(seeds), {"top": 5, "since": "2022-08"}))
    again = haystack.Pipeline.from_dict(pipeline.to_dict(), allowed_modules=["semsearch.adapters.haystack"])
    ran = again.run({"semsearch": {"query": QUESTION}})["semsearch"]["documents"]
    assert [each.id for each in ran] == [each.id for each in found]


@pytest.mark.parametrize(
    ("filters", "choices"),
    [
        (None, {}),
        (
            {"field": "meta.published", "operator": "==", "value": "2022-11"},
            {"since": "2022-11-01", "until": "2022-11-30"},
        ),
        ({"field": "meta.published", "operator": ">", "value": "2022-11"}, {"since": "2022-12-01"}),
        ({"field": "meta.published", "operator": "<", "value": date(2022, 11, 9)}, {"until": "2022-11-08"}),
        ({"field": "meta.published", "operator": "<=", "value": "2022-11-09T10:00:00"}, {"until": "2022-11-09"}),
        ({"field": "meta.source", "operator": "in", "value": ["A", "B"]}, {"publishers": ["A", "B"]}),
        ({"field": "meta.source", "operator": "!=", "value": "A"}, {"not_publishers": ["A"]}),
        ({"field": "meta.pages", "operator": ">", "value": 3}, {"where": ["pages>3"]}),
        (
            {
                "operator": "AND",
                "conditions": [
                    {"field": "meta.published", "operator": ">=", "value": "2022"},
                    {"field": "meta.published", "operator": ">=", "value": "2022-03"},
                    {"field": "meta.published", "operator": "<", "value": "2022-06"},
                    {"field": "meta.section", "operator": "==", "value": "world"},
                    {"field": "meta.desk", "operator": "==", "value": "home"},
                ],
            },
            {"since": "2022-03-01", "until": "2022-05-31", "where": ["section=world", "desk=home"]},
        ),
    ],
)  # fmt: skip
def test_filters_of_haystack_become_windows(filters: Any, choices: dict[str, Any]) -> None:
    pytest.importorskip("haystack")
    from semsearch.adapters.haystack import choices_of

    assert choices_of(filters) == choices


@pytest.mark.parametrize(
    "filters",
    [
        {"operator": "OR", "conditions": []},
        {"operator": "NOT", "conditions": []},
        {"field": "meta.published", "operator": "in", "value": ["2022"]},
        {"field": "meta.published", "operator": ">=", "value": "2022-13"},
        {"field": "meta.x", "operator": "in", "value": ["a"]},
        {"operator": "AND", "conditions": [{"field": "source", "value": "A"}, {"field": "source", "value": "B"}]},
    ],
)
def test_filters_that_an_index_cannot_apply_are_refused(filters: Any) -> None:
    pytest.importorskip("haystack")
    from semsearch.adapters.haystack import choices_of

    with pytest.raises(UsageError):
        choices_of(filters)


def test_a_table_of_answers_has_dates_as_dates(seeds: Path, answer: Answer) -> None:
    pytest.importorskip("nanoarrow")
    arrow = pytest.importorskip("pyarrow")
    with open_index(seeds) as index:
        none = index.search("zzqq", mode="lexical")
    found = arrow.table(semsearch.table(answer, none))
    assert found.num_rows == len(answer.hits) == 5
    assert str(found.schema.field("published").type) == "date32[day]"
    published = [hit.document.published for hit in answer.hits]
    assert found.column("published").to_pylist() == [each and each.first for each in published]
    assert found.column("text").to_pylist() == [hit.text for hit in answer.hits]
    assert found.column("source").to_pylist() == [None] * 5
    assert arrow.table(semsearch.table()).num_rows == 0


def test_a_table_of_undated_articles_and_half_characters(tmp_path: Path) -> None:
    pytest.importorskip("nanoarrow")
    arrow = pytest.importorskip("pyarrow")
    lines = ['{"_id": "a", "text": "A bridge \\ud800 fell."}', '{"_id": "b", "text": "A bridge.", "date": "2022-11"}']
    (tmp_path / "r.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    build([tmp_path / "r.jsonl"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        rows = arrow.table(semsearch.table(index.search("bridge"))).to_pylist()
    days = {row["doc_id"]: (row["published"], row["published_last"]) for row in rows}
    assert days == {"a": (None, None), "b": (date(2022, 11, 1), date(2022, 11, 30))}

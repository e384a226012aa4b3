"""The contract of every engine, and the library's door (R6). A further engine is one more parameter here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import semsearch
from semsearch.errors import UnknownDocument, UsageError
from semsearch.indexing.building import build
from semsearch.search.engine import Engine
from semsearch.search.opening import open_index
from semsearch.search.options import make_query
from tests.conftest import ARTICLES, write_articles

TODAY = date(2022, 12, 31)
ENGINES: dict[str, Callable[[Path], Engine]] = {"local": lambda folder: open_index(folder, today=TODAY)}
QUESTION = "who signed the grain deal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("engine")
    build([write_articles(place / "articles")], place / "ix", model="hash")
    return place / "ix"


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    opened = ENGINES[str(request.param)](folder)
    yield opened
    opened.close()


def test_it_answers_one_question_and_many_alike(engine: Engine) -> None:
    queries = [make_query(text, top=3) for text in (QUESTION, "soldiers in the town", QUESTION)]
    answers = list(engine.answer_all(queries))
    assert answers[0] == answers[2] == engine.search(QUESTION, top=3)
    assert answers[0].hits[0].document.doc_id == "grain.txt"
    assert [hit.rank for hit in answers[1].hits] == [1, 2, 3]
    assert engine.search(QUESTION, since="2022-12", until="2022-12").hits[0].document.doc_id != "grain.txt"


def test_it_finds_what_is_similar_without_the_document_itself(engine: Engine) -> None:
    found = [hit.document.doc_id for hit in engine.similar("2022-11-09-order.txt").hits]
    assert sorted(found) == sorted(ARTICLES.keys() - {"2022-11-09-order.txt"})


def test_it_gives_scores_by_period(engine: Engine) -> None:
    found = engine.timeline("town", by="month")
    assert {bar.first for bar in found.bars if bar.relevant} <= {date(2022, month, 1) for month in range(7, 13)}
    assert found == engine.timeline(make_query("town"), "month")
    assert sum(bar.passages for bar in found.bars) == len(ARTICLES) - 1  # one has no date


def test_it_sets_two_periods_side_by_side(engine: Engine) -> None:
    found = engine.compare("soldiers entered the town", "2022-07", "2022-11", top=2)
    assert found.b.answer.hits[0].document.doc_id == "2022-11-11-entry.txt"
    assert {hit.document.doc_id for hit in found.a.answer.hits} <= {"grain.txt"}
    assert (found.a.window.first, found.b.window.last) == (date(2022, 7, 1), date(2022, 11, 30))


def test_it_has_documents_dates_and_numbers(engine: Engine) -> None:
    assert engine.document("grain.txt").text.startswith("Two ministers signed the grain deal")
    assert sorted(entry.doc_id for entry in engine.dates()) == sorted(ARTICLES)
    info = engine.info()
    assert (info.documents, info.undated, info.latest) == (len(ARTICLES), 1, date(2022, 12, 24))
    assert engine.state == engine.state != ""


def test_it_refuses_what_makes_no_sense(engine: Engine) -> None:
    with pytest.raises(UsageError, match="empty"):
        engine.search(" ")
    with pytest.raises(UsageError, match="holds its options already"):
        engine.timeline(make_query("town"), top=2)
    for use in (engine.document, engine.similar):
        with pytest.raises(UnknownDocument, match="did you mean grain"):
            use("grain")
    answers = engine.answer_all([make_query("town")])
    engine.close()
    with pytest.raises(UsageError, match="closed"):
        next(answers)


def test_r6_the_door_holds_what_the_readme_shows(folder: Path, tmp_path: Path) -> None:
    """``semsearch.__all__`` had build, open, forget and make_query."""
    assert semsearch.check(folder, full=True).whole
    assert semsearch.repair(folder).aside == ()
    assert semsearch.compact(folder).before > 0
    (tmp_path / "none.jsonl").write_text("", "utf-8")
    assert list(semsearch.verify(tmp_path / "none.jsonl")) == []
    assert {"build", "check", "compact", "forget", "make_query", "open", "repair", "verify"} <= set(semsearch.__all__)
    for name in semsearch.__all__:
        assert getattr(semsearch, name).__doc__
    with semsearch.open(folder) as index:
        assert index.timeline("town").bars
        assert index.compare("grain deal", "2022-07", "2022-11").a.answer.hits
        assert index.similar("grain.txt").hits

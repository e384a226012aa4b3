"""Standing questions: news is what came in since the last look and answers, whatever day it is of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from semsearch.indexing.building import build
from tests.conftest import Program, write_articles

FERRY = "The ferry was stopped by ice on the river, the harbour office said."
Asked = Callable[..., list[str]]


@pytest.fixture
def place(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write_articles(
        tmp_path / "a", {"2022-11-09-ice.txt": FERRY, "2022-11-10-bread.txt": "Bread is dear, the baker said."}
    )
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    ran = program("ask", "ferry ice", "--save", "ice", "--index", tmp_path / "ix", "--mode", "lexical")
    assert (ran.status, "saved as ice: semsearch news ice" in ran.err) == (0, True)
    return tmp_path


def new(program: Program, place: Path, *more: str) -> list[str]:
    ran = program("news", *more, "--index", place / "ix", "--format", "json")
    assert ran.status == (0 if any(each["hits"] for each in json.loads(ran.out)) else 1)
    return sorted(hit["doc_id"] for each in json.loads(ran.out) for hit in each["hits"])


def add(place: Path, name: str, text: str) -> None:
    (place / "a" / name).write_text(text)
    build([place / "a"], place / "ix")


def test_news_is_what_came_in_and_answers_whatever_its_day(program: Program, place: Path) -> None:
    assert new(program, place) == []
    add(place, "1999-01-01-old.txt", "Ice stopped the ferry in that year, too.")
    add(place, "2022-11-12-wood.txt", "Wood is dear.")
    assert new(program, place, "--peek") == ["1999-01-01-old.txt"]
    assert new(program, place) == ["1999-01-01-old.txt"]
    assert new(program, place) == []
    add(place, "2022-11-10-bread.txt", "The ferry with the bread is held by ice.")  # edited
    assert new(program, place) == ["2022-11-10-bread.txt"]
    (place / "a" / "2022-11-09-ice.txt").unlink()
    build([place / "a"], place / "ix")
    assert new(program, place) == []


def test_a_rebuild_makes_no_news(program: Program, place: Path) -> None:
    build([place / "a"], place / "ix", rebuild=True)
    assert new(program, place) == []
    add(place, "2022-11-13-b.txt", "The ferry runs: the ice has gone.")
    assert new(program, place) == ["2022-11-13-b.txt"]


def test_filters_of_a_question_hold_for_its_news(program: Program, place: Path) -> None:
    asked = ("ask", "ferry ice", "--index", place / "ix", "--mode", "lexical", "--since", "2022-11-20")
    program(*asked, "--save", "late")
    add(place, "2022-11-13-b.txt", "The ferry runs: the ice has gone.")
    assert new(program, place, "late") == []
    add(place, "2022-11-23-c.txt", "The ferry is stopped by ice again.")
    assert new(program, place, "late") == ["2022-11-23-c.txt"]
    assert new(program, place, "ice") == ["2022-11-13-b.txt", "2022-11-23-c.txt"]


def test_an_index_that_cannot_be_written_is_asked_all_the_same(program: Program, place: Path) -> None:
    add(place, "2022-11-13-b.txt", "The ferry runs: the ice has gone.")
    before = {path: path.read_bytes() for path in (place / "ix").iterdir() if path.is_file()}
    assert new(program, place) == ["2022-11-13-b.txt"]
    assert {path: path.read_bytes() for path in before} == before


def test_questions_are_listed_deleted_and_named(program: Program, place: Path) -> None:
    assert program("news", "--list", "--index", place / "ix").out == "ice\tferry ice\n"
    wrong = program("news", "snow", "--index", place / "ix")
    assert (wrong.status, "there are ice" in wrong.err) == (2, True)
    assert program("news", "--delete", "ice", "--index", place / "ix").status == 0
    none = program("news", "--index", place / "ix")
    assert (none.status, "no question is saved" in none.err) == (2, True)
    other = place / "other"
    shutil.copytree(place / "ix", other)
    assert program("news", "--list", "--index", other).status == 1


def test_a_feed_of_news(program: Program, place: Path) -> None:
    add(place, "2022-11-13-b.txt", "The ferry <b>runs</b> & the ice has gone.\x1b[0m")
    feed = program("news", "--index", place / "ix", "--format", "rss").out
    (item,) = ET.fromstring(feed).iter("item")  # noqa: S314 (made by this test)
    assert item.findtext("pubDate") == "Sun, 13 Nov 2022 00:00:00 +0000"
    assert "<b>runs</b> & the ice" in str(item.findtext("description"))
    assert "\x1b" not in feed
    add(place, "2022-11-14-c.txt", "Ice holds the ferry once more.")
    assert "Ice holds the ferry" in program("news", "--index", place / "ix").out
    assert program("news", "--index", place / "ix").status == 1

"""How answers are shown: a line a hit, in another order, without what says nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import Program, write_articles


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shown")
    build([write_articles(folder / "a")], folder / "ix", model="hash")
    return folder / "ix"


def test_short_is_a_line_a_hit_with_its_day_source_and_sentence(program: Program, town: Path) -> None:
    ran = program("ask", "town", "--index", town, "--format", "short", "--mode", "lexical")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert sorted(row[:2] for row in rows) == [
        ["2022-11-09", "2022-11-09-order.txt"],
        ["2022-11-11", "2022-11-11-entry.txt"],
        ["2022-12-24", "2022-12-24-shelling.txt"],
    ]
    assert all("town" in row[2] for row in rows)


def test_hits_are_shown_in_the_order_of_their_days_with_their_ranks(program: Program, town: Path) -> None:
    def shown(*order: str) -> list[tuple[int, str | None]]:
        hits = json.loads(program("ask", "town flour", "--index", town, "--format", "json", *order).out)["hits"]
        return [(hit["rank"], hit["published"]) for hit in hits]

    best = shown()
    days = sorted(day for _, day in best if day)
    assert [day for _, day in shown("--sort", "date")] == [*days, None]
    assert [day for _, day in shown("--sort", "-date")] == [*days[::-1], None]
    assert sorted(shown("--sort", "date"), key=lambda each: each[0]) == best == shown("--sort", "rank")


def test_a_batch_is_shown_in_that_order_too(program: Program, town: Path, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("town\nministers\n")
    ran = program("batch", "q.txt", "--index", town, "--format", "short", "--sort", "date", "--mode", "lexical")
    rows = [line.split("\t")[:2] for line in ran.out.splitlines()]
    assert [row[0] for row in rows] == ["1", "1", "1", "2", "2"]
    assert [day for query, day in rows if query == "1"] == ["2022-11-09", "2022-11-11", "2022-12-24"]


def test_ask_shows_five_hits_and_the_library_ten(program: Program, tmp_path: Path) -> None:
    write_articles(tmp_path / "a", {f"2022-11-{day:02}-a.txt": f"Bread number {day}.\n" for day in range(1, 13)})
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    assert len(json.loads(program("ask", "bread", "--index", tmp_path / "ix", "--format", "json").out)["hits"]) == 5
    (tmp_path / "q.txt").write_text("bread\n")
    answered = program("batch", "q.txt", "--index", tmp_path / "ix", "--format", "json").out
    assert len(json.loads(answered)[0]["hits"]) == 10


def test_spans_of_over_a_year_are_not_said_to_be_mentioned(program: Program, tmp_path: Path) -> None:
    write_articles(tmp_path / "a", {"2022-11-09-a.txt": "In the past 20 years bread was dear, most in March 2022.\n"})
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    assert "mentions 2022-03\n" in program("ask", "bread", "--index", tmp_path / "ix").out


def test_empty_bars_are_folded(program: Program, tmp_path: Path) -> None:
    texts = {f"2022-{month:02}-09-a.txt": f"Bread of month {month}.\n" for month in (1, 9)}
    others = {f"2022-{month:02}-10-b.txt": f"Rain and snow, {month}.\n" for month in range(1, 13)}
    write_articles(tmp_path / "a", texts | others)
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    out = program("timeline", "bread", "--index", tmp_path / "ix", "--by", "month", "--mode", "lexical").out
    assert "… 7 months without any" in out


def test_not_before_a_word_is_no_operator_and_is_told(program: Program, town: Path) -> None:
    ran = program("ask", "sanctions NOT oil", "--index", town)
    assert 'NOT is read as a word: to leave out "oil" write -oil' in ran.err

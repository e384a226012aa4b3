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


SENTENCES = " ".join(f"Sentence number {at} of the report speaks of flour and salt for the town." for at in range(40))


def test_how_many_passages_of_an_article_answer_as_well_is_said_with_what_shows_them(
    program: Program, tmp_path: Path
) -> None:
    write_articles(tmp_path / "a", {"2022-11-09-long.txt": SENTENCES + "\n", "2022-11-10-short.txt": "A ferry.\n"})
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    asked = ("ask", "flour and salt for the town", "--index", tmp_path / "ix", "--mode", "lexical")
    first = json.loads(program(*asked, "--format", "json").out)["hits"][0]
    all_of_them = json.loads(program(*asked, "--format", "json", "--per-document", "99").out)["hits"]
    near = [hit for hit in all_of_them if hit["score"] >= 0.9 * first["score"]]
    assert first["more"] == len(near) - 1 > 1
    assert "more" not in all_of_them[-1]
    assert f"{first['more']} more passages: --per-document {len(near)}" in program(*asked).out
    assert f"{first['more']} more passages" in program(*asked, "--format", "md").out
    assert "more passage" not in program(*asked, "--per-document", "99").out


def test_an_event_day_stands_before_its_month_which_is_told(program: Program, tmp_path: Path) -> None:
    write_articles(
        tmp_path / "a",
        {
            "2022-04-01-month.txt": "What happened in the town in March 2022 is what happened in the town.\n",
            "2022-04-02-day.txt": "On 9 March 2022 the bakery in the town burned.\n",
            "2022-04-03-other.txt": "On 10 March 2022 it happened in the town.\n",
            "2022-04-04-both.txt": "On 9 March 2022 and in all of March 2022 the bakery in the town was closed.\n",
        },
    )
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    asked = ("ask", "what happened in the town", "--index", tmp_path / "ix", "--event", "2022-03-09")
    hits = json.loads(program(*asked, "--format", "json").out)["hits"]
    assert [hit["doc_id"][11:-4] for hit in hits][2:] == ["month"]
    assert {hit["doc_id"][11:-4] for hit in hits[:2]} == {"day", "both"}
    lines = [line for line in program(*asked).out.splitlines() if "mentions" in line]
    assert [line.endswith("mentions only 2022-03") for line in lines] == [False, False, True]
    assert "mentions 2022-03-09" in lines[0]
    assert "- event" in program(*asked, "--explain").out
    assert "mentions only 2022-03" in program(*asked, "--format", "md").out


@pytest.mark.parametrize("typed", [("gas", "-Germany"), ("-Germany gas",), ("-Germany", "gas")])
def test_a_word_to_be_left_out_that_was_read_as_options_is_explained(
    typed: tuple[str, ...], program: Program, town: Path
) -> None:
    ran = program("ask", *typed, "--index", town)
    assert ran.status == 2
    assert ran.err.startswith(
        "semsearch: -Germany was read as an option: put -- before the question: semsearch ask -- '"
    )
    assert program("ask", "--index", town, "--", "gas -Germany").status in (0, 1)
    assert "put --" not in program("ask", "gas", "-x", "--index", town).err


def test_the_day_of_eid_is_told_as_one_of_two(program: Program, town: Path) -> None:
    told = "the day of Eid is that of Saudi Arabia and the Emirates: other countries may keep it a day later"
    assert told in program("ask", "What was closed on Eid al-Fitr 2022?", "--index", town).err
    assert told not in program("ask", "What was closed at Easter 2022?", "--index", town).err

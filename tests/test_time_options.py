"""Each time option reaches the search from every command that has it, and from the settings file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Program, write_articles

ORDER, ENTRY, SHELLING = "2022-11-09-order.txt", "2022-11-11-entry.txt", "2022-12-24-shelling.txt"
QUESTION = "town in December 2022"
FEAST = '[[event]]\nname = "the feast of bread"\nwords = ["feast of bread"]\nfirst = 2022-11-10\nlast = 2022-11-10\n'


@pytest.fixture
def indexed(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    Path("events.toml").write_text(FEAST, "utf-8")
    return program


def asked(program: Program, command: str, question: str, *options: str) -> dict[str, object]:
    """The JSON of an answer by ``ask`` or ``batch``."""
    if command == "ask":
        ran = program("ask", question, "--format", "json", *options)
    else:
        Path("questions.txt").write_text(question, "utf-8")
        ran = program("batch", "questions.txt", *options)
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def ids(answer: dict[str, object]) -> set[str]:
    hits = answer["hits"]
    assert isinstance(hits, list)
    return {hit["doc_id"] for hit in hits}


@pytest.mark.parametrize("command", ["ask", "batch"])
def test_answers(indexed: Program, command: str) -> None:
    assert len(ids(asked(indexed, command, QUESTION))) == 5
    assert asked(indexed, command, QUESTION)["window"] == ["2022-12-01", "2022-12-31", "in December 2022"]
    assert asked(indexed, command, QUESTION, "--no-time")["window"] is None
    assert ids(asked(indexed, command, QUESTION, "--strict-time")) == {SHELLING}
    assert ids(asked(indexed, command, "town", "--event", "2022-11-11")) == {ENTRY}
    assert ids(asked(indexed, command, "town", "--as-of", "2022-11-09")) == {ORDER, "grain.txt"}
    recent = asked(indexed, command, "town", "--recency", "5d")["time"]
    assert isinstance(recent, dict)
    assert recent["half_life"] == 5
    since = asked(indexed, command, "town since the feast of bread", "--named-events", "events.toml")["window"]
    assert isinstance(since, list)
    assert since[0] == "2022-11-10"
    assert asked(indexed, command, "town since the feast of bread")["window"] is None


def test_the_settings_file(indexed: Program) -> None:
    for setting, found in (
        ('event = "2022-11-11"', {ENTRY}),
        ('as-of = "2022-11-09"', {ORDER, "grain.txt"}),
        ("strict-time = true", {SHELLING}),
    ):
        Path("semsearch.toml").write_text(setting, "utf-8")
        assert ids(asked(indexed, "ask", QUESTION)) == found
    Path("semsearch.toml").write_text("no-time = true", "utf-8")
    assert asked(indexed, "ask", QUESTION)["window"] is None


def test_the_timeline(indexed: Program) -> None:
    def bars(*options: str, question: str = "town") -> list[str]:
        found = json.loads(indexed("timeline", question, "--by", "day", "--format", "json", *options).out)
        return [bar["first"] for bar in found["bars"] if bar["relevant"]]

    assert bars() == ["2022-11-09", "2022-11-11", "2022-12-24"]
    assert bars("--event", "2022-11-11") == ["2022-11-11"]
    assert bars("--as-of", "2022-11-09") == ["2022-11-09"]


def test_the_evaluation(indexed: Program, tmp_path: Path) -> None:
    folder = write_articles(
        tmp_path / "set",
        {
            "corpus.jsonl": "".join(
                json.dumps({"_id": f"d{month}", "text": f"The town in {month}.", "date": f"2022-{month}-05"}) + "\n"
                for month in ("10", "11", "12")
            ),
            "queries.jsonl": json.dumps({"_id": "q", "text": QUESTION}) + "\n",
        },
    )
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td11\t1\n", "utf-8")

    def measured(*options: str) -> float:
        ran = indexed("eval", folder, "--model", "hash", "--mode", "lexical", "--format", "json", *options)
        return float(json.loads(ran.out)["RR@10"])

    assert measured("--strict-time") == 0  # published and spoken of in other months
    assert measured("--as-of", "2022-11-30") == 1
    assert measured("--as-of", "2022-10-30") == 0
    assert measured("--no-time", "--strict-time") == 0.5  # of three equal ones the second
    assert measured("--event", "2020") == 0


def test_the_hemisphere_is_the_index_s(program: Program, tmp_path: Path) -> None:
    """Winter 2022 was from June to August in the south, and what an article calls last winter too."""
    texts = {"a.txt": " date 2022-09-20 The rivers rose last winter.\n", "b.txt": " date 2022-01-20 The town.\n"}
    folder = write_articles(tmp_path / "articles", texts)
    for option, window, events in (
        ([], ["2021-12-01", "2022-02-28", "in winter 2021"], ["2021-12-01", "2022-02-28"]),
        (["--hemisphere", "south"], ["2021-06-01", "2021-08-31", "in winter 2021"], ["2022-06-01", "2022-08-31"]),
        ([], ["2021-06-01", "2021-08-31", "in winter 2021"], ["2022-06-01", "2022-08-31"]),
        (["--rebuild"], ["2021-06-01", "2021-08-31", "in winter 2021"], ["2022-06-01", "2022-08-31"]),
        (["--hemisphere", "north"], ["2021-12-01", "2022-02-28", "in winter 2021"], ["2021-12-01", "2022-02-28"]),
    ):
        assert program("index", folder, "--model", "hash", *option).status == 0
        found = json.loads(program("ask", "rivers in winter 2021", "--format", "json").out)
        assert found["window"] == window
        (hit,) = [hit for hit in found["hits"] if hit["doc_id"] == "a.txt"]
        assert hit["events"] == [events]
    assert program("index", "--hemisphere", "east").status == 2


def test_r4_event_days_and_a_file_of_named_events_are_not_mixed_up(indexed: Program) -> None:
    """``--event`` and ``--events`` stood side by side, and the wrong one said "No such file"."""
    old = indexed("ask", "town", "--events", "events.toml")
    assert old.status == 2
    assert "--event" in old.err
    assert "--named-events" in old.err
    days = indexed("ask", "town", "--named-events", "2022-11")
    assert (days.status, "--event" in days.err) == (2, True)
    file = indexed("ask", "town", "--event", "events.toml")
    assert (file.status, "--named-events" in file.err) == (2, True)

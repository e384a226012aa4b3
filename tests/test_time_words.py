"""Time words of questions: the table of expressions, questions without time, hostile input."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest

from semsearch.dates.hints import asked_for_latest, may_name_a_time, without_time
from semsearch.dates.holidays import HOLIDAYS
from semsearch.dates.named import read_events, shipped_events
from semsearch.dates.time_words import find_time
from semsearch.errors import InputError
from semsearch.records import DateRange

HERE = Path(__file__).parent
ANCHOR = date(2022, 12, 30)
WORDS = [
    "the",
    "a",
    "of",
    "in",
    "on",
    "since",
    "until",
    "between",
    "and",
    "to",
    "early",
    "late",
    "mid",
    "last",
    "next",
    "this",
    "first",
    "second",
    "week",
    "month",
    "day",
    "days",
    "year",
    "Monday",
    "may",
    "March",
    "9",
    "9th",
    "2022",
    "1990s",
    "'90s",
    "Q3",
    "H1",
    "winter",
    "fall",
    "Easter",
    "Christmas",
    "invasion",
    "2022-11-09",
    "2022-13",
    "31.02.2022",
    "-",
    "–",
    ".",
    ",",
    "'",
    "ago",
    "after",
    "before",
    "hours",
    "weekend",
    "century",
    "half",
    "quarter",
    "0",
    "99999999",
    "10000",
    "no",
    "resolution",
    "today",
]


def rows() -> list[dict[str, str]]:
    with (HERE / "time_words.tsv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_expressions_of_the_table() -> None:
    table = rows()
    wrong = []
    for row in table:
        found = find_time(row["question"], date.fromisoformat(row["anchor"]))
        window = found.window if found else DateRange(None, None)
        got = [str(window.first or "-"), str(window.last or "-"), found.words if found else ""]
        if got != [row["since"], row["until"], row["expression"]]:
            wrong.append((row["question"], got))
    assert len(table) >= 200
    assert wrong == []


def test_the_quick_look_passes_over_no_holiday_and_no_expression() -> None:
    names = [name.replace(" - ", "-") for name in HOLIDAYS]
    assert [name for name in [*names, *(row["expression"] for row in rows())] if not may_name_a_time(name)] == []
    assert not may_name_a_time("why did Russia retreat from Kherson")


def test_questions_without_time_have_none() -> None:
    questions = (HERE / "no_time.txt").read_text("utf-8").splitlines()
    assert len(set(questions)) >= 300
    assert [question for question in questions if find_time(question, ANCHOR)] == []


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("what happened in November 2022", "what happened"),
        ("In March, who spoke in Bucha?", "who spoke in Bucha?"),
        ("who resigned last week?", "who resigned?"),
        ("in November 2022", "in November 2022"),  # nothing else is left
        ("between 9 and 11 November what fell", "what fell"),
    ],
)
def test_the_words_that_say_when_leave_the_question(question: str, rest: str) -> None:
    found = find_time(question, ANCHOR)
    assert found is not None
    assert without_time(question, found.span) == rest


def test_what_is_relative_depends_on_the_anchor() -> None:
    found = find_time("who spoke in May", date(2022, 4, 1))
    assert found is not None and found.anchored and found.window.first == date(2021, 5, 1)
    found = find_time("who spoke in May 2022", date(2022, 4, 1))
    assert found is not None and not found.anchored


def test_a_southern_summer_is_in_january() -> None:
    found = find_time("fires in the summer of 2019", ANCHOR, hemisphere="south")
    assert found is not None
    assert (found.window.first, found.window.last) == (date(2019, 12, 1), date(2020, 2, 29))


@pytest.mark.parametrize(
    "question", ["the latest on the grain deal", "who holds Bakhmut now?", "recently captured towns"]
)
def test_the_latest_is_asked_for(question: str) -> None:
    assert asked_for_latest(question)


def test_questions_that_do_not_ask_for_the_latest() -> None:
    questions = (HERE / "no_time.txt").read_text("utf-8").splitlines()
    assert [question for question in questions if asked_for_latest(question)] == []


def test_users_add_named_events(tmp_path: Path) -> None:
    path = tmp_path / "events.toml"
    path.write_text(
        '[[event]]\nname = "flood of Jena"\nwords = ["Jena flood"]\nfirst = 2013-06-02\nlast = 2013-06-05\n'
    )
    found = find_time("rents since the Jena flood", ANCHOR, events=(*read_events(path), *shipped_events()))
    assert found is not None
    assert (found.window.first, found.named_event) == (date(2013, 6, 2), "flood of Jena")
    assert find_time("rents since the Jena flood", ANCHOR) is None


@pytest.mark.parametrize(
    "text",
    ["", "x = 1", "event = 3", '[[event]]\nname = "x"', '[[event]]\nname = "x"\nfirst = "2022"', "[[event]", "\xff"],
)
def test_events_that_are_none_are_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "events.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"events\.toml"):
        read_events(path)


def test_ten_thousand_hostile_questions_crash_nothing() -> None:
    rng = random.Random(7)
    for number in range(10_000):
        if number % 3:
            question = " ".join(rng.choices(WORDS, k=rng.randint(1, 30)))
        else:
            question = "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(160, 0x3000)))) for _ in range(60))
        found = find_time(question, date.fromordinal(rng.randrange(1, date.max.toordinal() + 1)))
        if found is not None:
            first, last = found.window.first, found.window.last
            assert (first or last) and (first is None or last is None or first <= last)
            assert question[slice(*found.span)] == found.words


@pytest.mark.parametrize(
    "unit", ["a day after ", "early ", "the first week of ", "the ", "between 1 and ", "1 ", "may "]
)
def test_a_question_of_one_phrase_again_and_again_is_read(unit: str) -> None:
    find_time(unit * 1000, ANCHOR)
    find_time("since " + unit * 1000 + "2022", ANCHOR)

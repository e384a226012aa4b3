"""What questions and passages name, as of Wednesday 30 November 2022: kinds that labels made by others showed wrong."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from semsearch.dates.event_dates import event_dates
from semsearch.dates.time_words import find_time
from semsearch.records import DateRange

DAY = date(2022, 11, 30)
EXAMPLES = [
    line.split("\t")
    for line in Path(__file__).with_name("time_examples.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def said(first: date | None, last: date | None) -> str:
    """A span of days as the table has it."""
    return str(first) if first == last else f"{first or ''}..{last or ''}"


@pytest.mark.parametrize(("kind", "text", "wanted"), EXAMPLES, ids=lambda value: str(value)[:60])
def test_a_time_is_read_as_it_is_meant(kind: str, text: str, wanted: str) -> None:
    if kind == "p":
        found = [said(each.first, each.last) for each in event_dates(text, DateRange(DAY, DAY))]
        assert " ".join(found) == wanted.replace("none", "")
    else:
        asked = find_time(text, DAY)
        assert (said(asked.window.first, asked.window.last) if asked else "none") == wanted


MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def counted(number: int, unit: str) -> str:
    """A number and its unit."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def test_four_thousand_sums_of_years_and_months() -> None:
    """Counted in months since the year 0, and not by the calendar's own arithmetic."""
    chance = random.Random(18)
    wrong = []
    for _ in range(4_000):
        years, more, side = chance.randrange(41), chance.randrange(12), chance.choice(("before", "after"))
        year, month = chance.randrange(1150, 2150), chance.randrange(12)
        if not years and not more:
            continue
        said = " and ".join(counted(n, unit) for n, unit in ((years, "year"), (more, "month")) if n)
        question = f"What is the time {said} {side} {MONTHS[month]} {year}?"
        there = year * 12 + month + (years * 12 + more) * (1 if side == "after" else -1)
        wanted = date(there // 12, there % 12 + 1, 1)
        found = find_time(question, DAY)
        last = date((there + 1) // 12, (there + 1) % 12 + 1, 1) - timedelta(1)
        if found is None or (found.window.first, found.window.last) != (wanted, last):
            wrong.append((question, found))
    assert wrong == []


def test_questions_with_words_that_are_no_time_have_no_window() -> None:
    questions = Path(__file__).with_name("no_time_names.txt").read_text("utf-8").splitlines()
    assert len(set(questions)) >= 200
    assert [question for question in questions if find_time(question, DAY)] == []

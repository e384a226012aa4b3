"""The days that passages speak of: labelled sentences, the seed article, what an index keeps of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from semsearch.dates.event_dates import event_dates
from semsearch.indexing.building import build
from semsearch.records import DateRange
from semsearch.search.opening import open_index
from tests.conftest import write_articles

HERE = Path(__file__).parent
SEED = HERE.parent.parent / "shared" / "seed"
SEEDS = HERE.parent / "seeds"


def labelled() -> list[dict[str, object]]:
    return [json.loads(line) for line in (HERE / "event_dates.jsonl").read_text("utf-8").splitlines()]


def spoken(text: str, published: str) -> list[tuple[str, str, str]]:
    day = date.fromisoformat(published)
    found = event_dates(text, DateRange(day, day))
    return [(text[slice(*each.span)], each.first.isoformat(), each.last.isoformat()) for each in found]


def test_the_labelled_sentences() -> None:
    """At least 92 % of the expressions, and hardly any that are none."""
    expressions = missed = surplus = 0
    for sentence in labelled():
        found = spoken(str(sentence["text"]), str(sentence["published"]))
        wanted = [tuple(each) for each in sentence["events"]]  # type: ignore[attr-defined]
        expressions += len(wanted)
        missed += sum(each[1:] not in [other[1:] for other in found] for each in wanted)
        surplus += sum(each[1:] not in [other[1:] for other in wanted] for each in found)
    assert expressions >= 150
    assert missed <= 0.08 * expressions
    assert surplus <= 0.03 * expressions


def test_labels_from_the_seeds_stand_in_the_seeds() -> None:
    quoted = [sentence for sentence in labelled() if "seed" in sentence]
    assert len(quoted) >= 50
    for sentence in quoted:
        assert str(sentence["text"]) in (SEEDS / str(sentence["seed"])).read_text("utf-8")


def test_the_article_as_users_have_it() -> None:
    if not SEED.is_dir():
        pytest.skip("the shared article is not here")
    (path,) = [each for each in SEED.iterdir() if each.is_file()]
    found = {words: (first, last) for words, first, last in spoken(path.read_text("utf-8"), "2022-12-30")}
    assert found["Thursday"] == ("2022-12-29", "2022-12-29")
    assert found["November"] == ("2022-11-01", "2022-11-30")
    assert found["February 24"] == ("2022-02-24", "2022-02-24")
    assert found["last week"] == ("2022-12-19", "2022-12-25")
    assert found["February"] == ("2023-02-01", "2023-02-28")  # he wants to hold a summit then


def test_without_a_day_of_its_own_a_text_names_only_whole_dates() -> None:
    text = "On Thursday and on 9 November 2022 he spoke, and last week and in March."
    assert [text[slice(*each.span)] for each in event_dates(text, None)] == ["9 November 2022"]
    month = DateRange(date(2022, 11, 1), date(2022, 11, 30))
    assert [text[slice(*each.span)] for each in event_dates(text, month)] == ["9 November 2022", "March"]


def test_a_month_of_weekdays() -> None:
    """Known another way: the calendar itself."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for offset in range(28):
        day = date(2024, 2, 15) + timedelta(days=offset)
        for number, name in enumerate(names):
            (found,) = spoken(f"The bridge was hit on {name}.", day.isoformat())
            named = date.fromisoformat(found[1])
            assert named.weekday() == number and 0 <= (day - named).days < 7


def test_an_index_keeps_them_and_filters_by_them(tmp_path: Path) -> None:
    texts = {
        "a.txt": " date 2022-12-30 The bridge fell on Thursday.\n",
        "b.txt": " date 2022-12-30 The bridge was rebuilt in 2021.\n",
        "c.txt": " date 2022-11-15 The bridge was hit between 9 and 11 November.\n",
        "d.txt": "The bridge was photographed on 10 November 2022.\n",
    }
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:

        def ids(**options: str) -> set[str]:
            return {hit.document.doc_id for hit in index.search("bridge", **options).hits}  # type: ignore[arg-type]

        assert ids(event="2022-12-29") == {"a.txt"}
        assert ids(event="2022-11-10") == {"c.txt", "d.txt"}
        assert ids(event="2022-11") == {"c.txt", "d.txt"}
        assert ids(event="2022-11-11..") == {"a.txt", "c.txt"}
        assert ids(event="2021") == {"b.txt"}
        assert ids(event="2021-03") == ids(event="2021-01-15") == set()  # a year is too vague for a month or a day
        assert ids(event="2022-11", since="2022-11-01") == {"c.txt"}
        (hit,) = index.search("bridge", event="2022-12-29").hits
        assert [(each.first, each.last) for each in hit.events] == [(date(2022, 12, 29), date(2022, 12, 29))]
        assert hit.document.text[slice(*hit.events[0].span)] == "Thursday"


def test_they_leave_the_index_with_their_article(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "a", {"a.txt": " date 2022-12-30 The bridge fell on Thursday.\n"})
    build([articles], tmp_path / "ix", model="hash")
    (articles / "a.txt").write_text(" date 2022-12-23 The bridge fell on Thursday.\n", "utf-8")
    build([articles], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        assert index.search("bridge", event="2022-12-29").hits == ()
        assert len(index.search("bridge", event="2022-12-22").hits) == 1

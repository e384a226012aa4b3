"""``compare``: two periods, each by its own window; what is new, what is gone, and the words of each."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pytest

from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.records import DateRange
from semsearch.search.comparison import compare_periods
from semsearch.search.distinctive import Unit, log_odds
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.search.options import make_query
from tests.conftest import Program, write_articles

TEXTS = {
    "a1.txt": " date 2022-08-03 The bridge over the river was shelled by rockets.\n",
    "a2.txt": " date 2022-08-05 The bridge over the river was closed to lorries.\n",
    "both1.txt": " date 2022-08-20 The mayor spoke of the bridge over the river.\n",
    "both2.txt": " date 2022-11-20 The mayor spoke of the bridge over the river.\n",
    "b1.txt": " date 2022-11-12 The bridge over the river lies in ruins, divers found.\n",
    "b2.txt": " date 2022-11-14 A ferry replaces the bridge over the river; divers help.\n",
    "else.txt": " date 2022-09-14 The bridge over the river.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    root = tmp_path_factory.mktemp("compare")
    build([write_articles(root / "articles", TEXTS)], root / "ix", model="hash")
    return open_index(root / "ix", today=date(2022, 12, 1))


def test_each_side_is_a_search_in_its_window(index: Index) -> None:
    query = make_query("bridge over the river", top=10)
    found = compare_periods(index, query, "2022-08", "2022-11-10..2022-11-30")
    assert found.a.window == DateRange(date(2022, 8, 1), date(2022, 8, 31))
    assert {hit.document.doc_id for hit in found.a.answer.hits} <= {"a1.txt", "a2.txt", "both1.txt"}
    assert {hit.document.doc_id for hit in found.b.answer.hits} <= {"b1.txt", "b2.txt", "both2.txt"}
    alone = index.search("bridge over the river", on="2022-08").hits
    assert [hit.score for hit in found.a.answer.hits] == [hit.score for hit in alone][: len(found.a.answer.hits)]
    own = dict(zip((hit.document.doc_id for hit in found.a.answer.hits), found.a.own, strict=True))
    assert own["both1.txt"] is False  # the same was said in November


def test_words_that_only_one_side_has_are_its_words(index: Index) -> None:
    found = compare_periods(index, make_query("bridge over the river"), "2022-08", "2022-11")
    assert "divers" in found.b.terms
    assert "divers" not in found.a.terms
    assert not {"bridge", "river", "the"} & {*found.a.terms, *found.b.terms}


def test_phrases_stand_for_their_words_and_nobody_only_says_so(tmp_path: Path) -> None:
    """United alone, "said", the question's own words, and what a single passage has: none of them is a difference."""
    texts = {
        f"a{at}.txt": f" date 2022-08-0{at} Grain deal: the harbour {verb} calm.\n"
        for at, verb in ((1, "is"), (2, "was"))
    }
    texts |= {
        f"b{at}.txt": f" date 2022-11-0{at} The grain deal stands, the United Nations {verb} on Monday{end}.\n"
        for at, (verb, end) in enumerate((("said", ""), ("announced", ", zebras"), ("reported", "")), 1)
    }
    build([write_articles(tmp_path / "articles", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix", today=date(2022, 12, 1)) as found:
        terms = found.compare("grain deal", "2022-08", "2022-11").b.terms
    assert "United Nations" in terms
    assert not {"United", "Nations", "said", "announced", "reported", "grain", "deal", "grain deal", "zebras"} & {
        *terms
    }


def test_log_odds_equal_the_formula() -> None:
    """Monroe and others 2008, equations 15 to 22, with a tenth of the counts as prior."""
    one: dict[Unit, int] = {("grain",): 6, ("port",): 3}
    two: dict[Unit, int] = {("grain",): 1, ("port",): 5, ("ship",): 2}
    found = log_odds(one, two)
    alpha, total = 0.1 * 7, 0.1 * (9 + 8)
    first = (6 + alpha) / (9 + total - 6 - alpha)
    second = (1 + alpha) / (8 + total - 1 - alpha)
    variance = 1 / (6 + alpha) + 1 / (1 + alpha)
    assert found["grain",] == pytest.approx((math.log(first) - math.log(second)) / math.sqrt(variance))
    assert found["ship",] < 0 < found["grain",]


def test_periods_in_words(index: Index) -> None:
    found = compare_periods(index, make_query("bridge"), "before the mobilisation", "last month")
    assert found.a.window == DateRange(None, date(2022, 9, 20))
    assert found.b.window == DateRange(date(2022, 11, 1), date(2022, 11, 30))


@pytest.mark.parametrize(("a", "b"), [("2022-08", "2022-08"), ("soon", "2022"), ("2022-13", "2022"), ("", "2022")])
def test_periods_that_are_none_are_refused(index: Index, a: str, b: str) -> None:
    with pytest.raises(UsageError, match="--a"):
        compare_periods(index, make_query("bridge"), a, b)


def test_the_command(index: Index, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = index.info().folder
    arguments = ("compare", "bridge over the river", "--a", "2022-08", "--b", "2022-11", "--index", folder)
    ran = program(*arguments)
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[0].split("  ")[0] == "2022-08-01 to 2022-08-31" and lines[0].endswith("2022-11-01 to 2022-11-30")
    assert "words new: " in ran.out and "divers" in ran.out
    assert all(len(line) <= 100 for line in lines)
    fields = json.loads(program(*arguments, "--format", "json").out)
    assert fields["a"]["window"] == ["2022-08-01", "2022-08-31", "2022-08"]
    assert {hit["own"] for hit in fields["a"]["hits"]} <= {True, False}
    empty = program("compare", "bridge", "--a", "1999", "--b", "2000", "--index", folder)
    assert empty.status == 1
    assert Path(folder).is_dir()

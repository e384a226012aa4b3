"""Time in the ranking: windows from words, --as-of, recency; exact, explained, and honest."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from semsearch.dates.time_words import find_time
from semsearch.encoders.hashing import HashEncoder
from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.ranking.time_factors import publication_fit, recency
from semsearch.records import Answer, DateRange, Document, Mode
from semsearch.rendering.fields import answer_fields
from semsearch.rendering.text import Style, TextRenderer
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.search.options import make_query
from tests.brute import Brute, assert_same, published, time_factor
from tests.conftest import write_articles

WORDS = tuple("town river soldiers grain deal bread bridge shells order army supply port ship flour".split())  # noqa: SIM905
DAY = date(2022, 1, 1)
TODAY = date(2023, 1, 10)
SPOKEN = ("", "", " It was hit on Thursday.", " It fell in March.", " It was built in 2021.", " They met last week.")


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hundred articles over a year, some undated, some in Russian, some that speak of other days."""
    rng = random.Random(5)
    texts = {}
    for number in range(400):
        text = " ".join(rng.choices(WORDS, k=rng.randint(1, 6))).capitalize() + "." + rng.choice(SPOKEN)
        if number % 17 == 0:
            text = "Российские войска отступили из города на другой берег реки, сообщает министерство. " + text
        day = DAY + timedelta(rng.randint(0, 364))
        texts[f"{number:03}.txt"] = f"{text}\n" if number % 10 == 9 else f" date {day} {text}\n"
    return write_articles(tmp_path_factory.mktemp("time") / "articles", texts)


@pytest.fixture(scope="module")
def index(articles: Path) -> Index:
    build([articles], articles.parent / "ix", model="hash")
    return open_index(articles.parent / "ix", today=TODAY)


@pytest.fixture(scope="module")
def brute(index: Index) -> Brute:
    return Brute(Path(index.info().folder))


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_a_time_in_words_multiplies_every_score(index: Index, brute: Brute, mode: Mode) -> None:
    rng = random.Random(3)
    for _ in range(40):
        first = DAY + timedelta(rng.randint(0, 360))
        last = first + timedelta(rng.choice((0, 1, 6, 30, 80)))
        words = " ".join(rng.choices(WORDS, k=2))
        asked = f"{words} between {first} and {last}"
        hits = index.search(asked, mode=mode).hits
        row = HashEncoder().encode_queries([words])[0]
        expected = brute.answer(words, row, mode, lambda _: True, factor=partial(time_factor, first, last))
        assert_same([(hit.score, hit.document.doc_id, hit.start) for hit in hits], expected, 3e-6)


def test_recency_halves_down_to_half(index: Index, brute: Brute) -> None:
    rng = random.Random(4)
    for half_life, days in (("30d", 30), ("6w", 42), ("2d", 2)):
        words = " ".join(rng.choices(WORDS, k=2))
        hits = index.search(words, recency=half_life, as_of="2022-12-31").hits
        row = HashEncoder().encode_queries([words])[0]

        def falling(document: Document, _: object, days: int = days) -> float:
            day = published(document)
            return 0.5 if day is None else 0.5 + 0.5 * 0.5 ** ((date(2022, 12, 31) - day).days / days)

        expected = brute.answer(words, row, "hybrid", lambda d: published(d) is not None, factor=falling)
        assert_same([(hit.score, hit.document.doc_id, hit.start) for hit in hits], expected, 3e-6)


def test_explained_parts_sum_to_the_score(index: Index) -> None:
    for question in ("grain deal in March 2022", "latest grain deal", "latest grain deal since June 2022"):
        for hit in index.search(question).hits:
            assert sum(signal.share for signal in hit.signals) == pytest.approx(hit.score, abs=1e-6)
    names = {signal.name for signal in index.search("latest grain deal since June 2022").hits[0].signals}
    assert {"time", "recency"} <= names


def test_a_question_without_time_is_ranked_as_before(index: Index) -> None:
    for question in ("grain deal", "river town bridge", "what may the army order"):
        assert index.search(question).hits == index.search(question, use_time=False).hits
        assert index.search(question).time is None


def test_no_time_takes_the_words_as_words(index: Index) -> None:
    answer = index.search("grain in March 2022", use_time=False)
    assert answer.time is None
    assert answer.hits != index.search("grain in March 2022").hits


def test_strict_time_is_a_filter_on_publication_and_events(index: Index) -> None:
    answer = index.search("grain in March 2022", strict_time=True, top=400)
    assert answer.time is not None and answer.time.strict
    assert answer.notes == ("40 undated articles left out of the window",)
    inside = 0
    for hit in answer.hits:
        day = published(hit.document)
        spoken = [(event.first, event.last) for event in hit.events]
        in_window = day is not None and date(2022, 3, 1) <= day <= date(2022, 3, 31)
        speaks = any(first <= date(2022, 3, 31) and last >= date(2022, 3, 1) for first, last in spoken)
        assert in_window or speaks
        inside += in_window
    assert inside == sum(
        "2022-03-01" <= text[6:16] <= "2022-03-31"
        for text in (path.read_text("utf-8") for path in Path(answer.hits[0].document.path).parent.glob("*.txt"))
    )


def test_the_anchor_is_told(index: Index) -> None:
    time = index.search("grain in May").time
    assert time is not None and (time.anchor, time.anchored_by) == (TODAY, "today")
    assert time.window == DateRange(date(2022, 5, 1), date(2022, 5, 31))
    time = index.search("grain in May", as_of="2022-04-15").time
    assert time is not None and (time.anchor, time.anchored_by) == (date(2022, 4, 15), "--as-of")
    assert time.window == DateRange(date(2021, 5, 1), date(2021, 5, 31))


def test_a_corpus_that_has_ended_counts_from_its_newest_article(index: Index) -> None:
    with open_index(index.info().folder, today=date(2026, 7, 1)) as later:
        time = later.search("grain last month").time
        newest = later.info().latest
        assert time is not None and newest is not None
        assert (time.anchor, time.anchored_by) == (newest, "the newest article")
        assert time.window == DateRange(date(2022, 11, 1), date(2022, 11, 30))


def test_an_index_without_dates_takes_no_time(tmp_path: Path) -> None:
    build([write_articles(tmp_path / "a", {"a.txt": "Grain in March 2022.\n"})], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert opened.search("grain in March 2022").time is None


def shown(answer: Answer) -> str:
    """All of an answer that a user sees, whatever the question was."""
    fields = answer_fields(answer, None, explain=True)
    return json.dumps([fields["strong"], fields["hits"], fields["time"]])


def until(articles: Path, day: date, folder: Path) -> Path:
    """The articles up to a day, in the same place under another root."""
    texts = {path.name: path.read_text("utf-8") for path in articles.glob("*.txt")}
    return write_articles(
        folder / "articles", {name: text for name, text in texts.items() if " date " <= text <= f" date {day}~"}
    )


@pytest.mark.parametrize("seed", range(8))
def test_as_of_equals_an_index_of_only_the_earlier_articles(
    index: Index, articles: Path, tmp_path: Path, seed: int
) -> None:
    """Byte for byte, in every mode, with time words and operators, and Russian articles that come later."""
    rng = random.Random(seed)
    day = DAY + timedelta(rng.randint(3, 364))
    build([until(articles, day, tmp_path)], tmp_path / "ix", model="hash")
    root, own = str(articles), str(tmp_path / "articles")
    questions = [
        "grain deal",
        "bridge in March",
        "latest army order",
        '"grain deal" bread',
        "soldiers since February -port",
    ]
    with open_index(tmp_path / "ix", today=TODAY) as small:
        for question in questions:
            for mode in ("hybrid", "dense", "lexical"):
                answer = index.search(question, as_of=day.isoformat(), mode=mode, top=20)
                alone = small.search(question, as_of=day.isoformat(), mode=mode, top=20)
                assert shown(answer).replace(root, "") == shown(alone).replace(own, "")


def test_as_of_lets_nothing_later_in(index: Index) -> None:
    for mode in ("hybrid", "dense", "lexical"):
        answer = index.search("grain", as_of="2022-06", mode=mode, top=400)
        days = [published(hit.document) for hit in answer.hits]
        assert None not in days and max(day for day in days if day) <= date(2022, 6, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "x"},
        {"event": "2022-03..2022-01"},
        {"event": ".."},
        {"as_of": "soon"},
        {"recency": "old"},
        {"recency": "0d"},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        make_query("grain", **wrong)  # type: ignore[arg-type]


def test_the_latest_that_fits_comes_first_whenever_it_was(tmp_path: Path) -> None:
    """Two of the four speak of the bridge; a newer one of something else stays behind them."""
    texts = {
        "a.txt": " date 2022-03-01 The bridge over the river was hit by shells.\n",
        "b.txt": " date 2022-03-02 The bridge over the river was hit by shells again.\n",
        "c.txt": " date 2022-12-01 Bread and flour for the town.\n",
        "d.txt": "The bridge over the river was hit by shells.\n",
    }
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix", today=TODAY) as opened:
        assert opened.search("the bridge over the river hit by shells").hits[0].document.doc_id in ("a.txt", "d.txt")
        answer = opened.search("latest on the bridge over the river hit by shells")
        assert [hit.document.doc_id for hit in answer.hits][:2] == ["b.txt", "a.txt"]
        assert answer.time is not None
        assert (answer.time.recent_from, answer.time.half_life) == (date(2022, 3, 2), 1.0)


def test_recency_off_wins_over_the_words(index: Index) -> None:
    assert index.search("latest grain").time is not None
    assert index.search("latest grain", recency="off").time is None


def test_the_window_used_is_shown(index: Index) -> None:
    answer = index.search("grain since the mobilisation")
    text = TextRenderer(Style(), many=False, explain=False).answer("1", answer, first=True)
    assert text.startswith(
        'time: from 2022-09-21 ranked higher ("since the mobilisation": Russia\'s partial mobilisation)\n\n'
    )
    fields = answer_fields(answer, None)
    assert fields["window"] == ["2022-09-21", None, "since the mobilisation"]
    assert fields["time"] == {
        "words": "since the mobilisation",
        "window": ["2022-09-21", None],
        "strict": False,
        "anchor": None,
        "anchored_by": None,
        "event": "Russia's partial mobilisation",
        "latest": False,
        "recent_from": None,
        "half_life": None,
    }


def test_an_option_and_words_hold_together(index: Index) -> None:
    answer = index.search("grain in March 2022", since="2022-02", until="2022-04", top=400)
    assert all(date(2022, 2, 1) <= (published(hit.document) or DAY) <= date(2022, 4, 30) for hit in answer.hits)
    assert answer_fields(answer, None)["window"] == ["2022-02-01", "2022-04-30", "since 2022-02 until 2022-04"]
    assert answer.time is not None and answer.time.words == "in March 2022"


def test_press_questions_find_their_month() -> None:
    """The questions of press, as plain text, name the month that their dates give."""
    data = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "press" / "queries.jsonl"
    if not data.is_file():
        pytest.skip("the shared data is not here")
    questions = [json.loads(line) for line in data.read_text("utf-8").splitlines()]
    assert len(questions) >= 68
    for question in questions:
        found = find_time(question["text"], date(2026, 1, 1))
        assert found is not None and not found.anchored
        assert [str(found.window.first), str(found.window.last)] == [question["date_from"], question["date_to"]]


def test_before_the_first_article_nothing_is_known(index: Index) -> None:
    answer = index.search("latest grain in March 2022", as_of="2021-12-31")
    assert (answer.hits, answer.time) == ((), None)


def test_fit_and_recency_in_numbers() -> None:
    """Days 100 to 109 are asked for; from the docstrings' formulas, by hand."""

    def day(number: int) -> date:
        return date.fromordinal(number)

    first, last = np.array([100, 109, 110, 99, 89, 95, 0]), np.array([100, 109, 110, 99, 89, 104, 0])
    fit = publication_fit(first, last, DateRange(day(100), day(109)))
    expected = [1, 1, 0.5 * 0.5**0.1, 0.5 * 0.5**0.1, 0.5 * 0.5**1.1, 0.5, 0]  # the last but one only overlaps
    np.testing.assert_allclose(fit, expected, rtol=1e-6)
    open_fit = publication_fit(first, last, DateRange(None, day(100)))
    np.testing.assert_allclose(open_fit[[0, 2, 5, 6]], [1, 0.5 * 0.5 ** (10 / 31), 0.5, 0], rtol=1e-6)
    np.testing.assert_allclose(
        recency(first, day(109), 9), [0.5, 1, 1, 0.5 ** (10 / 9), 0.5 ** (20 / 9), 0.5 ** (14 / 9), 0], rtol=1e-6
    )


def test_languages_and_counts_of_what_comes_later_change_nothing(tmp_path: Path) -> None:
    """Later articles are in Russian, and full of a word that was rare: neither stems nor marks may know."""
    early = {
        f"{n:02}.txt": f" date 2022-01-{n + 1:02} The bridge stood. The mayor spoke of ships.\n" for n in range(20)
    }
    early["20.txt"] = " date 2022-01-25 The bridge stood again. The grain burned again.\n"
    text = "Российские войска отступили из города, сообщает министерство обороны России. Ships Ship. Grain grain."
    late = {f"{n:02}.txt": f" date 2022-06-{n - 30:02} {text}\n" for n in range(31, 51)}
    build([write_articles(tmp_path / "a", early)], tmp_path / "small", model="hash")
    build([write_articles(tmp_path / "a", {**early, **late})], tmp_path / "whole", model="hash")
    with open_index(tmp_path / "small", today=TODAY) as small, open_index(tmp_path / "whole", today=TODAY) as whole:
        assert {hit.document.language for hit in whole.search("ships", top=50).hits} == {
            None,
            "ru",
        }  # a word of two stems that one article holds both of
        for question in ("bridge grain", "ships", "ship ships mayor"):
            for mode in ("lexical", "hybrid"):
                options = {"as_of": "2022-02-01", "mode": mode, "since": "2022-01-02"}
                one, two = (index.search(question, **options) for index in (small, whole))  # type: ignore[arg-type]
                assert shown(one) == shown(two)
                assert one.notes == two.notes == ()
        (hit,) = [hit for hit in small.search("bridge grain", mode="lexical", as_of="2022-02-01").hits if hit.rank == 1]
        assert hit.document.text[slice(*hit.best_sentence)] == "The grain burned again."


@pytest.mark.parametrize(
    ("question", "window"),
    [
        ('offensive "in March 2022"', None),  # these very words
        ('"grain deal" in March 2022', "2022-03-01"),
        ('offensive in "the second" March 2022', "2022-03-01"),
        ('grain -"March 2022" in May 2022', "2022-05-01"),
        ("bread title:March", None),
        ('the "latest" offer', None),
        ('"the latest" offer in May 2022', "2022-05-01"),
    ],
)
def test_what_is_quoted_is_no_time(index: Index, question: str, window: str | None) -> None:
    time = index.search(question).time
    assert (str(time.window.first) if time and time.window else None) == window
    assert time is None or not time.latest


def test_a_quotation_keeps_its_words(tmp_path: Path) -> None:
    texts = {
        "a.txt": " date 2022-05-01 The offensive in March 2022 failed.\n",
        "b.txt": " date 2022-03-05 Offensive.\n",
    }
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix", today=TODAY) as opened:
        assert [hit.document.doc_id for hit in opened.search('offensive "in March 2022"').hits] == ["a.txt"]


def found(folder: Path, records: list[dict[str, str]], question: str) -> tuple[list[str], tuple[str, ...]]:
    """The ids of the hits of a question to some records, encoded by the real model, and its notes."""
    (folder / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    build([folder / "a.jsonl"], folder / "ix")
    with open_index(folder / "ix") as opened:
        answer = opened.search(question)
    return [hit.document.doc_id for hit in answer.hits], answer.notes


def test_an_account_that_names_the_time_fits_whenever_it_was_written(tmp_path: Path) -> None:
    records = [
        {
            "id": "p1",
            "published_at": "2024-04-19",
            "text": "The Brodin peace talks of spring 2022 broke down because neither side accepted the guarantees, "
            "two diplomats recall.",
        },
        {
            "id": "p2",
            "published_at": "2022-04-10",
            "text": "For peace talks any town will do: Brodin, Vell or Harn, the president told a conference.",
        },
    ]
    ids, _ = found(tmp_path, records, "Why did the peace talks in Brodin in spring 2022 fail?")
    assert ids == ["p1", "p2"]


def test_what_was_reported_of_a_quarter_comes_after_it(tmp_path: Path) -> None:
    records = [
        {
            "id": "r1",
            "published_at": "1987-08-15",
            "title": "Norland GNP up 2.3 pct in second quarter",
            "text": "Norland's gross national product rose 2.3 pct in the second quarter, the statistics office said"
            " today.",
        },
        {
            "id": "r2",
            "published_at": "1987-05-15",
            "title": "Norland GNP up in first quarter",
            "text": "Norland's gross national product rose 0.4 pct in the first quarter, the statistics office said "
            "today.",
        },
        {
            "id": "r3",
            "published_at": "1987-06-10",
            "title": "Minister on GNP",
            "text": "Norland's minister said that GNP growth was no worry and that quarter figures say little.",
        },
    ]
    ids, _ = found(tmp_path, records, "Norland GNP growth in the second quarter of 1987")
    assert ids[0] == "r1"


def test_the_latest_leaves_out_nothing_newer_without_a_word(tmp_path: Path) -> None:
    records = [
        {
            "id": "q1",
            "published_at": "2022-06-24",
            "title": "Garrison of Vellmar ordered to withdraw",
            "text": "The garrison of Vellmar has been ordered to withdraw, the governor said. Vellmar has been "
            "shelled for weeks, and the fight for Vellmar is nearly lost.",
        },
        {
            "id": "q2",
            "published_at": "2022-07-04",
            "title": "Second city falls",
            "text": "Harn was given up on Sunday. Enemy troops took its twin city Vellmar last week after weeks of "
            "fighting. The army said that it had no guns left, and the allies promised more.",
        },
        {
            "id": "q3",
            "published_at": "2022-06-20",
            "title": "Vellmar under fire",
            "text": "Vellmar was under fire again on Sunday. Vellmar's chemical works burned.",
        },
    ]
    ids, notes = found(tmp_path, records, "the latest on Vellmar")
    assert "newer, weaker: 2022-07-04" in notes
    assert "q2" in ids

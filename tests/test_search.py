"""``ask``: exact within filters, ties by id, as many hits as there are."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

import semsearch
from semsearch.encoders.hashing import HashEncoder
from semsearch.errors import UnknownDocument, UsageError
from semsearch.indexing.building import build
from semsearch.ranking import Evidence, Ranked, is_strong, merge_documents
from semsearch.ranking.fusion import Weights
from semsearch.ranking.sentences import best_sentences, has_sign, numbers_of, wanted_sign
from semsearch.records import DateRange, Document, Hit, Mode
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.search.options import make_query
from tests.brute import Brute, Found, assert_same, time_factor
from tests.conftest import write_articles

WORDS = [
    "town",
    "river",
    "soldiers",
    "grain",
    "deal",
    "bread",
    "bridge",
    "shells",
    "order",
    "army",
    "supply",
    "port",
    "ship",
    "flour",
]
DAY = date(2022, 1, 1)


@pytest.fixture(scope="module")
def corpus() -> dict[str, tuple[date | None, str]]:
    """Three hundred articles of one passage: id -> day and text; every tenth undated, some equal."""
    rng = random.Random(5)
    found: dict[str, tuple[date | None, str]] = {}
    for number in range(300):
        text = " ".join(rng.choices(WORDS, k=rng.randint(1, 6))).capitalize() + "."
        found[f"{number:03}.txt"] = (None if number % 10 == 9 else DAY + timedelta(rng.randint(0, 364)), text)
    return found


@pytest.fixture(scope="module")
def index(corpus: dict[str, tuple[date | None, str]], tmp_path_factory: pytest.TempPathFactory) -> Index:
    root = tmp_path_factory.mktemp("search")
    texts = {name: f" date {day} {text}\n" if day else f"{text}\n" for name, (day, text) in corpus.items()}
    build([write_articles(root / "articles", texts)], root / "ix", model="hash")
    return open_index(root / "ix")


@pytest.fixture(scope="module")
def brute(index: Index) -> Brute:
    return Brute(Path(index.info().folder))


def found(hits: Sequence[Hit]) -> list[Found]:
    return [(hit.score, hit.document.doc_id, hit.start) for hit in hits]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_five_hundred_windows_equal_brute_force(index: Index, brute: Brute, mode: Mode) -> None:
    rng = random.Random(11)
    for _ in range(500):
        days = sorted(DAY + timedelta(rng.randint(-5, 370)) for _ in range(2))
        first, last = (None if rng.random() < 0.1 else days[0]), (None if rng.random() < 0.1 else days[1])
        question = " ".join(rng.choices(WORDS, k=2))
        options = {"since": str(first) if first else None, "until": str(last) if last else None}
        hits = index.search(question, since=options["since"], until=options["until"], mode=mode).hits

        def inside(document: Document, first: date | None = first, last: date | None = last) -> bool:
            published = document.published
            if not first and not last:
                return True
            return published is not None and (first or DAY) <= published.first <= (last or date.max)

        row = HashEncoder().encode_queries([question])[0]
        assert_same(found(hits), brute.answer(question, row, mode, inside))


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_every_top_equals_brute_force(index: Index, brute: Brute, mode: Mode) -> None:
    row = HashEncoder().encode_queries(["grain deal"])[0]
    for top in (1, 2, 7, 50):
        hits = index.search("grain deal", top=top, mode=mode).hits
        assert_same(found(hits), brute.answer("grain deal", row, mode, lambda _: True, top))
        assert [hit.rank for hit in hits] == list(range(1, top + 1))
    for top in (299, 300, 1000):
        hits = index.search("grain deal", top=top, mode="dense").hits
        assert [hit.rank for hit in hits] == list(range(1, min(top, 300) + 1))


def test_a_window_with_one_article_returns_it(index: Index, corpus: dict[str, tuple[date | None, str]]) -> None:
    days = [day for day, _ in corpus.values() if day]
    (name, day) = next((n, d) for n, (d, _) in corpus.items() if d and days.count(d) == 1)
    (hit,) = index.search("nothing of this kind", on=day.isoformat()).hits
    assert hit.document.doc_id == name


def test_an_empty_window_has_no_hits_and_undated_articles_are_counted(index: Index) -> None:
    answer = index.search("grain", on="1999")
    assert answer.hits == ()
    assert answer.notes == ("30 undated articles left out of the window",)


def test_a_date_that_is_only_a_month_must_lie_inside(tmp_path: Path) -> None:
    lines = '{"_id": "m", "text": "Grain.", "date": "2022-11"}\n{"_id": "d", "text": "Grain.", "date": "2022-11-09"}'
    build([write_articles(tmp_path / "a", {"a.jsonl": lines}) / "a.jsonl"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert [h.document.doc_id for h in opened.search("grain", on="2022-11").hits] == ["d", "m"]
        answer = opened.search("grain", since="2022-11-05")
        assert [h.document.doc_id for h in answer.hits] == ["d"]
        assert "only overlaps the window" in answer.notes[0]
        assert opened.search("grain", on="2023").notes == ()


def test_sources_filter_before_ranking(tmp_path: Path) -> None:
    lines = "\n".join(
        f'{{"_id": "{n}", "text": "Grain.", "source": "{"Rare" if n == 77 else "Common"}"}}' for n in range(100)
    )
    build([write_articles(tmp_path / "a", {"a.jsonl": lines})], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert [h.document.doc_id for h in opened.search("grain", top=3, publishers=["rare"]).hits] == ["77"]
        assert len(opened.search("grain", top=200, publishers=["Rare", "common"]).hits) == 100
        assert opened.search("grain", publishers=["nobody"]).hits == ()


def test_one_passage_a_document_unless_more_are_asked_for(tmp_path: Path) -> None:
    long = "\n\n".join(f"Grain part {n}. " + "Filler words go on here. " * 30 for n in range(5))
    texts = {"long.txt": long, "short.txt": "Grain is mentioned once among many other words of this text."}
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert sorted(h.document.doc_id for h in opened.search("grain part").hits) == ["long.txt", "short.txt"]
        many = opened.search("grain part", per_document=3, top=10).hits
        assert sorted(h.document.doc_id for h in many) == ["long.txt"] * 3 + ["short.txt"]
        assert len({h.start for h in many if h.document.doc_id == "long.txt"}) == 3
        assert [h.score for h in many] == sorted((h.score for h in many), reverse=True)


def test_hits_are_true_quotations_with_their_lines(tmp_path: Path) -> None:
    text = "\n".join(
        ["", " Title line here.", ""] + [f"Paragraph {n} speaks of grain number {n}. " * 8 + "\n" for n in range(9)]
    )
    path = write_articles(tmp_path / "a", {"a.txt": text}) / "a.txt"
    build([path], tmp_path / "ix", model="hash")
    lines = path.read_text().split("\n")
    with open_index(tmp_path / "ix") as opened:
        hits = opened.search("grain number 7", per_document=50, top=50).hits
        assert len(hits) > 3
        for hit in hits:
            assert hit.text == opened.document("a.txt").text[hit.start : hit.end]
            assert hit.text.split("\n")[0] in lines[hit.line_start - 1]
            assert hit.text.split("\n")[-1] in lines[hit.line_end - 1]
            start, end = hit.best_sentence
            assert hit.start <= start < end <= hit.end


def test_among_many_equal_texts_the_first_ids_win(tmp_path: Path) -> None:
    """More ties than candidates are fetched at first, stored against the order of their ids."""
    lines = "\n".join(f'{{"_id": "{number:03}", "text": "Grain."}}' for number in reversed(range(300)))
    build([write_articles(tmp_path / "a", {"a.jsonl": lines})], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert [hit.document.doc_id for hit in opened.search("grain", top=3).hits] == ["000", "001", "002"]


def test_a_batch_answers_as_single_questions_do(index: Index) -> None:
    queries = [make_query(word, top=5) for word in WORDS]
    assert list(index.answer_all(queries)) == [index.answer(query) for query in queries]


def test_similar_articles_leave_the_article_itself_out(
    index: Index, brute: Brute, corpus: dict[str, tuple[date | None, str]]
) -> None:
    answer = index.similar("004.txt")
    assert "004.txt" not in [hit.document.doc_id for hit in answer.hits]
    row = HashEncoder().encode_passages([corpus["004.txt"][1]])[0]
    expected = brute.answer("", row, "dense", lambda document: document.doc_id != "004.txt")
    assert_same(found(answer.hits), expected)


def test_an_unknown_document_names_its_neighbours(index: Index) -> None:
    with pytest.raises(UnknownDocument, match=r"did you mean 299\.txt"):
        index.document("299.tx")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " \n"},
        {"text": "x", "top": 0},
        {"text": "x", "per_document": 0},
        {"text": "x", "top": 10**9},
        {"text": "x", "since": "2023", "until": "2022"},
        {"text": "x", "on": "soon"},
    ],
)
def test_queries_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        make_query(**wrong)  # type: ignore[arg-type]


def test_a_query_holds_its_window() -> None:
    query = make_query("x", since="2022-11")
    assert (query.window, query.window_words) == (DateRange(date(2022, 11, 1), None), "since 2022-11")


@pytest.mark.parametrize("question", ["?" * 50, "\0", "a\udcffb", "😀", "שלום", "日本", "the of and", "x" * 1_000_000])
def test_odd_questions_are_answered(index: Index, question: str) -> None:
    answer = index.search(question, top=3)
    assert len(answer.hits) == 3
    assert ("characters" in "".join(answer.notes)) == (len(question) > 10_000)


def test_the_score_is_the_cosine_and_does_not_depend_on_other_hits(index: Index) -> None:
    hit = index.search("grain deal", top=1).hits[0]
    assert hit.score == index.search("grain deal", top=7).hits[0].score
    (dense,) = index.search("grain deal", top=1, mode="dense").hits
    assert dense.score == pytest.approx(dense.dense)
    nonsense = index.search("quite other things entirely", top=5).hits
    assert all(0 <= hit.score < 0.5 for hit in nonsense)


NOTHING = Evidence(Weights(1, 0, 0, 0), None, None, None, None)


def test_documents_merge_by_their_best_passage_and_ties_go_by_id() -> None:
    passages = [
        Ranked(score, doc_id, start, start + 1, number, NOTHING, 0)
        for score, doc_id, start, number in [(0.5, "b", 0, 1), (0.5, "a", 9, 2), (0.9, "c", 0, 3), (0.5, "a", 3, 4)]
    ]
    assert [p.number for p in merge_documents(passages, 1)] == [3, 4, 1]
    assert [p.number for p in merge_documents(passages, 2)] == [3, 4, 2, 1]


def test_the_best_sentence_has_most_of_meaning_and_words_and_the_first_of_equals_wins() -> None:
    no = [False] * 3
    assert best_sentences([0.2, 0.7, 0.6], [0.0, 0.0, 0.5], no, no, lead=False) == (2, 2)
    assert best_sentences([0.2, 0.7, 0.5], [0.0, 0.1, 0.1], no, no, lead=False) == (1, 1)
    assert best_sentences([0.2, 0.7, 0.68], [0.0, 0.1, 0.1], no, no, lead=False) == (1, 2)  # by little
    assert best_sentences([], [0.3, 0.8, 0.1], no, no, lead=False) == (1, 1)
    assert best_sentences([0.5, 0.5], [0.0, 0.0], no[:2], no[:2], lead=False) == (0, 1)
    assert best_sentences([0.5, 0.5, 0.45], [0.0, 0.0, 0.0], [False, False, True], no, lead=False) == (2, 2)
    assert best_sentences([0.3, 0.5, 0.2], [0.4, 0.0, 0.0], no, no, lead=False) == (1, 1)  # shares in those before
    assert best_sentences([0.9, 0.5, 0.2], [0.4, 0.0, 0.0], no, [False, True, False], lead=False) == (0, 1)
    assert best_sentences([0.52, 0.5, 0.1], [0.0, 0.0, 0.0], no, no, lead=True) == (1, 1)  # the lead has less


@pytest.mark.parametrize(
    ("question", "sentence", "held"),
    [
        ("How many people died?", "Officials spoke of 23 dead.", True),
        ("How many people died?", "Two children were among them.", True),
        ("How many people died on 24 August?", "It was hit on 24 August.", False),
        ("How many people died?", "Several people died.", False),
        ("When was the deal signed?", "It was signed in July.", True),
        ("Why did they leave?", "They left because of the river.", True),
        ("Why did they leave?", "They left at night.", False),
        ("Who was hurt?", "23 people, because of the shelling, in July.", False),
    ],
)
def test_what_is_asked_for_shows_in_a_sentence(question: str, sentence: str, held: bool) -> None:
    assert has_sign(sentence, numbers_of(question), wanted_sign(question)) == held


def test_strength_stands_on_an_absolute_scale() -> None:
    model = "all-MiniLM-L6-v2"
    assert [is_strong(best, "hybrid", model, 7) for best in (0.6, 0.34, 0.33, None)] == [True, True, False, False]
    assert [is_strong(best, "dense", model, 9) for best in (0.46, 0.45)] == [True, False]
    assert [is_strong(best, "hybrid", model, 2) for best in (0.17, 0.16)] == [True, False]
    assert [is_strong(best, "hybrid", "another", 7) for best in (0.1, None)] == [True, False]


def test_the_library_is_reached_from_its_top(articles: Path, tmp_path: Path) -> None:
    report = semsearch.build([articles], tmp_path / "ix", model="hash")
    assert report.added == 5
    with semsearch.open(tmp_path / "ix") as opened:
        answer = opened.search("grain deal", since="2022-07")
    assert isinstance(answer, semsearch.Answer)
    assert answer.hits[0].document.doc_id == "grain.txt"
    assert str(answer.hits[0].document.published) == "2022-07-22"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """More passages than are asked of FAISS at once, so that its bound decides who else is scored."""
    root = tmp_path_factory.mktemp("many")
    rng = random.Random(23)
    words = [f"{first}{last}" for first in WORDS for last in ("s", "dale", "ton", "by", "wick", "ham")]
    sentences = [f"{' '.join(rng.choices(words, k=rng.randint(2, 12)))}.".capitalize() for _ in range(7500)]
    texts = [" ".join(rng.sample(sentences, rng.randint(1, 4))) for _ in range(3000)]
    days = [str(DAY + timedelta(rng.randint(0, 364))) for _ in texts]
    records = zip(texts, days, strict=True)
    lines = [json.dumps({"_id": f"{n:04}", "text": text, "date": day}) for n, (text, day) in enumerate(records)]
    build([write_articles(root / "a", {"a.jsonl": "\n".join(lines)})], root / "ix", model="hash")
    return open_index(root / "ix")


@pytest.mark.parametrize(("fetched", "first"), [(5, 100), (1, 20)])
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_nobody_who_belongs_to_the_first_is_missed(
    many: Index, mode: Mode, fetched: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semsearch.search.first_stage.FETCHED", fetched)
    monkeypatch.setattr("semsearch.search.first_stage.RESCORED", first)
    monkeypatch.setattr("tests.brute.FIRST", first if mode == "hybrid" else 3000)
    brute, rng = Brute(Path(many.info().folder)), random.Random(5)
    for _ in range(12):
        words = [rng.choice(WORDS) + rng.choice(("s", "dale", "ton", "by")) for _ in range(rng.randint(1, 4))]
        row = HashEncoder().encode_queries([" ".join(words)])[0]
        hits = many.search(" ".join(words), top=first, mode=mode).hits
        assert_same(found(hits), brute.answer(" ".join(words), row, mode, lambda _: True, first))


@pytest.mark.parametrize(("fetched", "first"), [(5, 100), (1, 20)])
@pytest.mark.parametrize("mode", ["hybrid", "dense"])
def test_nobody_whom_the_time_lifts_is_missed(
    many: Index, mode: Mode, fetched: int, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passages far down by cosine and words reach the top when they are of the time that is asked for."""
    monkeypatch.setattr("semsearch.search.first_stage.FETCHED", fetched)
    monkeypatch.setattr("semsearch.search.first_stage.RESCORED", first)
    monkeypatch.setattr("tests.brute.FIRST", first if mode == "hybrid" else 3000)
    brute, rng = Brute(Path(many.info().folder)), random.Random(6)
    for _ in range(12):
        words = " ".join(rng.choice(WORDS) + rng.choice(("s", "dale", "ton", "by")) for _ in range(rng.randint(1, 4)))
        begin = DAY + timedelta(rng.randint(0, 350))
        end = begin + timedelta(rng.choice((0, 7, 40)))
        row = HashEncoder().encode_queries([words])[0]
        hits = many.search(f"{words} between {begin} and {end}", top=first, mode=mode).hits
        expected = brute.answer(words, row, mode, lambda _: True, first, factor=partial(time_factor, begin, end))
        assert_same(found(hits), expected)


def test_without_vectors_the_sentence_with_the_words_is_marked(tmp_path: Path) -> None:
    text = "Nothing happened here. The bridge was hit at night. The mayor said so."
    build([write_articles(tmp_path / "a", {"a.txt": text})], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        for question, expected in (("the bridge", "The bridge was hit at night."), ("mayor", "The mayor said so.")):
            (hit,) = opened.search(question, mode="lexical").hits
            assert text[slice(*hit.best_sentence)] == expected
            assert [text[slice(*word)] for word in hit.words] == [question.split()[-1]]

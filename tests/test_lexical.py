"""The lexical accelerator and BM25: exact counts whatever the history, the formula word by word."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.errors import IndexDamaged
from semsearch.indexing.building import build
from semsearch.ranking.bm25 import Block, bm25
from semsearch.records import Document
from semsearch.search.opening import open_index
from semsearch.storage.accelerators.lexical.building import Part, build_lexical, join_lexical, lexical_parts
from semsearch.storage.accelerators.lexical.file import LexicalIndex, LexicalText, load_lexical
from semsearch.storage.accelerators.lexical.view import LexicalView, read_lexical_texts
from semsearch.storage.accelerators.record import record_file
from semsearch.storage.snapshot import open_snapshot
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.text.analysis import Analyzer, query_terms
from tests.brute import Brute, assert_same
from tests.conftest import ROOT, write_articles

WORDS = ["grain", "port", "ship", "bridge", "army", "river", "winter", "light"]
TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=3), st.lists(st.lists(st.sampled_from(WORDS)), min_size=1, max_size=3)
    ),
    max_size=6,
)


Made = list[tuple[list[str], list[list[str]]]]  # title and passages of articles, as words


def texts(made: Made, first: int = 1) -> list[LexicalText]:
    found = []
    for title, passages in made:
        numbers = range(first, first + len(passages))
        found.append(LexicalText(" ".join(title), "en", numbers, [" ".join(words) for words in passages]))
        first += len(passages)
    return found


def contents(index: LexicalIndex) -> dict[str, object]:
    """Everything that an index says, without its own numbering."""
    said: dict[str, object] = {
        "lengths": dict(zip(index.numbers.tolist(), index.passages.lengths.tolist(), strict=True))
    }
    firsts = [int(index.numbers[index.owners == owner][0]) for owner in range(len(index.documents.lengths))]
    said["articles"] = dict(zip(firsts, index.documents.lengths.tolist(), strict=True))
    for name, field, label in (
        ("passages", index.passages, index.numbers.tolist()),
        ("documents", index.documents, firsts),
    ):
        for term in index.terms():
            number = index.find(term.decode())
            assert number is not None
            rows, counts = field.postings(number)
            if len(rows):
                said[f"{name} {term!r}"] = {
                    label[row]: count for row, count in zip(rows.tolist(), counts.tolist(), strict=True)
                }
    return said


def test_postings_count_title_and_passage_and_the_whole_article() -> None:
    index = build_lexical([LexicalText("Grain ships", "en", [4, 5], ["The grain, the ship.", "Shipping again"])])
    assert index.terms() == [b"again", b"grain", b"ship", b"the"]

    def counted(term: str) -> list[list[int]]:
        number = index.find(term)
        assert number is not None
        return [array.tolist() for field in (index.passages, index.documents) for array in field.postings(number)]

    assert counted("grain") == [[0, 1], [2, 1], [0], [2]]
    assert counted("ship") == [[0, 1], [2, 2], [0], [3]]
    assert index.passages.lengths.tolist() == [6, 4]
    assert index.documents.lengths.tolist() == [8]
    assert index.find("shi") is None
    assert index.find("zebra") is None


@given(TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_a_merged_index_says_what_a_clean_one_says(old: Made, new: Made, rng: random.Random) -> None:
    before = texts(old)
    after = texts(new, first=100)
    staying = [text for text in before if rng.random() < 0.6]
    index = build_lexical(before)
    kept = np.isin(index.numbers, [number for text in staying for number in text.numbers])
    merged = join_lexical([Part(index, kept), Part(build_lexical(after))])
    assert contents(merged) == contents(build_lexical([*staying, *after]))
    assert merged.terms() == sorted(merged.terms())


@given(TEXTS, st.integers(1, 12), st.integers(1, 9))
def test_an_index_made_in_parts_is_the_one_made_at_once(made: Made, terms: int, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("semsearch.storage.accelerators.lexical.building.AT_ONCE", at_once)
        parts = [Part(index) for index in lexical_parts(texts(made), terms)]
        joined = join_lexical(parts)
    (whole,) = lexical_parts(texts(made))
    assert len(parts) > 1 or sum(whole.passages.lengths) < terms
    for mine, own in ((joined.passages, whole.passages), (joined.documents, whole.documents)):
        for name in ("begins", "rows", "counts", "lengths"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(own, name))
            assert getattr(mine, name).dtype == getattr(own, name).dtype
    assert joined.terms() == whole.terms()
    np.testing.assert_array_equal(joined.numbers, whole.numbers)
    np.testing.assert_array_equal(joined.owners, whole.owners)


@given(TEXTS)
def test_a_saved_index_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[list[str], list[list[str]]]]
) -> None:
    path = tmp_path_factory.mktemp("lexical") / "lexical.safetensors"
    index = build_lexical(texts(made))
    index.save(path)
    last = int(index.numbers.max(initial=0))
    assert contents(load_lexical(path.parent, record_file(path, last, len(index)))) == contents(index)


def test_what_is_no_lexical_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lexical.safetensors"
    for data in (b"", b"garbage!" * 9, b"\x02" + bytes(7) + b"{}"):
        path.write_bytes(data)
        with pytest.raises(IndexDamaged, match=r"lexical\.safetensors"):
            load_lexical(tmp_path, record_file(path, 1, 1))


def test_bm25_equals_the_formula_on_fifty_questions(tmp_path: Path) -> None:
    """Over all seeds: numbers from plain Python, summed word by word, against those of the answers."""
    build([ROOT / "seeds"], tmp_path / "ix", model="hash")
    brute = Brute(tmp_path / "ix")
    with open_index(tmp_path / "ix") as index:
        questions = [json.loads(line)["text"] for line in (ROOT / "seeds/queries.jsonl").read_text().splitlines()]
        for question in questions[:50]:
            own: dict[object, list[str]] = {}
            for at, place in enumerate(brute.places):
                own[at] = [*brute.titles[place.doc_id], *brute.bodies[at]]
            expected, bound, _ = brute.bm25(question, dict(own))
            at_place = {(p.doc_id, p.start): at for at, p in enumerate(brute.places)}
            answer = index.search(question, mode="lexical", use_time=False)
            if answer.also_read:  # of which tests/test_spelling.py knows
                assert "Dnipro" in question
                continue
            for hit in answer.hits:
                value = expected[at_place[hit.document.doc_id, hit.start]]
                assert hit.lexical == pytest.approx(value, rel=1e-5)
                words = next(signal for signal in hit.signals if signal.name == "words")
                assert words.share == pytest.approx(0.5 * value / bound, rel=1e-5)


def test_the_parts_of_an_explanation_sum_to_the_score(tmp_path: Path) -> None:
    build([ROOT / "seeds"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        for mode in ("hybrid", "dense", "lexical"):
            hits = index.search("what was attacked in Kherson", mode=mode).hits
            assert hits
            for hit in hits:
                assert sum(signal.share for signal in hit.signals) == pytest.approx(hit.score, abs=1e-12)
                assert sum(signal.weight for signal in hit.signals) == pytest.approx(1)
                assert 0 < hit.score <= 1
        hit = index.search("what was attacked in Kherson").hits[0]
        assert [signal.name for signal in hit.signals] == ["passage", "sentence", "words", "article"]
        assert hit.signals[0].share == pytest.approx(0.275 * (hit.dense or 0))


def test_a_passage_with_all_the_words_many_times_covers_the_question() -> None:
    index = build_lexical(texts([([], [["grain"] * 500]), ([], [["port"]])]))
    view = LexicalView([index], np.empty(0, np.int64))
    found = bm25([Block(index.passages.lengths, None)], [[view.stem("passages", "grain")]], np.ones(2, np.float32))
    assert found.scores[0] <= found.bound
    assert found.scores[1] == 0


def test_counts_are_those_of_the_window(tmp_path: Path) -> None:
    """A word that is rare in the window weighs more there than one that all of it has."""
    articles = {
        f"{n:02}.txt": f" date 2022-0{1 + n % 2}-01 grain{' port' if n % 2 or n == 0 else ''}\n" for n in range(20)
    }
    build([write_articles(tmp_path / "a", articles)], tmp_path / "ix", model="hash")
    brute = Brute(tmp_path / "ix")
    with open_index(tmp_path / "ix") as index:
        hits = index.search("port", on="2022-01", mode="lexical").hits

        def inside(document: Document) -> bool:
            return str(document.published) == "2022-01-01"

        row = np.zeros(256, np.float32)
        found = [(hit.score, hit.document.doc_id, hit.start) for hit in hits]
        assert_same(found, brute.answer("port", row, "lexical", inside))
        assert len(hits) == 1


def test_a_damaged_lexical_file_is_told_and_the_answer_stays(tmp_path: Path) -> None:
    source = write_articles(tmp_path / "a", {f"{n}.txt": f"The {WORDS[n]} was seen." for n in range(8)})
    build([source], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        expected = [(hit.document.doc_id, hit.score) for hit in index.search("grain ship").hits]
    (file,) = (tmp_path / "ix").glob("lexical-*.safetensors")
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    with open_index(tmp_path / "ix") as index:
        answer = index.search("grain ship")
    assert [(hit.document.doc_id, hit.score) for hit in answer.hits] == expected
    assert any("sha256 differs" in note and "semsearch repair" in note for note in answer.notes)
    build([source], tmp_path / "ix")
    with open_index(tmp_path / "ix") as index:
        assert index.search("grain ship").notes == ()


def test_the_tail_and_what_is_gone_leave_scores_as_in_a_clean_index(tmp_path: Path) -> None:
    """Far fewer changes than make the accelerator be written anew."""
    rng = random.Random(5)
    made = {f"{n:03}.txt": " ".join(rng.choices(WORDS, k=rng.randint(3, 30))) for n in range(120)}
    source = write_articles(tmp_path / "a", made)
    build([source], tmp_path / "ix", model="hash")
    for name in rng.sample(sorted(made), 12):
        if rng.random() < 0.5:
            (source / name).unlink()
        else:
            (source / name).write_text(" ".join(rng.choices(WORDS, k=9)))
    write_articles(source, {f"new{n}.txt": " ".join(rng.choices(WORDS, k=12)) for n in range(5)})
    build([source], tmp_path / "ix")
    assert len(list((tmp_path / "ix").glob("lexical-*"))) == 1
    build([source], tmp_path / "clean", model="hash")
    with open_index(tmp_path / "ix") as one, open_index(tmp_path / "clean") as other:
        for _ in range(50):
            question = " ".join(rng.choices(WORDS, k=3))
            mine, clean = (
                [(hit.score, hit.document.doc_id, hit.start) for hit in index.search(question).hits]
                for index in (one, other)
            )
            assert_same(mine, clean, tolerance=1e-6)


def test_a_long_article_is_read_once_not_once_a_passage(tmp_path: Path) -> None:
    import tracemalloc

    text = " ".join(f"Sentence {n} speaks of the {WORDS[n % 8]}." for n in range(20_000))
    build([write_articles(tmp_path / "a", {"a.txt": text})], tmp_path / "ix", model="hash")
    connection = connect_for_reading(tmp_path / "ix")
    tracemalloc.start()
    (found,) = read_lexical_texts(connection, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    connection.close()
    assert len(found.passages) > 500
    assert peak < 6 * len(text)


def test_words_are_stemmed_by_the_documents_language(tmp_path: Path) -> None:
    german = "Die russischen Truppen haben die Brücken über den Fluss gesprengt und sind in der Nacht abgezogen."
    english = "Russian troops blew up the bridges over the river and withdrew during the night, a spokesman said."
    source = write_articles(tmp_path / "a", {"de.txt": german, "en.txt": english})
    build([source], tmp_path / "ix", model="hash")
    snapshot = open_snapshot(tmp_path / "ix")
    assert sorted(snapshot.columns().languages_until(None)) == ["de", "en"]
    snapshot.close()
    with open_index(tmp_path / "ix") as index:
        assert [h.document.doc_id for h in index.search("Brücke", mode="lexical").hits] == ["de.txt"]
        assert [h.document.doc_id for h in index.search("Bridge", mode="lexical").hits] == ["en.txt"]
        assert index.document("de.txt").language == "de"


def test_terms_are_lower_case_stems_without_accents() -> None:
    assert Analyzer("en").terms("Erdoğan's 2 naïve BRIDGES, re-built") == [
        "erdogan",
        "s",
        "2",
        "naiv",
        "bridg",
        "re",
        "built",
    ]
    assert Analyzer("xx").terms("Bridges") == ["bridges"]
    assert query_terms("The bridge, the bridges!", ["en"]) == [["the"], ["bridg"]]
    assert query_terms("Brücken", ["en", "de"]) == [["brucken", "bruck"]]
    assert Analyzer("en").matches("Two bridges: a bridge.", {"bridg"}) == [((4, 11), "bridg"), ((15, 21), "bridg")]

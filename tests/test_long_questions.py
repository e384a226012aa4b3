"""Questions of a paragraph: their words keep their weight, and what is repeated counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semsearch.indexing.building import build
from semsearch.ranking.bm25 import lifted
from semsearch.records import Mode
from semsearch.search.opening import open_index
from semsearch.text.analysis import asked_terms
from tests.brute import Brute, assert_same
from tests.conftest import ROOT

PASTED = (
    "I am preparing a note on the grain ships. The ships that left Odesa with grain, and the grain that other ships "
    "took on in Odesa, are what I would like to know more about: who let the ships go, and when did grain leave again?"
)
CONVERSATION = (
    "Hello, thank you for taking the time. My question is simple, I hope: why did the army leave Kherson? We were "
    "talking about it the other day and could not agree, so anything that you find would help us a great deal."
)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long") / "ix"
    build([ROOT / "seeds"], folder, model="hash")
    return folder


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
@pytest.mark.parametrize("question", [PASTED, CONVERSATION, PASTED * 3])
def test_a_long_question_is_ranked_as_the_formula_says(seeds: Path, mode: Mode, question: str) -> None:
    with open_index(seeds) as index:
        hits = index.search(question, mode=mode, use_time=False, top=20, expand=True).hits
        row = index._encoding.encoder().encode_queries([question])[0]
    expected = Brute(seeds).answer(question, row.astype(np.float64), mode, lambda _: True, top=20)
    assert_same([(hit.score, hit.document.doc_id, hit.start) for hit in hits], expected)


def test_a_long_questions_words_are_counted_and_its_phrases_of_courtesy_are_not() -> None:
    words, counts = asked_terms(PASTED, ["en"])
    said = {stems[0]: count for stems, count in zip(words, counts or [], strict=True)}
    power = 46 / 100  # of its 46 words
    assert said == {
        "prepar": 1, "note": 1, "grain": pytest.approx(4**power), "ship": pytest.approx(4**power),
        "left": 1, "odesa": pytest.approx(2**power), "leav": 1,
    }  # fmt: skip
    words, _ = asked_terms(CONVERSATION, ["en"])
    assert [stems[0] for stems in words] == ["armi", "leav", "kherson", "agre", "deal"]


def test_a_short_questions_words_are_each_counted_once() -> None:
    assert asked_terms("the grain the ship the grain", ["en"]) == ([["the"], ["grain"], ["ship"]], None)
    assert asked_terms(" ".join(["grain"] * 20), ["en"]) == ([["grain"]], None)


def test_a_long_question_of_common_words_alone_keeps_them() -> None:
    words, counts = asked_terms("what is it that they would have us do " * 3, ["en"])
    assert (len(words), counts) == (9, None)


def test_the_lift_keeps_the_order_and_both_ends() -> None:
    assert lifted(np.array([0.0, 0.2, 0.5, 1.0]), 4.0) == pytest.approx([0.0, 0.5, 0.8, 1.0])
    assert lifted(np.array([0.3]), 1.0) == pytest.approx([0.3])

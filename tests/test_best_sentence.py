"""The marked sentence holds the answer: a hundred questions over the seeds, judged by hand.

``tests/sentences.jsonl`` gives for each question the words that a sentence must hold to answer it. The odd
questions were used to choose the shares of :mod:`semsearch.ranking.sentences`, the even ones were not.
"""

from __future__ import annotations

import json
from pathlib import Path

from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import ROOT


def flat(text: str) -> str:
    return " ".join(text.split())


def marked(index: Index, question: dict[str, str]) -> bool | None:
    """Whether the first passage with the answer has the right sentence marked; None without such a passage."""
    for hit in index.search(question["text"], top=40, per_document=5).hits:
        if any(answer in flat(hit.text) for answer in question["answers"]):
            start, end = hit.best_sentence
            sentence = flat(hit.document.text[start:end])
            return any(answer in sentence for answer in question["answers"])
    return None


def test_the_marked_sentence_holds_the_answer(tmp_path: Path) -> None:
    lines = (ROOT / "tests" / "sentences.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    assert len(questions) == 100
    build([ROOT / "seeds"], tmp_path / "ix", precision="float32")
    with open_index(tmp_path / "ix") as index:
        found = [marked(index, question) for question in questions]
    right = [each is True for each in found]
    assert sum(right) >= 80
    assert sum(right[1::2]) >= 40

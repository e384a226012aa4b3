"""Long, wordy questions made from judged ones: what words and the fused score make of them.

    scripts/bench wordy ../shared/data/scifact ../shared/data/cranfield ../shared/data/med seeds

Three kinds of questions, each judged as the one that it was made from. Asked: as it stands. Told: within a letter that
explains why somebody wants to know; the letters were written after the words were chosen that a long question says in
vain. Pasted: the title and first sentences of an article that answers, which is then left out of what is judged (only
for questions with three answers or more). Printed: nDCG@10 of each kind, words alone and by default.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scripts.benchmarks.measuring import INDEXES
from semsearch.evaluation.dataset import Dataset, find_dataset, read_judged_questions
from semsearch.evaluation.measures import MEASURES, evaluate, read_qrels
from semsearch.indexing.building import build
from semsearch.records import Mode
from semsearch.search.local import LocalIndex
from semsearch.search.opening import open_index
from semsearch.search.options import Options
from semsearch.text.sentences import split_sentences

TOP, SENTENCES, LONGEST = 11, 5, 1_500  # hits, sentences and characters of a pasted text
LEAST = 3  # answers of a question of which one is pasted
MODES: tuple[Mode, ...] = ("lexical", "hybrid")
LETTERS = (
    "Good morning. Our editor asked me yesterday to check a sentence in tomorrow's draft before it goes to print. {} "
    "My notes from last spring mention something similar, yet the page is torn and the reference cannot be read "
    "any more. Whatever confirms or contradicts it would save me an embarrassing phone call this afternoon.",
    "{} Sorry if this sounds odd, but my daughter needs it for school and neither her teacher nor the library had an "
    "explanation that satisfied her. She is stubborn, as I was at her age, and will not stop asking until somebody "
    "shows her in black and white where the claim comes from.",
    "During the discussion after the lecture a gentleman in the front row stood up and insisted on the following. {} "
    "Nobody in the room was prepared to answer him, and the speaker quickly moved on to another topic. I promised the "
    "audience that we would publish a correction, or an apology, in the next newsletter.",
)


class Made(NamedTuple):
    """A question, what is judged of it, and the article that it was made of."""

    name: str
    text: str
    judged: dict[str, int]
    without: str = ""


def chosen(text: str) -> int:
    """The same number for a text in every run."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def pasted(index: LocalIndex, name: str, judged: dict[str, int]) -> Iterator[Made]:
    """The beginning of one article that answers, with the others that do."""
    known = {entry.doc_id for entry in index.dates()}
    answers = sorted((each for each, grade in judged.items() if grade > 0 and each in known), key=chosen)
    if len(answers) >= LEAST:
        article = index.document(answers[0])
        sentences = [article.text[begin:end] for begin, end in split_sentences(article.text)[:SENTENCES]]
        text = " ".join([f"{article.title}.", *sentences])[:LONGEST]
        yield Made(name, text, {each: judged[each] for each in answers[1:]}, answers[0])


def kinds(dataset: Dataset, index: LocalIndex) -> dict[str, list[Made]]:
    """The questions of each kind."""
    qrels = read_qrels(dataset.qrels)
    questions = {each.query_id: each.query.text for each in read_judged_questions(dataset, Options())[0]}
    asked = [Made(name, text, qrels[name]) for name, text in questions.items() if name in qrels]
    return {
        "asked": asked,
        "told": [each._replace(text=LETTERS[chosen(each.name) % len(LETTERS)].format(each.text)) for each in asked],
        "pasted": [made for each in asked for made in pasted(index, each.name, each.judged)],
    }


def ndcg(index: LocalIndex, made: list[Made], mode: Mode) -> float:
    """nDCG@10 of some questions."""
    run: dict[str, dict[str, float]] = {}
    for each in made:
        hits = index.search(each.text, mode=mode, top=TOP, use_time=False).hits
        found = [hit for hit in hits if hit.document.doc_id != each.without]
        run[each.name] = {hit.document.doc_id: hit.score for hit in found[: TOP - 1]}
    return evaluate(run, {each.name: each.judged for each in made}).means[MEASURES[0]] if made else np.nan


def main() -> None:
    """Print a row for each set and kind."""
    print("| set | questions | " + " | ".join(MODES) + " |\n| --- | --- |" + " ---: |" * len(MODES))
    for dataset in [find_dataset(Path(name)) for name in sys.argv[1:] or ["seeds"]]:
        folder = INDEXES / f"eval-{dataset.name}"
        build([dataset.corpus], folder)
        with open_index(folder) as index:
            for kind, made in kinds(dataset, index).items():
                values = " | ".join(f"{ndcg(index, made, mode):.4f}" for mode in MODES)
                print(f"| {dataset.name} | {len(made)} {kind} | {values} |", flush=True)


if __name__ == "__main__":
    main()

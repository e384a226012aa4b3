"""A judged collection in BEIR layout, indexed, asked and measured: all of ``eval``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from semsearch.building import BuildReport, Progress, build
from semsearch.embedding import EncoderChoice
from semsearch.errors import InputError
from semsearch.evaluation import Evaluation, evaluate, read_qrels
from semsearch.queries import Options
from semsearch.questions import Question, QuestionFile
from semsearch.records import Problem
from semsearch.search import open_index

DEPTH = 100  # documents a question in the run that is measured


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where the parts of a judged collection are. ``corpus`` is a BEIR file or a folder of articles."""

    name: str
    corpus: Path
    queries: Path
    qrels: Path


def find_dataset(folder: Path) -> Dataset:
    """The parts of a dataset in BEIR layout.

    ``corpus.jsonl[.gz]`` or else the folder's articles, ``queries.jsonl``, and ``qrels.tsv`` or
    ``qrels/test.tsv``. Raises InputError for what is missing.
    """
    corpus = _first(folder / "corpus.jsonl", folder / "corpus.jsonl.gz") or folder
    queries = _first(folder / "queries.jsonl", folder / "queries.jsonl.gz")
    qrels = _first(folder / "qrels.tsv", folder / "qrels" / "test.tsv", folder / "qrels.txt")
    if not folder.is_dir() or queries is None or qrels is None:
        raise InputError(
            f"{folder} is no judged collection: expected queries.jsonl, qrels.tsv, and corpus.jsonl or articles"
        )
    return Dataset(Path(os.path.abspath(folder)).name, corpus, queries, qrels)


def _first(*paths: Path) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def read_judged_questions(dataset: Dataset, defaults: Options) -> tuple[list[Question], list[Problem]]:
    """The questions of a dataset, and the lines that are none."""
    items = list(QuestionFile(dataset.queries.read_bytes(), str(dataset.queries), defaults))
    questions = [item for item in items if isinstance(item, Question)]
    return questions, [item for item in items if isinstance(item, Problem)]


def evaluate_dataset(
    dataset: Dataset,
    index: Path,
    choice: EncoderChoice,
    *,
    defaults: Options | None = None,
    building: Callable[[Progress], None] | None = None,
    asking: Callable[[int, int], None] | None = None,
) -> tuple[Evaluation, BuildReport]:
    """Bring ``index`` up to the dataset's corpus, ask its judged questions and measure the run.

    ``defaults`` gives the filters; ``asking`` is told questions done and their number.
    """
    report = build(
        [dataset.corpus],
        index,
        model=choice.model,
        device=choice.device,
        precision=choice.precision,
        progress=building,
    )
    qrels = read_qrels(dataset.qrels)
    defaults = replace(defaults or Options(), top=DEPTH, per_document=1)
    questions, problems = read_judged_questions(dataset, defaults)
    report.problems += problems
    judged = [question for question in questions if question.query_id in qrels]
    run: dict[str, dict[str, float]] = {}
    with open_index(index) as opened:
        answers = opened.answer_all([replace(question.query, top=DEPTH) for question in judged])
        for done, (question, answer) in enumerate(zip(judged, answers, strict=True), 1):
            run[question.query_id] = {hit.document.doc_id: hit.score for hit in answer.hits}
            if asking:
                asking(done, len(judged))
    return evaluate(run, qrels), report

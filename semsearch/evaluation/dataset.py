"""A judged collection in BEIR layout, indexed, asked and measured: all of ``eval``."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from semsearch.errors import InputError
from semsearch.evaluation.measures import LARGEST_TEXT, MEASURES, Evaluation, evaluate, read_judgements
from semsearch.files.regular import open_below, stream_of
from semsearch.files.whole import USUAL, publish
from semsearch.indexing.building import BuildReport, Progress, build
from semsearch.indexing.embedding import EncoderChoice
from semsearch.records import Mode, Problem
from semsearch.search.opening import open_index
from semsearch.search.options import Options
from semsearch.search.question_files import FiledQuestion, QuestionFile

DEPTH = 100  # documents a question in the run that is measured


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where the parts of a judged collection are. ``corpus`` is a BEIR file or a folder of articles."""

    name: str
    folder: Path
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
    if corpus != folder:
        os.close(_open(folder, corpus))  # a link out of the folder is no corpus
    return Dataset(Path(os.path.abspath(folder)).name, folder, corpus, queries, qrels)


def _open(folder: Path, path: Path) -> int:
    """A descriptor of a part of a dataset. Raises InputError for what leads out of its folder."""
    try:
        return open_below(os.path.abspath(folder), os.path.abspath(path))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _read(dataset: Dataset, path: Path) -> bytes:
    with stream_of(_open(dataset.folder, path)) as stream:
        return stream.read(LARGEST_TEXT + 1)


def _first(*paths: Path) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def read_judged_questions(dataset: Dataset, defaults: Options) -> tuple[list[FiledQuestion], list[Problem]]:
    """The questions of a dataset, and the lines that are none."""
    items = list(QuestionFile(_read(dataset, dataset.queries), str(dataset.queries), defaults))
    questions = [item for item in items if isinstance(item, FiledQuestion)]
    return questions, [item for item in items if isinstance(item, Problem)]


def evaluate_dataset(
    dataset: Dataset,
    index: Path,
    choice: EncoderChoice,
    *,
    modes: Sequence[Mode] = ("hybrid",),
    defaults: Options | None = None,
    named_events: Path | None = None,
    aliases: Path | None = None,
    building: Callable[[Progress], None] | None = None,
    asking: Callable[[int, int], None] | None = None,
) -> tuple[dict[Mode, Evaluation], BuildReport]:
    """Bring ``index`` up to the dataset's corpus, ask its judged questions in each mode and measure the runs.

    ``defaults`` gives the filters, ``named_events`` and ``aliases`` are files of these; ``asking`` is called with the
    questions done and their number.
    """
    report = build(
        [dataset.corpus],
        index,
        model=choice.model,
        device=choice.device,
        precision=choice.precision,
        progress=building,
    )
    qrels, doubtful = read_judgements(dataset.qrels, _read(dataset, dataset.qrels))
    report.problems += doubtful
    defaults = (defaults or Options()).replaced(top=DEPTH, per_document=1, expand=True)
    questions, problems = read_judged_questions(dataset, defaults)
    report.problems += problems
    judged = [question for question in questions if question.query_id in qrels]
    measured: dict[Mode, Evaluation] = {}
    with open_index(index, named_events=named_events, aliases=aliases) as opened:
        for turn, mode in enumerate(modes):
            run: dict[str, dict[str, float]] = {}
            answers = opened.answer_all([replace(question.query, top=DEPTH, mode=mode) for question in judged])
            for done, (question, answer) in enumerate(zip(judged, answers, strict=True), 1):
                run[question.query_id] = {hit.document.doc_id: hit.score for hit in answer.hits}
                if asking:
                    asking(turn * len(judged) + done, len(modes) * len(judged))
            measured[mode] = evaluate(run, qrels)
    return measured, report


def write_per_query(path: Path, measured: Mapping[Mode, Evaluation]) -> None:
    """A CSV file with a row for each mode and question."""
    stream = io.StringIO(newline="")
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(["mode", "query_id", *MEASURES])
    for mode, evaluation in measured.items():
        for query_id, values in evaluation.per_query.items():
            rows.writerow([mode, query_id, *(f"{values[name]:.6f}" for name in MEASURES)])
    publish(path, lambda partial: partial.write_text(stream.getvalue(), "utf-8", newline=""), USUAL)

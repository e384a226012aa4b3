"""Runs, judgements and measures, as TREC and BEIR have them; the arithmetic is ir-measures'."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import InputError
from semsearch.files.regular import read_typed
from semsearch.records import Problem

MEASURES = ("nDCG@10", "R@10", "R@100", "RR@10", "AP@100", "Judged@10")
FEWEST = 2  # questions that can be resampled
LARGEST_TEXT = 1 << 28  # bytes of a file of judgements
CELLS = (3, 4)  # of a line: BEIR's, TREC's
GRADE = re.compile(r"[+-]?[0-9]{1,6}")
RESAMPLED = 10_000  # times, for an interval and for a test

Run = Mapping[str, Mapping[str, float]]  # query id -> document id -> score, higher is better
Qrels = Mapping[str, Mapping[str, int]]  # query id -> document id -> grade, 0 is not relevant


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of a run, 0 to 1, higher is better: their means over the judged queries, and each query's."""

    queries: int
    means: dict[str, float]
    per_query: dict[str, dict[str, float]]  # query id -> measure -> value


def evaluate(run: Run, qrels: Qrels) -> Evaluation:
    """Measure a run.

    A judged query that is missing from the run counts as 0; ties are broken as trec_eval does (by
    document id, descending).
    """
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    per_query = {query_id: dict.fromkeys(MEASURES, 0.0) for query_id in qrels}
    judgements = {query_id: dict(grades) for query_id, grades in qrels.items()}
    scored = {query_id: dict(scores) for query_id, scores in run.items() if query_id in qrels and scores}
    for metric in ir_measures.iter_calc(measures, judgements, scored):
        per_query[metric.query_id][str(metric.measure)] = float(metric.value)
    count = len(per_query)
    means = {name: sum(values[name] for values in per_query.values()) / max(count, 1) for name in MEASURES}
    return Evaluation(count, means, per_query)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one run is than another on the same questions."""

    mean: float
    low: float  # of the 95 % bootstrap interval
    high: float
    p: float  # that a difference of this size comes by chance, either way


def difference(one: Evaluation, other: Evaluation, measure: str) -> Difference:
    """One run's mean less another's, question by question.

    The test is the paired randomisation test (Smucker, Allan and Carterette 2007), the interval the
    percentile bootstrap over questions; both with a fixed seed.
    """
    import numpy as np
    from scipy import stats

    pairs = [(values[measure], other.per_query[query_id][measure]) for query_id, values in one.per_query.items()]
    differences = np.array([mine - theirs for mine, theirs in pairs])
    mean = float(differences.mean())
    if len(pairs) < FEWEST or not differences.any():
        return Difference(mean, mean, mean, 1.0)
    interval = stats.bootstrap(
        (differences,), np.mean, n_resamples=RESAMPLED, method="percentile", batch=1000, rng=np.random.default_rng(1)
    ).confidence_interval
    tested = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLED,
        batch=1000,
        rng=np.random.default_rng(1),
    )
    return Difference(mean, float(interval.low), float(interval.high), float(tested.pvalue))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgements by query and document, without those that :func:`read_judgements` tells of."""
    return read_judgements(path)[0]


def read_judgements(path: Path, data: bytes | None = None) -> tuple[dict[str, dict[str, int]], list[Problem]]:
    """Judgements by query and document, and what of them is doubtful: a pair judged twice, a grade below 0.

    From a BEIR table (a header, then query, document, grade) or a TREC file (query, 0, document,
    grade); ``data`` is its contents, where they were read already. Raises InputError, with the line, for anything else.
    """
    qrels: dict[str, dict[str, int]] = {}
    problems: list[Problem] = []
    places: dict[tuple[str, str], int] = {}
    try:
        text = (read_typed(path, LARGEST_TEXT) if data is None else data).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: unreadable: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: unreadable: {error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        cells = line.split()
        if not cells or (number == 1 and cells[0].lower().replace("_", "-") == "query-id"):
            continue
        query_id, doc_id, grade = _judgement(cells, path, number)
        first = places.setdefault((query_id, doc_id), number)
        if first != number:
            known = qrels[query_id][doc_id]
            reason = f"{query_id} and {doc_id} are judged already in line {first} (grade {known}); left out"
            problems.append(Problem(str(path), number, reason))
            continue
        if grade < 0:
            problems.append(Problem(str(path), number, f"grade {grade} counts as not relevant"))
        qrels.setdefault(query_id, {})[doc_id] = max(grade, 0)
    if not qrels:
        raise InputError(f"{path}: no judgements in it")
    return qrels, problems


def _judgement(cells: list[str], path: Path, number: int) -> tuple[str, str, int]:
    if len(cells) in CELLS and GRADE.fullmatch(cells[-1]):
        return cells[0], cells[-2], int(cells[-1])
    raise InputError(f"{path}:{number}: expected: query-id corpus-id score, a whole number")

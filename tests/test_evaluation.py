"""Measures against numbers worked out by hand, and ``eval`` against ``batch`` and ir-measures."""

from __future__ import annotations

import csv
import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import InputError
from semsearch.evaluation.dataset import find_dataset
from semsearch.evaluation.measures import Evaluation, difference, evaluate, read_qrels
from tests.conftest import ARTICLES, Program, write_articles


def test_measures_by_hand() -> None:
    qrels = {"q": {"a": 2, "b": 1, "z": 1}}
    run = {"q": {"x": 0.9, "a": 0.8, "b": 0.7, "y": 0.6}}
    found = evaluate(run, qrels).means
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    ideal = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert found["nDCG@10"] == pytest.approx(gain / ideal)
    assert found["R@10"] == pytest.approx(2 / 3)
    assert found["RR@10"] == pytest.approx(1 / 2)
    assert found["AP@100"] == pytest.approx((1 / 2 + 2 / 3) / 3)


def test_a_judged_query_that_is_missing_counts_as_nothing_found() -> None:
    qrels = {"q": {"a": 1}, "missing": {"a": 1}}
    found = evaluate({"q": {"a": 1.0}, "unjudged": {"a": 1.0}}, qrels)
    assert found.queries == 2
    assert found.means["RR@10"] == 0.5
    assert found.per_query["missing"]["nDCG@10"] == 0


def test_a_question_without_hits_counts_as_nothing_found() -> None:
    found = evaluate({"q": {"a": 1.0}, "none": {}}, {"q": {"a": 1}, "none": {"a": 1}})
    assert found.means["nDCG@10"] == 0.5
    assert found.means["Judged@10"] == 0.5


def made(values: list[float]) -> Evaluation:
    return Evaluation(len(values), {}, {str(at): {"nDCG@10": value} for at, value in enumerate(values)})


def test_a_difference_is_tested_over_all_signs() -> None:
    """Eight questions have 256 ways to give each difference a sign: the p is counted by hand."""
    one, other = [0.9, 0.8, 0.7, 0.9, 0.5, 0.6, 0.9, 0.4], [0.5, 0.6, 0.65, 0.5, 0.55, 0.4, 0.3, 0.3]
    differences = [mine - theirs for mine, theirs in zip(one, other, strict=True)]
    sums = [sum(sign * d for sign, d in zip(signs, differences, strict=True)) for signs in product((1, -1), repeat=8)]
    extreme = sum(abs(total) >= sum(differences) - 1e-9 for total in sums)
    found = difference(made(one), made(other), "nDCG@10")
    assert found.mean == pytest.approx(sum(differences) / 8)
    assert found.p == pytest.approx(extreme / 256)
    assert found.low < found.mean < found.high
    back = difference(made(other), made(one), "nDCG@10")
    assert back.mean == pytest.approx(-found.mean)
    assert back.p == found.p


def test_the_interval_is_that_of_resampled_questions() -> None:
    rng = np.random.default_rng(7)
    one, other = rng.random(200), rng.random(200) * 0.9
    found = difference(made(one.tolist()), made(other.tolist()), "nDCG@10")
    means = [(one - other)[rng.integers(0, 200, 200)].mean() for _ in range(4000)]
    low, high = np.percentile(means, [2.5, 97.5])
    assert found.low == pytest.approx(low, abs=0.006)
    assert found.high == pytest.approx(high, abs=0.006)


def test_no_difference_is_no_evidence() -> None:
    same = difference(made([0.5, 0.6]), made([0.5, 0.6]), "nDCG@10")
    assert (same.mean, same.p) == (0, 1)


def test_qrels_in_both_layouts(tmp_path: Path) -> None:
    beir, trec = tmp_path / "qrels.tsv", tmp_path / "qrels.txt"
    beir.write_text("query-id\tcorpus-id\tscore\nq1\ta\t2\nq2\tb\t0\n")
    trec.write_text("q1 0 a 2\nq2 0 b 0\n")
    assert read_qrels(beir) == read_qrels(trec) == {"q1": {"a": 2}, "q2": {"b": 0}}
    beir.write_text("query-id\tcorpus-id\tscore\nq1\ta\tmuch\n")
    with pytest.raises(InputError, match=":2:"):
        read_qrels(beir)


def write_dataset(folder: Path) -> Path:
    write_articles(folder, ARTICLES)
    questions = {"q1": "grain deal ships", "q2": "soldiers town square", "q3": "flour salt"}
    (folder / "queries.jsonl").write_text("\n".join(json.dumps({"_id": q, "text": t}) for q, t in questions.items()))
    lines = ["q1\tgrain.txt\t1", "q2\t2022-11-11-entry.txt\t2", "q2\t2022-11-09-order.txt\t1", "q3\tundated.txt\t1"]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines]))
    return folder


def test_eval_equals_ir_measures_over_the_run_of_batch(program: Program, tmp_path: Path) -> None:
    import ir_measures

    folder = write_dataset(tmp_path / "set")
    ran = program("eval", folder, "--model", "hash", "--format", "json", "--index", "ix")
    assert ran.status == 0
    assert (
        program(
            "batch", folder / "queries.jsonl", "--index", "ix", "--format", "trec", "-k", 100, "-o", "run.trec"
        ).status
        == 0
    )
    found = json.loads(ran.out)
    assert found["queries"] == 3
    measures = [ir_measures.parse_measure(name) for name in ("nDCG@10", "R@10", "R@100", "RR@10", "AP@100")]
    expected = ir_measures.calc_aggregate(
        measures,
        list(
            ir_measures.read_trec_qrels(
                "q1 0 grain.txt 1\nq2 0 2022-11-11-entry.txt 2\nq2 0 2022-11-09-order.txt 1\nq3 0 undated.txt 1\n"
            )
        ),
        list(ir_measures.read_trec_run(str(tmp_path / "run.trec"))),
    )
    for measure in measures:
        assert found[str(measure)] == pytest.approx(expected[measure], abs=1e-12)
    assert found["RR@10"] == 1.0


def test_eval_prints_a_table(program: Program, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "set")
    ran = program("eval", folder, "--model", "hash", "--format", "md")
    assert ran.out.startswith("| set | nDCG@10 | R@10 |")
    assert (tmp_path / "indexes" / "eval-set").is_dir()
    assert "3 judged questions" in program("eval", folder, "--model", "hash").out


def test_a_folder_that_is_no_dataset_is_told(program: Program, articles: Path) -> None:
    with pytest.raises(InputError, match=r"qrels\.tsv"):
        find_dataset(articles)
    ran = program("eval", articles)
    assert (ran.status, ran.err.count("\n")) == (2, 1)


def test_modes_are_compared_and_each_questions_values_kept(program: Program, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "set")
    options = ("--model", "hash", "--index", "ix")
    ran = program(
        "eval", folder, *options, "--compare", "dense,hybrid", "--per-query", "values.csv", "--format", "json"
    )
    found = json.loads(ran.out)
    assert list(found["modes"]) == ["dense", "hybrid"]
    for mode, means in found["modes"].items():
        alone = json.loads(program("eval", folder, *options, "--mode", mode, "--format", "json").out)
        assert {name: alone[name] for name in means} == means
    (compared,) = found["differences"]
    assert (compared["of"], compared["from"]) == ("hybrid", "dense")
    assert compared["mean"] == pytest.approx(found["modes"]["hybrid"]["nDCG@10"] - found["modes"]["dense"]["nDCG@10"])
    with (tmp_path / "values.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["mode"], row["query_id"]) for row in rows] == [
        (m, q) for m in found["modes"] for q in ("q1", "q2", "q3")
    ]
    mean = sum(float(row["RR@10"]) for row in rows[3:]) / 3
    assert mean == pytest.approx(found["modes"]["hybrid"]["RR@10"], abs=1e-5)


def test_a_mode_that_there_is_not_is_told(program: Program, tmp_path: Path) -> None:
    ran = program("eval", write_dataset(tmp_path / "set"), "--compare", "dense,bm25")
    assert (ran.status, ran.out) == (2, "")
    assert "--compare 'bm25': expected modes with commas, of hybrid, dense, lexical" in ran.err

"""Measures against numbers worked out by hand, and ``eval`` against ``batch`` and ir-measures."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from semsearch.dataset import find_dataset
from semsearch.errors import InputError
from semsearch.evaluation import evaluate, read_qrels
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

"""The weights of the fused score, on judged questions: which setting loses least on any set.

    scripts/bench fusion seeds ../shared/data/scifact ../shared/data/cranfield ../shared/data/med

For every question the first passages of the default ranking are scored again with other weights. Printed:
nDCG@10 on each set for the settings with the highest mean, and for the default. K1, B and RARITY are tried
one by one against the default weights: --words.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.measuring import INDEXES
from semsearch.evaluation.dataset import Dataset, find_dataset, read_judged_questions
from semsearch.evaluation.measures import MEASURES, evaluate, read_qrels
from semsearch.indexing.building import build
from semsearch.ranking import bm25
from semsearch.ranking.fusion import WEIGHTS, Weights
from semsearch.search.opening import open_index
from semsearch.search.options import Options

DEPTH = 200  # passages of a question that are scored again
SIGNALS = ("passage", "sentence", "words", "article")
WORDS = {"K1": (0.6, 0.9, 1.2, 1.6), "B": (0.4, 0.6, 0.75), "RARITY": (1.0, 1.25, 1.5)}
Scaled = dict[str, tuple[list[str], NDArray[np.float64]]]  # by question: document ids, signals (passages, 4)


def signals(dataset: Dataset) -> Scaled:
    """The signals, 0 to 1, of the first passages of each judged question."""
    index, qrels = INDEXES / f"eval-{dataset.name}", read_qrels(dataset.qrels)
    build([dataset.corpus], index)
    found: Scaled = {}
    with open_index(index) as opened:
        for question in read_judged_questions(dataset, Options(top=DEPTH, per_document=5))[0]:
            if question.query_id in qrels:
                hits = opened.answer(question.query).hits
                rows = [[signal.share / signal.weight for signal in hit.signals] for hit in hits]
                found[question.query_id] = [hit.document.doc_id for hit in hits], np.array(rows)
    return found


def ndcg(dataset: Dataset, scaled: Scaled, weights: Weights) -> float:
    """nDCG@10 of documents by their best passage under other weights."""
    by_signal = np.array([getattr(weights, name) for name in SIGNALS])
    run: dict[str, dict[str, float]] = {}
    for query_id, (documents, rows) in scaled.items():
        best = run.setdefault(query_id, {})
        for doc_id, score in zip(documents, (rows @ by_signal).tolist(), strict=True):
            best[doc_id] = max(score, best.get(doc_id, 0.0))
    return evaluate(run, read_qrels(dataset.qrels)).means[MEASURES[0]]


def settings() -> Iterator[Weights]:
    """All shares that are tried."""
    for dense, sentence, article in itertools.product((0.35, 0.45, 0.55, 0.65), (0.0, 0.5, 0.75), (0.0, 0.5, 1.0)):
        words = 1 - dense
        yield Weights(dense * (1 - sentence), dense * sentence, words * (1 - article), words * article)


def report(label: str, values: list[float]) -> None:
    """One row."""
    print(f"| {label} | {' | '.join(f'{value:.4f}' for value in values)} | {np.mean(values):.4f} |", flush=True)


def main() -> None:
    """Print a table of settings, or of the constants of BM25."""
    names = [name for name in sys.argv[1:] if name != "--words"] or ["seeds"]
    datasets = [find_dataset(Path(name)) for name in names]
    print(f"| passage, sentence, words, article | {' | '.join(one.name for one in datasets)} | mean |")
    print(f"| --- |{' ---: |' * (len(datasets) + 1)}")
    default = WEIGHTS["hybrid"]
    if "--words" in sys.argv:
        for name, values in WORDS.items():
            usual = getattr(bm25, name)
            for value in values:
                setattr(bm25, name, value)
                report(f"{name} {value}", [ndcg(one, signals(one), default) for one in datasets])
            setattr(bm25, name, usual)
        return
    scaled = [signals(one) for one in datasets]
    measured = {
        weights: [ndcg(one, found, weights) for one, found in zip(datasets, scaled, strict=True)]
        for weights in {default, *settings()}
    }
    leading = sorted(measured, key=lambda weights: -float(np.mean(measured[weights])))[:12]
    for weights in [*leading, default]:
        mark = " (default)" if weights == default else ""
        label = ", ".join(f"{getattr(weights, name):.3f}" for name in SIGNALS)
        report(label + mark, measured[weights])


if __name__ == "__main__":
    main()

"""The threshold behind "no strong match": questions of one collection asked of another.

    scripts/bench strength ../shared/data/scifact ../shared/data/press

Every question's best score in its own collection (an answer is there) against its best score in the
other (none is). Printed for each mode: the separation (AUROC), the threshold that silences 5 % of the
questions that have an answer, and the share of the others that it tells; then both for the default.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from semsearch.arrays import Scores
from semsearch.encoders import DEFAULT_MODEL
from semsearch.evaluation.dataset import Dataset, find_dataset, read_judged_questions
from semsearch.evaluation.measures import read_qrels
from semsearch.indexing.building import build
from semsearch.ranking.strength import STRONG_SCORE
from semsearch.records import Mode
from semsearch.search.opening import open_index
from semsearch.search.options import Options, make_query

FALSE_SILENCE = 0.05
DEFAULT = STRONG_SCORE[DEFAULT_MODEL]


def best_scores(questions: Dataset, corpus: Dataset, mode: Mode) -> Scores:
    """The best score of each judged question of one collection over the passages of another."""
    index = Path("indexes", f"eval-{corpus.name}")
    judged = read_qrels(questions.qrels)
    asked = [q.query.text for q in read_judged_questions(questions, Options())[0] if q.query_id in judged]
    with open_index(index) as opened:
        answers = opened.answer_all([make_query(text, top=1, mode=mode) for text in asked])
        return np.array([answer.hits[0].score for answer in answers])


def auroc(on_topic: Scores, off_topic: Scores) -> float:
    """The chance that a question with an answer scores above one without (ties count half)."""
    above = (on_topic[:, None] > off_topic).mean() + (on_topic[:, None] == off_topic).mean() / 2
    return float(above)


def main() -> None:
    """Print a row for each ordered pair of the collections named on the command line."""
    names = sys.argv[1:] or ["../shared/data/scifact", "../shared/data/press"]
    datasets = [find_dataset(Path(name)) for name in names]
    for dataset in datasets:
        build([dataset.corpus], Path("indexes", f"eval-{dataset.name}"))
    print("| mode | questions of | asked of | AUROC | threshold at 5 % | told | silenced and told by the default |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for mode, default in DEFAULT.items():
        for own in datasets:
            on_topic = best_scores(own, own, mode)
            threshold = float(np.quantile(on_topic, FALSE_SILENCE))
            for other in datasets:
                if other is not own:
                    off_topic = best_scores(own, other, mode)
                    told = (off_topic < threshold).mean()
                    both = f"{(on_topic < default).mean():.1%}, {(off_topic < default).mean():.1%}"
                    cells = f"{auroc(on_topic, off_topic):.3f} | {threshold:.3f} | {told:.1%} | {both}"
                    print(f"| {mode} | {own.name} | {other.name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()

"""nDCG@10 of `semsearch eval --mode dense` beside the obvious way, in one run.

The baseline: sentence-transformers over whole texts (title, blank, text; cut at 256 tokens), float32,
cosine by NumPy, the same judged questions, the same measures.

    scripts/bench quality ../shared/data/scifact ../shared/data/cranfield
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np

from semsearch.encoders.layout import packaged_folder
from semsearch.evaluation.dataset import evaluate_dataset, find_dataset, read_judged_questions
from semsearch.evaluation.measures import MEASURES, Evaluation, evaluate, read_qrels
from semsearch.indexing.embedding import EncoderChoice
from semsearch.search.options import Options

DEPTH = 100


def baseline(folder: Path) -> Evaluation:
    """Whole texts, sentence-transformers, NumPy."""
    from sentence_transformers import SentenceTransformer

    dataset = find_dataset(folder)
    opener = gzip.open if dataset.corpus.suffix == ".gz" else open
    with opener(dataset.corpus, "rt", encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream]
    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    texts = [f"{record.get('title', '')} {record['text']}".strip() for record in records]
    rows = model.encode(texts, normalize_embeddings=True, show_progress_bar=sys.stderr.isatty())
    qrels = read_qrels(dataset.qrels)
    questions = [q for q in read_judged_questions(dataset, Options())[0] if q.query_id in qrels]
    asked = model.encode([q.query.text for q in questions], normalize_embeddings=True, show_progress_bar=False)
    run = {}
    for question, scores in zip(questions, np.asarray(asked) @ np.asarray(rows).T, strict=True):
        best = np.argsort(-scores)[:DEPTH]
        run[question.query_id] = {str(records[at]["_id"]): float(scores[at]) for at in best}
    return evaluate(run, qrels)


def main() -> None:
    """Print a table for each dataset named on the command line."""
    for name in sys.argv[1:] or ["../shared/data/scifact"]:
        folder = Path(name)
        begin = time.monotonic()
        dataset = find_dataset(folder)
        index = Path("indexes", f"eval-{dataset.name}")
        modes, _ = evaluate_dataset(dataset, index, EncoderChoice(), modes=("dense", "hybrid"))
        ours = modes["hybrid"]
        middle = time.monotonic()
        theirs = baseline(folder)
        print(f"{dataset.name}, {ours.queries} judged questions")
        print(f"{'':<26}{''.join(f'{measure:>9}' for measure in MEASURES)}{'seconds':>9}")
        for label, found, seconds in (
            ("semsearch, hybrid", ours, middle - begin),
            ("semsearch, dense", modes["dense"], middle - begin),
            ("whole texts, NumPy", theirs, time.monotonic() - middle),
        ):
            print(f"{label:<26}{''.join(f'{found.means[m]:>9.4f}' for m in MEASURES)}{seconds:>9.0f}")
        difference = [ours.means[m] - theirs.means[m] for m in MEASURES]
        print(f"{'difference':<26}{''.join(f'{value:>+9.4f}' for value in difference)}\n", flush=True)


if __name__ == "__main__":
    main()

"""Passage sizes, with and without overlap and header: nDCG@10 and R@100 of dense ranking.

    scripts/bench passages ../shared/data/cranfield ../shared/data/med

Each setting embeds the whole corpus again, so small collections are a good choice.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np

from semsearch.encoders import Encoder, open_encoder
from semsearch.evaluation.dataset import Dataset, find_dataset, read_judged_questions
from semsearch.evaluation.measures import Evaluation, evaluate, read_qrels
from semsearch.indexing.preparing import prepare
from semsearch.records import Document, Place
from semsearch.search.options import Options
from semsearch.text.chunking import ChunkingSettings
from semsearch.text.sentences import first_sentence

DEPTH = 100
SETTINGS = [
    *(
        ChunkingSettings(tokens=tokens, header=header)
        for tokens in (96, 128, 160, 192, 240)
        for header in (True, False)
    ),
    *(ChunkingSettings(tokens=tokens, overlap=1) for tokens in (128, 160, 240)),
]


def read_documents(dataset: Dataset) -> list[tuple[Document, bytes, str | None]]:
    """The corpus, each document with a stand-in for its hash."""
    opener = gzip.open if dataset.corpus.suffix == ".gz" else open
    with opener(dataset.corpus, "rt", encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream]
    texts = [(str(r["_id"]), r.get("title", ""), r["text"] or r["title"]) for r in records]
    return [(Document(i, t or first_sentence(x), x, None, None, None, "", Place()), b"", None) for i, t, x in texts]


def measure(dataset: Dataset, encoder: Encoder, settings: ChunkingSettings) -> tuple[int, Evaluation]:
    """Number of passages, and the measures of ranking documents by their best passage."""
    prepared = prepare(read_documents(dataset), encoder, settings)
    hashes = list(prepared.texts)
    rows = dict(zip(hashes, encoder.encode_passages([prepared.texts[key].text for key in hashes]), strict=True))
    owners, vectors = [], []
    for doc_id, new in prepared.documents.items():
        owners += [doc_id] * len(new.passages)
        vectors += [rows[digest] for _, _, digest in new.passages]
    matrix, ids = np.array(vectors), list(dict.fromkeys(owners))
    number = {doc_id: at for at, doc_id in enumerate(ids)}
    places = np.array([number[owner] for owner in owners])
    qrels = read_qrels(dataset.qrels)
    run = {}
    for question in read_judged_questions(dataset, Options())[0]:
        if question.query_id in qrels:
            best = np.full(len(ids), -1.0, np.float32)
            np.maximum.at(best, places, matrix @ encoder.encode_queries([question.query.text])[0])
            top = np.argsort(-best)[:DEPTH]
            run[question.query_id] = {ids[at]: float(best[at]) for at in top}
    return len(owners), evaluate(run, qrels)


def main() -> None:
    """Print a row for each setting and dataset."""
    encoder = open_encoder()
    print(
        "| set | tokens | header | overlap | passages | nDCG@10 | R@100 |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for name in sys.argv[1:] or ["../shared/data/cranfield", "../shared/data/med"]:
        dataset = find_dataset(Path(name))
        for settings in SETTINGS:
            passages, found = measure(dataset, encoder, settings)
            cells = (dataset.name, settings.tokens, settings.header, settings.overlap, passages)
            values = (f"{found.means[measure]:.4f}" for measure in ("nDCG@10", "R@100"))
            print("| " + " | ".join([*map(str, cells), *values]) + " |", flush=True)


if __name__ == "__main__":
    main()

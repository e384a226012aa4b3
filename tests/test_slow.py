"""The whole way with the real model and real questions; run by scripts/test --all."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from semsearch.arrays import Span, Vectors
from semsearch.encoders import open_encoder
from semsearch.encoders.layout import packaged_folder
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.text.sentences import split_sentences
from tests.conftest import ROOT, Program, shared

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.slow


def test_eight_hundred_questions_in_every_format_are_answered_as_ask_answers(program: Program, tmp_path: Path) -> None:
    lines = shared("data/scifact/queries.jsonl").read_text("utf-8").splitlines()
    questions = [" ".join(json.loads(line)["text"].split()) for line in lines][:800]
    assert len(questions) == 800
    build([ROOT / "seeds"], tmp_path / "indexes" / "default")
    with open_index(tmp_path / "indexes" / "default") as index:
        alone = [[(h.document.doc_id, h.start, h.dense) for h in index.search(q).hits] for q in questions]
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], *([str(n), q] for n, q in enumerate(questions))])
    table = out.getvalue()
    tabbed = io.StringIO()
    csv.writer(tabbed, delimiter="\t").writerows(csv.reader(io.StringIO(table)))
    files = {
        "q.txt": "\n".join(questions),
        "q.csv": table,
        "q.tsv": tabbed.getvalue(),
        "q.jsonl": "\n".join(json.dumps({"_id": n, "text": q}) for n, q in enumerate(questions)),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
        ran = program("batch", name)
        assert ran.status == 0, ran.err
        found = [
            [(h["doc_id"], h["start"], h["dense"]) for h in json.loads(line)["hits"]] for line in ran.out.splitlines()
        ]
        assert found == alone, name


def test_scifact_loses_nothing_against_whole_texts(program: Program) -> None:
    """0.660 was measured for whole abstracts with sentence-transformers and NumPy."""
    ran = program("eval", shared("data/scifact"), "--format", "json")
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["nDCG@10"] >= 0.650


def test_a_thousand_passages_and_three_hundred_questions_keep_the_vectors_of_sentence_transformers() -> None:
    """Rows of passages, of sentences in them and of questions, as this machine computes them by default."""
    from sentence_transformers import SentenceTransformer

    corpus = shared("data/press/corpus.jsonl.gz")
    lines = shared("data/scifact/queries.jsonl").read_text("utf-8").splitlines()[:300]
    with gzip.open(corpus, "rt", encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream][::2]
    passages = [f"{record['title']}\n{record['text'][: 200 + 7 * at % 900]}" for at, record in enumerate(records)]
    passages = [*passages, *(record["text"][-600:] for record in records)][:1000]
    questions = [json.loads(line)["text"] for line in lines]
    assert (len(passages), len(questions)) == (1000, 300)
    reference = SentenceTransformer(str(packaged_folder()), device="cpu")
    encoder = open_encoder()
    spans = [split_sentences(text) for text in passages]
    encoded = encoder.encode_spans(passages, spans)
    for texts, rows in ((passages, encoded.vectors), (questions, encoder.encode_queries(questions))):
        expected = reference.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        assert (rows * expected).sum(axis=1).min() >= 0.9995
    sentences = _sentence_rows(reference, passages, spans)
    assert sum(map(len, sentences)) > 3000
    for found, wanted in zip(encoded.span_vectors, sentences, strict=True):
        assert (found * wanted).sum(axis=1).min() >= 0.9995


def _sentence_rows(reference: SentenceTransformer, texts: list[str], spans: list[list[Span]]) -> list[Vectors]:
    """Unit means of the states that sentence-transformers gives the tokens of each span; all, if it has none."""
    states = reference.encode(texts, output_value="token_embeddings", show_progress_bar=False)
    limit = reference.max_seq_length
    offsets = reference.tokenizer(texts, truncation=True, max_length=limit, return_offsets_mapping=True)
    found = []
    for own, places, inside in zip(states, offsets["offset_mapping"], spans, strict=True):
        begins = np.array([start if end > start else -1 for start, end in places])
        hidden = own.float().numpy()[: len(begins)]
        held = [(begins >= start) & (begins < end) for start, end in inside]
        means = [hidden[mask if mask.any() else slice(None)].mean(axis=0) for mask in held]
        found.append(np.array([mean / np.linalg.norm(mean) for mean in means], np.float32))
    return found

"""Questions over a quarter of a million passages: press releases, repeated with other vectors nearby.

scripts/bench large [QUESTIONS]

Words alone beside tantivy (its BM25, stemmed, the first 100), all together beside sentence-transformers and
FAISS. The index is kept in indexes/bench-large.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from scripts.benchmarks.measuring import ROOT, collections, index_of
from semsearch.encoders.layout import packaged_folder
from semsearch.encoders.protocol import SpanVectors
from semsearch.indexing.building import build
from semsearch.records import Document, Mode
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.storage.known import NewDocument
from semsearch.storage.snapshot import Snapshot, open_snapshot
from semsearch.storage.writer import Writer, open_writer

PASSAGES = 250_000


def large_index(folder: Path) -> Path:
    """The index at ``folder``, made by repeating that of press with other vectors nearby."""
    if folder.is_dir():
        build([], folder)  # one of an older format is brought up to date
        return folder
    snapshot = open_snapshot(index_of(*collections()[-1]))
    random = np.random.default_rng(4)
    with open_writer(folder) as writer:
        with writer.transaction():
            writer.set_encoder(snapshot.encoder)
            file_id = writer.begin_file(writer.put_source("/press", {}), "/press")
        held, turn = 0, 0
        while held < PASSAGES:
            with writer.transaction():
                held += _repeat(snapshot, writer, file_id, turn, random)
            turn += 1
            print(f"{held} passages", file=sys.stderr)
        writer.accelerate()
        writer.finish()
    snapshot.close()
    return folder


def _repeat(snapshot: Snapshot, writer: Writer, file_id: int, turn: int, random: np.random.Generator) -> int:
    """Every document once more, under another id and another order of its days; the passages added."""
    numbers = snapshot.lexical().numbers
    places, parts = snapshot.documents.places(numbers), snapshot.sentence_vectors(numbers)
    rows = snapshot.vectors(numbers)
    rows = np.asarray(rows + random.normal(0, 0.02, rows.shape), np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    hashes = [hashlib.sha256(turn.to_bytes(4) + place.number.to_bytes(8)).digest() for place in places]
    found = [parts[number] for number in numbers.tolist()]
    writer.add_vectors(hashes, SpanVectors(rows, [each for _, each in found]), [spans for spans, _ in found])
    by_document: dict[str, list[tuple[int, int, bytes]]] = {}
    for place, digest in zip(places, hashes, strict=True):
        by_document.setdefault(place.doc_id, []).append((place.start, place.end, digest))
    for doc_id, spans in by_document.items():
        document = _renamed(snapshot.documents.document(doc_id), turn)
        writer.put_document(file_id, NewDocument(document, hashlib.sha256().digest(), document.language, spans))
    return len(numbers)


def _renamed(document: Document, turn: int) -> Document:
    return replace(document, doc_id=f"{document.doc_id}-{turn}")


def main() -> None:
    """Print medians and 95th percentiles in milliseconds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    folder = large_index(ROOT / "indexes" / "bench-large")
    with (ROOT / "seeds" / "queries.jsonl").open(encoding="utf-8") as stream:
        questions = [json.loads(line)["text"] for line in stream]
    path = collections()[-1][1].with_name("queries.jsonl")
    questions += [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    questions = questions[:count]
    by_tantivy, by_meaning = tantivy_search(folder), obvious_search(folder)
    print(f"{len(questions)} questions, warm, milliseconds{'':<14}{'median':>9}{'p95':>9}")
    with open_index(folder) as index:
        for name, ask in (
            ("tantivy, words alone", by_tantivy),
            ("semsearch --mode lexical --no-time", _asking(index, "lexical", use_time=False)),
            ("semsearch --mode lexical", _asking(index, "lexical")),
            ("sentence-transformers and FAISS", by_meaning),
            ("semsearch --mode dense", _asking(index, "dense")),
            ("semsearch, hybrid", _asking(index, "hybrid")),
            ("semsearch, hybrid, copies folded", _asking(index, "hybrid", expand=False)),
        ):
            ask(questions[0])
            median, late = _percentiles(ask, questions)
            print(f"{name:<40}{median:>9.1f}{late:>9.1f}")


def _asking(index: Index, mode: Mode, *, use_time: bool = True, expand: bool = True) -> Callable[[str], object]:
    """Every article is there many times over, so near copies are folded in one measurement only."""
    return lambda question: index.search(question, mode=mode, use_time=use_time, expand=expand)


def _percentiles(ask: Callable[[str], object], questions: list[str]) -> tuple[float, float]:
    times = []
    for question in questions:
        begin = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - begin))
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def tantivy_search(folder: Path) -> Callable[[str], object]:
    """The first 100 passages by tantivy's own BM25."""
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer()
    snapshot = open_snapshot(folder)
    for begin in range(0, len(snapshot.lexical().numbers), 10_000):
        for title, text in snapshot.documents.texts(snapshot.lexical().numbers[begin : begin + 10_000]):
            writer.add_document(tantivy.Document(text=f"{title} {text}"))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(question: str) -> object:
        words = "".join(c if c.isalnum() else " " for c in question)
        return searcher.search(index.parse_query(words, ["text"]), 100, count=False).hits

    return search


def obvious_search(folder: Path) -> Callable[[str], object]:
    """sentence-transformers and a flat FAISS index."""
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    index = faiss.read_index(str(next(folder.glob("dense-*.faiss"))))
    return lambda question: index.search(
        model.encode([question], normalize_embeddings=True, show_progress_bar=False), 10
    )


if __name__ == "__main__":
    main()

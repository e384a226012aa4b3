"""Questions to a program that is already running: the library beside sentence-transformers and FAISS.

scripts/bench query [QUESTIONS]
"""

from __future__ import annotations

import json
import sys
from itertools import islice

from scripts.benchmarks.measuring import ROOT, alternate, both_indexes, collections, timed
from semsearch.encoders.layout import packaged_folder
from semsearch.search.opening import open_index

ROUNDS = 3


def main() -> None:
    """Print a row for each collection."""
    import faiss
    from sentence_transformers import SentenceTransformer

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with (ROOT / "seeds" / "queries.jsonl").open(encoding="utf-8") as stream:
        questions = [json.loads(line)["text"] for line in islice(stream, count)]
    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    print(f"{'a warm question':<18}{'baseline':>12}{'semsearch':>12}{'ratio':>8}   {len(questions)} questions")
    for name, source in collections():
        ours, theirs = both_indexes(name, source)
        found = faiss.read_index(str(theirs / "passages.faiss"))
        with open_index(ours) as index:

            def baseline(found: faiss.Index = found) -> None:
                for question in questions:
                    found.search(model.encode([question], normalize_embeddings=True, show_progress_bar=False), 10)

            def asked(index: object = index) -> None:
                for question in questions:
                    index.search(question)  # type: ignore[attr-defined]

            baseline()
            asked()
            old, new = alternate(ROUNDS, timed(baseline), timed(asked))
        each = [1000 * ran.seconds / len(questions) for ran in (old, new)]
        print(f"{name:<18}{each[0]:>9.1f} ms{each[1]:>9.1f} ms{each[0] / each[1]:>7.1f}x   medians of {ROUNDS}")


if __name__ == "__main__":
    main()

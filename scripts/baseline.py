"""The obvious way, to be measured against: sentence-transformers and FAISS in some forty lines.

python scripts/baseline.py index SOURCE FOLDER      SOURCE: a folder of .txt, or a corpus.jsonl.gz
python scripts/baseline.py ask FOLDER QUESTION
"""

import gzip
import json
import sys
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer

from semsearch.encoders.layout import packaged_folder

WORDS = 100  # of a passage: as many as semsearch's 160 tokens hold, so both search as many vectors


def read(source: Path) -> list[tuple[str, str]]:
    """Names and texts of articles."""
    if source.is_dir():
        return [(path.name, path.read_text("utf-8")) for path in sorted(source.glob("*.txt"))]
    with gzip.open(source, "rt", encoding="utf-8") as stream:
        return [(record["_id"], f"{record['title']} {record['text']}") for record in map(json.loads, stream)]


def index(source: Path, folder: Path) -> None:
    """Embed every passage and save the vectors beside the texts."""
    passages = []
    for name, text in read(source):
        words = text.split()
        passages += [(name, " ".join(words[at : at + WORDS])) for at in range(0, len(words), WORDS)]
    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    rows = model.encode([text for _, text in passages], normalize_embeddings=True)
    found = faiss.IndexFlatIP(rows.shape[1])
    found.add(rows)
    folder.mkdir(parents=True, exist_ok=True)
    faiss.write_index(found, str(folder / "passages.faiss"))
    (folder / "passages.json").write_text(json.dumps(passages), "utf-8")


def ask(folder: Path, question: str) -> None:
    """Print the ten nearest passages."""
    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    passages = json.loads((folder / "passages.json").read_text("utf-8"))
    found = faiss.read_index(str(folder / "passages.faiss"))
    scores, places = found.search(model.encode([question], normalize_embeddings=True), 10)
    for score, place in zip(scores[0], places[0], strict=True):
        print(f"{score:.3f}  {passages[place][0]}\n{passages[place][1]}\n")


if __name__ == "__main__":
    if sys.argv[1] == "index":
        index(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        ask(Path(sys.argv[2]), sys.argv[3])

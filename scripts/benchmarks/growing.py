"""Many articles: the rate and the memory of `index` from the first to the last of them.

    scripts/bench growing [ARTICLES] [ruwa|press|seeds]

ARTICLES (default 50,000) are taken from the first of the collections that is there, as often as needed, each time
with other titles, so that every text is encoded. The baseline is the first turn; each holds the same articles.
"""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from scripts.benchmarks.measuring import PRESS, ROOT
from semsearch.indexing.building import Progress, build

CORPORA = {"ruwa": PRESS.parent.parent / "ruwa" / PRESS.name, "press": PRESS}


@dataclass(slots=True)
class Watch:
    """How far the build was when: documents, texts encoded, seconds, seconds of the processors."""

    seen: list[tuple[int, int, float, float]] = field(default_factory=list)

    def __call__(self, progress: Progress) -> None:
        """Note it."""
        self.seen.append((progress.documents, progress.encoded, time.perf_counter(), time.process_time()))

    def rates(self, begin: int, end: int) -> tuple[float, float]:
        """Texts a second, and a second of the processors, from one number of documents to another."""
        documents, *others = np.array(self.seen).T
        texts, wall, processor = (np.diff(np.interp([begin, end], documents, each))[0] for each in others)
        return texts / wall, texts / processor


def articles(names: list[str]) -> list[dict[str, str]]:
    """The records of the first collection that is there."""
    if unknown := set(names) - {*CORPORA, "seeds"}:
        sys.exit(f"growing: {', '.join(sorted(unknown))}: expected {', '.join(CORPORA)} or seeds")
    for path in (CORPORA[name] for name in names or CORPORA if name in CORPORA):
        if path.is_file():
            with gzip.open(path, "rt", encoding="utf-8") as stream:
                return [json.loads(line) for line in stream]
    return [{"_id": path.name, "title": "", "text": path.read_text("utf-8")} for path in (ROOT / "seeds").glob("*.txt")]


def repeated(records: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The records again and again, under other ids and titles."""
    turn = 0
    while True:
        for record in records:
            title = f"Edition {turn + 1}. {record['title']}".strip()
            yield {**record, "_id": f"{record['_id']}-{turn}", "title": title}
        turn += 1


def main() -> None:
    """Print a row for each turn over the collection, and the most memory."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count = numbers[0] if numbers else 50_000
    records = articles([word for word in sys.argv[1:] if not word.isdigit()])
    folder, watch = Path(tempfile.mkdtemp(prefix="semsearch-bench-")), Watch()
    turn = min(len(records), count)
    try:
        source = folder / "corpus.jsonl.gz"
        with gzip.open(source, "wt", encoding="utf-8", compresslevel=1) as stream:
            stream.writelines(json.dumps(record) + "\n" for record in islice(repeated(records), count))
        begin = time.perf_counter()
        report = build([source], folder / "index", progress=watch)
        seconds = time.perf_counter() - begin
    finally:
        shutil.rmtree(folder)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{report.added} articles, {report.encoded} texts by {report.engine}: {seconds:.0f} s, {megabytes:.0f} MB")
    print(f"{'articles':<20}{'texts/s':>10}{'ratio':>8}{'texts/CPU s':>14}{'ratio':>8}")
    first = watch.rates(0, turn)
    for at in range(0, count - turn + 1, turn):
        wall, processor = watch.rates(at, at + turn)
        label = f"{at + 1} to {at + turn}"
        print(f"{label:<20}{wall:>10.1f}{wall / first[0]:>7.2f}x{processor:>14.1f}{processor / first[1]:>7.2f}x")


if __name__ == "__main__":
    main()

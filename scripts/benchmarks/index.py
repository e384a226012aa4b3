"""Indexing: all of a collection beside the baseline script, then nothing changed, then one article more.

    scripts/bench index [ARTICLES]

ARTICLES (default 200) of press are indexed anew; without press, the seeds.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from scripts.benchmarks.measuring import BASELINE, PRESS, ROOT, SEMSEARCH, Ran, run

ROUNDS = 5


def copy_corpus(folder: Path, count: int) -> list[str]:
    """The first lines of press, or the seeds' files, as JSON lines."""
    if PRESS.is_file():
        with gzip.open(PRESS, "rt", encoding="utf-8") as stream:
            lines = [line for line, _ in zip(stream, range(count), strict=False)]
    else:
        files = sorted((ROOT / "seeds").glob("*.txt"))
        lines = [json.dumps({"_id": p.name, "title": "", "text": p.read_text("utf-8")}) + "\n" for p in files]
    write(folder / "corpus.jsonl.gz", lines)
    return lines


def write(path: Path, lines: list[str]) -> None:
    """JSON lines, compressed."""
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines(lines)


def added(lines: list[str], number: int) -> str:
    """One more article, of the text of another with words of its own, so that all of it is encoded."""
    record = json.loads(lines[number * 7 % len(lines)])
    return json.dumps({**record, "_id": f"added-{number}", "text": f"Report {number}. {record['text']}"}) + "\n"


def main() -> None:
    """Print a row for each of the three."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    folder = Path(tempfile.mkdtemp(prefix="semsearch-bench-"))
    try:
        lines = copy_corpus(folder, count)
        source = folder / "corpus.jsonl.gz"
        command = [*SEMSEARCH, "index", str(source), "--index", str(folder / "ix")]
        old, new = run([*BASELINE, "index", str(source), str(folder / "baseline")]), run(command)
        print(f"{len(lines)} articles{'':<14}{'baseline':>18}{'semsearch index':>18}{'ratio':>8}")
        print(f"{'all of them':<24}{shown(old):>18}{shown(new):>18}{old.seconds / new.seconds:>7.1f}x")
        unchanged = [run(command) for _ in range(ROUNDS)]
        told("nothing changed", unchanged, old)
        more = []
        for number in range(ROUNDS):
            lines.append(added(lines, number))
            write(source, lines)
            more.append(run(command))
        told("one article more", more, old)
    finally:
        shutil.rmtree(folder)


def told(label: str, runs: list[Ran], old: Ran) -> None:
    """A row; the baseline embeds everything again."""
    middle = Ran(statistics.median(r.seconds for r in runs), statistics.median(r.megabytes for r in runs))
    print(f"{label:<24}{shown(old):>18}{shown(middle):>18}{old.seconds / middle.seconds:>7.1f}x  median of {ROUNDS}")


def shown(ran: Ran) -> str:
    """Seconds and megabytes."""
    return f"{ran.seconds:.2f} s {ran.megabytes:.0f} MB"


if __name__ == "__main__":
    main()

"""Indexing: all of a collection beside the baseline script, then nothing changed, then one article more.

    scripts/bench index [ARTICLES] [ROUNDS]

ARTICLES (default 100) of press are indexed anew, ROUNDS (default 3) times; without press, the seeds.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.benchmarks.measuring import BASELINE, PRESS, ROOT, SEMSEARCH, Ran, alternate, run

CHANGES = 5  # times that a small change is measured


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


def added(lines: list[str]) -> str:
    """One more article, of the text of another with a title of its own, so that all of it is encoded."""
    number = len(lines)
    record = json.loads(lines[7 * number % 100 % number])
    return json.dumps({**record, "_id": f"added-{number}", "title": f"Report {number}. {record['title']}"}) + "\n"


def main() -> None:
    """Print a row for each of the three."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, rounds = [*numbers, *(100, 3)[len(numbers) :]]
    folder = Path(tempfile.mkdtemp(prefix="semsearch-bench-"))
    try:
        lines = copy_corpus(folder, count)
        source = folder / "corpus.jsonl.gz"
        command = [*SEMSEARCH, "index", str(source), "--index", str(folder / "ix")]

        def anew() -> Ran:
            shutil.rmtree(folder / "ix", ignore_errors=True)
            return run(command)

        def one_more() -> Ran:
            lines.append(added(lines))
            write(source, lines)
            return run(command)

        old, new = alternate(rounds, lambda: run([*BASELINE, "index", str(source), str(folder / "baseline")]), anew)
        print(f"{f'{len(lines)} articles':<24}{'baseline':>18}{'semsearch index':>18}{'ratio':>8}")
        told("all of them", old, new, rounds)
        (same,) = alternate(CHANGES, lambda: run(command))
        told("nothing changed", old, same, CHANGES)
        (more,) = alternate(CHANGES, one_more)
        told("one article more", old, more, CHANGES)
    finally:
        shutil.rmtree(folder)


def told(label: str, old: Ran, new: Ran, rounds: int) -> None:
    """A row; whatever changed, the baseline embeds everything again."""
    ratio = old.seconds / new.seconds
    print(f"{label:<24}{shown(old):>18}{shown(new):>18}{ratio:>7.1f}x  medians of {rounds}", flush=True)


def shown(ran: Ran) -> str:
    """Seconds and megabytes."""
    return f"{ran.seconds:.2f} s {ran.megabytes:.0f} MB"


if __name__ == "__main__":
    main()

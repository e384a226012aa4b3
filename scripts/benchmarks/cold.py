"""One question, from the shell to the answer: `semsearch ask` beside the baseline script.

    scripts/bench cold [ROUNDS] [--empty-cache]

--empty-cache drops the page cache before every run (root only), so that all comes from the disk.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.benchmarks.measuring import BASELINE, SEMSEARCH, Ran, alternate, both_indexes, collections, run

QUESTION = "why did Russia retreat from Kherson"


def cold(command: Sequence[str], empty_cache: bool) -> Callable[[], Ran]:
    """A run of the command, with or without what the system keeps of its files."""

    def measured() -> Ran:
        if empty_cache:
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3", "ascii")
        return run(command)

    return measured


def main() -> None:
    """Print a row for each collection."""
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    rounds, empty = int(numbers[0]) if numbers else 9, "--empty-cache" in sys.argv
    print(f"{'one cold question':<18}{'baseline':>18}{'semsearch ask':>18}{'ratio':>8}   medians of {rounds}")
    for name, source in collections():
        ours, theirs = both_indexes(name, source)
        asking = cold([*SEMSEARCH, "ask", QUESTION, "--index", str(ours)], empty)
        old, new = alternate(rounds, cold([*BASELINE, "ask", str(theirs), QUESTION], empty), asking)
        print(f"{name:<18}{shown(old):>18}{shown(new):>18}{old.seconds / new.seconds:>7.1f}x")


def shown(ran: Ran) -> str:
    """Seconds and megabytes."""
    return f"{ran.seconds:.3f} s {ran.megabytes:.0f} MB"


if __name__ == "__main__":
    main()

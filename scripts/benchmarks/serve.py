"""The server beside ``batch``: one client at a time, and 16 at once, over the press releases.

scripts/bench serve [QUESTIONS]
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from scripts.benchmarks.measuring import SEMSEARCH, collections, index_of, run

CLIENTS = 16
_PORT = re.compile(r"http://[^/]+:(\d+)/")


@contextmanager
def served(index: Path) -> Iterator[tuple[int, float]]:
    """A server's port, and the seconds until it said it."""
    begin = time.perf_counter()
    command = [*SEMSEARCH, "serve", "--index", str(index), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline() if process.stderr else ""
        found = _PORT.search(said)
        if found is None:
            raise RuntimeError(said)
        yield int(found[1]), time.perf_counter() - begin
        process.terminate()


def asked(port: int, questions: list[str]) -> list[float]:
    """The seconds of each question over one connection."""
    connection, times = HTTPConnection("127.0.0.1", port), []
    for question in questions:
        begin = time.perf_counter()
        connection.request("GET", f"/api/search?{urlencode({'q': question})}")
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:  # noqa: PLR2004
            raise RuntimeError(f"status {reply.status}")
        times.append(time.perf_counter() - begin)
    connection.close()
    return times


def mixed(texts: list[list[str]], count: int, turn: int) -> list[str]:
    """So many different questions: the beginning of one and the end of another, so that no vector is remembered."""
    pairs = [
        (one, other)
        for step in range(turn, len(texts), 4)
        for one, other in zip(texts, texts[step:] + texts[:step], strict=True)
    ]
    return [" ".join([*one[: len(one) // 2], *other[len(other) // 2 :]]) for one, other in pairs[:count]]


def batch_seconds(index: Path, questions: list[str]) -> float:
    """What ``batch`` takes for questions, its start taken away."""
    with TemporaryDirectory() as folder:
        seconds = []
        for number, chosen in enumerate((questions, questions[:1])):
            asked_file, answers = Path(folder) / f"{number}.txt", Path(folder) / f"{number}.jsonl"
            asked_file.write_text("\n".join(chosen) + "\n", "utf-8")
            seconds.append(
                run([*SEMSEARCH, "batch", str(asked_file), "-o", str(answers), "--index", str(index), "-q"]).seconds
            )
    return seconds[0] - seconds[1]


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 320
    name, source = collections()[-1]
    index = index_of(name, source)
    lines = source.with_name("queries.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"].split() for line in lines]
    questions, others = mixed(texts, count, 1), mixed(texts, count, 2)
    with served(index) as (port, ready):
        asked(port, mixed(texts, 10, 3))
        times = sorted(1000 * each for each in asked(port, questions))
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda own: asked(port, own), [others[at::CLIENTS] for at in range(CLIENTS)]))
        together = len(questions) / (time.perf_counter() - begin)
    rate = len(questions) / batch_seconds(index, questions)
    late = times[int(0.95 * len(times))]
    print(f"ready after {ready:.2f} s; one at a time {statistics.median(times):.1f} ms, 95 % within {late:.1f} ms")
    print(f"{CLIENTS} clients {together:.1f} questions a second, batch {rate:.1f}: {100 * together / rate:.0f} %")


if __name__ == "__main__":
    main()

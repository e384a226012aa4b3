"""SIGKILL in the middle of a batch: the next run goes on and ends where an undisturbed one does."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from semsearch.indexing.building import build

WORDS = "town river soldiers grain deal bread bridge shells order army supply port ship flour".split()  # noqa: SIM905
SEED = 20221111


def write_corpus(path: Path, rng: random.Random, count: int) -> Path:
    lines = (
        json.dumps(
            {"_id": f"d{n}", "text": " ".join(rng.choices(WORDS, k=200)) + ".", "date": f"2022-11-{n % 28 + 1:02}"}
        )
        for n in range(count)
    )
    path.write_text("\n".join(lines))
    return path


def start(*arguments: object, cwd: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "semsearch", *map(str, arguments)]
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_batch_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    build([write_corpus(tmp_path / "a.jsonl", rng, 200)], tmp_path / "ix", model="hash")
    (tmp_path / "q.txt").write_text("\n".join(" ".join(rng.choices(WORDS, k=5)) for _ in range(400)))
    assert start("batch", "q.txt", "--index", "ix", "-o", "whole.csv", "--format", "csv", cwd=tmp_path).wait() == 0
    process = start("batch", "q.txt", "--index", "ix", "-o", "out.csv", "--format", "csv", cwd=tmp_path)
    while process.poll() is None and not (tmp_path / "out.csv.progress").exists():
        time.sleep(0.01)
    kill_after(process, 0.1)
    assert not (tmp_path / "out.csv").exists()
    assert json.loads((tmp_path / "out.csv.progress").read_text())["done"] >= 16
    last = start("batch", "q.txt", "--index", "ix", "-o", "out.csv", "--format", "csv", "--resume", cwd=tmp_path)
    assert last.wait() == 0
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()

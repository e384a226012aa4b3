"""Promise 10: Ctrl-C and SIGTERM stop cleanly; a closed pipe is quiet."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import ROOT
from tests.promises.corpora import records, write_records
from tests.promises.states import answers, assert_whole, held

SEED = 20221111


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "semsearch", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def interrupts(folder: Path, count: int) -> None:
    """Refreshes that are interrupted at random moments: quick, quiet, whole."""
    rng = random.Random(SEED)
    source = folder / "a.jsonl"
    write_records(source, records(rng, 60))
    build([source], folder / "old", model="hash")
    write_records(source, records(rng, 200))
    began = time.monotonic()
    with start("index", source, "--model", "hash", "--index", folder / "new") as process:
        assert process.wait() == 0
    usual = time.monotonic() - began
    after = held(folder / "new")
    stopped = 0
    for number in range(count):
        what, index = f"interrupt {number}, seed {SEED}", folder / f"ix{number}"
        shutil.copytree(folder / "old", index)
        with start("index", source, "--index", index) as process:
            time.sleep(max(0.1, rng.uniform(0.1, 0.8) * usual))  # before that Python itself begins
            sent = time.monotonic()
            process.send_signal(rng.choice([signal.SIGINT, signal.SIGTERM]))
            said = process.communicate()[1]
        assert time.monotonic() - sent < 2, what
        assert "Traceback" not in said, f"{what}: {said}"
        assert process.returncode in (0, 130, -signal.SIGINT, -signal.SIGTERM), f"{what}: {process.returncode} {said}"
        stopped += process.returncode != 0
        assert_whole(index, what)
        now = held(index)
        assert len(now) >= 60
        if number % 4 == 0:
            build([source], index)
            assert (held(index), answers(index)) == (after, answers(folder / "new")), what
        shutil.rmtree(index)
    assert stopped >= count / 4


def test_four_interrupts(tmp_path: Path) -> None:
    interrupts(tmp_path, 4)


@pytest.mark.slow
def test_a_hundred_interrupts(tmp_path: Path) -> None:
    interrupts(tmp_path, 100)


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "grain", "-k", "50"],
        ["ask", "grain", "-k", "50", "--format", "json"],
        ["batch", "questions.txt"],
        ["dates", "--format", "csv"],
        ["timeline", "grain", "--by", "day"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_closed_pipe_is_quiet(tmp_path: Path, arguments: list[str]) -> None:
    build([write_records(tmp_path / "a.jsonl", records(random.Random(SEED), 50))], tmp_path / "ix", model="hash")
    (tmp_path / "questions.txt").write_text("grain\n" * 200)
    command = [sys.executable, "-m", "semsearch", *arguments]
    if arguments != ["--help"]:
        command += ["--index", "ix"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        assert ran.stdout and ran.stderr
        ran.stdout.readline()
        ran.stdout.close()  # as head -1 does
        assert b"Traceback" not in ran.stderr.read()
    assert ran.returncode == 0

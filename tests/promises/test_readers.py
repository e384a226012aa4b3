"""Promise 8: readers are never disturbed; each answers from one snapshot."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import ROOT
from tests.promises.corpora import records, write_records

SEED = 20221111
READ = """
import json, sys, time
from pathlib import Path
from semsearch.search.opening import open_index
index, stop = Path(sys.argv[1]), Path(sys.argv[2])
asked, wrong = 0, []
while not stop.exists():
    with open_index(index) as opened:
        for mode in ("dense", "lexical", "hybrid"):
            answer = opened.search("grain bridge soldiers", mode=mode, top=200)
            marks = {hit.document.text.split()[0] for hit in answer.hits}
            asked += 1
            if len(marks) != 1 or answer.notes:
                wrong.append([sorted(marks), answer.notes])
print(json.dumps([asked, wrong[:5]]))
"""


def marked(rng: random.Random, count: int, mark: str) -> list[dict[str, str]]:
    """Articles that say of which turn they are, in their first word."""
    return [record | {"text": f"{mark} {record['text']}"} for record in records(rng, count)]


def disturbed(folder: Path, turns: int, readers: int) -> int:
    """Questions asked while an index is made anew, all articles changed in one transaction each time."""
    rng = random.Random(SEED)
    source, index, stop = folder / "a.jsonl", folder / "ix", folder / "stop"
    write_records(source, marked(rng, 60, "turn0"))
    build([source], index, model="hash")
    command = [sys.executable, "-c", READ, str(index), str(stop)]
    asking = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(readers)]
    time.sleep(1)
    for turn in range(1, turns):
        beside = write_records(folder / "next.jsonl", marked(rng, 60, f"turn{turn}"))
        beside.replace(source)
        build([], index, rebuild=turn % 5 == 0)
    stop.touch()
    asked = 0
    for process in asking:
        with process:
            count, wrong = json.loads(process.communicate(timeout=60)[0])
        assert process.returncode == 0
        assert wrong == []
        asked += count
    return asked


def test_readers_during_six_refreshes(tmp_path: Path) -> None:
    assert disturbed(tmp_path, 7, 2) > 10


@pytest.mark.slow
def test_readers_during_fifty_refreshes(tmp_path: Path) -> None:
    asked = turns = 0
    while asked < 10_000:
        (tmp_path / f"{turns}").mkdir()
        asked += disturbed(tmp_path / f"{turns}", 50, 8)
        turns += 1

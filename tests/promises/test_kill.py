"""Promise 1: killing ``index`` never loses what was committed."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import ROOT, shared
from tests.promises.corpora import records, write_records
from tests.promises.forking import Builders
from tests.promises.states import answers, assert_whole, held

SEED = 20221111
BATCH = 5_000  # characters: four articles a transaction


def kills(count: int, folder: Path) -> None:
    """Builds, and refreshes of what is there, killed at random moments; each then goes on to a clean build's state."""
    rng = random.Random(SEED)
    old, new = records(rng, 60), records(rng, 80)
    source = folder / "a.jsonl"
    with Builders(BATCH) as builders:
        write_records(source, old)
        assert builders.build(source, folder / "old") == 0
        write_records(source, new)
        began = time.monotonic()
        assert builders.build(source, folder / "new") == 0
        usual = time.monotonic() - began
        before, after = held(folder / "old"), held(folder / "new")
        clean = answers(folder / "new")
        for number in range(count):
            what, index = f"kill {number}, seed {SEED}", folder / f"killed{number}"
            refreshed = rng.random() < 0.5
            if refreshed:
                shutil.copytree(folder / "old", index)
            builders.build(source, index, killed_after=rng.random() * usual)
            assert_whole(index, what)
            now = held(index)
            assert all(text in (before.get(doc_id), after.get(doc_id)) for doc_id, text in now.items()), what
            assert not refreshed or before.keys() <= now.keys(), what
            if now in (before, after):
                assert answers(index) in (answers(folder / "old"), clean), what
            assert builders.build(source, index) == 0, what
            assert_whole(index, what)
            assert held(index) == after, what
            assert answers(index) == clean, what
            shutil.rmtree(index)


def test_eight_kills(tmp_path: Path) -> None:
    kills(8, tmp_path)


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    kills(200, tmp_path)


def near(found: list[list[tuple[object, ...]]]) -> list[list[tuple[object, ...]]]:
    """Answers with scores to the digits that batches of other texts leave as they are."""
    return [[(*hit[:5], round(float(str(hit[5])), 4), hit[6]) for hit in answer] for answer in found]


@pytest.mark.slow
def test_twenty_kills_with_the_real_model_over_the_press_releases(tmp_path: Path) -> None:
    with gzip.open(shared("data/press/corpus.jsonl.gz"), "rt", encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream]
    rng = random.Random(SEED)
    source = write_records(tmp_path / "a.jsonl", records)
    build([source], tmp_path / "old")
    for record in rng.sample(records, 40):
        record["text"] += " The bridge over the river was closed on Thursday."
    write_records(source, records)
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    command = [sys.executable, "-m", "semsearch", "index", str(source), "--index"]
    began = time.monotonic()
    assert subprocess.run([*command, str(tmp_path / "new")], cwd=ROOT, check=False).returncode == 0
    usual = time.monotonic() - began
    before, after = held(tmp_path / "old"), held(tmp_path / "new")
    clean = near(answers(tmp_path / "new"))
    for number in range(20):
        what, index = f"kill {number}, seed {SEED}", tmp_path / f"killed{number}"
        shutil.copytree(tmp_path / "old", index)
        with subprocess.Popen([*command, str(index)], cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            time.sleep(rng.random() * usual)
            process.kill()
        assert_whole(index, what)
        now = held(index)
        assert now.keys() == after.keys(), what
        assert all(text in (before[doc_id], after[doc_id]) for doc_id, text in now.items()), what
        build([source], index)
        assert held(index) == after, what
        assert near(answers(index)) == clean, what
        shutil.rmtree(index)

"""Promise 1: killing ``index`` never loses what was committed."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest

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

"""Promise 3, the other side: a clean index is never called damaged, not even while it is written."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged, IndexMissing
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE, SEAL, SUFFIXES
from semsearch.storage.truth.seal import read_seal
from semsearch.upkeep.check import check
from semsearch.upkeep.repair import compact, repair
from tests.conftest import ROOT, write_articles
from tests.promises.corpora import records, write_records
from tests.promises.states import answers, assert_whole

SEED = 20221111


def clean_indexes(folder: Path, count: int) -> None:
    """Indexes of few and many articles, grown, compacted, repaired."""
    rng = random.Random(SEED)
    for number in range(count):
        place = folder / f"{number}"
        source = write_records(place / "a.jsonl", records(rng, rng.randrange(1, 40)))
        build([source], place / "ix", model="hash")
        if number % 2:
            write_records(source, records(rng, rng.randrange(1, 40)))
            build([], place / "ix")
        if number % 5 == 0:
            compact(place / "ix")
        if number % 7 == 0:
            assert repair(place / "ix").aside == ()
        for full in (False, True):
            report = check(place / "ix", full=full)
            assert (report.whole, report.sealed) == (True, True), report.findings
        shutil.rmtree(place)


def test_ten_clean_indexes(tmp_path: Path) -> None:
    clean_indexes(tmp_path, 10)


@pytest.mark.slow
def test_a_hundred_clean_indexes(tmp_path: Path) -> None:
    clean_indexes(tmp_path, 100)


def test_an_index_that_is_being_written_is_whole(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    source = write_records(tmp_path / "a.jsonl", records(rng, 10))
    build([source], tmp_path / "ix", model="hash")
    write_records(source, records(rng, 250))
    command = [sys.executable, "-m", "semsearch", "index", str(source), "--index", str(tmp_path / "ix")]
    looks = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            assert_whole(tmp_path / "ix", f"look {looks}")
            looks += 1
    assert process.returncode == 0
    assert looks > 2
    assert_whole(tmp_path / "ix", "at the end")


@pytest.mark.parametrize("kind", [*SUFFIXES, "seal", "ignore"])
@pytest.mark.parametrize("harm", ["flipped", "missing"])
def test_repair_makes_anew_what_can_be_and_moves_aside_what_is_damaged(
    articles: Path, tmp_path: Path, kind: str, harm: str
) -> None:
    index = tmp_path / "ix"
    build([articles], index, model="hash")
    expected = answers(index)
    name = {"seal": SEAL, "ignore": ".semsearchignore"}.get(kind) or next(index.glob(f"{kind}-*")).name
    data = bytearray((index / name).read_bytes())
    data[len(data) // 2] ^= 1
    if harm == "missing":
        (index / name).unlink()
    else:
        (index / name).write_bytes(data)
    found = check(index, full=True)
    assert [finding.name for finding in found.findings] == [name]
    assert found.findings[0].command == f"semsearch repair --index {index}"
    report = repair(index)
    assert report.aside == ((name,) if harm == "flipped" else ())
    if harm == "flipped":
        assert (index / "damaged" / name).read_bytes() == data
    assert_whole(index, name)
    assert answers(index) == expected


def test_compacting_gives_room_back_and_changes_no_answer(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    source = write_records(tmp_path / "a.jsonl", records(rng, 200))
    build([source], tmp_path / "ix", model="hash")
    few = records(random.Random(7), 30)
    write_records(source, few)
    build([], tmp_path / "ix")
    expected = answers(tmp_path / "ix")
    report = compact(tmp_path / "ix")
    assert report.after < report.before / 2
    assert answers(tmp_path / "ix") == expected
    assert_whole(tmp_path / "ix", "compacted")


def test_a_run_that_changes_nothing_leaves_the_seal_as_it_is(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "articles")
    build([articles], tmp_path / "ix", model="hash")
    before = read_seal(tmp_path / "ix"), (tmp_path / "ix" / SEAL).stat().st_ino
    build([articles], tmp_path / "ix")
    assert (read_seal(tmp_path / "ix"), (tmp_path / "ix" / SEAL).stat().st_ino) == before
    with open_index(tmp_path / "ix") as reading:  # in the way of the log
        reading.search("grain")
        (articles / "more.txt").write_text("One more.\n", "utf-8")
        build([articles], tmp_path / "ix")
        assert_whole(tmp_path / "ix", "a reader is in the way of the seal")
    build([articles], tmp_path / "ix")
    seal = read_seal(tmp_path / "ix")
    assert seal is not None
    assert seal.files


@pytest.mark.parametrize("kind", SUFFIXES)
def test_after_many_removals_the_truth_alone_answers_as_well(tmp_path: Path, kind: str) -> None:
    """Passages that were removed before an accelerator was made are in no list any more."""
    rng = random.Random(SEED)
    source = write_records(tmp_path / "a.jsonl", records(rng, 60))
    for _ in range(2):
        build([source], tmp_path / "ix", model="hash")
        write_records(source, records(rng, 60))
        build([source], tmp_path / "ix", model="hash")
    expected = answers(tmp_path / "ix")
    max((tmp_path / "ix").glob(f"{kind}-*")).unlink()
    assert answers(tmp_path / "ix") == expected
    assert [finding.remedy for finding in check(tmp_path / "ix").findings] == ["repair"]


def test_an_index_that_was_killed_before_its_first_table_is_empty_and_not_damaged(tmp_path: Path) -> None:
    (tmp_path / "ix").mkdir()
    (tmp_path / "ix" / DATABASE).touch()
    for look in (lambda: check(tmp_path / "ix", full=True), lambda: open_index(tmp_path / "ix")):
        with pytest.raises(IndexMissing, match="empty"):
            look()
    build([write_articles(tmp_path / "articles")], tmp_path / "ix", model="hash")
    (tmp_path / "ix" / DATABASE).write_bytes(b"")
    assert not check(tmp_path / "ix").whole
    with pytest.raises(IndexDamaged, match=r"has lost \d+ commits"):
        open_index(tmp_path / "ix")
    report = build([tmp_path / "articles"], tmp_path / "ix", model="hash")
    assert report.added == 5
    assert_whole(tmp_path / "ix", "filled again")

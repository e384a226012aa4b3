"""Promise 2: a full disk, an I/O error or a power cut at any step leaves the old state, the new one, or a report."""

from __future__ import annotations

import errno
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.errors import StorageFailed
from semsearch.files.whole import Operation, watched
from semsearch.indexing import batches
from semsearch.indexing.building import build
from tests.conftest import ROOT
from tests.promises.corpora import records, write_records
from tests.promises.states import answers, assert_whole, held

SEED = 20221111
Step = tuple[Operation, str]


@pytest.fixture
def few_articles_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 20_000)


class Setting:
    """An index of some articles, and its source with others."""

    def __init__(self, folder: Path) -> None:
        rng = random.Random(SEED)
        self.folder, self.source = folder, folder / "a.jsonl"
        write_records(self.source, records(rng, 8))
        build([self.source], folder / "old", model="hash")
        self.before = held(folder / "old")
        write_records(self.source, records(rng, 32))  # more passages than an accelerator may lack

        build([self.source], folder / "new", model="hash")
        self.after, self.clean = held(folder / "new"), answers(folder / "new")

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.folder / "old", self.folder / name))

    def steps(self) -> list[Step]:
        """What a refresh does, step by step."""
        steps = list[Step]()
        with watched(lambda operation, path: steps.append((operation, path.name))):
            build([self.source], self.copy("counted"), model="hash")
        return steps

    def assert_old_or_new(self, index: Path, what: str) -> None:
        """Whole, each article old or new, and brought up to a clean build's state by the next run."""
        assert_whole(index, what)
        now = held(index)
        assert self.before.keys() <= now.keys(), what
        assert all(text in (self.before.get(doc_id), self.after.get(doc_id)) for doc_id, text in now.items()), what
        build([self.source], index, model="hash")
        assert_whole(index, what)
        assert (held(index), answers(index)) == (self.after, self.clean), what


def failing(at: int, number: int, *, torn: bool) -> Callable[[Operation, Path], None]:
    """Raises at the ``at``-th step; of a file that was just written half is there."""
    count = 0

    def watch(operation: Operation, path: Path) -> None:
        nonlocal count
        count += 1
        if count - 1 == at:
            if torn and operation == "write":
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            if operation == "commit":  # what SQLite's own failure becomes
                raise StorageFailed(f"{path}: injected")
            raise OSError(number, "injected", str(path))

    return watch


def fail_steps(folder: Path, number: int, every: int) -> None:
    """A refresh in which one step fails, for every so many of the steps."""
    setting = Setting(folder)
    for at, step in list(enumerate(setting.steps()))[::every]:
        index = setting.copy(f"failed{at}")
        with watched(failing(at, number, torn=True)), pytest.raises(StorageFailed):
            build([setting.source], index, model="hash")
        setting.assert_old_or_new(index, f"{step}, the {at}th step")
        shutil.rmtree(index)


@pytest.mark.usefixtures("few_articles_a_transaction")
def test_every_third_step_may_fail(tmp_path: Path) -> None:
    fail_steps(tmp_path, errno.ENOSPC, 3)


@pytest.mark.slow
@pytest.mark.usefixtures("few_articles_a_transaction")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_every_step_may_fail(tmp_path: Path, number: int) -> None:
    fail_steps(tmp_path, number, 1)


class PowerCut:
    """Copies the folder as a power cut could leave it before each step.

    A file that was written but not synced is half there, and a name in a folder that was not synced is the old one.
    """

    def __init__(self, folder: Path, copies: Path) -> None:
        self._folder, self._copies = folder, copies
        self._unsynced: set[str] = set()
        self._renamed: dict[str, bytes | None] = {}  # names that are not durable, with what they named before
        self.steps: list[Step] = []

    def __call__(self, operation: Operation, path: Path) -> None:
        self._cut(len(self.steps), keep_names=True)
        if self._renamed:
            self._cut(len(self.steps), keep_names=False)
        self.steps.append((operation, path.name))
        if operation == "write":
            self._unsynced.add(path.name)
        elif operation == "sync":
            self._unsynced.discard(path.name)
        elif operation == "rename":
            self._renamed[path.name] = path.read_bytes() if path.exists() else None
            if any(name.startswith(f".{path.name}.") for name in self._unsynced):
                self._unsynced.add(path.name)
        elif operation == "sync folder":
            self._renamed.clear()

    def _cut(self, number: int, *, keep_names: bool) -> None:
        copy = self._copies / f"{number}{'' if keep_names else '-names'}"
        shutil.copytree(self._folder, copy)
        for name in self._unsynced:
            if (copy / name).exists():
                (copy / name).write_bytes((copy / name).read_bytes()[: (copy / name).stat().st_size // 2])
        for name, old in self._renamed.items() if not keep_names else ():
            if old is None:
                (copy / name).unlink(missing_ok=True)
            else:
                (copy / name).write_bytes(old)


@pytest.mark.usefixtures("few_articles_a_transaction")
def test_the_power_may_go_before_every_step(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    index, copies = setting.copy("cut"), tmp_path / "copies"
    copies.mkdir()
    cuts = PowerCut(index, copies)
    with watched(cuts):
        build([setting.source], index, model="hash")
    assert ("commit", "truth.sqlite") in cuts.steps
    for copy in sorted(copies.iterdir()):
        number = int(copy.name.partition("-")[0])
        setting.assert_old_or_new(copy, f"before {cuts.steps[number]}, {copy.name}")


def limited(source: Path, index: Path, limit: int) -> subprocess.CompletedProcess[str]:
    """``index`` in a process that may write files of so many bytes."""

    def limit_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "semsearch", "index", str(source), "--model", "hash", "--index", str(index)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit_files, timeout=120
    )


@pytest.mark.parametrize(
    "share", [0.0001, 0.3, 0.97, *(pytest.param(n / 40, marks=pytest.mark.slow) for n in range(40))]
)
def test_a_disk_that_is_full_at_some_size(tmp_path: Path, share: float) -> None:
    setting = Setting(tmp_path)
    largest = max(path.stat().st_size for path in (tmp_path / "new").iterdir())
    index = setting.copy("full")
    ran = limited(setting.source, index, int(share * largest))
    assert ran.returncode == 2
    assert ran.stderr.startswith("semsearch: ")
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    assert "try again" in ran.stderr
    setting.assert_old_or_new(index, f"{share} of the room")


@pytest.mark.usefixtures("few_articles_a_transaction")
def test_what_the_truth_names_is_durable_before_the_commit(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    steps = setting.steps()
    last = max(at for at, step in enumerate(steps) if step == ("commit", "truth.sqlite"))
    for kind in ("dense-000002.faiss", "lexical-000002.safetensors", "columns-000002.safetensors"):
        at = steps.index(("rename", kind))
        (write, written), (sync, synced) = steps[at - 2 : at]
        assert (write, sync) == ("write", "sync")
        assert written == synced
        assert re.fullmatch(rf"\.{re.escape(kind)}\.[0-9a-f]{{12}}\.partial", written)
        assert steps[at + 1] == ("sync folder", "counted")
        assert at + 1 < last
    assert ("rename", "seal.json") in steps[: steps.index(("commit", "truth.sqlite"))]

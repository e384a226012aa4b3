"""Promise 9: a second writer fails fast and says who holds the index; no lock is stale."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.errors import IndexBusy
from semsearch.files.filesystems import network_of
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import LOCK_FILE
from semsearch.storage.truth.lock import WriterLock
from semsearch.storage.writer import open_writer
from tests.conftest import ROOT, write_articles
from tests.promises.states import assert_whole

HOLD = (
    "import sys, time; from pathlib import Path; from semsearch.storage.writer import open_writer\n"
    "with open_writer(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def holder(index: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(index)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def index_process(articles: Path, index: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "semsearch", "index", str(articles), "--model", "hash", "--index", str(index)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def test_a_second_writer_is_told_who_writes_and_since_when(articles: Path, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    build([articles], index, model="hash")
    process = holder(index)
    try:
        second = index_process(articles, index)
        said = second.communicate(timeout=30)[1]
        assert second.returncode == 2
        assert f"pid {process.pid}, since {time.strftime('%Y-%m-%d')}" in said
        began = time.monotonic()
        with pytest.raises(IndexBusy):
            open_writer(index)
        assert time.monotonic() - began < 1
        with open_index(index) as opened:
            assert opened.search("grain").hits
    finally:
        process.kill()
        process.communicate()


def parallel(articles: Path, index: Path, count: int) -> None:
    """Writers started together: one or more win one after the other, the others say why they do not."""
    ran = [index_process(articles, index) for _ in range(count)]
    said = [process.communicate(timeout=120)[1] for process in ran]
    statuses = [process.returncode for process in ran]
    assert set(statuses) <= {0, 2}
    assert statuses.count(0) >= 1
    for status, text in zip(statuses, said, strict=True):
        assert status == 0 or "is being written by another process" in text, text
    assert_whole(index, f"{statuses}")
    with open_index(index) as opened:
        assert opened.info().documents == 5


def test_eight_writers_at_once(articles: Path, tmp_path: Path) -> None:
    parallel(articles, tmp_path / "ix", 8)


@pytest.mark.slow
def test_twenty_writers_at_once(articles: Path, tmp_path: Path) -> None:
    parallel(articles, tmp_path / "ix", 20)


def restarts(articles: Path, index: Path, count: int) -> None:
    """A lock whose owner was killed is free at once."""
    build([articles], index, model="hash")
    for _ in range(count):
        pid = os.fork()
        if not pid:
            WriterLock(index)
            time.sleep(60)
            os._exit(1)
        while not (index / LOCK_FILE).read_text().startswith(f"pid {pid},"):
            time.sleep(0.001)
        with pytest.raises(IndexBusy):
            WriterLock(index)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        WriterLock(index).release()
    assert (index / LOCK_FILE).read_bytes() == b""


def test_two_hundred_restarts(articles: Path, tmp_path: Path) -> None:
    restarts(articles, tmp_path / "ix", 200)


MOUNTS = """\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/with\\040blank rw - nfs4 server:/export rw
31 30 8:2 / /mnt/with\\040blank/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /home rw master:1 - fuse.sshfs me@host:/ rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/ix", None),
        ("/mnt/with blank/ix", "nfs4"),
        ("/mnt/with blank/local/ix", None),
        ("/mnt/with blanks/ix", None),
        ("/home/me/indexes/default", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_known(tmp_path: Path, folder: str, kind: str | None) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS, "utf-8")
    assert network_of(Path(folder), tmp_path / "mountinfo") == kind
    assert network_of(Path(folder), tmp_path / "none") is None


def test_articles_on_a_disk_are_not_warned_about(tmp_path: Path) -> None:
    report = build([write_articles(tmp_path / "a")], tmp_path / "ix", model="hash")
    assert not any("network" in note for note in report.notes)

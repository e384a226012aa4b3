"""Promises 11 and 26: works from a read-only folder, without network or home; private; in little room."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import ROOT, write_articles

UNSHARE = shutil.which("unshare")


def alone(
    arguments: list[str], cwd: Path, before: Callable[[], object] | None = None
) -> subprocess.CompletedProcess[str]:
    """The program without home or network, after something was done in its process."""
    environment = {
        name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH", "XDG_STATE_HOME") if name in os.environ
    }
    command = [sys.executable, "-m", "semsearch", *arguments]
    if UNSHARE:
        command = [UNSHARE, "-rn", *command]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120, preexec_fn=before
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles, and their index of the real model in its usual place."""
    folder = tmp_path_factory.mktemp("alone")
    build([write_articles(folder / "articles")], folder / "indexes" / "default")
    return folder


@pytest.mark.parametrize(
    "arguments", [["ask", "who signed the grain deal"], ["check", "--full"], ["info"]], ids=" ".join
)
def test_a_read_only_folder(indexed: Path, tmp_path: Path, arguments: list[str]) -> None:
    """Mounted read-only where that is possible, since permissions do not bind root."""
    if UNSHARE is None:
        pytest.skip("unshare is not here to mount a folder read-only")
    mount = 'mount --bind "$0" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"'
    command = [UNSHARE, "-rmn", "sh", "-c", mount, str(indexed), str(tmp_path), sys.executable, "-m", "semsearch"]
    ran = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=120)
    if "mount:" in ran.stderr:
        pytest.skip(f"no mounting here: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_without_network_and_home(indexed: Path) -> None:
    for arguments in (["index"], ["ask", "who signed the grain deal"], ["check"], ["timeline", "grain"]):
        ran = alone(arguments, indexed)
        assert ran.returncode == 0, ran.stderr
        assert "Traceback" not in ran.stderr


def limit(kind: int, amount: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (amount, amount))


def test_sixty_four_open_files(indexed: Path) -> None:
    (indexed / "articles" / "more.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    for arguments in (["index"], ["ask", "who signed the grain deal"], ["check", "--full"]):
        ran = alone(arguments, indexed, before=limit(resource.RLIMIT_NOFILE, 64))
        assert ran.returncode == 0, ran.stderr


def test_little_memory_is_enough_or_said(indexed: Path) -> None:
    """512 MB of addresses, of which libraries reserve more than they use."""
    for arguments in (["ask", "who signed the grain deal"], ["info"], ["index"]):
        ran = alone(arguments, indexed, before=limit(resource.RLIMIT_AS, 512 << 20))
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == 0 or (ran.returncode == 2 and "memory" in ran.stderr), (ran.returncode, ran.stderr)


def test_private_whatever_the_umask(tmp_path: Path) -> None:
    articles = write_articles(tmp_path / "articles")
    command = ["index", str(articles), "--model", "hash"]
    for arguments in (command, ["ask", "grain"], [*command, "--rebuild"], ["compact"], ["repair"]):
        ran = alone(arguments, tmp_path, before=lambda: os.umask(0))
        assert ran.returncode == 0, ran.stderr
        index = tmp_path / "indexes" / "default"
        assert stat.S_IMODE(index.stat().st_mode) == 0o700
        for path in index.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), (arguments, path.name)


CONNECTIONS = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        with open("connections", "a") as stream:
            stream.write(f"{event} {arguments}\\n")
sys.addaudithook(watch)
from semsearch.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def test_no_command_connects_anywhere(indexed: Path, tmp_path: Path) -> None:
    shutil.copytree(indexed, tmp_path / "w", dirs_exist_ok=True)
    (tmp_path / "w" / "q.txt").write_text("grain\n", "utf-8")
    for arguments in (
        ["index"],
        ["index", "--rebuild"],
        ["ask", "grain"],
        ["batch", "q.txt"],
        ["similar", "grain.txt"],
        ["show", "grain.txt"],
        ["timeline", "town"],
        ["compare", "town", "--a", "2022-11", "--b", "2022-12"],
        ["dates"],
        ["info"],
        ["check", "--full"],
        ["repair"],
        ["compact"],
    ):
        ran = subprocess.run(
            [sys.executable, "-c", CONNECTIONS, *arguments],
            cwd=tmp_path / "w",
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert ran.returncode == 0, (arguments, ran.stderr)
    assert not (tmp_path / "w" / "connections").exists(), (tmp_path / "w" / "connections").read_text()

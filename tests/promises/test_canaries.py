"""Promise 37: files of the user's own beside hostile indexes and folders, met by every command."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def met(folder: Path, count: int) -> tuple[list[str], str]:
    """What is wrong with how hostile folders are met, in a process that is watched."""
    command = [sys.executable, "-m", "tests.promises.hostile", str(folder), str(count)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines(), ran.stderr


def test_twelve_hostile_folders(tmp_path: Path) -> None:
    assert met(tmp_path, 12)[0] == []


@pytest.mark.slow
def test_all_hostile_folders(tmp_path: Path) -> None:
    wrong, said = met(tmp_path, 0)
    assert wrong == []
    (count,) = re.findall(r"(\d+) hostile folders", said)
    assert int(count) >= 200

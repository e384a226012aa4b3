"""R3, R7: the wheel that is built holds everything, its types too, and works from any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import version
from pathlib import Path

import pytest

import semsearch
from tests.conftest import write_articles

ROOT = Path(__file__).resolve().parent.parent
CALLER = """
import semsearch

report = semsearch.build(["articles"], "ix", model="hash")
added: int = report.added
with semsearch.open("ix") as index:
    answer = index.search("grain", since="2022-07", top=3)
    titles: list[str] = [hit.document.title for hit in answer.hits]
    reveal_type(answer.hits[0].document.published)
"""
WRONG = """
import semsearch

semsearch.build("articles", 5)
with semsearch.open("ix") as index:
    index.search("grain", topp=3)
    count: str = index.search("grain").hits[0].score
"""


def ran(arguments: list[str | Path], folder: Path, status: int = 0) -> str:
    done = subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""}
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the built wheel is installed, its dependencies taken from this one."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    tree.mkdir()
    for name in ("semsearch", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tree / name)
    ran([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], tree)
    shutil.rmtree(tree)
    (wheel,) = folder.glob("*.whl")
    place = folder / "environment"
    venv.create(place)
    python = place / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", python]
    ran([*pip, "install", "--no-deps", "--no-index", wheel], folder)
    site = Path(ran([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip())
    (site / "others.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return place


def test_the_wheel_answers_from_another_folder(environment: Path, tmp_path: Path) -> None:
    program = environment / "bin" / "semsearch"
    where = ran([environment / "bin" / "python", "-c", "import semsearch; print(semsearch.__file__)"], tmp_path)
    assert Path(where).is_relative_to(environment)
    write_articles(tmp_path / "articles")
    assert ran([program, "--version"], tmp_path) == f"semsearch {semsearch.__version__}\n"
    ran([program, "index", "articles", "--model", "hash", "--index", "ix"], tmp_path)
    assert "grain.txt" in ran([program, "ask", "who signed the grain deal", "--index", "ix"], tmp_path)


@pytest.mark.slow  # scripts/check runs it
def test_r3_a_caller_of_the_wheel_is_type_checked(environment: Path, tmp_path: Path) -> None:
    """The classifier said "Typed", and ``mypy --strict`` saw ``Any``."""
    (tmp_path / "caller.py").write_text(CALLER, "utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, "utf-8")
    mypy: list[str | Path] = [sys.executable, "-m", "mypy", "--strict", "--python-executable"]
    mypy += [environment / "bin" / "python", "--cache-dir", tmp_path / "cache"]
    told = ran([*mypy, "caller.py", "wrong.py"], tmp_path, status=1)
    assert 'Revealed type is "semsearch.records.PublishedDate | None"' in told
    assert "Found 3 errors in 1 file" in told
    assert "caller.py" not in told.replace("caller.py:9: note: Revealed", "")


def test_r7_the_version_stands_once() -> None:
    assert version("semsearch") == semsearch.__version__
    assert "\nversion = " not in (ROOT / "pyproject.toml").read_text("utf-8")

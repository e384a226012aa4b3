"""The README and the guide are true: their commands run, print what is shown, and the picture is what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.rendering.text import Style, TextRenderer
from semsearch.search.opening import open_index
from tests.conftest import ROOT, shared
from tests.picture import draw

README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs/guide.md").read_text("utf-8")
PICTURE = ROOT / "docs" / "ask.svg"
FLOAT32 = '[index]\nprecision = "float32"\n[eval]\nprecision = "float32"\n'  # the same figures on any processor
FROM_SETTINGS = "semsearch: settings from semsearch.toml: precision\n"
RUWA = "indexes/ruwa"
QUESTION = "why did Russia retreat from Kherson"


def blocks(language: str) -> list[str]:
    """The code blocks in a language, of the README and then of the guide."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README + GUIDE, re.DOTALL | re.MULTILINE)


def transcript() -> list[tuple[str, str]]:
    """Each command of the console blocks, and what stands below it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.strip("\n")))
    return found


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the project's, in which the commands may write."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("seeds", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "semsearch.toml").write_text(FLOAT32, "utf-8")
    return folder


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
    environment.pop("SEMSEARCH_INDEX", None)
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )


def matches(shown: str, printed: str) -> bool:
    """True where what is printed is what is shown; a line of dots stands for any lines, … for anything."""
    pattern = re.escape(shown).replace(r"\ \ \ \ \[…\]", ".*").replace("…", ".*")
    return re.fullmatch(pattern, printed.strip("\n"), re.DOTALL) is not None


def test_every_command_shown_prints_what_is_shown(checkout: Path) -> None:
    commands = [
        (command, shown)
        for command, shown in transcript()
        if not command.startswith("./scripts/") and RUWA not in command
    ]
    assert len(commands) >= 10
    for command, shown in commands:
        ran = shell(command, checkout)
        assert ran.returncode == 0, f"{command}: {ran.stderr}"
        printed = ran.stdout + ran.stderr.replace(FROM_SETTINGS, "")  # of the settings file that stands in the checkout
        assert matches(shown, printed), f"{command} printed:\n{printed}\nwhere is shown:\n{shown}"


@pytest.mark.slow
def test_the_timeline_shown_is_what_is_printed(checkout: Path) -> None:
    """Over the news flashes, where they are."""
    corpus = shared("data/ruwa/corpus.jsonl.gz")
    assert shell(f"semsearch index {corpus} --index {RUWA}", checkout).returncode == 0
    ((command, shown),) = [item for item in transcript() if RUWA in item[0]]
    assert matches(shown, shell(command, checkout).stdout)
    shell(f"{command} --by week --plot kherson.svg", checkout)
    assert (checkout / "kherson.svg").read_text("utf-8") == (ROOT / "docs" / "timeline.svg").read_text("utf-8")
    assert "(timeline.svg)" in GUIDE


def test_the_scripts_that_are_shown_are_there_and_run_by_ci() -> None:
    shown = {shlex.split(command)[0] for command, _ in transcript() if command.startswith("./scripts/")}
    assert {"./scripts/demo", "./scripts/test"} <= shown
    for script in shown:
        assert os.access(ROOT / script, os.X_OK)
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert all(f"./scripts/{name}\n" in ci for name in ("demo", "check", "test"))


def test_the_library_example_runs(checkout: Path) -> None:
    (example,) = blocks("python")
    ran = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False, cwd=checkout)
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"^2022-11-1\d ", ran.stdout, re.MULTILINE)


def test_every_command_and_option_named_in_the_table_exists(checkout: Path) -> None:
    known = {
        name: shell(f"semsearch {name} --help", checkout).stdout for name in re.findall(r"`semsearch (\w+)", README)
    }
    assert len(known) >= 7
    listed = "".join(known.values()) + shell("semsearch --help", checkout).stdout
    for option in set(re.findall(r"`(--[\w-]+)", README)):
        assert option in listed, option


def test_the_picture_is_what_the_program_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with PICTURE=1 in the environment to draw it again."""
    monkeypatch.chdir(ROOT)
    build([ROOT / "seeds"], tmp_path / "ix", precision="float32")
    with open_index(tmp_path / "ix") as index:
        answer = index.search(QUESTION, top=3)
    text = TextRenderer(Style(width=100, colour=True), many=False, explain=False).answer("1", answer, first=True)
    drawn = draw(f'\x1b[2m$\x1b[0m \x1b[1msemsearch ask "{QUESTION}" --top 3\x1b[0m\n{text}', 102)
    if os.environ.get("PICTURE"):
        PICTURE.write_text(drawn, "utf-8")
    assert PICTURE.read_text("utf-8") == drawn
    assert PICTURE.name in README


def test_r8_no_text_names_a_document_that_is_not_there() -> None:
    """A module spoke of "the fields of ``cli.md``", which is nowhere."""
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "semsearch").rglob("*.py")]
    there = {path.name for path in texts}
    named = {
        (str(path.relative_to(ROOT)), Path(name).name)
        for path in texts
        for name in re.findall(r"(?<![\w.])[\w/.-]+\.md\b", path.read_text("utf-8"))
    }
    assert {each for each in named if each[1] not in there} <= {
        ("semsearch/cli/eval_.py", "EvalFormat.md"),
        ("docs/inputs.md", "bad.md"),
        ("semsearch/cli/dossier.py", "dossier.md"),
        ("docs/inputs.md", "post.md"),
    }
    assert ("README.md", "promises.md") in named


def test_the_architecture_names_every_room_and_no_module_that_is_not_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    package = ROOT / "semsearch"
    rooms = {path.parent.relative_to(package).as_posix() for path in package.rglob("__init__.py")} - {"."}
    named = set(re.findall(r"[a-z_]+(?:/[a-z_]+)*(?=/)", text))
    assert {room.rpartition("/")[2] for room in rooms} <= {each.rpartition("/")[2] for each in named}
    modules = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    files = {name for name in re.findall(r"[a-z_]+(?:/[a-z_]+)*\.py", text) if not name.startswith("tests/")}
    assert {name for name in files if not any(module.endswith(name) for module in modules)} == set()

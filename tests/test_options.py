"""R5: commands, settings and lines of questions know the same options of a question."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.search.option_table import OPTIONS, Option, options_of
from tests.conftest import Program, write_articles

ROOT = Path(__file__).parents[1]
COMMANDS = ("ask", "batch", "timeline", "compare", "similar", "eval")
ELSEWHERE = {  # options that are not of a question
    "index",
    "quiet",
    "debug",
    "help",
    "output",
    "resume",
    "by",
    "plot",
    "a",
    "b",
    "compare",
    "per-query",
    "device",
    "precision",
}
# eval makes an index of its own, with a model for that; timeline counts stories, ask saves.
BUILDS = {"eval": {"model"}, "timeline": {"stories"}, "ask": {"save"}}
VALUES = {
    "top": "3",
    "aliases": '"names.txt"',
    "sort": '"date"',
    "since": '"2022-07"',
    "until": '"2022-12"',
    "on": '"2022-11"',
    "source": '["Reuters"]',
    "per-document": "2",
    "expand": "true",
    "guesses": "true",
    "not-source": '["Agency"]',
    "where": "[]",
    "kind": '["text"]',
    "mode": '"lexical"',
    "event": '"2022-11"',
    "as-of": '"2022-12"',
    "recency": '"30d"',
    "no-time": "true",
    "strict-time": "true",
    "named-events": '"ev.toml"',
    "model": '"hash"',
    "rerank": "true",
    "rerank-model": '"no such model"',
    "strict": "true",
    "explain": "true",
    "format": '"json"',
}


@pytest.mark.parametrize("command", COMMANDS)
def test_r5_a_command_has_the_options_of_the_table(program: Program, command: str) -> None:
    shown = set(re.findall(r"^\W*(?:-\w[, ]+)?--([a-z-]+)", program(command, "--help").out, re.MULTILINE))
    of_table = {option.name for option in options_of(command)}
    assert shown - ELSEWHERE - BUILDS.get(command, set()) - {"format"} == of_table - {"format"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("options")
    build([write_articles(place / "articles")], place / "ix", model="hash")
    return place / "ix"


@pytest.mark.parametrize("command", ["ask", "batch"])
@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_r5_a_settings_file_may_have_every_option(
    built: Path, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, option: Option
) -> None:
    """``strict``, ``explain`` and ``rerank`` were unknown settings."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    name = option.name
    shutil.copytree(built, tmp_path / "indexes" / "default")
    (tmp_path / "q.txt").write_text("town\n", "utf-8")
    (tmp_path / "ev.toml").write_text('[[event]]\nname = "Bread feast"\nwords = ["bread feast"]\nfirst = 2022-11-10\n')
    (tmp_path / "names.txt").write_text("town, city\n")
    (tmp_path / "semsearch.toml").write_text(f"{name} = {VALUES[name]}\n", "utf-8")
    assert program("trust").status == 0
    ran = program(command, "town" if command == "ask" else "q.txt")
    assert "unknown setting" not in ran.err
    if name == "rerank-model":
        assert (ran.status, "no such model" in ran.err) == (2, True)
    else:
        assert ran.status in (0, 1), ran.err
        assert "settings from semsearch.toml" in ran.err


ENTRY = '    shade: Annotated[int, Option(7, "How dark it is.", _ANSWERING, "N")]\n'
DRIVER = """
import sys, semsearch
from semsearch.search.options import Options
usual = Options.query
def query(self, text):
    print("shade", self.choices["shade"], file=sys.stderr)
    return usual(self, text)
Options.query = query
if sys.argv[1] == "library":
    with semsearch.open("indexes/default") as index:
        index.search("town", shade=5, mode="lexical")
        for wrong in ({"shade": "dark"}, {"shadow": 5}):
            try:
                index.search("town", **wrong)
            except (semsearch.SemsearchError, TypeError) as error:
                print(type(error).__name__, error)
else:
    from semsearch.cli.main import main
    main()
"""


@pytest.fixture(scope="module")
def shaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with one entry more in its table of options, and nothing else changed."""
    place = tmp_path_factory.mktemp("shaded")
    shutil.copytree(ROOT / "semsearch", place / "semsearch", ignore=shutil.ignore_patterns("__pycache__"))
    table = place / "semsearch/search/option_table.py"
    before, class_of_choices, after = table.read_text("utf-8").partition("class Choices(TypedDict, total=False):\n")
    document, blank, entries = after.partition("\n\n")
    table.write_text(f"{before}{class_of_choices}{document}{blank}{ENTRY}{entries}", "utf-8")
    (place / "driver.py").write_text(DRIVER, "utf-8")
    return place


@pytest.mark.parametrize(
    ("called", "settings", "status", "shown"),
    [
        (["ask", "--help"], "", 0, r"--shade N +How dark it is\.  \[default: 7\]"),
        (["timeline", "--help"], "", 0, r"\A(?![\s\S]*shade)"),
        (["ask", "town"], "", 0, r"^shade 7$"),
        (["ask", "town", "--shade", "3"], "", 0, r"^shade 3$"),
        (["ask", "town"], "shade = 4", 0, r"settings from semsearch\.toml: shade[\s\S]*^shade 4$"),
        (["ask", "town"], 'shade = "dark"', 2, r"shade = 'dark' is not a value that the option takes"),
        (["batch", "light.jsonl"], "", 0, r"^shade 6$"),
        (["batch", "wrong.jsonl"], "", 3, r"shade is 'dark': expected a whole number"),
        (
            ["library"],
            "",
            0,
            r"UsageError shade is a str: expected a whole number\nTypeError .*'shadow'[\s\S]*^shade 5$",
        ),
    ],
    ids=str,
)
def test_an_entry_in_the_table_is_all_that_an_option_takes(
    built: Path, shaded: Path, tmp_path: Path, called: list[str], settings: str, status: int, shown: str
) -> None:
    """It stands in --help, in the settings, in a batch line and in the library, and no other file was touched."""
    shutil.copytree(built, tmp_path / "indexes" / "default")
    (tmp_path / "semsearch.toml").write_text(settings, "utf-8")
    (tmp_path / "light.jsonl").write_text('{"text": "town", "shade": 6}', "utf-8")
    (tmp_path / "wrong.jsonl").write_text('{"text": "town", "shade": "dark"}', "utf-8")
    ran = subprocess.run(
        [sys.executable, shaded / "driver.py", *called],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "200", "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == status, ran.stderr
    assert re.search(shown, ran.stdout + ran.stderr, re.MULTILINE), ran.stdout + ran.stderr

"""R5: commands, settings and lines of questions know the same options of a question."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.search.option_table import OPTIONS, Option, options_of
from tests.conftest import Program, write_articles

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
VALUES = {
    "top": "3",
    "since": '"2022-07"',
    "until": '"2022-12"',
    "on": '"2022-11"',
    "source": '["Reuters"]',
    "per-document": "2",
    "expand": "true",
    "mode": '"lexical"',
    "event": '"2022-11"',
    "as-of": '"2022-12"',
    "recency": '"30d"',
    "no-time": "true",
    "strict-time": "true",
    "named-events": '"ev.toml"',
    "model": '"hash"',
    "rerank": '"no such model"',
    "strict": "true",
    "explain": "true",
    "format": '"json"',
}


@pytest.mark.parametrize("command", COMMANDS)
def test_r5_a_command_has_the_options_of_the_table(program: Program, command: str) -> None:
    shown = set(re.findall(r"^\W*(?:-\w[, ]+)?--([a-z-]+)", program(command, "--help").out, re.MULTILINE))
    of_table = {option.name for option in options_of(command)}
    assert shown - ELSEWHERE - {"format"} == of_table - {"format"}


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
    (tmp_path / "semsearch.toml").write_text(f"{name} = {VALUES[name]}\n", "utf-8")
    assert program("trust").status == 0
    ran = program(command, "town" if command == "ask" else "q.txt")
    assert "unknown setting" not in ran.err
    if name == "rerank":
        assert (ran.status, "no such model" in ran.err) == (2, True)
    else:
        assert ran.status in (0, 1), ran.err
        assert "settings from semsearch.toml" in ran.err

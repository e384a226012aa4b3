"""The prompt of ``semsearch ask``: questions and commands, a line each."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from semsearch.cli.ask import print_answer
from semsearch.cli.options import Given
from semsearch.cli.prompt import Conversation
from semsearch.errors import SemsearchError
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.search.options import Options
from tests.conftest import Program, write_articles


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Conversation]:
    articles = write_articles(tmp_path / "articles")
    (articles / "s.jsonl").write_text(
        '{"_id": "s1", "text": "The town has a harbour.", "source": "Agency", "date": "2023-01-05"}\n'
    )
    build([articles], tmp_path / "ix", model="hash")
    presenting: Any = {"format": "short", "sort": "rank", "explain": False, "strict": False}
    with open_index(tmp_path / "ix") as index:
        given = Given(Options(prefix="--"), {}, presenting)
        yield Conversation(index, given, lambda answer, shown: print_answer(answer, shown, quiet=False))


def days(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines() if line[:2] == "20"]


def test_options_hold_until_they_are_taken_away(talk: Conversation, capsys: pytest.CaptureFixture[str]) -> None:
    talk.say("the town")
    everything = days(capsys.readouterr().out)
    assert {"2022-11-09", "2022-12-24"} <= set(everything)
    talk.say("/since 2022-12")
    assert talk.prompt == "[since 2022-12] ? "
    talk.say("the town")
    assert set(days(capsys.readouterr().out)) == {"2022-12-24", "2023-01-05"}
    talk.say("/source Agency")
    talk.say("the town")
    assert days(capsys.readouterr().out) == ["2023-01-05"]
    talk.say("/source")
    talk.say("/since")
    assert talk.prompt == "? "
    talk.say("the town")
    assert days(capsys.readouterr().out) == everything
    talk.say("/no-time")
    assert "no-time" in talk.prompt
    talk.say("/top 1")
    talk.say("the town in November 2022")
    assert len(days(capsys.readouterr().out)) == 1


def test_hits_are_opened_and_compared(talk: Conversation, capsys: pytest.CaptureFixture[str]) -> None:
    talk.say("grain deal ministers")
    capsys.readouterr()
    talk.say("/open 1")
    assert "Ships may leave three ports." in capsys.readouterr().out
    talk.say("/similar 1")
    assert days(capsys.readouterr().out)
    talk.say("/timeline the town")
    assert "2022-11" in capsys.readouterr().out
    talk.say("/help")
    assert "/open" in capsys.readouterr().out
    talk.say("/show")
    assert "no options" in capsys.readouterr().out
    assert talk.say("") is True
    assert talk.say("/quit") is False


@pytest.mark.parametrize(
    "line",
    [
        "/since 2022-13",
        "/top x",
        "/top 0",
        "/mode other",
        "/open 1",
        "/open 99",
        "/nope",
        "/timeline",
        "-only",
        "/named-events x",
    ],
)
def test_what_makes_no_sense_changes_nothing(talk: Conversation, line: str) -> None:
    with pytest.raises(SemsearchError):
        talk.say(line)
    assert talk.prompt == "? "


def test_without_a_terminal_a_question_is_asked_for(program: Program) -> None:
    ran = program("ask")
    assert ran.status == 2 and "no QUESTION" in ran.err


def test_on_a_terminal_a_prompt_opens_and_ends_with_ctrl_d(tmp_path: Path) -> None:
    build([write_articles(tmp_path / "articles")], tmp_path / "ix", model="hash")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "semsearch", "ask", "--index", str(tmp_path / "ix"), "--format", "short"]
    env = {**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path / "state")}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, close_fds=True)
    os.close(theirs)
    try:
        read_until(ours, "Ctrl-D leaves")
        os.write(ours, b"the grain deal\r")
        assert "2022-07-22" in read_until(ours, "2022-07-22")
        os.write(ours, b"/since 2022-13\r")
        read_until(ours, "no such date")
        for _ in range(4):
            read_some(ours)  # the next prompt
        os.write(ours, b"\x04")
        end = time.monotonic() + 20
        while process.poll() is None:
            assert time.monotonic() < end
            read_some(ours)
        assert process.returncode == 0
    finally:
        process.kill()
        os.close(ours)
    history = tmp_path / "state" / "semsearch" / "history"
    assert "the grain deal" in history.read_text("utf-8") and history.stat().st_mode & 0o777 == 0o600


def read_until(terminal: int, words: str) -> str:
    """What a terminal shows until some words are there; questions of the line editor are answered."""
    found, end = "", time.monotonic() + 30
    while words not in found:
        assert time.monotonic() < end, found
        found += read_some(terminal)
    return found


def read_some(terminal: int) -> str:
    """What is there within half a second."""
    if not select.select([terminal], [], [], 0.5)[0]:
        return ""
    try:
        found = os.read(terminal, 65_536).decode("utf-8", "replace")
    except OSError:  # the other end is closed
        return ""
    if "\x1b[6n" in found:
        os.write(terminal, b"\x1b[1;1R")
    return found

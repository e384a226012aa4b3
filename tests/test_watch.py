"""``index --watch``: what comes, changes, moves or goes is taken in; after a kill nothing is missed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from semsearch.search.opening import open_index
from tests.conftest import ROOT, Program, write_articles

PATIENCE = 30.0  # seconds: the machine may be busy; how quick it is stands in docs/figures.md


class Watching:
    """A process that watches a folder."""

    def __init__(self, place: Path, *more: str) -> None:
        words = ["index", "a", "--index", "ix", "--model", "hash", "--watch", *more]
        self.log = (place / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "semsearch", *words], cwd=place, stdout=self.log, stderr=self.log,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(place / "state")},
        )  # fmt: skip

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self.log.close()
        return status


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write_articles(tmp_path / "a", {"2022-11-09-ice.txt": "Ice stopped the ferry.\n"})
    return tmp_path


@pytest.fixture
def watched(place: Path) -> Iterator[Path]:
    watching = Watching(place)
    wait(place, lambda texts: len(texts) == 1)
    yield place
    watching.end()


def held(place: Path) -> dict[str, str]:
    with open_index(place / "ix") as index:
        return {hit.document.doc_id: hit.text for hit in index.search("ferry", mode="lexical", top=50).hits}


def wait(place: Path, right: Callable[[dict[str, str]], bool]) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        if (place / "ix").exists() and "watching" in (place / "log").read_text() and right(held(place)):
            return
        time.sleep(0.05)
    raise AssertionError(f"{held(place)}\n{(place / 'log').read_text()}")


def test_what_comes_changes_moves_and_goes_is_taken_in(watched: Path) -> None:
    folder = watched / "a"
    (folder / "new.txt").write_text("A new ferry.")
    wait(watched, lambda texts: "new.txt" in texts)
    (folder / "new.txt").write_text("An edited ferry.")
    wait(watched, lambda texts: "edited" in texts.get("new.txt", ""))
    (folder / "sub").mkdir()
    (folder / "new.txt").rename(folder / "sub" / "moved.txt")
    wait(watched, lambda texts: "sub/moved.txt" in texts and "new.txt" not in texts)
    (folder / "sub" / "moved.txt").unlink()
    wait(watched, lambda texts: list(texts) == ["2022-11-09-ice.txt"])


def test_after_a_kill_nothing_is_missed_and_news_names_exactly_what_is_new(place: Path, program: Program) -> None:
    watching = Watching(place)
    wait(place, lambda texts: len(texts) == 1)
    program("ask", "ferry", "--save", "ferry", "--index", place / "ix", "--mode", "lexical")
    (place / "a" / "one.txt").write_text("One ferry more.")
    wait(place, lambda texts: len(texts) == 2)
    assert watching.end(signal.SIGKILL) == -signal.SIGKILL
    (place / "a" / "two.txt").write_text("Two ferries more.")
    (place / "a" / "bread.txt").write_text("Bread is dear.")
    again = Watching(place)
    wait(place, lambda texts: len(texts) == 3)
    assert again.end() == 130
    found = json.loads(program("news", "--index", place / "ix", "--format", "json").out)
    assert sorted(hit["doc_id"] for each in found for hit in each["hits"]) == ["one.txt", "two.txt"]


def test_a_program_gets_each_new_hit_and_no_shell_is_between(place: Path, program: Program) -> None:
    program("index", place / "a", "--index", place / "ix", "--model", "hash")
    program("ask", "ferry", "--save", "ferry", "--index", place / "ix", "--mode", "lexical")
    script = place / "take.py"
    script.write_text("import sys; open('hits', 'a').write(sys.argv[1] + ' ' + sys.stdin.read() + '\\n')")
    watching = Watching(place, "--run", f"{sys.executable} {script} '$HOME; touch x'")
    wait(place, lambda texts: len(texts) == 1)
    (place / "a" / "new.txt").write_text("A new ferry.")
    begin = time.monotonic()
    while not (place / "hits").exists() and time.monotonic() - begin < PATIENCE:
        time.sleep(0.05)
    watching.end()
    argument, _, data = (place / "hits").read_text().partition(" {")
    fields = json.loads("{" + data)
    assert argument == "$HOME; touch x"
    assert (fields["name"], fields["hit"]["doc_id"]) == ("ferry", "new.txt")
    assert not (place / "x").exists()


def test_without_watchfiles_the_command_that_installs_it_is_told(
    place: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semsearch.indexing.watching.find_spec", lambda _: None)
    ran = program("index", place / "a", "--index", place / "ix", "--model", "hash", "--watch")
    assert (ran.status, "pip install 'semsearch[watch]'" in ran.err) == (2, True)


def test_standard_input_is_kept_and_its_quotations_verify(place: Path, program: Program) -> None:
    lines = "".join(
        json.dumps({"id": f"n{at}", "text": f"Ferry {at} came.", "date": "2022-11-09"}) + "\n" for at in range(3)
    )
    ran = subprocess.run(
        [sys.executable, "-m", "semsearch", "index", "-", "--index", "ix", "--model", "hash"], cwd=place, input=lines,
        text=True, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert set(held(place)) == {"n0", "n1", "n2"}
    (place / "r.jsonl").write_text(program("ask", "ferry", "--index", place / "ix", "--format", "jsonl").out)
    assert program("verify", place / "r.jsonl").status == 0
    assert program("index", "--index", place / "ix").status == 0

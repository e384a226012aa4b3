"""Whoever asks an index that is being made for the first time is told so, and how far it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.indexing.report import Progress
from semsearch.storage.place import LOCK_FILE
from semsearch.storage.writing import being_made
from tests.conftest import Program, write_articles


def test_ask_info_and_timeline_say_that_it_goes_on_and_how_far(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_CHARACTERS", 1)
    folder = write_articles(
        tmp_path / "a", {f"2022-11-{n:02}.txt": f"The ferry number {n} stops." for n in range(1, 9)}
    )
    told = list[str]()

    def look(state: Progress) -> None:
        if not told and state.documents >= 4:
            for command in (("ask", "ferry"), ("info",), ("timeline", "ferry")):
                ran = program(*command, "--index", tmp_path / "ix")
                assert ran.out
                told.append(ran.err)
            assert "still being made" not in program("ask", "ferry", "-q", "--index", tmp_path / "ix").err

    build([folder], tmp_path / "ix", model="hash", progress=look)
    assert len(told) == 3
    for said in told:
        assert f"{tmp_path / 'ix'} is still being made (since 20" in said
        assert "% of the sources are read): what comes is from what is in it so far" in said
    assert being_made(tmp_path / "ix") == ""
    assert "being made" not in program("ask", "ferry", "--index", tmp_path / "ix").err


CONTENTS = ["", "pid 1", "pid 999999999, since 2022-11-09 10:00:00\n", "x" * 500, "pid -1, since x"]


@pytest.mark.parametrize("content", CONTENTS)
def test_what_a_lock_file_says_is_believed_only_where_a_writer_lives(content: str, tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).write_text(content)
    assert being_made(tmp_path) == ""
    (tmp_path / LOCK_FILE).write_text(f"pid {os.getpid()}, since 2022-11-09 10:00:00,  34 % read\n")
    assert "34 % of the sources are read" in being_made(tmp_path)
    (tmp_path / "dense-000001.faiss").write_text("")
    assert being_made(tmp_path) == ""

"""Promise 37, C1 and C2 of the attack: the settings of a folder say that they act, and do not lead out of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.conftest import Program, write_articles
from tests.promises.watching import events_of


@pytest.fixture
def settled(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    return program


def write(folder: Path, text: str) -> Path:
    path = folder / "semsearch.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "command", "told"),
    [
        ('since = "2022-12"\n', ["ask", "town"], "since"),
        ('source = ["c"]\n', ["ask", "town"], "source"),
        ('quiet = true\nsince = "2022-12"\n', ["ask", "town"], "quiet, since"),
        ('[ask]\ntop = 2\n[index]\nhemisphere = "south"\n', ["ask", "town"], "top"),
        ('no-time = true\nmode = "lexical"\n', ["timeline", "town"], "no-time, mode"),
    ],
)
def test_c1_what_acts_is_said_and_quiet_does_not_silence_it(
    settled: Program, tmp_path: Path, text: str, command: list[str], told: str
) -> None:
    write(tmp_path, text)
    ran = settled(*command)
    line = next(line for line in ran.err.splitlines() if "settings from semsearch.toml" in line)
    assert set(line.partition("toml: ")[2].split(", ")) == set(told.split(", "))
    assert "settings from" in settled(*command, "--quiet").err


def test_c1_what_is_typed_wins_and_is_not_said_to_come_from_the_file(settled: Program, tmp_path: Path) -> None:
    write(tmp_path, 'since = "2022-12"\ntop = 2\n')
    ran = settled("ask", "town", "--since", "2022-11")
    assert "settings from semsearch.toml: top\n" in ran.err
    assert "settings from" not in settled("ask", "town", "--since", "2022-11", "-k", "3").err


@pytest.mark.parametrize("key", ["index", "named-events"])
def test_c1_a_place_outside_of_the_folder_is_not_taken(settled: Program, tmp_path: Path, key: str) -> None:
    folder = tmp_path / "cloned"
    folder.mkdir()
    write_articles(folder / "articles", {"p.txt": " date 2022-12-30 POISON.\n"})
    os.chdir(folder)
    (folder / "link").symlink_to(tmp_path)
    for place in ("../indexes/default", str(tmp_path / "indexes" / "default"), "link/indexes/default"):
        write(folder, f'{key} = "{place}"\n')
        ran = settled("index", "articles", "--model", "hash") if key == "index" else settled("ask", "town")
        assert f"its {key} leads out of the folder, ignored" in ran.err
    os.chdir(tmp_path)
    assert settled("ask", "POISON", "--mode", "lexical").status == 1


def test_c1_a_model_is_not_taken(settled: Program, tmp_path: Path) -> None:
    write(tmp_path, 'model = "evil-org/evil-model"\n')
    ran, events = events_of(["index", "articles", "--index", "new"], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "its model is not trusted, ignored: give --model evil-org/evil-model" in ran.stderr
    assert not events
    ran, events = events_of(["ask", "town"], tmp_path)
    assert ran.returncode == 0
    assert not events


def test_c1_until_the_user_trusts_it(settled: Program, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    os.chdir(folder)
    write(folder, 'index = "../indexes/default"\nmodel = "hash"\n')
    assert settled("ask", "town").status == 2
    ran = settled("trust")
    assert ran.status == 0
    assert "index = ../indexes/default" in ran.err
    ran = settled("ask", "town")
    assert ran.status == 0
    assert "settings from semsearch.toml: index, model" in ran.err
    assert settled("trust", "--list").out == f"{folder / 'semsearch.toml'}\n"
    write(folder, 'index = "../indexes/default"\nmodel = "other"\n')
    assert settled("ask", "town").status == 2  # it says something else now
    write(folder, 'index = "../indexes/default"\nmodel = "hash"\n')
    assert settled("ask", "town").status == 0
    assert settled("trust", "--remove").status == 0
    assert settled("ask", "town").status == 2
    assert settled("trust", "--remove").status == 2
    assert settled("trust", "--list").status == 1
    assert settled("trust", tmp_path).status == 2


def test_c1_trust_of_a_table_stays_when_the_rest_of_the_file_changes(settled: Program, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    os.chdir(folder)
    path = folder / "pyproject.toml"
    path.write_text('[tool.semsearch]\nindex = "../indexes/default"\n', "utf-8")
    assert settled("trust").status == 0
    path.write_text('[project]\nname = "x"\n[tool.semsearch]\nindex = "../indexes/default"\n', "utf-8")
    assert settled("ask", "town").status == 0


@pytest.mark.parametrize("name", ["semsearch.toml", "pyproject.toml", "ev.toml"])
@pytest.mark.parametrize("kind", ["FIFO", "endless", "sparse", "folder"])
def test_c1_what_blocks_or_never_ends_is_told(settled: Program, tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "FIFO":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as stream:
            stream.truncate(3 << 30)
    if name == "ev.toml":
        write(tmp_path, 'named-events = "ev.toml"\n')
    ran = settled("ask", "two weeks after grain")
    expected = 0 if name == "pyproject.toml" or kind == "endless" else 2  # a link is not taken, which is said
    assert ran.status == expected, ran.err
    assert name in ran.err
    assert "internal error" not in ran.err


@pytest.mark.parametrize("text", ["[tool.poetry]\nname = \n", "a=" + "[" * 5000, "\xff", "x" * (1 << 21)])
@pytest.mark.parametrize("command", [["--version"], ["--help"], ["ask", "town"], ["ask", "--help"]], ids=" ".join)
def test_c2_a_broken_file_of_another_tool_is_a_warning(
    settled: Program, tmp_path: Path, text: str, command: list[str]
) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode("latin-1"))
    ran = settled(*command)
    assert ran.status == 0
    assert "internal error" not in ran.err
    assert ("ignored, with any [tool.semsearch] in it" in ran.err) == (command == ["ask", "town"])


@pytest.mark.parametrize("name", ["semsearch.toml", "pyproject.toml"])
def test_c2_a_key_of_very_many_parts_takes_no_time(settled: Program, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(".".join("a" * 60_000) + " = 1\n", "utf-8")
    began = time.process_time()
    ran = settled("info")
    assert time.process_time() - began < 5
    assert (ran.status, "parts" in ran.err) == (2 if name == "semsearch.toml" else 0, True)


@pytest.mark.parametrize("line", ['index = "a\\u0000b"', 'named-events = "a\\u0000b"', 'since = "\\u0000"'])
def test_c2_a_name_that_is_none(settled: Program, tmp_path: Path, line: str) -> None:
    write(tmp_path, line + "\n")
    ran = settled("info")
    assert (ran.status, ran.err.count("\n"), "internal error" in ran.err) == (2, 1, False)


def test_every_key_can_be_set(settled: Program, tmp_path: Path) -> None:
    write(tmp_path, "expand = true\nquiet = false\n")
    ran = settled("ask", "town")
    assert (ran.status, "settings from semsearch.toml: " in ran.err) == (0, True)


def test_c2_a_broken_file_of_ones_own_is_one_line(settled: Program, tmp_path: Path) -> None:
    write(tmp_path, "a=" + "[" * 5000)
    ran = settled("ask", "town")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "semsearch.toml" in ran.err

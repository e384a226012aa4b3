"""What a user types: statuses, one-line errors, help, settings, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import semsearch
from tests.conftest import Program

COMMANDS = ["index", "ask", "batch", "eval", "similar", "show", "info"]


@pytest.fixture
def indexed(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    return program


def spawn(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "semsearch", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env={**os.environ, **environment},
    )


def test_index_then_ask(program: Program, articles: Path) -> None:
    ran = program("index", articles, "--model", "hash")
    assert (ran.status, ran.out) == (0, "")
    assert "indexes/default: 5 added" in ran.err
    ran = program("ask", "who signed the grain deal", "-k", 2)
    assert ran.status == 0
    assert ran.out.startswith(" 1  2022-07-22  0.")
    assert "  Two ministers signed the grain deal.\n" in ran.out
    assert "articles/grain.txt:1" in ran.out


def test_index_without_sources_refreshes_or_takes_the_seeds(program: Program, articles: Path) -> None:
    ran = program("index")
    assert (ran.status, "no source given" in ran.err) == (2, True)
    articles.rename(articles.parent / "seeds")
    assert "5 added" in program("index", "--model", "hash").err
    assert "5 unchanged" in program("index").err


def test_index_and_info_say_what_encodes(program: Program, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = program("index", articles, "--precision", "float32")
    assert "5 passages encoded (OpenVINO float32 on cpu)" in ran.err
    assert "OpenVINO is not installed" not in program("info").out
    monkeypatch.setitem(sys.modules, "openvino", None)
    (articles / "new.txt").write_text("One more.", "utf-8")
    assert "1 passage encoded (NumPy float32 on cpu, as OpenVINO is not installed)" in program("index").err
    found = json.loads(program("info", "--format", "json").out)
    engines = ["OpenVINO float32 on cpu", "NumPy float32 on cpu, as OpenVINO is not installed"]
    assert (found["precision"], found["engines"]) == ("float32", engines)
    assert "pip install openvino" in program("info").out


def test_a_precision_stays_until_another_is_asked_for(program: Program, articles: Path) -> None:
    precisions: list[str] = []
    for arguments in (["--precision", "int8"], [], ["--rebuild"], ["--precision", "float32"], []):
        (articles / "new.txt").write_text(f"One more, {len(precisions)}.", "utf-8")
        assert program("index", articles, *arguments).status == 0
        precisions.append(json.loads(program("info", "--format", "json").out)["precision"])
    assert precisions == ["int8", "int8", "int8", "float32", "float32"]


@pytest.mark.parametrize("option", [["--device", "gpu"], ["--precision", "float16"]])
def test_an_unknown_device_or_precision_is_told(program: Program, articles: Path, option: list[str]) -> None:
    ran = program("index", articles, *option)
    assert ran.status == 2
    assert option[1] in ran.err


def test_skipped_inputs_end_in_3_and_no_hits_in_1(indexed: Program, articles: Path) -> None:
    (articles / "bad.jsonl").write_text("{bad\n")
    ran = indexed("index")
    assert ran.status == 3
    assert "semsearch: articles/bad.jsonl:1: not JSON" in ran.err
    ran = indexed("ask", "grain", "--on", "1999")
    assert (ran.status, ran.out) == (1, "published 1999-01-01 to 1999-12-31  (--on 1999)\n\n\n")
    assert "no hits" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "empty"),
        (["ask", "x", "-k", "0"], "--top is 0: expected 1 to"),
        (["ask", "x", "-k", "some"], "not a valid int"),
        (["ask", "x", "--since", "2023", "--until", "2022"], "--since 2023 is after --until 2022"),
        (["ask", "x", "--since", "soon"], "expected 2022, 2022-11 or 2022-11-09"),
        (["ask", "x", "--on", "2022-02-30"], "no such date"),
        (["ask", "x", "--format", "xml"], "json"),
        (["ask", "x", "--mode", "magic"], "dense"),
        (["ask", "x", "--frequency", "30d"], "--frequency"),
        (["ask"], "QUESTION"),
        (["ask", "x", "--index", "nowhere"], "semsearch index SOURCE --index nowhere"),
        (["show", "grain.tx"], "did you mean grain.txt"),
        (["similar", "nothing"], "no document"),
        (["index", "nowhere"], "no such file or folder"),
        (["index", "articles", "--fields", "x"], "ROLE=NAME"),
        (["index", "articles", "--model", "no-such"], "no model folder"),
        (["batch", "nowhere.txt"], "No such file"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_errors_are_one_line_with_status_2(indexed: Program, arguments: list[str], said: str) -> None:
    ran = indexed(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("semsearch: ")
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_fewer_passages_than_asked_for_are_as_many_as_there_are(indexed: Program) -> None:
    assert len(json.loads(indexed("ask", "town", "-k", 50, "--format", "json").out)["hits"]) == 5


def test_show_and_similar_and_info(indexed: Program, articles: Path) -> None:
    shown = indexed("show", "grain.txt").out
    assert "published  2022-07-22  (from the header: '2022-07-22')" in shown
    assert shown.endswith("Two ministers signed the grain deal. Ships may leave three ports.\n")
    fields = json.loads(indexed("show", "grain.txt", "--format", "json").out)
    assert (fields["text"], fields["date_raw"]) == (
        "Two ministers signed the grain deal. Ships may leave three ports.",
        "2022-07-22",
    )
    similar = json.loads(indexed("similar", "2022-11-11-entry.txt", "--format", "json", "-k", 2).out)
    assert len(similar["hits"]) == 2
    assert "2022-11-11-entry.txt" not in [hit["doc_id"] for hit in similar["hits"]]
    told = json.loads(indexed("info", "--format", "json").out)
    assert (told["documents"], told["undated"], told["earliest"], told["latest"]) == (5, 1, "2022-07-22", "2022-12-24")
    assert "5 in 5 passages" in indexed("info").out


def test_settings_come_from_option_environment_file_default(
    indexed: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hits(*options: object) -> int:
        ran = indexed("ask", "town", "--format", "json", *options)
        assert ran.status == 0, ran.err
        return len(json.loads(ran.out)["hits"])

    (tmp_path / "pyproject.toml").write_text("[tool.semsearch]\ntop = 3\n")
    assert hits() == 3
    (tmp_path / "semsearch.toml").write_text("top = 4\n[ask]\ntop = 2\n")
    assert hits() == 2
    assert hits("-k", 1) == 1
    (tmp_path / "semsearch.toml").write_text('index = "nowhere"\n')
    assert indexed("info").status == 2
    monkeypatch.setenv("SEMSEARCH_INDEX", "indexes/default")
    assert indexed("info").status == 0
    assert indexed("info", "--index", "elsewhere").status == 2
    (tmp_path / "semsearch.toml").write_text("topp = 4\n")
    ran = indexed("info")
    assert (ran.status, "unknown setting 'topp'" in ran.err) == (2, True)


def test_help_has_examples_and_version_is_the_packages(program: Program) -> None:
    for command in COMMANDS:
        ran = program(command, "--help")
        assert ran.status == 0
        assert "Example" in ran.out
    assert program("--version").out == f"semsearch {semsearch.__version__}\n"
    listed = program("--help").out
    assert all(f"  {command} " in listed for command in COMMANDS)
    assert "--install-completion" in listed


def test_every_searching_command_has_all_filters(program: Program) -> None:
    for command in ("ask", "batch", "similar", "eval"):
        listed = program(command, "--help").out
        assert all(option in listed for option in ("--since", "--until", "--on", "--source", "--index", "--quiet"))


def test_quiet_says_nothing_but_answers_and_errors(indexed: Program, articles: Path) -> None:
    assert indexed("index", "--quiet").err == ""
    assert indexed("ask", "entirely other words", "--quiet").err == ""


def test_no_command_shows_a_traceback_without_debug(indexed: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("semsearch.search.opening.open_index", broken)
    ran = indexed("info")
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "ZeroDivisionError: a bug" in ran.err
    assert "Traceback" in indexed("info", "--debug").err


@pytest.mark.parametrize("command", [["--help"], ["info"], ["ask", "grain"], ["show", "grain.txt"], ["batch", "q.txt"]])
def test_answering_loads_neither_torch_nor_transformers(
    program: Program, articles: Path, tmp_path: Path, command: list[str]
) -> None:
    """With the real model: a question goes through the NumPy forward pass."""
    assert program("index", articles).status == 0
    (tmp_path / "q.txt").write_text("grain\n")
    code = (
        "import sys; from semsearch.cli.main import run; status = run(sys.argv[1:]);"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        "assert not heavy, heavy; assert status == 0"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr


def test_a_closed_pipe_is_quiet(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("town\n" * 3000)
    shell = f"{sys.executable} -m semsearch batch q.txt -q | head -1"
    ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")


def test_the_program_runs_as_a_module_and_colours_nothing_in_a_pipe(indexed: Program, tmp_path: Path) -> None:
    ran = spawn("ask", "grain deal", cwd=tmp_path, FORCE_COLOR="1")
    assert ran.returncode == 0
    assert "\x1b" not in ran.stdout
    assert "grain" in ran.stdout


def test_no_progress_in_a_pipe(program: Program, articles: Path, tmp_path: Path) -> None:
    ran = spawn("index", "articles", "--model", "hash", cwd=tmp_path)
    assert ran.stderr.count("\n") == 1
    assert "\r" not in ran.stderr

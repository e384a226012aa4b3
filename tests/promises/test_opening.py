"""Promises 4, 5 and 30: opening runs nothing; another model's vectors are refused; formats are read or refused."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest

from semsearch.encoders.layout import packaged_folder
from semsearch.errors import EncoderMismatch, FormatMismatch, IndexDamaged
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE
from semsearch.storage.truth.migrations import OLDEST
from semsearch.storage.truth.schema import FORMAT
from semsearch.upkeep.check import check
from tests.conftest import ROOT
from tests.models import tiny_model
from tests.promises.forging import forge
from tests.promises.states import assert_whole

GOLDEN = ROOT / "tests" / "golden"
RUNNING = {"eval", "exec", "compile", "__import__", "loads_unsafe"}
PICKLES = {"pickle", "dill", "joblib", "cloudpickle", "marshal", "shelve"}


@pytest.mark.parametrize("path", sorted((ROOT / "semsearch").rglob("*.py")), ids=lambda path: path.name)
def test_nothing_that_runs_data_is_called(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in RUNNING, node.lineno
            for keyword in node.keywords:
                assert keyword.arg != "allow_pickle" or not getattr(keyword.value, "value", True), node.lineno
                assert keyword.arg != "trust_remote_code" or not getattr(keyword.value, "value", True), node.lineno
            if isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("unsafe_load", "full_load"), node.lineno
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not PICKLES & {name.partition(".")[0] for name in names}


def small_model(folder: Path) -> Path:
    """A model with random weights."""
    return tiny_model(folder / "made", "bert", pooling="mean", limit=32, dtype="float32", prompts={})


CANARY = "import pathlib; pathlib.Path(__file__).with_name('ran').touch()\n"


def test_no_file_of_an_index_or_model_is_run(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that stands where a library might look for some stays text."""
    model = small_model(tmp_path)
    build([articles], tmp_path / "ix", model=str(model))
    for folder in (model, tmp_path / "ix", articles):
        for name in ("sitecustomize.py", "modeling_custom.py", "configuration.py", "__init__.py", "conftest.py"):
            (folder / name).write_text(CANARY, "utf-8")
    config = json.loads((model / "config.json").read_text("utf-8"))
    config["auto_map"] = {"AutoModel": "modeling_custom.Custom", "AutoConfig": "configuration.Custom"}
    (model / "config.json").write_text(json.dumps(config), "utf-8")
    monkeypatch.chdir(tmp_path / "ix")
    build([articles], tmp_path / "ix", rebuild=True)
    with open_index(tmp_path / "ix") as index:
        assert index.search("grain").hits
    check(tmp_path / "ix", full=True)
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.parametrize("change", ["weights", "tokenizer", "dimensions", "limit"])
def test_another_models_vectors_are_refused(articles: Path, tmp_path: Path, change: str) -> None:
    model, other = small_model(tmp_path), tmp_path / "other"
    build([articles], tmp_path / "ix", model=str(model))
    shutil.copytree(packaged_folder() if change == "dimensions" else model, other)
    if change == "weights":
        data = bytearray((other / "model.safetensors").read_bytes())
        data[-2] ^= 0x40
        (other / "model.safetensors").write_bytes(data)
    elif change == "tokenizer":
        text = json.loads((other / "tokenizer.json").read_text("utf-8"))
        text["normalizer"]["lowercase"] = False
        (other / "tokenizer.json").write_text(json.dumps(text), "utf-8")
        (other / "tokenizer_config.json").unlink()
    elif change == "limit":
        (other / "sentence_bert_config.json").write_text('{"max_seq_length": 24}', "utf-8")
    shutil.rmtree(model)
    shutil.move(other, model)
    with open_index(tmp_path / "ix") as index, pytest.raises(EncoderMismatch) as told:
        index.search("grain")
    assert "semsearch index --rebuild" in str(told.value)
    assert str(told.value).count(str(model)) >= 1
    (articles / "new.txt").write_text("One more.", "utf-8")
    with pytest.raises(EncoderMismatch, match="--rebuild"):
        build([articles], tmp_path / "ix")
    assert not check(tmp_path / "ix").whole
    build([articles], tmp_path / "ix", rebuild=True)
    assert_whole(tmp_path / "ix", change)


def golden(number: int, folder: Path) -> Path:
    """The index of a format that is kept with the tests."""
    with tarfile.open(GOLDEN / f"format-{number}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / f"format-{number}"


def test_the_golden_index_of_this_format_is_read(tmp_path: Path) -> None:
    index = golden(FORMAT, tmp_path)
    before = {path.name: path.read_bytes() for path in index.iterdir()}
    assert_whole(index, "golden")
    expected = json.loads((GOLDEN / "answers.json").read_text("utf-8"))
    assert golden_answers(index) == expected
    after = {path.name: path.read_bytes() for path in index.iterdir() if not path.name.endswith(("-shm", "-wal"))}
    assert after == before


def golden_answers(index: Path) -> list[list[object]]:
    with open_index(index) as opened:
        return [
            [hit.document.doc_id, str(hit.document.published), hit.start, hit.end, round(hit.score, 6)]
            for question in ("who signed the grain deal", "town in December 2022")
            for hit in opened.search(question).hits
        ]


@pytest.mark.parametrize("number", range(OLDEST, FORMAT))
def test_the_index_of_an_older_format_is_refused_with_the_command_and_brought_up_to_date_by_it(
    number: int, tmp_path: Path
) -> None:
    index = golden(number, tmp_path)
    with pytest.raises(FormatMismatch, match=f"format {number}.*semsearch index --index"):
        open_index(index)
    assert build([], index).encoded == 0
    assert_whole(index, "brought up to date")
    found = golden_answers(index)
    assert {row[0] for row in found} == {row[0] for row in json.loads((GOLDEN / "answers.json").read_text("utf-8"))}


@pytest.mark.parametrize("number", range(OLDEST, FORMAT))
def test_what_older_rules_have_read_is_read_again_and_no_text_is_embedded_twice(
    number: int, articles: Path, tmp_path: Path
) -> None:
    index = golden(number, tmp_path)
    assert [note for note in build([], index).notes if "reading rules have changed" in note]
    for table in ("source", "file"):
        forge(index, f"UPDATE {table} SET path = replace(path, '/golden/articles', ?)", values=(str(articles),))  # noqa: S608
    report = build([articles], index)
    assert (report.encoded, report.changed, report.added) == (0, 5, 0)
    clean = tmp_path / "clean"
    build([articles], clean, model="hash")
    assert golden_answers(index) == golden_answers(clean)
    again = build([articles], index)
    assert (again.unchanged, again.changed, again.notes) == (5, 0, [])


def test_a_format_brought_up_to_date_vouches_for_no_damage(tmp_path: Path) -> None:
    index = golden(FORMAT - 1, tmp_path)
    connection = sqlite3.connect(index / DATABASE)
    connection.execute("UPDATE document SET title = 'Another title.' WHERE doc_id = 'grain.txt'")
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamaged, match="a row of the table document is not as it was written"):
        build([], index)
    connection = sqlite3.connect(index / DATABASE)
    assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT - 1,)
    connection.close()


def test_a_newer_format_is_refused_and_left_untouched(articles: Path, tmp_path: Path) -> None:
    index = golden(FORMAT, tmp_path)
    connection = sqlite3.connect(index / DATABASE)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    before = {path.name: path.read_bytes() for path in index.iterdir()}
    for attempt in (lambda: open_index(index), lambda: build([articles], index), lambda: check(index)):
        with pytest.raises(FormatMismatch, match=f"format {FORMAT + 1}.*upgrade"):
            attempt()
    after = {path.name: path.read_bytes() for path in index.iterdir()}
    assert {name: after[name] for name in before} == before

"""A test for each way in which a second attack broke indexing and its options."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semsearch.arrays import Vectors
from semsearch.encoders.hashing import HashEncoder
from semsearch.errors import EncoderUnavailable
from semsearch.indexing.building import build
from tests.conftest import Program, write_articles
from tests.test_building import answers
from tests.test_regressions import held

T = TypeVar("T")


def test_a_freed_id_goes_to_the_first_file_that_claims_it(tmp_path: Path) -> None:
    def write(name: str, *ids: str) -> None:
        records = [{"id": own, "text": f"Text of {own} in {name}."} for own in ids]
        (tmp_path / "a" / name).write_text("".join(json.dumps(record) + "\n" for record in records))

    (tmp_path / "a").mkdir()
    write("p.jsonl", "X", "other")
    write("q.jsonl", "X")
    write("r.jsonl", "Y", "X")
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    write("p.jsonl", "Y", "other")
    build([], tmp_path / "ix")
    build([tmp_path / "a"], tmp_path / "clean", model="hash")
    assert held(tmp_path / "ix") == held(tmp_path / "clean")
    assert held(tmp_path / "ix")["X"] == "Text of X in q.jsonl."


def test_a_file_that_comes_later_under_an_earlier_source_has_the_id_of_a_clean_build(tmp_path: Path) -> None:
    sources = [
        write_articles(tmp_path / "d1", {"a.txt": "Zero."}),
        write_articles(tmp_path / "d2", {"q.txt": "One."}),
    ]
    for source in sources:
        build([source], tmp_path / "ix", model="hash")
    (tmp_path / "d1" / "q.txt").write_text("Two.")
    build([], tmp_path / "ix")
    assert held(tmp_path / "ix") == {"a.txt": "Zero.", "q.txt": "Two.", "d2/q.txt": "One."}


def test_a_rebuild_with_another_model_leaves_the_old_models_precision(program: Program, articles: Path) -> None:
    assert program("index", articles, "--precision", "int8").status == 0
    assert program("index", "--rebuild", "--model", "hash").status == 0


def test_precision_and_device_are_looked_at_even_where_nothing_is_new(program: Program, articles: Path) -> None:
    assert program("index", articles, "--precision", "int8").status == 0
    assert program("index", "--precision", "float32").status == 0
    assert json.loads(program("info", "--format", "json").out)["precision"] == "float32"
    assert program("index", articles, "--model", "hash", "--index", "other").status == 0
    assert program("index", "--index", "other", "--device", "cpu").status == 2


class AtOnce(ThreadPoolExecutor):
    """A pool whose work is done when it is handed over: what usually comes soon is there already."""

    def submit(self, work: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        future = super().submit(work, *arguments, **named)
        wait([future])
        return future


def test_an_engine_that_encoded_nothing_is_not_recorded(
    program: Program, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semsearch.indexing.embedding.ThreadPoolExecutor", AtOnce)
    assert program("index", articles, "--precision", "float32").status == 0
    for number in range(3):
        shutil.copy(articles / "grain.txt", articles / f"copy{number}.txt")
    assert " 0 passages encoded, " in program("index", "--precision", "int8").err
    assert json.loads(program("info", "--format", "json").out)["engines"] == ["OpenVINO float32 on cpu"]


def test_a_failing_encoder_is_not_blamed_on_an_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: HashEncoder, texts: Sequence[str]) -> Vectors:
        raise OSError("libcudart.so.13: no such file")

    articles = write_articles(tmp_path / "a", {f"{n}.txt": f"Article {n}." for n in range(9)})
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_CHARACTERS", 1)
    with monkeypatch.context() as patched:
        patched.setattr(HashEncoder, "encode_passages", fails)
        with pytest.raises(EncoderUnavailable, match="hash cannot encode here: libcudart"):
            build([articles], tmp_path / "ix", model="hash")
    assert build([articles], tmp_path / "ix", model="hash").problems == []
    assert len(held(tmp_path / "ix")) == 9


def test_help_before_a_command_lists_them_all(program: Program) -> None:
    for arguments in (["--help"], ["--help", "ask"], ["-h", "index"]):
        assert all(f"\n  {name} " in program(*arguments).out for name in ("index", "ask", "batch", "eval", "info"))


def test_a_full_disk_under_standard_error_and_a_closed_pipe_under_help_change_no_status(articles: Path) -> None:
    program = f"{sys.executable} -m semsearch"
    index = f"--index {articles.parent / 'ix'}"
    for command, status in (
        (f"{program} index {articles} --model hash {index} 2>/dev/full", 0),
        (f"{program} ask x --index {articles.parent / 'none'} 2>/dev/full", 2),
        (f"{program} --help | true; exit ${{PIPESTATUS[0]}}", 0),
        (f"{program} --version | true; exit ${{PIPESTATUS[0]}}", 0),
    ):
        assert subprocess.run(["bash", "-c", command], check=False).returncode == status, command


RECORDS = st.dictionaries(
    st.sampled_from(["a/p", "a/q", "b/p", "b/q"]),
    st.lists(st.sampled_from("XYZ"), min_size=1, max_size=4),
    min_size=1,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(RECORDS, min_size=2, max_size=4), batch=st.sampled_from([1, 40, 150_000]))
def test_ids_that_move_between_files_end_where_a_clean_build_has_them(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    rounds: list[dict[str, list[str]]],
    batch: int,
) -> None:
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_CHARACTERS", batch)
    root = tmp_path_factory.mktemp("ids")
    sources = [write_articles(root / name, {"always.txt": f"Always in {name}."}) for name in "ab"]
    for number, files in enumerate(rounds):
        for name, ids in files.items():
            records = [{"id": own, "text": f"Text of {own} in {name}, place {at}."} for at, own in enumerate(ids)]
            records += [{"text": f"Round {number}."}] * (number % 2)
            (root / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        build(sources, root / "incremental", model="hash")
    build(sources, root / "clean", model="hash")
    assert answers(root / "incremental", ("text place round",)) == answers(root / "clean", ("text place round",))


def test_long_articles_that_are_unchanged_are_let_go_batch_by_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They count as no new text, so all of a file was held until 2,000 of them had come."""
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_HELD", 6_000)
    source, documents = tmp_path / "a.jsonl", list[int]()

    def write(count: int) -> None:
        records = [{"id": f"{n}", "text": f"Report {n}. " + "The bridge was closed. " * 100} for n in range(count)]
        source.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")

    write(20)
    build([source], tmp_path / "ix", model="hash")
    write(21)
    report = build([], tmp_path / "ix", progress=lambda state: documents.append(state.documents))
    assert (report.unchanged, report.added) == (20, 1)
    assert max(after - before for before, after in itertools.pairwise(documents)) == 3

"""What makes answers quick, as rules that hold on any machine: what is loaded, read and kept the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from semsearch.arrays import Vectors
from semsearch.encoders import open_encoder
from semsearch.encoders.layout import WEIGHTS, packaged_folder
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from tests.conftest import ROOT, write_articles

HEAVY = {"torch", "transformers", "sentence_transformers"}
TEXTS = [f"{'The army left the town across the river. ' * (n % 9 + 1)}Report {n}." for n in range(40)]
ENCODE = (
    "import sys, numpy\n"
    "from tests.test_speed_rules import TEXTS\n"
    "from semsearch.encoders import open_encoder\n"
    "encoder = open_encoder()\n"
    "rows = numpy.concatenate([encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS[:9])])\n"
    "numpy.save(sys.argv[1], rows)\n"
)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the real model in its usual place."""
    folder = tmp_path_factory.mktemp("speed")
    build([write_articles(folder / "articles")], folder / "indexes" / "default")
    (folder / "questions.txt").write_text("why did the army leave\nwho signed the deal\n", "utf-8")
    return folder


def modules_of(folder: Path, *arguments: str) -> tuple[int, set[str]]:
    """Exit status of a command in a process of its own, and the packages that it had loaded."""
    program = (
        "import os, sys\n"
        "from semsearch.cli.main import run\n"
        "status = run(sys.argv[1:])\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=open('loaded', 'w'))\n"
        "sys.exit(status)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, check=False)
    return ran.returncode, set((folder / "loaded").read_text("utf-8").split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "why did the army leave"],
        ["ask", "why did the army leave", "--since", "2022-11", "--format", "json"],
        ["batch", "questions.txt"],
        ["similar", "grain.txt"],
        ["info"],
        ["show", "grain.txt"],
        ["index"],
        ["--help"],
        ["ask", "--help"],
    ],
    ids=" ".join,
)
def test_no_answer_waits_for_torch(indexed: Path, arguments: list[str]) -> None:
    status, loaded = modules_of(indexed, *arguments)
    assert status == 0
    assert not loaded & (HEAVY | {"openvino"})


@pytest.mark.parametrize(
    "arguments", [["ask", "why did the army leave"], ["similar", "grain.txt"], ["show", "grain.txt"]]
)
def test_no_answer_loads_what_reads_articles(indexed: Path, arguments: list[str]) -> None:
    """Each module costs a cold question; what reads files of articles is none of its business."""
    status, loaded = modules_of(indexed, *arguments)
    assert status == 0
    assert not loaded & {"csv", "gzip", "yaml", "secrets", "hmac", "lxml"}
    assert not loaded & {f"semsearch.storage.{name}" for name in ("known", "overview", "writer", "inspection")}


def test_no_help_or_unknown_command_waits_for_torch_or_numpy(indexed: Path) -> None:
    for arguments in (["--help"], ["timeline", "--help"], ["ask", "--help"], ["index", "--help"], ["--version"]):
        _, loaded = modules_of(indexed, *arguments)
        assert not loaded & (HEAVY | {"numpy", "faiss", "tokenizers", "sqlite3"}), arguments


def test_passages_are_encoded_without_torch(indexed: Path) -> None:
    (indexed / "articles" / "new.txt").write_text(" date 2022-12-30 A bridge was opened.\n", "utf-8")
    status, loaded = modules_of(indexed, "index")
    assert status == 0
    assert "openvino" in loaded
    assert not loaded & HEAVY


def assert_same(rows: Vectors, expected: Vectors, engine: str) -> None:
    """Equal to the last digits of the precision; questions are always float32."""
    passages = slice(0, len(TEXTS))
    np.testing.assert_allclose(rows[len(TEXTS) :], expected[len(TEXTS) :], atol=1e-6)
    np.testing.assert_allclose(rows[passages], expected[passages], atol=1e-2 if "bfloat16" in engine else 1e-6)


def encoded_by(folder: Path, name: str, **variables: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", ENCODE, str(folder / f"{name}.npy")]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables})


def test_vectors_are_the_same_with_one_thread_with_a_neighbour_and_from_the_disk(tmp_path: Path) -> None:
    encoder = open_encoder()
    expected = np.concatenate([encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS[:9])])
    with (packaged_folder() / WEIGHTS).open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    running = [encoded_by(tmp_path, name) for name in ("one", "other")]
    assert [process.wait() for process in running] == [0, 0]
    single = encoded_by(tmp_path, "single", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    assert single.wait() == 0
    for name in ("one", "other", "single"):
        assert_same(np.load(tmp_path / f"{name}.npy"), expected, encoder.engine)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no processor affinity")
def test_vectors_are_the_same_on_one_processor(tmp_path: Path) -> None:
    encoder = open_encoder()
    expected = np.concatenate([encoder.encode_passages(TEXTS), encoder.encode_queries(TEXTS[:9])])
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert encoded_by(tmp_path, "pinned").wait() == 0
    finally:
        os.sched_setaffinity(0, allowed)
    assert_same(np.load(tmp_path / "pinned.npy"), expected, encoder.engine)


def test_a_question_reads_no_more_of_a_larger_index(tmp_path: Path) -> None:
    """The dense accelerator is mapped: its memory is the file's, not a copy."""
    articles = {f"{n}.txt": f" date 2022-11-09 Report {n} of the harbour.\n" for n in range(300)}
    build([write_articles(tmp_path / "articles", articles)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        assert len(index.search("Report 7 of the harbour").hits) == 10
        mapped = Path("/proc/self/maps").read_text("ascii", "replace")
    assert "dense-000001.faiss" in mapped
    assert "truth.sqlite" in mapped

"""Promises 12 and 13: any bytes are indexed or skipped with a reason; the walk ends and stays inside."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.indexing.refresh import LONGEST_TEXT
from semsearch.search.opening import open_index
from tests.conftest import ROOT

GOOD = "The army left the town across the river."


def make_ugly(folder: Path) -> None:
    """Every ugly input of the promise, and good ones between them."""
    folder.mkdir()
    for number in range(3):
        (folder / f"good{number}.txt").write_text(f" date 2022-11-0{number + 1} {GOOD} {number}\n", "utf-8")
    (folder / "bad-utf8.txt").write_bytes(b" date 2022-11-05 Soldiers \xff\xfe\x80 left the bridge at dawn.\n")
    (folder / "utf16.txt").write_bytes(" date 2022-11-06 Ships left the port.\n".encode("utf-16"))
    (folder / "cp1251.txt").write_bytes(
        "Войска покинули город и отошли за реку, сообщает министерство обороны.\n".encode("cp1251")
    )
    (folder / "nul-late.txt").write_bytes(b"Flour and bread for the town. " * 4000 + b"\0" + b" And so on." * 50)
    (folder / "long-line.txt").write_bytes(b"supply " * (100_000_000 // 7))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_bytes(b" \r\n\t\n")
    with (folder / "sparse.txt").open("wb") as stream:
        stream.truncate(1 << 30)
    (folder / "crlf.txt").write_bytes(b" date 2022-11-07 The deal was signed.\r\n\r\nShips may leave.\r\n")
    (folder / "bom.txt").write_bytes(b"\xef\xbb\xbf date 2022-11-08 A bridge fell into the river.\n")
    (folder / "surrogate.jsonl").write_text(
        '{"_id": "s", "text": "Grain \\ud800 was shipped.", "date": "2022-11-09"}\n'
    )
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "broken.txt.gz").write_bytes(gzip.compress(b"Grain." * 1000)[:-20])
    (folder / "not.json").write_text("{", "utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))


def make_maze(folder: Path) -> None:
    """Loops, links out, what is no file, names, depth."""
    maze = folder / "maze"
    maze.mkdir()
    (maze / "inside.txt").write_text(f" date 2022-11-20 {GOOD}\n", "utf-8")
    (maze / "loop").symlink_to(maze)
    (maze / "up").symlink_to(folder)
    secret = folder.parent / "secret.txt"
    secret.write_text("The secret is out.\n", "utf-8")
    (maze / "out.txt").symlink_to(secret)
    (maze / "out").symlink_to("/etc")
    (maze / "nowhere.txt").symlink_to("/no/such/file")
    os.mkfifo(maze / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(maze / "socket.txt"))
    for name in ("a\nb.txt", "\x1b[31m.txt", "-rf.txt", " .txt", "x" * 250 + ".txt", "\u202egpj.txt"):
        (maze / name).write_text(f" date 2022-11-21 {GOOD}\n", "utf-8")
    (Path(os.fsdecode(os.fsencode(maze) + b"/bad\xff.txt"))).write_text("x", "utf-8")
    deep = maze
    for _ in range(200):
        deep = deep / "d"
        deep.mkdir()
    (deep / "deep.txt").write_text(f" date 2022-11-22 {GOOD}\n", "utf-8")
    unreadable = maze / "unreadable.txt"
    unreadable.write_text(GOOD, "utf-8")
    unreadable.chmod(0)


@pytest.mark.slow
def test_a_folder_with_everything_ugly_is_indexed_and_its_good_articles_are_found(tmp_path: Path) -> None:
    """100 MB lines and a sparse GB within 1 GB of memory."""
    make_ugly(tmp_path / "articles")
    make_maze(tmp_path / "articles")
    assert_ends_well(tmp_path, "long-line.txt", f"characters, more than {LONGEST_TEXT}: split it")


def test_ugly_files_of_little_size(tmp_path: Path) -> None:
    make_ugly(tmp_path / "articles")
    for name in ("long-line.txt", "sparse.txt"):
        with (tmp_path / "articles" / name).open("r+b") as stream:
            stream.truncate(200_000)
    make_maze(tmp_path / "articles")
    assert_ends_well(tmp_path)


SKIPPED = (
    "empty.txt",
    "binary.txt",
    "broken.txt.gz",
    "not.json",
    "nul-late.txt",
    "sparse.txt",
    "bad\\",
    "100 folders deep",
)


def assert_ends_well(place: Path, *more: str) -> None:
    program = (
        "import re, sys; from semsearch.cli.main import run\n"
        "status = run(sys.argv[1:])\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"  # rusage has the parent's
        "sys.exit(status)"
    )
    command = [sys.executable, "-c", program, "index", "articles", "--model", "hash"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=500)
    assert "Traceback" not in ran.stderr
    assert ran.returncode == 3, ran.stderr
    assert int(ran.stdout) < 1_000_000, "KB of memory"
    for name in (*SKIPPED, *more):
        assert name in ran.stderr, (name, ran.stderr)
    with open_index(place / "indexes" / "default") as index:
        ids = {entry.doc_id for entry in index.dates()}
        assert {"good0.txt", "good1.txt", "good2.txt", "bad-utf8.txt", "utf16.txt", "crlf.txt", "bom.txt", "s"} <= ids
        assert {"maze/inside.txt", "maze/-rf.txt", "maze/a\nb.txt", "cp1251.txt"} <= ids
        assert not any("secret" in index.document(doc_id).text for doc_id in ids)
        for doc_id in ids - {"long-line.txt"}:
            document = index.document(doc_id)
            for hit in index.search(document.text[:80], top=3, mode="lexical").hits:
                assert hit.text == hit.document.text[hit.start : hit.end]
        assert index.search("army left the town across the river").hits

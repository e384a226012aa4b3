"""docs/format.md against the code, and against an index that is built here."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import struct
from pathlib import Path
from typing import Any

import faiss
import pytest

from semsearch.indexing.building import build
from semsearch.storage.place import SUFFIXES, is_own_name
from semsearch.storage.truth.rows import TABLES
from semsearch.storage.truth.schema import FORMAT
from semsearch.storage.truth.values import META
from tests.conftest import write_articles

DOCUMENT = (Path(__file__).parents[1] / "docs/format.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table whose head begins with ``heading``, as cells."""
    _, _, found = DOCUMENT.partition(f"| {heading} |")
    lines = found.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("format")
    build([write_articles(place / "articles")], place / "ix", model="hash")
    return place / "ix"


def test_the_number_is_that_of_the_code(built: Path) -> None:
    assert re.search(r"^# .*, format (\d+)$", DOCUMENT, re.MULTILINE).group(1) == str(FORMAT)  # type: ignore[union-attr]
    with sqlite3.connect(built / "truth.sqlite") as truth:
        assert truth.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    assert f"`user_version` {FORMAT}" in DOCUMENT


def test_the_tables_are_those_of_the_code_and_of_an_index(built: Path) -> None:
    told = {names(row[0])[0]: re.findall(r"`(\w+)` ([A-Z]+)", row[1]) for row in table("table")}
    assert {name: tuple(column for column, _ in columns) for name, columns in told.items()} == TABLES
    with sqlite3.connect(built / "truth.sqlite") as truth:
        held = {
            name: [(column, kind) for _, column, kind, *_ in truth.execute(f"PRAGMA table_info({name})")]
            for (name,) in truth.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        }
    assert held == {name: [*columns, ("hash", "BLOB")] for name, columns in told.items()}


def test_the_keys_of_meta_are_those_of_an_index(built: Path) -> None:
    told = {name for row in table("key") for name in names(row[0])}
    with sqlite3.connect(built / "truth.sqlite") as truth:
        held = {key for (key,) in truth.execute("SELECT key FROM meta")}
    assert held <= told
    assert told == META.keys() | SUFFIXES.keys() | {"encoder"}


def test_a_row_s_hash_is_made_as_it_says(built: Path) -> None:
    with sqlite3.connect(built / "truth.sqlite") as truth:
        row: list[Any] = list(
            truth.execute("SELECT number, document_id, start, end, text_sha256, hash FROM passage LIMIT 1")
        )
    *of_row, held = row[0]
    values: list[Any] = ["passage", *of_row]
    parts = [value if isinstance(value, bytes) else str(value).encode() for value in values]
    whole = f"siiiib{[len(part) for part in parts]}".encode() + b"".join(parts)
    assert bytes(held) == hashlib.sha256(whole).digest()[:16]


def test_the_arrays_are_those_of_an_index(built: Path) -> None:
    told = {
        (names(row[0])[0], name): row[2]
        for row in table("file")
        for name in names(row[1])
        if row[2] != "as of passages"
    }
    told |= {
        ("lexical", name.replace("passages.", "documents.")): kind
        for (kind_of_file, name), kind in told.items()
        if kind_of_file == "lexical" and name.startswith("passages.")
    }
    held: dict[tuple[str, str], str] = {}
    for kind in ("lexical", "columns"):
        with (built / f"{kind}-000001.safetensors").open("rb") as stream:
            (size,) = struct.unpack("<Q", stream.read(8))
            held |= {(kind, name): value["dtype"] for name, value in json.loads(stream.read(size)).items()}
    assert held == told
    dense: Any = faiss.read_index(str(built / "dense-000001.faiss"))
    assert type(dense).__name__ == "IndexIDMap"
    assert type(faiss.downcast_index(dense.index)).__name__ == "IndexFlatIP"


def test_the_files_and_the_seal_are_those_of_an_index(built: Path) -> None:
    told = {re.sub("N{6}", "000001", name) for row in table("name") for name in names(row[0])}
    held = {path.name for path in built.iterdir()}
    assert held <= told
    assert told - held <= {"truth.sqlite-wal", "truth.sqlite-shm", "damaged/"}
    assert all(is_own_name(name) for name in told - {"damaged/"})
    text = (built / "seal.json").read_text("ascii")
    body, digest = text.rstrip("\n").rsplit("\n", 1)
    assert hashlib.sha256(body.encode()).hexdigest() == digest
    seal = json.loads(body)
    assert seal.keys() == {"index_id", "revision", "files"}
    assert {name: hashlib.sha256((built / name).read_bytes()).hexdigest() for name in seal["files"]} == {
        name: sha256 for name, (_, sha256) in seal["files"].items()
    }

"""What an attacker can do with an index: change anything in it and give it hashes and a seal that fit.

Nothing here goes through the program's own writer, and no hash has a key: so whatever is forged looks sealed and whole.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from safetensors.numpy import load_file, save_file

from semsearch.storage.place import DATABASE, IGNORE_FILE, SEAL, is_accelerator
from semsearch.storage.truth.rows import TABLES, rehash, row_hash
from semsearch.storage.truth.seal import Seal, make_seal, read_seal, write_seal

Change = Callable[[dict[str, np.ndarray]], object]


def connect(index: Path) -> sqlite3.Connection:
    """The truth, with hashes that fit any values."""
    connection = sqlite3.connect(index / DATABASE, isolation_level=None)
    connection.create_function("row_hash", -1, row_hash, deterministic=True)
    return connection


def forge(index: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Run statements on the truth, give every row a hash that fits, and seal the index."""
    connection = connect(index)
    try:
        for statement in statements:
            connection.execute(statement, values)
        for table in TABLES:
            if connection.execute("SELECT type FROM sqlite_master WHERE name = ?", (table,)).fetchone() == ("table",):
                connection.execute(rehash(table, "true"))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    reseal(index)


def forge_meta(index: Path, key: str, value: str) -> None:
    """Give a setting of the truth another value."""
    forge(index, "UPDATE meta SET value = ?2 WHERE key = ?1", values=(key, value))


def reseal(index: Path) -> None:
    """Seal the index as it is now."""
    connection = connect(index)
    try:
        held = dict(connection.execute("SELECT key, value FROM meta"))
    except sqlite3.Error:
        return
    finally:
        connection.close()
    names = [path.name for path in index.iterdir() if is_accelerator(path.name)] + [DATABASE, IGNORE_FILE]
    revision = str(held.get("revision", "0"))
    seal = make_seal(index, str(held.get("index_id", "")), int(revision) if revision.isdigit() else 0, names)
    write_seal(index, seal)


def forge_seal(index: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Let the seal name other files."""
    seal = read_seal(index)
    assert seal is not None
    write_seal(index, replace(seal, files={**seal.files, **files}))


def forge_seal_id(index: Path, index_id: str) -> None:
    """Let truth and seal have any id."""
    forge_meta(index, "index_id", index_id)
    seal = read_seal_leniently(index)
    write_seal(index, replace(seal, index_id=index_id))


def read_seal_leniently(index: Path) -> Seal:
    """The seal, whatever it says."""
    found = json.loads((index / SEAL).read_text("ascii").rsplit("\n", 2)[0])
    return Seal(found["index_id"], found["revision"], found["files"])


def record_of(index: Path, kind: str) -> dict[str, object]:
    """What the truth says of an accelerator's file."""
    connection = connect(index)
    try:
        (text,) = connection.execute("SELECT value FROM meta WHERE key = ?", (kind,)).fetchone()
    finally:
        connection.close()
    found: dict[str, object] = json.loads(text)
    return found


def vouch(index: Path, kind: str) -> None:
    """Let the truth and the seal vouch for an accelerator's file as it is now."""
    record = record_of(index, kind)
    data = (index / str(record["name"])).read_bytes()
    forge_meta(index, kind, json.dumps({**record, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}))


def forge_tensors(index: Path, kind: str, change: Change) -> None:
    """Change the arrays of the lexical or the columns file."""
    path = index / str(record_of(index, kind)["name"])
    arrays = {name: array.copy() for name, array in load_file(path).items()}
    change(arrays)
    save_file(arrays, path)
    vouch(index, kind)


def forge_dense(index: Path, change: Callable[[np.ndarray, np.ndarray], object]) -> None:
    """Change the numbers and rows of the FAISS file."""
    path = index / str(record_of(index, "dense")["name"])
    held: Any = faiss.read_index(str(path))
    numbers = faiss.vector_to_array(held.id_map).copy()
    flat: Any = faiss.downcast_index(held.index)
    rows = faiss.rev_swig_ptr(flat.get_xb(), held.ntotal * held.d)
    rows = rows.reshape(held.ntotal, held.d).copy()
    change(numbers, rows)
    made = faiss.IndexIDMap(faiss.IndexFlatIP(rows.shape[1]))
    made.add_with_ids(rows, numbers)
    faiss.write_index(made, str(path))
    vouch(index, "dense")


def snapshot(*folders: Path) -> dict[str, tuple[int, bytes | str]]:
    """What lies in folders, by path: kind and contents; links are not followed."""
    found: dict[str, tuple[int, bytes | str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            status = path.lstat()
            if path.is_symlink():
                found[str(path)] = status.st_mode, str(path.readlink())
            elif path.is_file():
                found[str(path)] = status.st_mode, path.read_bytes()
            else:
                found[str(path)] = status.st_mode, ""
    return found


def forge_circles(index: Path, name: str, children: int = 300, depth: int = 6) -> None:
    """Make the tree of an SQLite index one in which every page names the same next page, again and again.

    A few kilobytes that hold ``children ** depth`` rows (sqlite.org/fileformat2.html, interior index pages).
    """
    connection = connect(index)
    connection.execute("PRAGMA journal_mode = DELETE")
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = bytearray((index / DATABASE).read_bytes())
    first = len(data) // size + 1
    leaf = bytes(data[(root - 1) * size : root * size])
    pages = [leaf, *(_circle(first + at, children, size) for at in range(depth - 1))]
    data[(root - 1) * size : root * size] = _circle(first + depth - 1, children, size)
    data += b"".join(pages)
    data[28:32] = (len(data) // size).to_bytes(4, "big")
    data[18] = data[19] = 2
    (index / DATABASE).write_bytes(data)
    for end in ("-wal", "-shm"):
        (index / f"{DATABASE}{end}").unlink(missing_ok=True)
    seal = read_seal_leniently(index)
    write_seal(index, make_seal(index, seal.index_id, seal.revision, list(seal.files)))


def _circle(child: int, children: int, size: int) -> bytes:
    """An interior page of an index whose cells, each with a small record, all name one page."""
    page, record = bytearray(size), bytes([3, 1, 1, 1, 1])
    cell = child.to_bytes(4, "big") + bytes([len(record)]) + record
    page[0], end = 2, size
    for at in range(children):
        end -= len(cell)
        page[end : end + len(cell)] = cell
        page[12 + 2 * at : 14 + 2 * at] = end.to_bytes(2, "big")
    page[3:5], page[5:7], page[8:12] = children.to_bytes(2, "big"), end.to_bytes(2, "big"), child.to_bytes(4, "big")
    return bytes(page)

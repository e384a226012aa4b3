"""What SQLite, or a row, finds wrong, as what semsearch raises."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semsearch.errors import (
    TRY_AGAIN,
    IndexDamaged,
    IndexMissing,
    StorageFailed,
    UsageError,
    command,
)
from semsearch.storage.place import DATABASE
from semsearch.storage.truth.rows import (
    RowDamaged,
    raised_inside,
)

MISUSE = "an index is used in the thread that opened it, until it is closed: open one in each thread"
patience = threading.local()  # ``turn`` counts the beginnings of damage_told


def no_index(folder: Path) -> IndexMissing:
    """What is raised where a folder holds no index."""
    return IndexMissing(f"no index in {folder}", remedy=f"make one with: {command('index', 'SOURCE', index=folder)}")


def empty_index(folder: Path) -> IndexMissing:
    """What is raised where an index holds nothing yet."""
    return IndexMissing(f"the index in {folder} is empty", remedy=fill(folder))


def fill(folder: Path) -> str:
    """What to do about an index that holds nothing."""
    return f"fill it with: {command('index', 'SOURCE', index=folder)}"


def damaged_truth(folder: Path, what: str) -> IndexDamaged:
    """What is raised where the truth is not what it should be."""
    anew = f"build it again with: {command('index', 'SOURCE', '--rebuild', index=folder)}"
    return IndexDamaged(what, where=folder / DATABASE, remedy=anew)


def raised_for(folder: Path, error: Exception) -> BaseException:
    """What is raised in place of what SQLite, or a row, has raised."""
    inside = raised_inside()
    if isinstance(inside, RowDamaged):
        error = inside
    elif inside is not None:
        return inside
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":  # only :func:`_watching` interrupts
        return KeyboardInterrupt()
    if isinstance(error, sqlite3.ProgrammingError) and not name:  # raised by Python's module, not by SQLite
        return UsageError(f"{MISUSE} ({str(error)[:80]})")
    if isinstance(error, RowDamaged) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged_truth(folder, f"is damaged ({error})")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_BUSY")):
        return StorageFailed(str(error), where=folder / DATABASE, remedy=TRY_AGAIN)
    return damaged_truth(folder, f"cannot be used ({error})")


@contextmanager
def damage_told(folder: Path) -> Iterator[None]:
    """Turn what SQLite, or a row's hash, finds wrong into IndexDamaged or StorageFailed."""
    raised_inside()
    patience.turn = getattr(patience, "turn", 0) + 1
    try:
        yield
    except (sqlite3.DatabaseError, RowDamaged) as error:
        raise raised_for(folder, error) from error

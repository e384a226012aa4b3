"""The truth: one SQLite file, its tables, and how it is opened. The only module that knows sqlite3."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from semsearch.errors import (
    FormatMismatch,
    IndexDamaged,
    StorageFailed,
    command,
)
from semsearch.files.whole import publish
from semsearch.storage.place import DATABASE, LOG, refuse_strange_truth
from semsearch.storage.truth.damage import damage_told, damaged_truth, empty_index, no_index, patience, raised_for
from semsearch.storage.truth.meta import BEGINNING, MOST_COUNTED, Connection
from semsearch.storage.truth.migrations import OLDEST, SCHEMAS, migrate
from semsearch.storage.truth.rows import (
    RowDamaged,
    checked_hash,
    insert,
    remember_inside,
)
from semsearch.storage.truth.schema import FORMAT, SCHEMA, unexpected

PATIENCE = 1.0  # seconds that a writer waits for readers before it leaves the log as it is
APPLICATION_ID = 0x53454D53  # "SEMS"
LEAST_PATIENCE, STEPS_A_BYTE = 30_000_000, 200  # of SQLite's machine: a second, and far more than a row takes
STEPS = 100_000  # of SQLite's machine between two looks for a signal: some milliseconds
WRITE_VERSION, READ_VERSION, WAL = 18, 19, 2  # bytes of a database's header (sqlite.org/fileformat2.html) and value


def connect_for_writing(folder: Path) -> Connection:
    """Open the truth of ``folder`` for writing, made if it is not there yet.

    What is there is recognised before anything is written to it. Raises IndexDamaged, FormatMismatch.
    """
    path = folder / DATABASE
    refuse_strange_truth(folder)
    if not path.exists() or not path.stat().st_size:
        publish(path, _create)
    try:
        version = _recognised(folder)
        connection = _opened(path, "mode=rw")
    except sqlite3.DatabaseError as error:
        raise raised_for(folder, error) from None
    with _closed_on_error(connection, folder):
        refuse_strange_truth(folder)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        if version < FORMAT:
            migrate(connection, version)
        _check_format(connection, folder)
    return connection


@contextmanager
def _closed_on_error(connection: Connection, folder: Path) -> Iterator[None]:
    """Close a connection where what is done with it fails, and raise what :func:`damage_told` makes of that."""
    try:
        with damage_told(folder):
            yield
    except BaseException:
        connection.close()
        raise


def _opened(path: Path, mode: str) -> Connection:
    """A connection to a database, of which nothing is believed yet."""
    from urllib.parse import quote

    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{mode}", uri=True, isolation_level=None, timeout=PATIENCE if mode == "mode=rw" else 5
    )
    try:
        connection.create_function("row_hash", -1, checked_hash, deterministic=True)
        connection.set_progress_handler(_watching(path).__next__, STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _watching(path: Path) -> Iterator[int]:
    """Asked while SQLite works whether to stop: for a Ctrl-C, and for a table that goes in circles.

    A generator, so that what a signal handler raises is raised within its ``try``. No walk over a whole database
    takes as many steps as :func:`_most_steps` allows between two beginnings of :func:`damage_told`.
    """
    most, steps, turn = _most_steps(path), 0, -1
    while True:
        try:
            yield 0
            now = getattr(patience, "turn", 0)
            steps, turn = (steps + STEPS if now == turn else 0), now
            if steps > most:
                steps = 0
                remember_inside(RowDamaged("its tables go in circles"))
                yield 1
        except GeneratorExit:
            raise
        except BaseException as error:
            remember_inside(error)
            yield 1


def _most_steps(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return LEAST_PATIENCE + STEPS_A_BYTE * size


def _recognised(folder: Path) -> int:
    """The format of the index in a folder, looked at without writing. Raises IndexDamaged, FormatMismatch."""
    with closing(_opened(folder / DATABASE, "mode=ro")) as connection:
        version = _version(connection, folder)
        _check_schema(connection, folder, version)
        if version not in SCHEMAS:
            _check_format(connection, folder)
        given = connection.execute("SELECT max(seq) FROM sqlite_sequence").fetchone()[0]
        if not isinstance(given, int | None) or (given or 0) > MOST_COUNTED:
            raise damaged_truth(folder, f"has given out {given} numbers, more than there can be")
    return version


def _create(path: Path) -> None:
    """A whole new truth as one file: a kill leaves it out, or there."""
    import uuid

    made = sqlite3.connect(":memory:", isolation_level=None)
    with closing(made):
        made.create_function("row_hash", -1, checked_hash, deterministic=True)
        made.executescript(f"{SCHEMA}PRAGMA application_id = {APPLICATION_ID};PRAGMA user_version = {FORMAT};")
        made.executemany(insert("meta"), {**BEGINNING, "index_id": uuid.uuid4().hex}.items())
        whole = bytearray(made.serialize())
    whole[WRITE_VERSION] = whole[READ_VERSION] = WAL  # said in its header, so that no journal is needed to say it
    path.write_bytes(whole)


def connect_for_reading(folder: Path) -> Connection:
    """Open the truth of ``folder`` read-only, pinned to the snapshot of this moment.

    Raises IndexMissing, FormatMismatch or IndexDamaged.
    """
    path = folder / DATABASE
    if not os.path.lexists(path):
        raise no_index(folder)
    refuse_strange_truth(folder)
    try:
        connection = _pinned(path, "mode=ro")
    except sqlite3.OperationalError:  # a folder that cannot be written has no place for the -shm file
        log = folder / LOG
        if log.exists() and log.stat().st_size:
            raise StorageFailed(
                "cannot be written and its last writer was stopped",
                where=folder,
                remedy="copy it to a place that can be written",
            ) from None
        try:
            connection = _pinned(path, "mode=ro&immutable=1")
        except sqlite3.DatabaseError as error:
            raise raised_for(folder, error) from None
    except sqlite3.DatabaseError as error:
        raise raised_for(folder, error) from None
    with _closed_on_error(connection, folder):
        if not _tables(connection):  # a writer was stopped before it had made them
            raise empty_index(folder)
        _check_format(connection, folder)
        _check_schema(connection, folder, FORMAT)
    return connection


def _tables(connection: Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _pinned(path: Path, mode: str) -> Connection:
    connection = _opened(path, mode)
    try:
        connection.execute("PRAGMA mmap_size = 1073741824")
        connection.execute("BEGIN")
        _tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_schema(connection: Connection, folder: Path, version: int) -> None:
    """Raise IndexDamaged where a database holds other tables than ours, or anything that acts by itself."""
    if version not in SCHEMAS:
        return  # its format is reported later
    if connection.execute("PRAGMA encoding").fetchone()[0] != "UTF-8":
        raise damaged_truth(folder, "is not in UTF-8; nothing of it was used")
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    wrong = unexpected(rows, SCHEMAS[version])
    if wrong:
        raise damaged_truth(folder, f"{wrong}; nothing of it was used")


def _version(connection: Connection, folder: Path) -> int:
    """The format of an index. Raises IndexDamaged for another kind of database."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        other = "name another folder with --index"
        raise IndexDamaged("is not a semsearch index", where=folder / DATABASE, remedy=other)
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_format(connection: Connection, folder: Path) -> None:
    version = _version(connection, folder)
    if version > FORMAT:
        raise FormatMismatch(_unlike(version), where=folder, remedy="upgrade it; nothing was changed")
    if version < FORMAT:
        remedy = f"bring it up to date with: {command('index', index=folder)}"
        if version < OLDEST:
            remedy = f"build it again with: {command('index', 'SOURCE', '--rebuild', index=folder)}"
        raise FormatMismatch(_unlike(version), where=folder, remedy=remedy)


def _unlike(version: int) -> str:
    return f"has index format {version}, this semsearch reads {FORMAT}"

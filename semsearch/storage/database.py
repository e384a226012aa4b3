"""The truth: one SQLite file, its tables, and how it is opened. The only module that knows sqlite3."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semsearch.errors import (
    TRY_AGAIN,
    FormatMismatch,
    IndexDamaged,
    IndexMissing,
    SemsearchError,
    StorageFailed,
    UsageError,
)
from semsearch.sketches import sketch
from semsearch.storage.rows import TABLES, RowDamaged, fits, insert, raised_inside, rehash, row_hash, sound

DATABASE = "truth.sqlite"
FORMAT = 4  # of the index on disk; it has its own count, releases do not change it
PATIENCE = 1.0  # seconds that a writer waits for readers before it leaves the log as it is
OLDEST = 3  # format that a writer brings up to date
APPLICATION_ID = 0x53454D53  # "SEMS"

Connection = sqlite3.Connection

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
    source_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    fields TEXT NOT NULL,
    hash BLOB NOT NULL             -- of the row, in every table: see rows.py
);
CREATE TABLE file (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX file_of_source ON file (source_id);
CREATE TABLE problem (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX problem_of_file ON problem (file_id);
CREATE TABLE document (
    document_id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id TEXT NOT NULL UNIQUE,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    multiline INTEGER NOT NULL,
    title TEXT NOT NULL,
    language TEXT,                 -- ISO 639-1; NULL where it could not be told
    source TEXT,
    url TEXT,
    first_day INTEGER,             -- proleptic Gregorian ordinal, as date.toordinal()
    last_day INTEGER,
    date_precision TEXT,
    date_source TEXT,
    date_raw TEXT,
    date_ambiguous INTEGER,
    content_sha256 BLOB NOT NULL,  -- of what the input said; equal means nothing to do
    first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL,
    event_count INTEGER NOT NULL,  -- of all its passages
    sketch BLOB NOT NULL,          -- uint16: see sketches.py
    hash BLOB NOT NULL
);
CREATE INDEX document_of_file ON document (file_id);
CREATE INDEX document_of_passage ON document (first_passage);
CREATE TABLE body (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE passage (
    number INTEGER PRIMARY KEY,    -- never used again
    document_id INTEGER NOT NULL,
    start INTEGER NOT NULL,        -- characters
    end INTEGER NOT NULL,
    text_sha256 BLOB NOT NULL,     -- of what was embedded: header, zero byte, passage
    hash BLOB NOT NULL
);
CREATE INDEX passage_text ON passage (text_sha256);
CREATE TABLE event (               -- a period that a passage names
    number INTEGER NOT NULL,       -- of the passage
    start INTEGER NOT NULL,        -- characters of the document
    end INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX event_of_passage ON event (number);
CREATE TABLE vector (
    text_sha256 BLOB PRIMARY KEY,
    row BLOB NOT NULL,             -- float32, little endian, length 1
    hash BLOB NOT NULL
);
CREATE TABLE sentences (           -- of a passage; apart from its row, which is read more often
    text_sha256 BLOB PRIMARY KEY,
    spans BLOB NOT NULL,           -- int32, start and end in characters of the passage
    rows BLOB NOT NULL,            -- float16, a row of length 1 for each, or nothing
    hash BLOB NOT NULL
);
CREATE TABLE correction (          -- by the user
    doc_id TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    hash BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE removed (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);  -- gone, but still in an accelerator
"""


BEGINNING = {  # of the table meta
    "index_id": "",
    "revision": "0",  # commits so far
    "next_passage": "1",  # the next number to be given out
    "removed": "0",  # rows of that table
    "purged": "0",  # passages that were removed before the accelerators were made
}


def index_folder(index: str | os.PathLike[str]) -> Path:
    """The absolute path of an index. Raises UsageError for a name that SQLite and FAISS cannot open."""
    name = os.fspath(index)
    if not name.strip() or any("\ud800" <= character <= "\udfff" for character in name):
        raise UsageError(f"--index {os.fsencode(name)!r}: expected the name of a folder, in UTF-8")
    return Path(os.path.abspath(name))


def index_exists(folder: Path) -> bool:
    """True where the folder holds an index, readable or not."""
    return (folder / DATABASE).is_file()


def connect_for_writing(folder: Path) -> Connection:
    """Open the truth of ``folder`` for writing, made if it is not there yet."""
    path = folder / DATABASE
    path.touch(mode=0o600)  # SQLite gives its log the same permissions
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        _know_hashes(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        if not _tables(connection):
            _create(connection)
        elif _version(connection, folder) == OLDEST:
            _migrate(connection)
        _check_format(connection, folder)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _damaged(folder, error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: Connection) -> None:
    import uuid

    connection.executescript(f"BEGIN;{_SCHEMA}PRAGMA application_id = {APPLICATION_ID};PRAGMA user_version = {FORMAT};")
    connection.executemany(insert("meta"), {**BEGINNING, "index_id": uuid.uuid4().hex}.items())
    connection.execute("COMMIT")


def _migrate(connection: Connection) -> None:
    """Format 3 had no hashes in its rows, and the texts beside the rest of the documents."""
    connection.execute("BEGIN")
    for name in ("document_source", "document_language", "document_days", "event_days"):
        connection.execute(f"DROP INDEX IF EXISTS {name}")
    for statement in _SCHEMA.split(";\n"):
        if statement.startswith(("CREATE TABLE body", "CREATE INDEX document_of_passage")):
            connection.execute(statement)
    connection.execute("INSERT INTO body SELECT document_id, text, x'' FROM document")
    connection.execute("ALTER TABLE document DROP COLUMN text")
    connection.execute("ALTER TABLE document ADD COLUMN event_count INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        "UPDATE document SET event_count = (SELECT count(*) FROM event WHERE number "
        "BETWEEN first_passage AND first_passage + passage_count - 1)"
    )
    connection.execute("INSERT INTO meta SELECT 'removed', count(*) FROM removed")
    connection.execute(  # of all passages that were given out, those that are neither there nor in removed
        "INSERT INTO meta SELECT 'purged', (SELECT value FROM meta WHERE key = 'next_passage') - 1 "
        "- (SELECT count(*) FROM passage) - (SELECT count(*) FROM removed)"
    )
    connection.execute("ALTER TABLE document ADD COLUMN sketch BLOB NOT NULL DEFAULT x''")
    connection.create_function("sketch", 1, sketch, deterministic=True)
    connection.execute(
        "UPDATE document SET sketch = (SELECT sketch(text) FROM body b WHERE b.document_id = document.document_id)"
    )
    for table in TABLES:
        if table != "body":
            connection.execute(f"ALTER TABLE {table} ADD COLUMN hash BLOB NOT NULL DEFAULT x''")
        connection.execute(rehash(table, "true"))
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def _know_hashes(connection: Connection) -> None:
    connection.create_function("row_hash", -1, row_hash, deterministic=True)


def connect_for_reading(folder: Path) -> Connection:
    """Open the truth of ``folder`` read-only, pinned to the snapshot of this moment.

    Raises IndexMissing, FormatMismatch or IndexDamaged.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise IndexMissing(f"no index in {folder}: make one with: semsearch index SOURCE --index {folder}")
    try:
        connection = _pinned(path, "mode=ro")
    except sqlite3.OperationalError:  # a folder that cannot be written has no place for the -shm file
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StorageFailed(
                f"{folder} cannot be written and its last writer was stopped: copy it to a place that can be written"
            ) from None
        try:
            connection = _pinned(path, "mode=ro&immutable=1")
        except sqlite3.DatabaseError as error:
            raise _damaged(folder, error) from None
    except sqlite3.DatabaseError as error:
        raise _damaged(folder, error) from None
    try:
        if not _tables(connection):  # a writer was stopped before it had made them
            raise IndexMissing(f"the index in {folder} is empty: fill it with: semsearch index SOURCE --index {folder}")
        _check_format(connection, folder)
    except BaseException:
        connection.close()
        raise
    return connection


def _tables(connection: Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _pinned(path: Path, mode: str) -> Connection:
    from urllib.parse import quote

    connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, isolation_level=None)
    try:
        _know_hashes(connection)
        connection.execute("PRAGMA mmap_size = 1073741824")
        connection.execute("BEGIN")
        _tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: Connection, folder: Path) -> int:
    """The format of an index. Raises IndexDamaged for another kind of database."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise IndexDamaged(f"{folder / DATABASE} is not a semsearch index: name another folder with --index")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_format(connection: Connection, folder: Path) -> None:
    version = _version(connection, folder)
    if version > FORMAT:
        raise FormatMismatch(
            f"{folder} has index format {version}, this semsearch reads {FORMAT}: upgrade it; nothing was changed"
        )
    if version < FORMAT:
        remedy = "bring it up to date with: semsearch index"
        if version < OLDEST:
            remedy = "make it anew with: semsearch index SOURCE --rebuild"
        raise FormatMismatch(
            f"{folder} has index format {version}, this semsearch reads {FORMAT}: {remedy} --index {folder}"
        )


def _damaged(folder: Path, error: Exception) -> SemsearchError:
    path, name = folder / DATABASE, getattr(error, "sqlite_errorname", "")
    if isinstance(error, RowDamaged) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return IndexDamaged(
            f"{path} is damaged ({error}): make it anew with: semsearch index SOURCE --rebuild --index {folder}"
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_BUSY")):
        return StorageFailed(f"{path}: {error}: {TRY_AGAIN}")
    return IndexDamaged(
        f"{path} cannot be used ({error}): make it anew with: semsearch index SOURCE --rebuild --index {folder}"
    )


@contextmanager
def damage_told(folder: Path) -> Iterator[None]:
    """Turn what SQLite, or a row's hash, finds wrong into IndexDamaged or StorageFailed."""
    raised_inside()
    try:
        yield
    except (sqlite3.DatabaseError, RowDamaged) as error:
        inside = raised_inside()
        if inside is not None:
            raise inside from None
        raise _damaged(folder, error) from error


def meta(connection: Connection, key: str) -> str | None:
    """A value of the meta table, or None. Raises RowDamaged."""
    rows = connection.execute(f"SELECT value, {fits('meta')} FROM meta WHERE key = ?", (key,))
    found = next(sound(rows, "meta"), None)
    return None if found is None else str(found[0])


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Write a value of the meta table."""
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))
    connection.execute(insert("meta"), (key, value))

"""How an index of an older format becomes one of this: a step a format, each with SQL and columns of its own.

Nothing here refers to the tables of today, so that a later format does not change what a step does. A step is one
transaction, and gives no new hash to a row that was not as it was written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from semsearch.storage.truth.older import SCHEMA_3, SCHEMA_4, SCHEMA_5
from semsearch.storage.truth.rows import RowDamaged, raised_inside, remember_inside, row_hash
from semsearch.storage.truth.schema import FORMAT, SCHEMA
from semsearch.text.sketches import sketch

SCHEMAS: Mapping[int, str] = {3: SCHEMA_3, 4: SCHEMA_4, 5: SCHEMA_5, FORMAT: SCHEMA}
OLDEST = min(SCHEMAS)  # format that a writer brings up to date

_HASHED_4 = {  # columns that a row's hash stood for in format 4
    "meta": "key, value",
    "source": "source_id, path, fields",
    "file": "file_id, source_id, path, size, mtime_ns, sha256",
    "problem": "file_id, line, reason",
    "document": "document_id, doc_id, file_id, line, multiline, title, language, source, url, first_day, last_day, "
    "date_precision, date_source, date_raw, date_ambiguous, content_sha256, first_passage, passage_count, event_count, "
    "sketch",
    "body": "document_id, text",
    "passage": "number, document_id, start, end, text_sha256",
    "event": "number, start, end, first_day, last_day",
    "vector": "text_sha256, row",
    "sentences": "text_sha256, spans, rows",
    "correction": "doc_id, date",
    "removed": "number",
}
_DOCUMENT_5 = f"{_HASHED_4['document']}, pages, member, kept"
_FILE_6, _DOCUMENT_6 = f"{_HASHED_4['file']}, encoding", f"{_DOCUMENT_5}, own_id"


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the truth from a format up to this one. Raises RowDamaged, and what SQLite raises."""
    connection.create_function("plain_hash", -1, _plain_hash, deterministic=True)
    connection.create_function("sketch", 1, sketch, deterministic=True)
    for at in range(version, FORMAT):
        connection.execute("BEGIN")
        try:
            _STEPS[at](connection)
            connection.execute(f"PRAGMA user_version = {at + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _plain_hash(*values: object) -> bytes:
    """A row's hash, whatever its columns are today."""
    try:
        return row_hash(*values)
    except BaseException as error:  # a Ctrl-C, of which SQLite would say only that a function raised something
        remember_inside(error)
        raise


def _hash(table: str, columns: str) -> str:
    return f"plain_hash('{table}', {columns})"


def _from_3(connection: sqlite3.Connection) -> None:
    """Format 3 had no hashes in its rows, and the texts beside the rest of the documents."""
    for name in ("document_source", "document_language", "document_days", "event_days"):
        connection.execute(f"DROP INDEX IF EXISTS {name}")
    connection.execute("CREATE TABLE body (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL)")
    connection.execute("CREATE INDEX document_of_passage ON document (first_passage)")
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
    connection.execute(
        "UPDATE document SET sketch = (SELECT sketch(text) FROM body b WHERE b.document_id = document.document_id)"
    )
    for table, columns in _HASHED_4.items():
        if table != "body":
            connection.execute(f"ALTER TABLE {table} ADD COLUMN hash BLOB NOT NULL DEFAULT x''")
        connection.execute(f"UPDATE {table} SET hash = {_hash(table, columns)}")


def _from_4(connection: sqlite3.Connection) -> None:
    """Format 4 knew of a place its line alone, kept no fields, and did not say by which rules it was read."""
    _refuse_damaged(connection, "document", _HASHED_4["document"])
    connection.execute("ALTER TABLE document DROP COLUMN hash")
    connection.execute("ALTER TABLE document ADD COLUMN pages BLOB NOT NULL DEFAULT x''")
    connection.execute("ALTER TABLE document ADD COLUMN member TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE document ADD COLUMN kept TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE document ADD COLUMN hash BLOB NOT NULL DEFAULT x''")
    connection.execute(f"UPDATE document SET hash = {_hash('document', _DOCUMENT_5)}")
    connection.execute("INSERT INTO meta VALUES ('rules', '0', plain_hash('meta', 'rules', '0'))")


def _from_5(connection: sqlite3.Connection) -> None:
    """Format 5 did not say which encoding was guessed of a file, nor which id a file gives to an article."""
    for table, before, column, after in (
        ("file", _HASHED_4["file"], "encoding TEXT NOT NULL DEFAULT ''", _FILE_6),
        ("document", _DOCUMENT_5, "own_id TEXT", _DOCUMENT_6),
    ):
        _refuse_damaged(connection, table, before)
        connection.execute(f"ALTER TABLE {table} DROP COLUMN hash")
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
        connection.execute(f"ALTER TABLE {table} ADD COLUMN hash BLOB NOT NULL DEFAULT x''")
        connection.execute(f"UPDATE {table} SET hash = {_hash(table, after)}")

    connection.execute(
        "CREATE INDEX document_probable ON document (first_passage) WHERE date_source IN ('crawl time', 'guess')"
    )


def _refuse_damaged(connection: sqlite3.Connection, table: str, columns: str) -> None:
    """Raise RowDamaged where a row is not as it was written, which a new hash would confirm."""
    wrong = f"SELECT EXISTS (SELECT 1 FROM {table} WHERE hash IS NOT {_hash(table, columns)})"
    if connection.execute(wrong).fetchone()[0]:
        raise raised_inside() or RowDamaged(f"a row of the table {table} is not as it was written")


_STEPS: Mapping[int, Callable[[sqlite3.Connection], None]] = {3: _from_3, 4: _from_4, 5: _from_5}

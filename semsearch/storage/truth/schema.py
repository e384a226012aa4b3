"""The tables of an index, and whether a database has these and nothing else.

A database can hold code: a trigger changes rows when others are written, a view computes without an end, a generated
column is whatever it likes. So the schema is compared before any row is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FORMAT = 6  # of the index on disk; it has its own count, releases do not change it
SCHEMA = """
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
    encoding TEXT NOT NULL,        -- that was guessed; empty where there was nothing to guess
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
    language TEXT,                 -- ISO 639-1; NULL where it is not known
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
    sketch BLOB NOT NULL,          -- uint16: see text/sketches.py
    pages BLOB NOT NULL,           -- int32: characters of the text at which its pages begin
    member TEXT NOT NULL,          -- name within a container; empty where the file is none
    kept TEXT NOT NULL,            -- JSON: fields that are shown with it; empty where there are none
    own_id TEXT,                   -- the id that its file gives it; NULL where it gives none
    hash BLOB NOT NULL
);
CREATE INDEX document_of_file ON document (file_id);
CREATE INDEX document_of_passage ON document (first_passage);
CREATE INDEX document_probable ON document (first_passage) WHERE date_source IN ('crawl time', 'guess');
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
_SEQUENCE = "CREATE TABLE sqlite_sequence(name,seq)"  # SQLite's own, of AUTOINCREMENT

Entry = tuple[str, str, str, str]  # type, name, table, statement


def statements(schema: str) -> list[str]:
    """The statements of a schema."""
    return [statement for part in _without_comments(schema).split(";") if (statement := part.strip())]


def unexpected(rows: Iterable[tuple[object, object, object, object]], schema: str) -> str:
    """What of ``sqlite_master`` (type, name, tbl_name, sql) is not of a schema, or is missing; empty where all fits."""
    listed = [row for row in rows if not _is_automatic(row)]
    if set(listed) == _as_written(schema):  # as this version writes it; a migrated index has other blanks
        return ""
    wanted = {_entry(statement, _plain(statement)) for statement in [_SEQUENCE, *statements(schema)]}
    found = set[Entry]()
    for kind, name, table, sql in listed:
        entry = (str(kind), str(name), str(table), _plain(str(sql)))
        if entry not in wanted:
            return f"{str(kind)[:40]} {str(name)[:60]} is none of semsearch's"
        found.add(entry)
    missing = wanted - found
    return f"{min(missing)[0]} {min(missing)[1]} is missing" if missing else ""


def _is_automatic(row: tuple[object, object, object, object]) -> bool:
    """Whether an entry is an index of SQLite's own, of UNIQUE and PRIMARY KEY."""
    kind, name, table, sql = row
    return sql is None and kind == "index" and name == f"sqlite_autoindex_{table}_1"


def _as_written(schema: str) -> set[Entry]:
    """What ``sqlite_master`` holds of a schema, comments and all."""
    found = (f"CREATE {part.rpartition(';')[0]}" for part in schema.split("\nCREATE ")[1:])
    return {_entry(statement, statement) for statement in [_SEQUENCE, *found]}


def _entry(statement: str, sql: str) -> Entry:
    """Type, name and table of a statement of ours, and what is kept of it."""
    kind, name, then, *more = statement.replace("(", " (").split()[1:5]
    return kind.lower(), name, more[0] if then == "ON" else name, sql


def _without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


def _plain(sql: str) -> str:
    """A statement without comments, needless blanks, and the defaults of columns that a migration added."""
    plain = re.sub(r"[ \t\n\f\r]+", " ", _without_comments(sql)).strip(" ")
    plain = re.sub(r" ?([(),]) ?", r"\1", plain)
    return re.sub(r" DEFAULT (x?''|0)", "", plain)

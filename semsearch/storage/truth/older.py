"""The tables of older formats, as they were written: nothing here changes any more."""

from __future__ import annotations

SCHEMA_3 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (source_id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, fields TEXT NOT NULL);
CREATE TABLE file (
    file_id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL
);
CREATE INDEX file_of_source ON file (source_id);
CREATE TABLE problem (file_id INTEGER NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX problem_of_file ON problem (file_id);
CREATE TABLE document (
    document_id INTEGER PRIMARY KEY AUTOINCREMENT,
    doc_id TEXT NOT NULL UNIQUE,
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    multiline INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT,
    source TEXT,
    url TEXT,
    first_day INTEGER,
    last_day INTEGER,
    date_precision TEXT,
    date_source TEXT,
    date_raw TEXT,
    date_ambiguous INTEGER,
    content_sha256 BLOB NOT NULL,
    first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL
);
CREATE INDEX document_of_file ON document (file_id);
CREATE INDEX document_source ON document (source);
CREATE INDEX document_language ON document (language);
CREATE INDEX document_days ON document (first_day, last_day, first_passage, passage_count);
CREATE INDEX event_days ON event (first_day, last_day, number);
CREATE TABLE passage (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text_sha256 BLOB NOT NULL
);
CREATE INDEX passage_text ON passage (text_sha256);
CREATE TABLE event (
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL
);
CREATE INDEX event_of_passage ON event (number);
CREATE TABLE vector (text_sha256 BLOB PRIMARY KEY, row BLOB NOT NULL);
CREATE TABLE sentences (text_sha256 BLOB PRIMARY KEY, spans BLOB NOT NULL, rows BLOB NOT NULL);
CREATE TABLE correction (doc_id TEXT PRIMARY KEY, date TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE removed (number INTEGER PRIMARY KEY);
"""
SCHEMA_4 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
    source_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    fields TEXT NOT NULL,
    hash BLOB NOT NULL
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
    language TEXT,
    source TEXT,
    url TEXT,
    first_day INTEGER,
    last_day INTEGER,
    date_precision TEXT,
    date_source TEXT,
    date_raw TEXT,
    date_ambiguous INTEGER,
    content_sha256 BLOB NOT NULL,
    first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX document_of_file ON document (file_id);
CREATE INDEX document_of_passage ON document (first_passage);
CREATE TABLE body (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE passage (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text_sha256 BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passage_text ON passage (text_sha256);
CREATE TABLE event (
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX event_of_passage ON event (number);
CREATE TABLE vector (
    text_sha256 BLOB PRIMARY KEY,
    row BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE sentences (
    text_sha256 BLOB PRIMARY KEY,
    spans BLOB NOT NULL,
    rows BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE correction (
    doc_id TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    hash BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE removed (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
"""
SCHEMA_5 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
    source_id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    fields TEXT NOT NULL,
    hash BLOB NOT NULL
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
    language TEXT,
    source TEXT,
    url TEXT,
    first_day INTEGER,
    last_day INTEGER,
    date_precision TEXT,
    date_source TEXT,
    date_raw TEXT,
    date_ambiguous INTEGER,
    content_sha256 BLOB NOT NULL,
    first_passage INTEGER NOT NULL,
    passage_count INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    pages BLOB NOT NULL,
    member TEXT NOT NULL,
    kept TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX document_of_file ON document (file_id);
CREATE INDEX document_of_passage ON document (first_passage);
CREATE TABLE body (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE passage (
    number INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text_sha256 BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passage_text ON passage (text_sha256);
CREATE TABLE event (
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX event_of_passage ON event (number);
CREATE TABLE vector (
    text_sha256 BLOB PRIMARY KEY,
    row BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE sentences (
    text_sha256 BLOB PRIMARY KEY,
    spans BLOB NOT NULL,
    rows BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE correction (
    doc_id TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    hash BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE removed (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
"""

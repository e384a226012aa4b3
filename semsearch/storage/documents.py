"""Rows of the truth to documents."""

from __future__ import annotations

import json
from typing import Any

from semsearch.records import Document, Kept, Place
from semsearch.storage.times import published_date

COLUMNS_OF_DOCUMENT = (
    "d.doc_id, d.title, b.text, d.first_day, d.last_day, d.date_precision, d.date_source, d.date_raw, "
    "d.date_ambiguous, d.source, d.url, f.path, d.line, d.multiline, d.pages, d.member, d.language, f.sha256, d.kept"
)  # of document d, body b and file f
PAGE_BYTES = 4


def read_document(row: tuple[Any, ...]) -> Document:
    """The document of a row of :data:`COLUMNS_OF_DOCUMENT`."""
    doc_id, title, text, *dated, source, url, path, line, multiline, pages, member, language, sha256, kept = row
    published = None if dated[0] is None else published_date(tuple(dated))
    place = Place(line, bool(multiline), read_pages(pages), member)
    digest = sha256.hex() or None
    return Document(doc_id, title, text, published, source, url, path, place, language, digest, read_kept(kept))


def write_pages(pages: tuple[int, ...]) -> bytes:
    """Beginnings of pages as the truth keeps them: int32, little endian."""
    return b"".join(start.to_bytes(PAGE_BYTES, "little") for start in pages)


def read_pages(stored: bytes) -> tuple[int, ...]:
    """Beginnings of pages, as they were written."""
    return tuple(int.from_bytes(stored[at : at + PAGE_BYTES], "little") for at in range(0, len(stored), PAGE_BYTES))


def write_kept(kept: Kept) -> str:
    """Kept fields as the truth keeps them: JSON of pairs, nothing where there are none."""
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def read_kept(stored: str) -> Kept:
    """Kept fields, as they were written."""
    return tuple((name, tuple(values)) for name, values in json.loads(stored)) if stored else ()

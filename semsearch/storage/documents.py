"""Rows of the truth to documents."""

from __future__ import annotations

from typing import Any

from semsearch.records import Document
from semsearch.storage.times import published_date

COLUMNS_OF_DOCUMENT = (
    "d.doc_id, d.title, b.text, d.first_day, d.last_day, d.date_precision, d.date_source, d.date_raw, "
    "d.date_ambiguous, d.source, d.url, f.path, d.line, d.multiline, d.language, f.sha256"
)  # of document d, body b and file f


def read_document(row: tuple[Any, ...]) -> Document:
    """The document of a row of :data:`COLUMNS_OF_DOCUMENT`."""
    doc_id, title, text, *dated, source, url, path, line, multiline, language, sha256 = row
    published = None if dated[0] is None else published_date(tuple(dated))
    return Document(
        doc_id, title, text, published, source, url, path, line, bool(multiline), language, sha256.hex() or None
    )

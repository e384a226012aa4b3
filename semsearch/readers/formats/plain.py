"""Plain text: the seed format (``date YYYY-MM-DD``, then the body), a head of named lines, exports, or text alone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST, LONGEST_KEPT, MOST_KEPT
from semsearch.readers.formats.delimited import table_documents
from semsearch.readers.formats.exports import is_export, read_export
from semsearch.readers.formats.header import is_table
from semsearch.readers.formats.heads import read_head
from semsearch.readers.input_file import InputFile
from semsearch.readers.values import has_value
from semsearch.records import DateClaim, Place, Problem, RawDocument

_ROLES = ("title", "date", "source", "url", "id", "text")
_HEADER = re.compile(r"\s?date[ \t]+(\d{4,5}-\d{1,2}-\d{1,2})(?=\s|\Z)", re.ASCII)


def read_plain(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The one document of a text file, with what its head says, or the many of an export or a table."""
    text = file.read_text(stream)
    header = _HEADER.match(text)
    if header:
        yield body_document(text, header.end(), (DateClaim(header[1], "header"),))
    elif is_table(text, file.names):
        file.notes["read as a table"] += 1
        for row in table_documents(io.StringIO(text, newline=""), None, file):
            yield replace(row, written=text.strip()) if isinstance(row, RawDocument) else row
    elif is_export(text):
        yield from _exported(text, file)
    else:
        head, begin = read_head(text, file.names)
        yield with_head(body_document(text, begin, ()), head, text.strip())


def _exported(text: str, file: InputFile) -> Iterator[RawDocument]:
    documents = list(read_export(text, file.names))
    if not documents:
        yield body_document(text, 0, ())
        return
    if len(documents) > 1:
        file.notes[f"an export of {len(documents)} articles, split"] += 1
    yield from (replace(document, written=text.strip()) for document in documents)


def with_head(document: RawDocument, head: Mapping[str, str], written: str) -> RawDocument:
    """A document with what its head says of it; what is no role is kept."""
    if not head:
        return document
    roles = {name: head.get(name, "")[: LONGEST[name]] for name in ("title", "source", "url")}
    kept = tuple((name, (value[:LONGEST_KEPT],)) for name, value in head.items() if name not in _ROLES and value)
    claims = (DateClaim(head["date"], "header"),) if has_value(head.get("date")) else ()
    return replace(
        document,
        title=roles["title"],
        publisher=roles["source"] or None,
        url=roles["url"] or None,
        claims=claims,
        kept=kept[:MOST_KEPT],
        written=written,
    )


def body_document(text: str, begin: int, claims: tuple[DateClaim, ...]) -> RawDocument:
    """The document whose body stands in ``text`` from ``begin`` on, blanks around it dropped.

    Raises InputError where there is no body.
    """
    body = text[begin:].strip()
    if not body:
        raise InputError("empty: no text in it")
    start = text.index(body[0], begin)
    line = text.count("\n", 0, start) + 1
    return RawDocument(None, "", body, claims, None, None, Place(line, multiline=True))

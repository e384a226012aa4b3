"""Plain text, and the seed format: an optional blank, ``date YYYY-MM-DD``, then the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.input_file import InputFile
from semsearch.records import DateClaim, Place, Problem, RawDocument

_HEADER = re.compile(r"\s?date[ \t]+(\d{4,5}-\d{1,2}-\d{1,2})(?=\s|\Z)", re.ASCII)


def read_plain(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The one document of a text file; its date where it begins with the seed format's header."""
    text = file.read_text(stream)
    header = _HEADER.match(text)
    claims = (DateClaim(header[1], "header"),) if header else ()
    yield body_document(text, header.end() if header else 0, claims)


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

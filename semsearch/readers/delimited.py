"""CSV and TSV with a header line; quoted fields may hold commas and line breaks."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, TextIO

from semsearch.errors import InputError
from semsearch.readers.decoding import text_lines, undecodable
from semsearch.readers.fields import FieldNames, record_to_document
from semsearch.records import Problem, RawDocument

Row = tuple[int, dict[str, str]]  # line on which the row begins, fields by name


def read_csv(stream: BinaryIO, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """A document a row; the delimiter (comma, semicolon or tab) is told from the header."""
    return _documents(text_lines(stream), None, path, names)


def read_tsv(stream: BinaryIO, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """A document a row, fields separated by tabs."""
    return _documents(text_lines(stream), "\t", path, names)


def _documents(lines: TextIO, delimiter: str | None, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    for row in read_rows(lines, delimiter, path):
        if isinstance(row, Problem):
            yield row
            continue
        try:
            yield record_to_document(row[1], names, row[0])
        except InputError as error:
            yield Problem(path, row[0], str(error))


def read_rows(lines: TextIO, delimiter: str | None, path: str) -> Iterator[Row | Problem]:
    """Rows under a header, each a dict; a row that does not fit its header is a problem.

    Raises InputError for an empty file.
    """
    csv.field_size_limit(sys.maxsize)
    first = lines.readline()
    if not first.strip():
        raise InputError("empty: no header line")
    delimiter = delimiter or max(",;\t", key=first.count)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header = _header(rows)
    begin = rows.line_num + 1
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Problem(path, begin, f"not CSV: {error}")
            row = []
        if row is None:
            return
        if row:
            yield _fit(row, header, path, begin)
        begin = rows.line_num + 1


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(rows)]
    except csv.Error as error:
        raise InputError(f"not CSV: {error} in the header") from None
    folded = [name.lower() for name in header]
    twice = next((name for name in folded if name and folded.count(name) > 1), None)
    if twice:
        raise InputError(f"the header has {twice!r} twice: rename one")
    return header


def _fit(row: list[str], header: list[str], path: str, line: int) -> Row | Problem:
    if len(row) != len(header):
        return Problem(path, line, f"{len(row)} fields where the header has {len(header)}")
    if any(undecodable(cell) for cell in row):
        return Problem(path, line, "bytes that are not UTF-8")
    return line, dict(zip(header, row, strict=True))

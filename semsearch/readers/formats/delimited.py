"""CSV and TSV with a header line; quoted fields may hold commas and line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, TextIO

from semsearch.errors import InputError
from semsearch.readers.decoding import LONGEST_LINE, RestLeftOut, bounded_lines, text_lines, undecodable
from semsearch.readers.fields import FieldNames, record_to_document
from semsearch.records import Problem, RawDocument

LONGEST_FIELD = 10_000_000  # characters: a longer text is no article
LONGEST_HEADER = 1 << 24

Row = tuple[int, dict[str, str]]  # line on which the row begins, fields by name


def read_csv(stream: BinaryIO, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """A document a row; the delimiter (comma, semicolon or tab) is detected in the header."""
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
    csv.field_size_limit(LONGEST_FIELD)
    first = lines.readline(LONGEST_HEADER)
    if not first.strip():
        raise InputError("empty: no header line")
    if len(first) == LONGEST_HEADER:
        raise InputError(f"a header line of more than {LONGEST_HEADER} characters")
    delimiter = delimiter or max(",;\t", key=first.count)
    record = _Record(first, lines)
    rows = csv.reader(record, delimiter=delimiter, strict=True)
    header = _header(rows)
    begin = rows.line_num + 1
    while True:
        record.characters = 0
        try:
            row = next(rows, None)
        except csv.Error as error:
            if record.characters > LONGEST_FIELD:  # within a quoted field, whose end is not known
                raise RestLeftOut(begin, f"a field of more than {LONGEST_FIELD} characters") from None
            yield Problem(path, begin, f"not CSV: {error}")
            row = []
        if row is None:
            return
        if row:
            yield _fit(row, header, path, begin)
        begin = rows.line_num + 1


class _Record:
    """The lines of a record, counted: it may go on over many, and must end somewhere."""

    def __init__(self, first: str, lines: TextIO) -> None:
        self._lines = chain([first], bounded_lines(lines))
        self._number = 0
        self.characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        self.characters += len(line or "")
        if line is None or self.characters > LONGEST_LINE:
            raise RestLeftOut(self._number, f"a record of more than {LONGEST_LINE} characters")
        return line


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(rows)]
    except csv.Error as error:
        raise InputError(f"not CSV: {error} in the header") from None
    folded = [name.lower() for name in header]
    seen = set[str]()
    twice = next((name for name in folded if name and (name in seen or seen.add(name))), None)  # type: ignore[func-returns-value]
    if twice:
        raise InputError(f"the header has {twice!r} twice: rename one")
    return header


def _fit(row: list[str], header: list[str], path: str, line: int) -> Row | Problem:
    if len(row) != len(header):
        return Problem(path, line, f"{len(row)} fields where the header has {len(header)}")
    if any(undecodable(cell) for cell in row):
        return Problem(path, line, "bytes that are not UTF-8")
    return line, dict(zip(header, row, strict=True))

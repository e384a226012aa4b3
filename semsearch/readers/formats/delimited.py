"""CSV and TSV with a header line; quoted fields may hold commas and line breaks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, TextIO

from semsearch.errors import InputError
from semsearch.readers.decoding import RestLeftOut, undecodable
from semsearch.readers.fields import record_to_document
from semsearch.readers.formats.header import RecordLines, delimiter_of, header_line
from semsearch.readers.input_file import InputFile
from semsearch.readers.names import FieldNames, fold
from semsearch.records import Problem, RawDocument

LONGEST_FIELD = 10_000_000  # characters: a longer text is no article
_ESCAPED = re.compile(r'(?<!\\)\\"')  # a quote as databases write it
_DATE = re.compile(
    r"^\s*(?:$|\S{0,12}\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8,14}\b|.{0,12}\b\d{1,2}\b.{1,14}\b\d{4}\b|\w{3,9} \d)"
)
_ADDRESS = re.compile(r"^\s*(?:$|https?://|www\.)")

Row = tuple[int, dict[str, str]]  # line on which the row begins, fields by name


def read_csv(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """A document a row; the delimiter (comma, semicolon or tab) is detected in the header."""
    return table_documents(file.text_lines(stream), None, file)


def read_tsv(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """A document a row, fields separated by tabs."""
    return table_documents(file.text_lines(stream), "\t", file)


def table_documents(lines: TextIO, delimiter: str | None, file: InputFile) -> Iterator[RawDocument | Problem]:
    """A document a row; of ``delimiter`` None, the one in the header."""
    for row in read_rows(lines, delimiter, file.path, file):
        if isinstance(row, Problem):
            yield row
            continue
        try:
            yield record_to_document(row[1], file.names, row[0])
        except InputError as error:
            yield file.refused(row[0], error)


def read_rows(
    lines: TextIO, delimiter: str | None, path: str, file: InputFile | None = None
) -> Iterator[Row | Problem]:
    """Rows under a header, each a dict; a row that does not fit its header is a problem.

    ``file`` is that of a table of articles.

    Raises InputError for an empty file.
    """
    csv.field_size_limit(LONGEST_FIELD)
    record = RecordLines(lines)
    first, named = header_line(record, file)
    yield from _Table(record, first, named or delimiter or delimiter_of(first), path, file).rows()


class _Table:
    """Rows under a header, of which each may go on over lines."""

    def __init__(self, record: RecordLines, first: str, delimiter: str, path: str, file: InputFile | None) -> None:
        self._record = record
        self._delimiter = delimiter
        self._path = path
        self._file = file
        self._escapes = False  # a backslash stands before quotes
        rows = self._reader(chain([first], record))
        self._header = _header(rows)
        self._typed = _typed(self._header, file.names if file else FieldNames())

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self._escapes:
            lines = (_ESCAPED.sub('""', line) for line in lines)
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def rows(self) -> Iterator[Row | Problem]:
        """The rows, and what is none."""
        rows = self._reader(self._record)
        while True:
            begin, error = self._record.begin(), ""
            try:
                row = next(rows, None)
            except (csv.Error, RestLeftOut) as found:
                row, error = [], str(found)
                if self._are_escaped():
                    rows = self._reader(self._record)
                    continue
                if not self._stands_alone(error):
                    self._refuse_endless(found, begin)
                rows = self._reader(self._record)
            if row is None:
                return
            if error or len(self._record.taken) > 1:
                yield from self._apart(row, begin, error)
            elif row:
                yield self._fit(row, begin)

    def _are_escaped(self) -> bool:
        """Whether the quotes of a broken record have backslashes before them, so that it is read once more."""
        if self._escapes or not any(map(_ESCAPED.search, self._record.taken)):
            return False
        self._escapes = True
        if self._file:
            self._file.notes['\\" read as a quotation mark'] += 1
        self._record.put_back(len(self._record.taken))
        return True

    def _refuse_endless(self, error: Exception, begin: int) -> None:
        """Raise RestLeftOut where a quoted field is too long to be one, so that its end is not known."""
        if isinstance(error, RestLeftOut):
            raise error
        if sum(map(len, self._record.taken)) > LONGEST_FIELD:
            raise RestLeftOut(begin, f"a field of more than {LONGEST_FIELD} characters") from None

    def _stands_alone(self, error: str) -> bool:
        """Whether any line that was taken, but for the first, is a row by itself."""
        return any(self._alone(line, error) for line in self._record.taken[1:])

    def _apart(self, row: list[str], begin: int, error: str) -> Iterator[Row | Problem]:
        """A record over several lines, or one that is broken: one row, or stray quotes around several."""
        taken = [(at, line) for at, line in enumerate(self._record.taken, begin) if line.strip()]
        alone = [(at, self._alone(line, error)) for at, line in taken]
        found = [(at, each) for at, each in alone if each]
        if len(found) == len(alone) or (error and len(found) > 1):
            if len(taken) > 1:
                closed = "is never closed" if error else f"is closed in line {taken[-1][0]}"
                reason = f"a quote opened in line {begin} {closed}, over {len(taken)} rows: each is read as one"
                yield Problem(self._path, begin, reason)
            for at, each in alone:
                yield self._fit(each, at) if each else Problem(self._path, at, "a line that is no row by itself")
        elif error:
            lines = "" if len(taken) == 1 else f"; its {len(taken)} lines are left out"
            yield Problem(self._path, begin, f"not CSV: {error}{lines}")
        elif any(at > begin for at, _ in found):
            yield Problem(
                self._path,
                begin,
                f"a quote opened in line {begin} takes in lines that look like rows of their own, such as line "
                f"{next(at for at, _ in found if at > begin)}: its {len(taken)} lines are left out",
            )
        else:
            yield self._fit(row, begin)

    def _alone(self, line: str, error: str) -> list[str]:
        """The cells of a line that is a row by itself; empty where it is none, or nothing says that it is one."""
        line = line.rstrip("\r\n")
        try:
            cells = next(self._reader(iter([line])), [])
        except csv.Error:
            cells = []
        if len(cells) != len(self._header):
            cells = line.split(self._delimiter)
        if len(cells) != len(self._header):
            return []
        fits = all(kind.search(cells[at]) for at, kind in self._typed.items())
        return cells if fits and (self._typed or error) else []

    def _fit(self, row: list[str], line: int) -> Row | Problem:
        count = len(self._header)
        while len(row) > count and not row[-1].strip():
            row = row[:-1]
        if len(row) > count:
            return Problem(self._path, line, f"{len(row)} fields where the header has {count}")
        if any(undecodable(cell) for cell in row):
            return Problem(self._path, line, "bytes that are not UTF-8")
        if any("\0" in cell for cell in row):
            return Problem(self._path, line, "a zero byte in a cell: delete it")
        return line, dict(zip(self._header, row + [""] * (count - len(row)), strict=True))


def _typed(header: list[str], names: FieldNames) -> dict[int, re.Pattern[str]]:
    """Columns whose cells can be told from prose: those of dates and addresses."""
    kinds = {
        folded: kind for role, kind in (("date", _DATE), ("url", _ADDRESS)) for folded, _ in names.candidates(role)
    }
    return {at: kinds[fold(name)] for at, name in enumerate(header) if fold(name) in kinds}


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

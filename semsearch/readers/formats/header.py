"""Where a table begins: what stands above its header, the header's line, and what separates its names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from semsearch.errors import InputError
from semsearch.readers.decoding import LONGEST_LINE, SAMPLE, RestLeftOut, bounded_lines
from semsearch.readers.input_file import InputFile
from semsearch.readers.names import USUAL, FieldNames, fold

LONGEST_HEADER = 1 << 24
MOST_ABOVE = 10  # lines above a header: a title, a day, comments
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # as Excel writes it above the header


class RecordLines:
    """The lines of a file, and of one record those that were taken: it may go on over many, and must end somewhere."""

    def __init__(self, lines: TextIO) -> None:
        self._lines: Iterator[str | None] = bounded_lines(lines)
        self._again: list[str] = []  # put back, the next one last
        self.number = 0  # of the last line taken
        self.taken: list[str] = []
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.number += 1
        self._characters += len(line or "")
        if line is None or self._characters > LONGEST_LINE:
            raise RestLeftOut(self.number, f"a record of more than {LONGEST_LINE} characters")
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """The line on which the next record begins."""
        self.taken, self._characters = [], 0
        return self.number + 1

    def put_back(self, count: int) -> None:
        """The last ``count`` lines that were taken are taken again."""
        if count:
            self._again += reversed(self.taken[-count:])
            self._characters -= sum(map(len, self.taken[-count:]))
            del self.taken[-count:]
            self.number -= count


def delimiter_of(header: str) -> str:
    """What separates the names in a header: a comma, semicolon, tab or bar."""
    return max(",;\t|", key=header.count)


def is_header(line: str, names: FieldNames) -> bool:
    """Whether a line names a text and one role more, or what the user chose."""
    cells = {fold(cell.strip().strip('"')) for cell in line.strip().split(delimiter_of(line))}
    roles = [role for role in USUAL if any(name in cells for name, _ in names.candidates(role))]
    return "text" in roles and len(roles) > 1


def is_table(text: str, names: FieldNames) -> bool:
    """Whether a text is a table: a header beyond doubt, and below it rows with as many cells as it has names."""
    lines = text[:SAMPLE].split("\n", MOST_ABOVE + 1)[: MOST_ABOVE + 1]
    first, *rows = [line for line in lines if line.strip()] or [""]
    delimiter = delimiter_of(first)
    count = first.count(delimiter)
    return count > 1 and bool(rows) and is_header(first, names) and all(row.count(delimiter) == count for row in rows)


def header_line(lines: RecordLines, file: InputFile | None) -> tuple[str, str]:
    """The header's line, and the delimiter that a line before it names, or nothing.

    Blank lines above it are left out; other lines, where ``file`` holds articles, if one below them is a header
    beyond doubt, which is noted. Raises InputError where there is none.
    """
    named, first, above = "", "", 0
    for line in lines:
        if len(line) >= LONGEST_HEADER:
            raise InputError(f"a header line of more than {LONGEST_HEADER} characters")
        separator = _SEPARATOR.fullmatch(line.strip("\r\n"))
        if separator and not first:
            named = separator[1]
        elif not first and line.strip():
            first = line
            if file is None or is_header(line, file.names):
                return line, named
        elif first and file and is_header(line, file.names):
            file.notes[f"what stands above the header in line {lines.number} is left out"] += 1
            return line, named
        above += bool(first)
        if above > MOST_ABOVE:
            break
    lines.put_back(max(above - 1, 0))
    if not first:
        raise InputError("empty: no header line")
    return first, named

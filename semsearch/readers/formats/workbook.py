"""Workbooks of spreadsheets: each sheet is a table of articles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.formats.boxes import Box
from semsearch.readers.formats.delimited import table_documents
from semsearch.readers.input_file import InputFile
from semsearch.records import Problem, RawDocument


def read_workbook(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """A document a row of each sheet that has a text. Raises InputError where none has."""
    sheets = _sheets(stream)
    if not sheets:
        raise InputError("empty: no sheet with a row")
    before = 0
    for name, rows in sheets:
        for item in table_documents(_as_csv(rows), ",", file):
            if isinstance(item, Problem) or len(sheets) == 1:
                yield item if isinstance(item, RawDocument) else replace(item, reason=f"{name}: {item.reason}")
                continue
            yield replace(item, record=before + item.record, place=replace(item.place, member=name))
        before += len(rows)


def _sheets(stream: BinaryIO) -> list[tuple[str, Sequence[Sequence[object]]]]:
    """The sheets that have a row, by name. Raises InputError."""
    from python_calamine import CalamineError, CalamineWorkbook

    box = Box(stream)
    for info in box.members():
        box.read(info)  # which refuses a bomb before the library unpacks it
    stream.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(stream)
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise InputError(f"damaged workbook: {str(error)[:100]}") from None
    return [(name, rows) for name, rows in sheets if rows]


def _as_csv(rows: Iterable[Iterable[object]]) -> io.StringIO:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[_written(cell) for cell in row] for row in rows])
    text.seek(0)
    return text


def _written(cell: object) -> str:
    """A cell as text: days as ISO dates, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if (cell.hour, cell.minute, cell.second) != (0, 0, 0) else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)

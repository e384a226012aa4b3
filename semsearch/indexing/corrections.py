"""Dates that the user gives: a CSV file of ids and dates."""

from __future__ import annotations

import io
from pathlib import Path

from semsearch.dates.published import parse_published
from semsearch.errors import DateNotUnderstood, InputError
from semsearch.files.regular import read_typed
from semsearch.readers import LARGEST_TEXT, LONGEST, read_rows, text_lines
from semsearch.records import DateClaim, Problem


def read_corrections(path: Path) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Ids and dates of a CSV file with the columns doc_id and date, and the lines that are none.

    An empty date takes a correction back. Raises InputError for a file that is no such table.
    """
    found, problems = list[tuple[str, str]](), list[Problem]()
    try:
        data = read_typed(path, LARGEST_TEXT)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: expected a CSV file of doc_id and date") from None
    if not data.strip():
        raise InputError(f"{path} is empty: expected the columns doc_id and date")
    for row in read_rows(text_lines(io.BytesIO(data)), None, str(path)):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        line, fields = row
        if len(fields.get("doc_id", "")) > LONGEST["id"] or len(fields.get("date", "")) > LONGEST["date"]:
            problems.append(Problem(str(path), line, "an id or a date that is too long for one"))
            continue
        if "doc_id" not in fields or "date" not in fields:
            raise InputError(f"{path}: the columns are {', '.join(fields)}: expected doc_id and date")
        try:
            if fields["date"].strip():
                parse_published(DateClaim(fields["date"], "correction"))
            found.append((fields["doc_id"].removeprefix("'"), fields["date"].strip()))  # as dates --format csv has it
        except DateNotUnderstood as error:
            problems.append(Problem(str(path), line, str(error)))
    return found, problems

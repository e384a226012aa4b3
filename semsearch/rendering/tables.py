r"""Answers as CSV and TSV, a row a hit, and as a TREC run.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, and so does a cell that
begins with one: taking one leading apostrophe away gives back every cell exactly. Control characters
other than tab and line breaks are written out (``\x1b``), as they would steer a terminal.
"""

from __future__ import annotations

import csv
import io

from semsearch.records import Answer
from semsearch.rendering.fields import Fields, hit_fields
from semsearch.rendering.visible import visible

COLUMNS = (
    "query_id",
    "query",
    "rank",
    "score",
    "doc_id",
    "title",
    "published",
    "date_source",
    "date_precision",
    "source",
    "url",
    "path",
    "line_start",
    "line_end",
    "start",
    "end",
    "text",
    "strong",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


class TableRenderer:
    """A header, then a row a hit; TSV cells have tabs and line breaks turned to blanks."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter

    def begin(self) -> str:
        """The header."""
        return self._line(COLUMNS)

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:  # noqa: ARG002
        """The rows of one question."""
        asked = {"query_id": query_id, "query": answer.query.text, "strong": "yes" if answer.strong else "no"}
        rows = ({**asked, **hit_fields(hit)} for hit in answer.hits)
        return "".join(self._line([self._cell(row, name) for name in COLUMNS]) for row in rows)

    def end(self) -> str:
        """Nothing."""
        return ""

    def _cell(self, row: Fields, name: str) -> str:
        value = row[name]
        if not isinstance(value, str):
            return "" if value is None else str(value)
        return cell(visible(" ".join(value.split()))) if self._delimiter == "\t" else cell(value)

    def _line(self, cells: tuple[str, ...] | list[str]) -> str:
        if self._delimiter == "\t":
            return "\t".join(cells) + "\n"
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow(cells)  # quotes cells that hold either of the two
        return out.getvalue().removesuffix("\r\n") + "\n"


def cell(text: str) -> str:
    """The text as a cell that steers neither terminal nor spreadsheet."""
    text = _quiet(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _quiet(text: str) -> str:
    r"""Text that may break lines but steers no terminal; other control characters as ``\x1b``."""
    return text if text.isprintable() else "".join(c if c in "\t\r\n" else visible(c) for c in text)


class TrecRenderer:
    """``query_id Q0 doc_id rank score semsearch``, one line a document, blanks in ids as ``%20``."""

    def begin(self) -> str:
        """Nothing."""
        return ""

    def answer(self, query_id: str, answer: Answer, first: bool) -> str:  # noqa: ARG002
        """The lines of one question; a document counts by its best passage."""
        best: dict[str, float] = {}
        for hit in answer.hits:
            best.setdefault(hit.document.doc_id, hit.score)
        return "".join(
            f"{trec_id(query_id)} Q0 {trec_id(doc_id)} {rank} {score!r} semsearch\n"
            for rank, (doc_id, score) in enumerate(best.items(), 1)
        )

    def end(self) -> str:
        """Nothing."""
        return ""


def trec_id(text: str) -> str:
    """An id without blanks, reversible by percent-decoding; most ids stay as they are."""
    from urllib.parse import quote

    return text if text.isprintable() and "%" not in text and not any(map(str.isspace, text)) else quote(text, "/:#")

"""Answers as an Arrow table: pandas, polars and DuckDB read it, with dates as dates, and none of them is needed here.

They take it by the Arrow PyCapsule interface (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

from semsearch.errors import UsageError
from semsearch.records import Answer, Hit

EPOCH = date(1970, 1, 1).toordinal()
Value = Callable[[Answer, Hit], object]
COLUMNS: tuple[tuple[str, str, Value], ...] = (
    ("query", "string", lambda answer, _: answer.query.text),
    ("rank", "int32", lambda _, hit: hit.rank),
    ("score", "float64", lambda _, hit: hit.score),
    ("doc_id", "string", lambda _, hit: hit.document.doc_id),
    ("title", "string", lambda _, hit: hit.document.title),
    ("published", "date32", lambda _, hit: _day(hit, "first")),
    ("published_last", "date32", lambda _, hit: _day(hit, "last")),
    ("date_precision", "string", lambda _, hit: _of_date(hit, "precision")),
    ("date_source", "string", lambda _, hit: _of_date(hit, "provenance")),
    ("source", "string", lambda _, hit: hit.document.publisher),
    ("url", "string", lambda _, hit: hit.document.url),
    ("path", "string", lambda _, hit: hit.document.path),
    ("page", "int32", lambda _, hit: hit.page),
    ("line_start", "int32", lambda _, hit: hit.line_start),
    ("line_end", "int32", lambda _, hit: hit.line_end),
    ("start", "int32", lambda _, hit: hit.start),
    ("end", "int32", lambda _, hit: hit.end),
    ("text", "string", lambda _, hit: hit.text),
    ("best_sentence", "string", lambda _, hit: hit.document.text[slice(*hit.best_sentence)]),
    ("copies", "int32", lambda _, hit: len(hit.copies)),
    ("strong", "bool", lambda answer, _: answer.strong),
)


class Table:
    """The hits of answers, a row each; ``polars.DataFrame(table)`` and others read it.

    Its columns are those of :data:`COLUMNS`: ``published`` and ``published_last`` are the first and last day of a date
    that may be a month or a year, and are null where it is not known.
    """

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._rows = [(answer, hit) for answer in answers for hit in answer.hits]

    def __len__(self) -> int:
        return len(self._rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as a stream of record batches: one."""
        na = _nanoarrow()
        children = [_column(na, kind, [value(*row) for row in self._rows]) for _, kind, value in COLUMNS]
        schema = na.struct({name: _type(na, kind) for name, kind, _ in COLUMNS})
        whole = na.c_array_from_buffers(schema, len(self._rows), [None], children=children)
        return na.ArrayStream(na.c_array_stream(whole)).__arrow_c_stream__(requested_schema)


def table(*answers: Answer) -> Table:
    """Answers as an Arrow table, a row a hit. Raises UsageError where the package nanoarrow is missing.

    >>> polars.DataFrame(semsearch.table(index.search("grain deal")))  # doctest: +SKIP
    """
    _nanoarrow()
    return Table(answers)


def _nanoarrow() -> Any:
    try:
        import nanoarrow
    except ImportError:
        raise UsageError("a table needs nanoarrow: install it with: pip install 'semsearch[arrow]'") from None
    return nanoarrow


def _type(na: Any, kind: str) -> Any:
    return na.bool_() if kind == "bool" else getattr(na, kind)()


def _column(na: Any, kind: str, values: Sequence[Any]) -> Any:
    """One column, None for what is not known."""
    if kind == "string":
        return na.c_array([_text(value) for value in values], na.string())
    if kind == "bool":
        return na.c_array(list(values), na.bool_())
    numbers = np.array([0 if value is None else value for value in values], kind.replace("date32", "int32"))
    known = np.packbits(np.array([value is not None for value in values], np.bool_), bitorder="little")
    return na.c_array_from_buffers(_type(na, kind), len(values), [known, numbers])


def _text(value: str | None) -> str | None:
    return None if value is None else value.encode("utf-8", "replace").decode()


def _day(hit: Hit, end: str) -> int | None:
    """Days since 1970."""
    published = hit.document.published
    return None if published is None else int(getattr(published, end).toordinal()) - EPOCH


def _of_date(hit: Hit, name: str) -> object:
    published = hit.document.published
    return None if published is None else getattr(published, name)

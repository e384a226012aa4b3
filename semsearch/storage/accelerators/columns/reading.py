"""Rows of the truth as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from semsearch.storage.accelerators.columns.file import UNDATED, DocumentColumns
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import RowDamaged, fits, sound
from semsearch.text.analysis import UNKNOWN
from semsearch.text.sketches import bands, read_sketch


def read_document_columns(connection: Connection, watermark: int) -> list[DocumentColumns]:
    """What documents are filtered by, those whose passages lie above the watermark, in the order of those."""
    rows = connection.execute(
        "SELECT first_passage, passage_count, coalesce(first_day, ?), coalesce(last_day, ?), source, "
        f"coalesce(language, ?), sketch, {fits('document')} FROM document WHERE first_passage > ? "
        "ORDER BY first_passage",
        (UNDATED, UNDATED, UNKNOWN, watermark),
    )
    found, last = list[DocumentColumns](), watermark
    for first, count, begin, end, source, language, stored in sound(rows, "document"):
        if first <= last:
            raise RowDamaged("documents share passages")
        last = first + count - 1
        found.append(DocumentColumns(first, count, begin, end, source, language, bands(read_sketch(stored))))
    return found


def read_event_columns(connection: Connection, watermark: int) -> list[tuple[int, int, int]]:
    """Passage, first and last day of the periods that passages above the watermark name. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT number, start, first_day, last_day, {fits('event')} FROM event WHERE number > ? "
        "ORDER BY number, start",
        (watermark,),
    )
    found = list(_events(rows, watermark))
    counts = connection.execute(
        f"SELECT event_count, {fits('document')} FROM document WHERE first_passage > ?", (watermark,)
    )
    missing = sum(count for (count,) in sound(counts, "document")) - len(found)
    if missing:
        raise RowDamaged(f"{missing} rows of the table event are gone")
    return found


def _events(rows: Iterable[tuple[Any, ...]], watermark: int) -> Iterator[tuple[int, int, int]]:
    before = watermark + 1, -1
    for number, start, first, last in sound(rows, "event"):
        if (number, start) < before:
            raise RowDamaged("rows of the table event are not in order")
        before = number, start
        yield number, first, last

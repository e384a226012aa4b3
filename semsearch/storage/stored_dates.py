"""What the truth holds of time: days of publication, and the days that passages mention."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np

from semsearch.arrays import Ids
from semsearch.records import OTHER_DAYS, DateEntry, DatePrecision, DateProvenance, EventDate, PublishedDate
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import fits, sound


class StoredDates:
    """The time of one snapshot's documents and passages."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._db = connection

    def date_entries(self) -> list[DateEntry]:
        """The date of each document, in the order of files and lines."""
        with damage_told(self._folder):
            rows = self._db.execute(
                "SELECT d.doc_id, f.path, d.line, d.first_day, d.last_day, d.date_precision, d.date_source, "
                f"d.date_raw, d.date_ambiguous, d.kept, d.sketch, {fits('document', 'd.')} AND {fits('file', 'f.')} "
                "FROM document d JOIN file f USING (file_id) ORDER BY f.path, d.line, d.doc_id"
            )
            entries = list(sound(rows, "document"))
        days: dict[bytes, set[int]] = defaultdict(set)  # first days by sketch: equal texts have equal ones
        for _, _, _, first, *_, sketch in entries:
            if sketch and first is not None:
                days[sketch].add(first)
        return [
            DateEntry(
                doc_id,
                path,
                line,
                None if claim[0] is None else published_date(tuple(claim)),
                _against(kept),
                others=tuple(date.fromordinal(day) for day in sorted(days.get(sketch, set()) - {claim[0]})),
            )
            for doc_id, path, line, *claim, kept, sketch in entries
        ]

    def events(self, numbers: Ids) -> dict[int, list[EventDate]]:
        """The periods that passages name, by passage number, in the order of the text."""
        found: dict[int, list[EventDate]] = {number: [] for number in numbers.tolist()}
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT number, start, end, first_day, last_day, {fits('event')} FROM event "
                "WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number, start",
                (json.dumps(numbers.tolist()),),
            )
            for number, start, end, first, last in sound(rows, "event"):
                found[number].append(EventDate((start, end), date.fromordinal(first), date.fromordinal(last)))
        return found


def published_date(row: Sequence[object]) -> PublishedDate:
    """The date in a document's six columns of it."""
    first, last, precision, source, raw, ambiguous = row
    return PublishedDate(
        date.fromordinal(cast(int, first)),
        date.fromordinal(cast(int, last)),
        cast(DatePrecision, precision),
        cast(DateProvenance, source),
        str(raw),
        bool(ambiguous),
    )


def probable_passages(connection: Connection) -> Ids:
    """Passages of documents whose day of publication is only probable, ascending. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT first_passage, passage_count, {fits('document')} FROM document "
        "WHERE date_source IN ('crawl time', 'guess') ORDER BY first_passage"
    )
    spans = [np.arange(first, first + count, dtype=np.int64) for first, count in sound(rows, "document")]
    return np.concatenate(spans) if spans else np.empty(0, np.int64)


def _against(stored: str) -> str:
    """That other parts of a page name other days, of the kept fields as they are stored."""
    days = dict(json.loads(stored)).get(OTHER_DAYS, ()) if OTHER_DAYS in stored else ()
    return f"the page also says {', '.join(days)}" if days else ""

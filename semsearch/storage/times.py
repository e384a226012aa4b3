"""What the truth holds of time: days of publication, and the days that passages speak of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np

from semsearch.arrays import Counts, Ids
from semsearch.records import DateEntry, DatePrecision, DateRange, DateSource, PublishedDate, SpokenDate
from semsearch.storage.database import Connection, damage_told
from semsearch.storage.lexical_view import languages_until

LONGEST_EVENT = 31  # days of a period that is taken for a time within a shorter window


class Times:
    """The time of one snapshot's documents and passages."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._db = connection
        self._events_read = False
        self._events: tuple[Ids, Counts, Counts] | None = None

    def publication_days(self) -> tuple[Ids, Ids, Ids, Ids]:
        """First passage, count of passages, first and last day of each document that has a date."""
        with damage_told(self._folder):
            rows = self._db.execute(
                "SELECT first_passage, passage_count, first_day, last_day FROM document WHERE first_day IS NOT NULL"
            ).fetchall()
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        return columns[0], columns[1], columns[2], columns[3]

    def date_entries(self) -> list[DateEntry]:
        """The date of each document, in the order of files and lines."""
        with damage_told(self._folder):
            rows = self._db.execute(
                "SELECT d.doc_id, f.path, d.line, d.first_day, d.last_day, d.date_precision, d.date_source, "
                "d.date_raw, d.date_ambiguous FROM document d JOIN file f USING (file_id) "
                "ORDER BY f.path, d.line, d.doc_id"
            ).fetchall()
        return [
            DateEntry(doc_id, path, line, None if claim[0] is None else published_date(claim))
            for doc_id, path, line, *claim in rows
        ]

    def newest_day(self, until: date | None = None) -> date | None:
        """The last day of publication, among documents up to a day; None where none has a date."""
        last = (until or date.max).toordinal()
        with damage_told(self._folder):
            found = self._db.execute("SELECT max(first_day) FROM document WHERE last_day <= ?", (last,)).fetchone()[0]
        return None if found is None else date.fromordinal(found)

    def languages_until(self, last: date) -> list[str]:
        """The languages of the documents up to a day."""
        with damage_told(self._folder):
            return languages_until(self._db, last)

    def speaking_of(self, window: DateRange) -> Ids:
        """Passages that name a period which overlaps the window and is hardly longer, ascending."""
        first = window.first.toordinal() if window.first else 0
        last = window.last.toordinal() if window.last else date.max.toordinal()
        longest = max(LONGEST_EVENT, last - first + 1)
        if self._events_read:  # another question will come
            numbers, begins, ends = self._event_columns()
            near = np.flatnonzero((begins <= last) & (ends >= first))
            found = numbers[near[ends[near] - begins[near] < longest]]
            return found[np.flatnonzero(np.diff(found, prepend=-1))]
        self._events_read = True
        with damage_told(self._folder):
            rows = self._db.execute(
                "SELECT DISTINCT number FROM event WHERE first_day BETWEEN ? AND ? AND last_day >= ? "
                "AND last_day - first_day < ? ORDER BY number",
                (first - longest, last, first, longest),
            ).fetchall()
        return np.array([number for (number,) in rows], np.int64)

    def _event_columns(self) -> tuple[Ids, Counts, Counts]:
        """Passage, first and last day of every period that is named, by passage."""
        if self._events is None:
            with damage_told(self._folder):
                rows = self._db.execute("SELECT number, first_day, last_day FROM event ORDER BY number").fetchall()
            columns = np.array(rows, np.int64).reshape(-1, 3).T
            self._events = columns[0].copy(), columns[1].astype(np.int32), columns[2].astype(np.int32)
        return self._events

    def events(self, numbers: Ids) -> dict[int, list[SpokenDate]]:
        """The periods that passages name, by passage number, in the order of the text."""
        found: dict[int, list[SpokenDate]] = {number: [] for number in numbers.tolist()}
        with damage_told(self._folder):
            rows = self._db.execute(
                "SELECT number, start, end, first_day, last_day FROM event "
                "WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number, start",
                (json.dumps(numbers.tolist()),),
            )
            for number, start, end, first, last in rows:
                found[number].append(SpokenDate((start, end), date.fromordinal(first), date.fromordinal(last)))
        return found


def published_date(row: Sequence[object]) -> PublishedDate:
    """The date in a document's six columns of it."""
    first, last, precision, source, raw, ambiguous = row
    return PublishedDate(
        date.fromordinal(cast(int, first)),
        date.fromordinal(cast(int, last)),
        cast(DatePrecision, precision),
        cast(DateSource, source),
        str(raw),
        bool(ambiguous),
    )

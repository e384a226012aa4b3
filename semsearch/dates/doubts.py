"""What is doubtful about dates: the future, days that stand for "unknown", days far from those around them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from semsearch.records import DateEntry

PLACEHOLDERS = {date(1900, 1, 1), date(1970, 1, 1), date(1980, 1, 1), date(2000, 1, 1)}
NEIGHBOURS = 2  # on either side
CLOSE = timedelta(days=60)  # the neighbours lie together
FAR = timedelta(days=366)  # and this one far from all of them
TOMORROW = timedelta(days=1)  # it may be that already elsewhere


def doubts(entries: Sequence[DateEntry], today: date) -> list[str]:
    """For each document, in the order of files and lines, why its date is doubtful; empty where it is not."""
    return [_doubt(entries, at, today) for at in range(len(entries))]


def _doubt(entries: Sequence[DateEntry], at: int, today: date) -> str:
    published = entries[at].published
    if published is None:
        return ""
    if published.first > today + TOMORROW:
        return "in the future"
    if published.precision == "day" and published.first in PLACEHOLDERS:
        return "a day that often stands for unknown"
    around = [*entries[max(at - NEIGHBOURS, 0) : at], *entries[at + 1 : at + 1 + NEIGHBOURS]]
    days = [other.published.first for other in around if other.published and _same_place(other, entries[at])]
    together = len(days) == 2 * NEIGHBOURS and max(days) - min(days) <= CLOSE
    if together and all(abs(published.first - day) > FAR for day in days):
        return f"far from its neighbours, {min(days)} to {max(days)}"
    return ""


def _same_place(one: DateEntry, other: DateEntry) -> bool:
    """True for articles of one file or one folder."""
    return one.path == other.path or one.path.rpartition("/")[0] == other.path.rpartition("/")[0]

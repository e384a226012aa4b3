"""The table of settings: what a commit counts, by key."""

from __future__ import annotations

import sqlite3

from semsearch.storage.truth.rows import (
    RowDamaged,
    fits,
    insert,
    sound,
)

MOST_COUNTED = 10**14  # passages, commits, generations
Connection = sqlite3.Connection
BEGINNING = {  # of the table meta
    "index_id": "",
    "revision": "0",  # commits so far
    "next_passage": "1",  # the next number to be given out
    "removed": "0",  # rows of that table
    "rules": "0",  # version of the rules of reading by which it was read
    "purged": "0",  # passages that were removed before the accelerators were made
}


def meta(connection: Connection, key: str) -> str | None:
    """A value of the meta table, or None. Raises RowDamaged."""
    rows = connection.execute(f"SELECT value, {fits('meta')} FROM meta WHERE key = ?", (key,))
    found = next(sound(rows, "meta"), None)
    return None if found is None else str(found[0])


def meta_number(connection: Connection, key: str, absent: int = 0) -> int:
    """A number of the meta table, or what it is where there is none yet. Raises RowDamaged."""
    found = meta(connection, key)
    number = absent if found is None else int(found)
    if number > MOST_COUNTED:
        raise RowDamaged(f"its {key} is {number}, more than there can be")
    return number


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Write a value of the meta table."""
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))
    connection.execute(insert("meta"), (key, value))

"""How rows of the truth are added and changed, so that each keeps a hash of what it says.

A row is changed only where it is as it was written: else its new hash would confirm the damage.
"""

from __future__ import annotations

from collections.abc import Mapping

from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import TABLES, fits, rehash, sound


def add(connection: Connection, table: str, *values: object) -> int:
    """Add a row to a table that numbers its rows; its number. ``values`` are the columns after that."""
    key, *columns = TABLES[table]
    marks = ", ".join("?" * len(columns))
    cursor = connection.execute(f"INSERT INTO {table} ({', '.join(columns)}, hash) VALUES ({marks}, x'')", values)
    connection.execute(rehash(table, f"{key} = ?"), (cursor.lastrowid,))
    return int(cursor.lastrowid or 0)


def change(connection: Connection, table: str, new: Mapping[str, object], **where: object) -> int:
    """Give some columns new values, in the rows that have the given values in others; how many there were.

    Raises RowDamaged where one of those rows is not as it was written.
    """
    condition = " AND ".join(f"{column} = :{column}" for column in where) or "true"
    count = sum(
        1 for _ in sound(connection.execute(f"SELECT {fits(table)} FROM {table} WHERE {condition}", where), table)
    )
    assignments = ", ".join(f"{column} = :new_{column}" for column in new)
    values = {**where, **{f"new_{column}": value for column, value in new.items()}}
    connection.execute(f"UPDATE {table} SET {assignments} WHERE {condition}", values)
    connection.execute(rehash(table, condition), where)
    return count

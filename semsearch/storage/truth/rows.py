"""Every row of the truth carries its own checksum: SQLite's pages have none, so each row has a hash of its values.

What is read from a row is believed only where the hash still fits and every value is of its kind (values.py): a flipped
bit is then reported, never shown.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np

from semsearch.arrays import Ids
from semsearch.storage.truth.values import COLUMNS, fits_kinds

TABLES: Mapping[str, tuple[str, ...]] = {table: tuple(kinds) for table, kinds in COLUMNS.items()}
HASH_BYTES = 16
_KINDS: Mapping[type, str] = {bytes: "b", float: "f", int: "i", str: "s", type(None): "n"}


class RowDamaged(Exception):
    """A row is not as it was written, or is gone."""


_inside = threading.local()


def row_hash(*values: object) -> bytes:
    """The first 16 bytes of the SHA-256 of a table's name and a row's values, each with its type and length."""
    parts = [value if value.__class__ is bytes else str(value).encode() for value in values]
    head = _head(tuple(map(type, values)), tuple(map(len, parts)))
    return hashlib.sha256(b"".join([head, *parts])).digest()[:HASH_BYTES]


@lru_cache(1024)
def _head(types: tuple[type, ...], lengths: tuple[int, ...]) -> bytes:
    """What a row's hash begins with: passages and vectors have few different ones."""
    return f"{''.join([_KINDS[each] for each in types])}{list(lengths)}".encode()


def checked_hash(table: str, *values: object) -> bytes | None:
    """The hash of a table's row; None where a value is not of its column's kind. SQL knows it as ``row_hash``."""
    try:
        return _hash(table, *values) if table in _LONG else _hash_again(table, *values)
    except BaseException as error:  # a Ctrl-C, of which SQLite would say only that a function raised something
        remember_inside(error)
        raise


def remember_inside(error: BaseException) -> None:
    """Keep what was raised while SQLite works, of which it says nothing."""
    _inside.error = error


def raised_inside() -> BaseException | None:
    """What was raised while SQLite computed a hash, once."""
    error: BaseException | None = getattr(_inside, "error", None)
    _inside.error = None
    return error


def _hash(table: str, *values: object) -> bytes | None:
    return row_hash(table, *values) if fits_kinds(table, values) else None


_LONG = {"body", "vector", "sentences"}  # tables
_hash_again = lru_cache(1024, typed=True)(_hash)  # a question reads the rows of a hit three times; a title may be long


def hash_of(table: str, alias: str = "") -> str:
    """SQL for the hash that a row should have."""
    return f"row_hash('{table}', {', '.join(alias + column for column in TABLES[table])})"


def fits(table: str, alias: str = "") -> str:
    """SQL for whether a row is as it was written: 1, or anything else."""
    return f"({alias}hash = {hash_of(table, alias)})"


def insert(table: str) -> str:
    """SQL that inserts a row, its columns in the order of :data:`TABLES`, with its hash."""
    marks = ", ".join(f"?{at}" for at, _ in enumerate(TABLES[table], 1))
    return f"INSERT INTO {table} ({', '.join(TABLES[table])}, hash) VALUES ({marks}, row_hash('{table}', {marks}))"


def rehash(table: str, condition: str) -> str:
    """SQL that gives rows that were changed their hash."""
    return f"UPDATE {table} SET hash = {hash_of(table)} WHERE {condition}"


def sound(rows: Iterable[tuple[Any, ...]], table: str) -> Iterator[tuple[Any, ...]]:
    """Rows without their last column, which says whether they fit. Raises RowDamaged."""
    for row in rows:
        if row[-1] != 1:
            raise RowDamaged(f"a row of the table {table} is not as it was written")
        yield row[:-1]


def stored(table: str, alias: str = "") -> str:
    """SQL for all columns of a table, and the hash."""
    return ", ".join(alias + column for column in (*TABLES[table], "hash"))


def whole(rows: Iterable[tuple[Any, ...]], *tables: str, before: int = 0) -> Iterator[tuple[Any, ...]]:
    """Rows of some tables side by side as :func:`stored` names them, ``before`` other columns in front.

    The same as :func:`sound` after ``fits``, but that SQLite need not call back for each row. Raises RowDamaged.
    """
    ends = list(accumulate((len(TABLES[table]) + 1 for table in tables), initial=before))
    parts = [(table, begin, end - 1) for table, begin, end in zip(tables, ends, ends[1:], strict=False)]
    for row in rows:
        for table, begin, end in parts:
            if row[end] is None or row[end] != checked_hash(table, *row[begin:end]):
                raise RowDamaged(f"a row of the table {table} is not as it was written")
        yield row


AT_ONCE = 10_000  # vectors read at a time


def ascending(numbers: Sequence[int], last: int, what: str) -> Ids:
    """Numbers as an array. Raises RowDamaged where they do not rise, from ``last`` on: a table may go in circles."""
    found = np.array(numbers, np.int64)
    if len(found) and (found[0] <= last or (np.diff(found) <= 0).any()):
        raise RowDamaged(f"rows of the table {what} are not in order")
    return found

"""Fields that articles keep beside their text: which there are, and which articles satisfy conditions on them."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from semsearch.arrays import Ids, Mask
from semsearch.errors import UsageError
from semsearch.records import Condition
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import RowDamaged, fits, sound

MOST_VALUES = 12  # of a field whose values are counted
MOST_LISTED = 40  # names of fields in an error


@dataclass(frozen=True, slots=True)
class _Held:
    """A field: its name as first written, and its values by the first passage of each article that has it."""

    name: str
    values: dict[int, tuple[str, ...]]


class KeptFields:
    """The kept fields of all articles of a snapshot. Raises RowDamaged while it is made."""

    def __init__(self, connection: Connection) -> None:
        self._fields: dict[str, _Held] = {}  # by name, upper and lower case counting as equal
        rows = connection.execute(
            f"SELECT first_passage, kept, {fits('document')} FROM document WHERE kept <> '' ORDER BY first_passage"
        )
        for first, kept in sound(rows, "document"):
            for name, values in json.loads(kept):
                self._fields.setdefault(name.casefold(), _Held(name, {})).values[first] = tuple(values)

    def counts(self) -> list[tuple[str, int, int]]:
        """Name of each field, with its articles and its different values, the most frequent first."""
        listed = [
            (held.name, len(held.values), len({value for values in held.values.values() for value in values}))
            for held in self._fields.values()
        ]
        return sorted(listed, key=lambda each: (-each[1], each[0]))

    def common(self) -> dict[str, list[tuple[str, int]]]:
        """The values of fields that have few, each with its articles, the most frequent first."""
        found = dict[str, list[tuple[str, int]]]()
        for held in self._fields.values():
            counts = Counter(value for values in held.values.values() for value in set(values))
            if 1 < len(counts) <= MOST_VALUES:
                found[held.name] = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return found

    def common_documents(self, firsts: Ids) -> dict[str, dict[str, Ids]]:
        """Of the same fields and values the places of their articles among ``firsts``, all first passages.

        Spellings that a condition does not tell apart count as one, under the most frequent. Raises RowDamaged.
        """
        found = dict[str, dict[str, Ids]]()
        for name, counts in self.common().items():
            spelling, holding = dict[str, str](), dict[str, list[int]]()
            for value, _ in counts:
                holding[spelling.setdefault(_same(value), value)] = []
            for first, values in self._fields[name.casefold()].values.items():
                for value in {spelling[_same(value)] for value in values}:
                    holding[value].append(first)
            found[name] = {value: _places(firsts, held) for value, held in holding.items()}
        return found

    def satisfying(self, conditions: Sequence[Condition], firsts: Ids) -> Mask:
        """Which articles, by their first passages, satisfy all conditions. Raises UsageError for an unknown field."""
        found = np.ones(len(firsts), np.bool_)
        for condition in conditions:
            name, sign, _ = condition
            held = self._fields.get(name.casefold())
            if held is None:
                raise UsageError(f"no article has a field {name!r}: {self._known()}")
            wanted = [first for first, values in held.values.items() if holds(condition, values)]
            has = np.isin(firsts, np.array(wanted, np.int64))
            found &= ~has if sign == "!=" else has
        return found

    def _known(self) -> str:
        names = [name for name, _, _ in self.counts()]
        more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
        return f"the index has {', '.join(names[:MOST_LISTED])}{more}" if names else "the index has no kept fields"


def holds(condition: Condition, values: tuple[str, ...]) -> bool:
    """Whether one of a field's values is the condition's (for = and !=), upper and lower case alike, or compares so.

    >>> holds(("section", "=", "world"), ("World", "Europe"))
    True
    """
    _, sign, value = condition
    if sign in ("=", "!="):
        return _same(value) in map(_same, values)
    return any(_SIGNS[sign](number, float(value)) for number in map(_number, values))


def _same(value: str) -> str:
    """Equal for values that a condition does not tell apart."""
    return value.strip().casefold()


def _places(firsts: Ids, held: Sequence[int]) -> Ids:
    """Where first passages stand among all of them. Raises RowDamaged."""
    wanted = np.array(sorted(held), np.int64)
    places = np.searchsorted(firsts, wanted)
    if len(wanted) and (places[-1] >= len(firsts) or (firsts[places] != wanted).any()):
        raise RowDamaged("articles with kept fields are not where their passages are")
    return places


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan  # which compares with nothing


_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}

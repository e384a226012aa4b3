"""How much of an answer each publisher, kind of file and value of a kept field has: what a filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from semsearch.arrays import Ids, Mask
from semsearch.files.kinds import KINDS
from semsearch.records import Query
from semsearch.search.options import may_be_asked
from semsearch.storage.snapshot import Columns, Snapshot


class Count(NamedTuple):
    """Passages of one publisher (None: of none), kind or value."""

    name: str | None
    relevant: int
    passages: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts, the most frequent first. ``kinds`` and ``fields`` are None where they were not counted."""

    publishers: tuple[Count, ...] = ()
    kinds: tuple[Count, ...] | None = None
    fields: tuple[tuple[str, tuple[Count, ...]], ...] | None = None  # kept fields of few values


NO_FACETS = Facets()


class FacetCounts:
    """Counts the relevant ones among some passages of a snapshot, and all of them, by article."""

    def __init__(self, snapshot: Snapshot, numbers: Ids, relevant: Mask) -> None:
        self._snapshot = snapshot
        self._columns: Columns = snapshot.columns()
        self._documents = self._columns.documents(numbers)
        length = len(self._columns.first_passage)
        self._relevant, self._all = (
            np.bincount(self._documents[which], minlength=length) for which in (relevant, slice(None))
        )

    def publishers(self) -> tuple[Count, ...]:
        """Of each publisher."""
        columns = self._columns
        every = np.ones(len(columns.source), np.bool_)
        return self._counted(columns.sources, columns.source.astype(np.int64), every)

    def of(self, query: Query) -> tuple[Facets, Mask]:
        """Publishers and kinds each with the other's choice made, fields within both; which passages are left then.

        What a query names stays in its facet, however few are left of it, so that the choice can be undone there.
        """
        columns, of_kind = self._columns, self._snapshot.kinds()
        by = columns.matching(None, query.publishers)
        every = np.ones(len(columns.source), np.bool_)
        chosen, among = every if by is None else by, of_kind.among(query.kinds) if query.kinds else every
        conditions = {field.casefold() for field, _, _ in query.where}
        fields = (
            (field, self._of_values(field, values, chosen & among, whole=field.casefold() in conditions))
            for field, values in self._snapshot.common_fields().items()
        )
        named = (*query.publishers, *query.not_publishers)
        found = Facets(
            self._counted(columns.sources, columns.source.astype(np.int64), among, named),
            self._counted(KINDS, of_kind.codes(np.arange(len(every))).astype(np.int64), chosen, query.kinds),
            tuple((field, counts) for field, counts in fields if counts),
        )
        return found, (chosen & among)[self._documents]

    def _counted(
        self, names: Sequence[str | None], codes: Ids, let: Mask, named: Sequence[str] = ()
    ) -> tuple[Count, ...]:
        """Counts by name, upper and lower case as one, under the most frequent; of what is ``named`` even 0."""
        some, every = (
            np.bincount(codes[let], counts[let], len(names)).astype(np.int64) for counts in (self._relevant, self._all)
        )
        kept = {name.casefold() for name in named}
        found = dict[str | None, Count]()
        for each in _sorted(zip(names, some.tolist(), every.tolist(), strict=True)):
            folded = each.name and each.name.casefold()
            one = found.get(folded, Count(each.name, 0, 0))
            if each.passages or folded in kept:
                found[folded] = Count(one.name, one.relevant + each.relevant, one.passages + each.passages)
        return _sorted(found.values())

    def _of_values(self, field: str, values: Mapping[str, Ids], let: Mask, *, whole: bool) -> tuple[Count, ...]:
        """Counts of the values that a condition can name; those of which nothing is left only where ``whole``."""
        found = []
        for value, documents in values.items():
            held = documents[let[documents]]
            count = Count(value, int(self._relevant[held].sum()), int(self._all[held].sum()))
            if (whole or count.passages) and may_be_asked(field, value):
                found.append(count)
        return _sorted(found)


def _sorted(counts: Iterable[tuple[str | None, int, int]]) -> tuple[Count, ...]:
    return tuple(sorted(map(Count._make, counts), key=lambda each: (-each.relevant, -each.passages, each.name or "")))

"""How much of an answer each publisher, kind of file and value of a kept field has: what a filter would leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from semsearch.arrays import Ids, Mask
from semsearch.files.kinds import KINDS
from semsearch.storage.snapshot import Columns, Snapshot


class Count(NamedTuple):
    """Passages of one publisher (None: of none), kind or value."""

    name: str | None
    relevant: int
    passages: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts, the most frequent first. ``kinds`` and ``fields`` are empty where they were not asked for."""

    publishers: tuple[Count, ...] = ()
    kinds: tuple[Count, ...] = ()
    fields: tuple[tuple[str, tuple[Count, ...]], ...] = ()  # kept fields of few values


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
        return self._counted(columns.sources, columns.source.astype(np.int64), np.ones(len(columns.source), np.bool_))

    def of(self, publishers: Sequence[str], kinds: Sequence[str]) -> tuple[Facets, Mask]:
        """Each with the other's choice made, and which of the passages are left where both are."""
        columns, of_kind = self._columns, self._snapshot.kinds()
        by = columns.matching(None, publishers)
        every = np.ones(len(columns.source), np.bool_)
        chosen, among = every if by is None else by, of_kind.among(kinds) if kinds else every
        fields = self._snapshot.kept().common_documents(columns.first_passage)
        found = Facets(
            self._counted(columns.sources, columns.source.astype(np.int64), among),
            self._counted(KINDS, of_kind.codes(np.arange(len(every))).astype(np.int64), chosen),
            tuple((name, self._of_values(values.items(), chosen & among)) for name, values in fields.items()),
        )
        return found, (chosen & among)[self._documents]

    def _counted(self, names: Sequence[str | None], codes: Ids, let: Mask) -> tuple[Count, ...]:
        some, every = (
            np.bincount(codes[let], counts[let], len(names)).astype(np.int64) for counts in (self._relevant, self._all)
        )
        return _sorted(zip(names, some.tolist(), every.tolist(), strict=True))

    def _of_values(self, values: Iterable[tuple[str, Ids]], let: Mask) -> tuple[Count, ...]:
        found = []
        for name, documents in values:
            held = documents[let[documents]]
            found.append((name, int(self._relevant[held].sum()), int(self._all[held].sum())))
        return _sorted(found)


def _sorted(counts: Iterable[tuple[str | None, int, int]]) -> tuple[Count, ...]:
    held = [Count(*each) for each in counts if each[2]]
    return tuple(sorted(held, key=lambda each: (-each.relevant, -each.passages, each.name or "")))

"""Near-duplicates in an answer: which hits take one place, and which other documents each of them stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.arrays import Ids, distinct
from semsearch.ranking import Ranked, collapse, near_copies
from semsearch.storage.snapshot import Snapshot
from semsearch.text.sketches import Sketched

KEPT = 10_000  # sketches, between questions


class Collapsing:
    """Finds near-duplicates among the documents of a snapshot; reads sketches of possible ones only."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._kept: dict[int, Sketched] = {}  # by the first passage of the document

    def collapse(self, ranked: list[Ranked]) -> list[Ranked]:
        """The first of each story."""
        columns = self._snapshot.columns()
        at = columns.documents(np.array([each.number for each in ranked], np.int64))
        alike = columns.alike(distinct(at))
        if not alike:
            return ranked
        sketches = self._sketches(columns.first_passage[list(alike)])
        keyed = dict(zip(alike, zip(sketches, alike.values(), strict=True), strict=True))
        return collapse(ranked, [keyed.get(document) for document in at.tolist()])

    def copies(self, hits: Sequence[Ranked], allowed: Ids | None) -> list[tuple[str, ...]]:
        """For each hit the ids of its document's near-duplicates among the passages that filters let through."""
        columns, found = self._snapshot.columns(), []
        own = columns.documents(np.array([hit.number for hit in hits], np.int64))
        for document, others in zip(own.tolist(), columns.sharing(own), strict=True):
            firsts = columns.first_passage[others]
            found.append(self._copies_of(document, firsts if allowed is None else firsts[np.isin(firsts, allowed)]))
        return found

    def _copies_of(self, document: int, others: Ids) -> tuple[str, ...]:
        if not len(others):
            return ()
        first = self._snapshot.columns().first_passage[document]
        own, *documents = self._sketches(np.array([first, *others], np.int64))
        alike = near_copies(own, documents)
        return tuple(sorted(other.doc_id for other, is_copy in zip(documents, alike, strict=True) if is_copy))

    def _sketches(self, firsts: Ids) -> list[Sketched]:
        if len(self._kept) > KEPT:
            self._kept.clear()
        wanted = [first for first in firsts.tolist() if first not in self._kept]
        self._kept.update(zip(wanted, self._snapshot.documents.sketches(np.array(wanted, np.int64)), strict=True))
        return [self._kept[first] for first in firsts.tolist()]

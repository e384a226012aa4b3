"""Near-duplicates in an answer: which hits take one place, and which other documents each of them stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from semsearch.arrays import Ids, Mask, distinct
from semsearch.ranking import Ranked, collapse, near_copies
from semsearch.records import DateRange
from semsearch.storage.snapshot import Snapshot
from semsearch.text.sketches import FEWEST_WORDS

LOOKED_AT = 3  # times as many hits as are wanted, for passages that are the same


@dataclass(frozen=True, slots=True)
class Copies:
    """Near-duplicates of a document: their ids, and with it their first and last day and number of sources."""

    ids: tuple[str, ...] = ()
    spread: DateRange | None = None
    sources: int = 0


NONE = Copies()


@dataclass(frozen=True, slots=True)
class Leaders:
    """Which documents are the first of their text (documents,), and those behind each that is not alone."""

    first: Mask
    behind: dict[int, list[int]]


_UNKNOWN = object()
MANY, LARGE = 0.2, 10_000  # share that are copies, and documents, from which the first of each are searched alone


class Collapsing:
    """Finds near-duplicates among the documents of a snapshot; reads sketches of possible ones only."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._leaders: object = _UNKNOWN

    def collapse(self, ranked: list[Ranked]) -> list[Ranked]:
        """The first of each story."""
        columns = self._snapshot.columns()
        at = columns.documents(np.array([each.number for each in ranked], np.int64))
        alike = columns.alike(distinct(at))
        if not alike:
            return ranked
        sketches = self._snapshot.documents.sketches(columns.first_passage[list(alike)])
        keyed = dict(zip(alike, zip(sketches, alike.values(), strict=True), strict=True))
        return collapse(ranked, [keyed.get(document) for document in at.tolist()])

    def leaders(self) -> Leaders | None:
        """The first of each text that is there many times; None where few are, and looking at all is as quick.

        Texts of one day count as one here whose keys are all the same: whether they are near-duplicates is looked at
        later, of those that are found (:meth:`strangers`).
        """
        if self._leaders is _UNKNOWN:
            self._leaders = self._found_leaders()
        return self._leaders if isinstance(self._leaders, Leaders) else None

    def _found_leaders(self) -> Leaders | None:
        columns = self._snapshot.columns()
        keyed = np.flatnonzero(columns.bands[:, 0] != 0)
        if len(columns.bands) < LARGE or len(keyed) < MANY * len(columns.bands):
            return None
        days = np.stack([columns.first_day, columns.last_day], axis=1)[keyed]
        rows = np.concatenate([columns.bands[keyed].astype(np.int64), days], axis=1)
        whole = np.ascontiguousarray(rows).view([("", np.int64)] * rows.shape[1])
        _, first, group = np.unique(whole.ravel(), return_index=True, return_inverse=True)
        follows = keyed[first[group]] != keyed
        if np.count_nonzero(follows) < MANY * len(columns.bands):
            return None
        alone = np.ones(len(columns.bands), np.bool_)
        alone[keyed[follows]] = False
        behind = dict[int, list[int]]()
        for leader, follower in zip(keyed[first[group]][follows].tolist(), keyed[follows].tolist(), strict=True):
            behind.setdefault(leader, []).append(follower)
        return Leaders(alone, behind)

    def strangers(self, hits: Sequence[Ranked], leaders: Leaders) -> list[int]:
        """Documents behind those of hits that are no near-duplicates of theirs after all."""
        columns, found = self._snapshot.columns(), list[int]()
        numbers = np.array([hit.number for hit in hits], np.int64)
        for document in dict.fromkeys(columns.documents(numbers).tolist()):
            behind = leaders.behind.get(document, [])
            if behind:
                own, *others = self._snapshot.documents.sketches(columns.first_passage[[document, *behind]])
                alike = near_copies(own, others)
                found += [other for other, is_copy in zip(behind, alike, strict=True) if not is_copy]
        return found

    def by_name(self, hits: Sequence[Ranked], leaders: Leaders) -> Mask | None:
        """Of the copies of each the one with the lowest id, whatever came in first; None where they are those."""
        columns, named = self._snapshot.columns(), list[int]()
        numbers = np.array([hit.number for hit in hits], np.int64)
        documents = list(dict.fromkeys(columns.documents(numbers).tolist()))
        for document in documents:
            members = [document, *leaders.behind.get(document, [])]
            own, *others = sketches = self._snapshot.documents.sketches(columns.first_passage[members])
            alike = [True, *near_copies(own, others)]
            ids = {each.doc_id: at for each, at, is_copy in zip(sketches, members, alike, strict=True) if is_copy}
            named.append(ids[min(ids)])
        if named == documents:
            return None
        shown = np.zeros(len(columns.bands), np.bool_)
        shown[named] = True
        return shown

    def apart(self, ranked: list[Ranked], count: int) -> list[Ranked]:
        """Without passages that say word for word what one before them says; enough are looked at for ``count``."""
        looked = ranked[: LOOKED_AT * count]
        sizes = Counter(each.end - each.start for each in looked)
        alike = [each for each in looked if sizes[each.end - each.start] > 1]
        if not alike:
            return ranked
        texts = self._snapshot.documents.texts(np.array([each.number for each in alike], np.int64))
        words = {each.number: text.split() for each, (_, text) in zip(alike, texts, strict=True)}
        said, kept = set[str](), list[Ranked]()
        for each in looked:
            own = words.get(each.number, [])
            text = " ".join(own) if len(own) >= FEWEST_WORDS else ""
            if not text or text not in said:
                kept.append(each)
            said.add(text)
        return [*kept, *ranked[len(looked) :]]

    def copies(self, hits: Sequence[Ranked], allowed: Ids | None) -> list[Copies]:
        """For each hit its document's near-duplicates among the passages that filters let through."""
        columns, found = self._snapshot.columns(), []
        own = columns.documents(np.array([hit.number for hit in hits], np.int64))
        for document, others in zip(own.tolist(), columns.sharing(own), strict=True):
            let = others if allowed is None else others[np.isin(columns.first_passage[others], allowed)]
            found.append(self._copies_of(document, let) if len(let) else NONE)
        return found

    def _copies_of(self, document: int, others: Ids) -> Copies:
        columns = self._snapshot.columns()
        own, *documents = self._snapshot.documents.sketches(columns.first_passage[[document, *others.tolist()]])
        alike = np.array(near_copies(own, documents), np.bool_)
        if not alike.any():
            return NONE
        ids = tuple(sorted(other.doc_id for other, is_copy in zip(documents, alike.tolist(), strict=True) if is_copy))
        held = [document, *others[alike].tolist()]
        days = sorted(day for day in columns.first_day[held].tolist() if day)
        spread = DateRange(date.fromordinal(days[0]), date.fromordinal(days[-1])) if days else None
        return Copies(ids, spread, len(set(columns.source[held].tolist())))

"""The columns: publication days, sources and languages of documents, and the days that passages mention.

What a filter needs to know of every document, in a few arrays of one small file. They are an accelerator as FAISS's
file is: the truth can make them again, and what is too new for the file is read from the truth.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Ids, Mask
from semsearch.files.tensors import save_tensors
from semsearch.files.whole import publish
from semsearch.records import DateRange
from semsearch.text.sketches import BANDS

LONGEST_EVENT = 31  # days of a period that is taken for a time within a shorter window
UNDATED = 0  # first and last day of what has no date


@dataclass(frozen=True, slots=True)
class DocumentColumns:
    """What one document is filtered by."""

    first_passage: int
    passage_count: int
    first_day: int  # as date.toordinal(); UNDATED
    last_day: int
    source: str | None
    language: str
    bands: NDArray[np.uint32]  # see sketches.bands


@dataclass(frozen=True, slots=True)
class Columns:
    """Documents in the order of their passages, and the periods that passages name in the order of those."""

    first_passage: Ids  # (documents,)
    passage_count: Counts
    first_day: Counts
    last_day: Counts
    source: Counts  # places in ``sources``
    language: Counts  # places in ``languages``
    bands: NDArray[np.uint32]  # (documents, keys): near-duplicates share one; 0 for none
    twin: Mask  # may share a key with another document
    event_passage: Ids  # (events,)
    event_first: Counts
    event_last: Counts
    sources: Sequence[str | None]
    languages: Sequence[str]
    fresh: int = 0  # documents at the end with which any other may share a key

    def __len__(self) -> int:
        """Passages."""
        return int(self.passage_count.sum())

    # What is asked of them

    def matching(self, window: DateRange | None, sources: Sequence[str]) -> Mask | None:
        """Documents surely published in a window, by one of some sources; None where nothing is asked."""
        found = None
        if window is not None:
            first, last = _bounds(window)
            found = (self.first_day != UNDATED) & (self.first_day >= first) & (self.last_day <= last)
        if sources:
            by = self._by(sources)
            found = by if found is None else found & by
        return found

    def left_out(self, window: DateRange, sources: Sequence[str], others: Mask) -> tuple[int, int]:
        """Documents that a window leaves out for want of a date, and for want of an exact one, among ``others``."""
        first, last = _bounds(window)
        by = self._by(sources) & others
        undated = self.first_day == UNDATED
        near = ~undated & (self.first_day <= last) & (self.last_day >= first)
        vague = near & ~((self.first_day >= first) & (self.last_day <= last))
        return int(np.count_nonzero(undated & by)), int(np.count_nonzero(vague & by))

    def not_by(self, sources: Sequence[str]) -> Mask:
        """Documents of none of some sources."""
        return ~self._by(sources) if sources else self._by(())

    def _by(self, sources: Sequence[str]) -> Mask:
        """Documents of some sources, or of any; upper and lower case count as equal."""
        if not sources:
            return np.ones(len(self.source), np.bool_)
        wanted = {name.casefold() for name in sources}
        has = np.array([name is not None and name.casefold() in wanted for name in self.sources], np.bool_)
        return has[self.source] if len(has) else np.zeros(len(self.source), np.bool_)

    def passages(self, documents: Mask) -> Ids:
        """The passages of some documents, ascending."""
        firsts, counts = self.first_passage[documents], self.passage_count[documents].astype(np.int64)
        before = np.cumsum(counts) - counts
        return np.repeat(firsts - before, counts) + np.arange(int(counts.sum()))

    @property
    def earliest(self) -> date | None:
        """The first day of publication; None where none has a date."""
        dated = self.first_day[self.first_day != UNDATED]
        return date.fromordinal(int(dated.min())) if len(dated) else None

    @property
    def latest(self) -> date | None:
        """The last day of publication; None where none has a date."""
        last = int(self.last_day.max(initial=UNDATED))
        return None if last == UNDATED else date.fromordinal(last)

    def newest_day(self, until: date | None = None) -> date | None:
        """The last day of publication, among documents up to a day; None where none has a date."""
        days = self.first_day if until is None else self.first_day[self.last_day <= until.toordinal()]
        newest = int(days.max(initial=UNDATED))
        return None if newest == UNDATED else date.fromordinal(newest)

    def languages_until(self, last: date | None) -> list[str]:
        """The languages of the documents, or of those surely published up to a day."""
        codes = self.language
        if last is not None:
            codes = codes[(self.first_day != UNDATED) & (self.last_day <= last.toordinal())]
        counts = np.bincount(codes, minlength=len(self.languages))
        return sorted(code for code, count in zip(self.languages, counts.tolist(), strict=True) if count)

    def publishers(self) -> list[tuple[str, int]]:
        """The sources and their documents, the most frequent first."""
        counts = np.bincount(self.source, minlength=len(self.sources)).tolist()
        found = [(name, count) for name, count in zip(self.sources, counts, strict=True) if name is not None and count]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def speaking_of(self, window: DateRange, least: float | None = None) -> Ids:
        """Passages with a period that overlaps the window and is hardly longer, or (``least``) is that share of it."""
        first, last = _bounds(window)
        longest = max(LONGEST_EVENT, last - first + 1)
        near = np.flatnonzero((self.event_first <= last) & (self.event_last >= first))
        begin, end = self.event_first[near], self.event_last[near]
        inside = (begin >= first) & (end <= last) & (end - begin + 1 >= (least or 0) * (last - first + 1))
        found = self.event_passage[near[end - begin < longest if least is None else inside]]
        return found[np.flatnonzero(np.diff(found, prepend=-1))]

    def count_events(self, numbers: Ids) -> int:
        """How many periods some passages name."""
        ends = np.searchsorted(self.event_passage, numbers, side="right")
        return int((ends - np.searchsorted(self.event_passage, numbers)).sum())

    def documents(self, numbers: Ids) -> Ids:
        """The places here of the documents of some passages."""
        return np.searchsorted(self.first_passage, numbers, side="right") - 1

    def alike(self, documents: Ids) -> dict[int, list[int]]:
        """Of some documents those that share a key with another of them, with the keys that are shared."""
        keys = self.bands[documents]
        _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
        shared = (counts[place].reshape(keys.shape) > 1) & (keys != 0)
        return {int(documents[at]): keys[at][shared[at]].tolist() for at in np.flatnonzero(shared.any(axis=1))}

    def sharing(self, documents: Ids) -> list[Ids]:
        """For each document the others that share a key with it."""
        found, keys = [], np.ascontiguousarray(self.bands.T)  # along which comparing is quicker
        for at in documents.tolist():
            begin = 0 if self.twin[at] else len(self.bands) - self.fresh  # most have none, and are spared the search
            own = np.flatnonzero(keys[:, at])
            others = np.flatnonzero((keys[own, begin:] == keys[own, at, None]).any(axis=0)) + begin
            found.append(others[others != at])
        return found

    # How they are made

    def without(self, removed: Ids) -> Columns:
        """Those of documents and passages that are still there."""
        if not len(removed):
            return self
        kept = ~np.isin(self.first_passage, removed)
        spoken = ~np.isin(self.event_passage, removed)
        arrays = {name: getattr(self, name)[spoken if name.startswith("event") else kept] for name in ARRAYS}
        fresh = int(np.count_nonzero(kept[len(kept) - self.fresh :]))
        return Columns(**arrays, sources=self.sources, languages=self.languages, fresh=fresh)

    def joined(self, later: Columns) -> Columns:
        """These, and after them a few of later passages."""
        if not len(later):
            return self
        sources, languages = list(self.sources), list(self.languages)
        source = _recoded(later.source, later.sources, sources)
        language = _recoded(later.language, later.languages, languages)
        return Columns(
            np.concatenate([self.first_passage, later.first_passage]),
            np.concatenate([self.passage_count, later.passage_count]),
            np.concatenate([self.first_day, later.first_day]),
            np.concatenate([self.last_day, later.last_day]),
            np.concatenate([self.source, source]),
            np.concatenate([self.language, language]),
            np.concatenate([self.bands, later.bands]),
            np.concatenate([self.twin, np.ones(len(later.twin), np.bool_)]),
            np.concatenate([self.event_passage, later.event_passage]),
            np.concatenate([self.event_first, later.event_first]),
            np.concatenate([self.event_last, later.event_last]),
            sources,
            languages,
            len(later.first_passage),
        )

    def same_as(self, other: Columns) -> bool:
        """Whether the two say the same of the same documents and passages, however sources are numbered.

        A document whose twin is gone may still be marked as having one.
        """
        arrays = [name for name in ARRAYS if name not in ("source", "language", "twin")]
        if not all(np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays):
            return False
        if (other.twin & ~self.twin).any():
            return False
        sources = [[each.sources[at] for at in each.source] for each in (self, other)]
        languages = [[each.languages[at] for at in each.language] for each in (self, other)]
        return sources[0] == sources[1] and languages[0] == languages[1]

    def save(self, path: Path) -> None:
        """Publish the file at ``path``."""
        publish(path, self._write)

    def _write(self, path: Path) -> None:
        arrays = {name: getattr(self, name) for name in ARRAYS}
        for name in NAMES:
            arrays[name] = np.frombuffer(json.dumps(list(getattr(self, name))).encode(), np.uint8)
        save_tensors(arrays, path)


NAMES = ("sources", "languages")
TYPES: dict[str, type[np.generic]] = {
    **dict.fromkeys(("first_passage", "event_passage"), np.int64),
    **dict.fromkeys(
        ("passage_count", "first_day", "last_day", "source", "language", "event_first", "event_last"), np.int32
    ),
    "bands": np.uint32,
    "twin": np.bool_,
}
ARRAYS = [each.name for each in fields(Columns) if each.name not in (*NAMES, "fresh")]


def make_columns(documents: Iterable[DocumentColumns], events: Iterable[tuple[int, int, int]]) -> Columns:
    """The columns of documents, in the order of their passages, and of events (passage, first and last day)."""
    held = list(documents)
    sources, languages = dict[str | None, int](), dict[str, int]()
    rows = [
        (
            each.first_passage,
            each.passage_count,
            each.first_day,
            each.last_day,
            sources.setdefault(each.source, len(sources)),
            languages.setdefault(each.language, len(languages)),
        )
        for each in held
    ]
    passage, count, first, last, source, language = np.array(rows, np.int64).reshape(-1, 6).T
    speaking, begin, end = np.array(list(events), np.int64).reshape(-1, 3).T
    return Columns(
        passage.copy(),
        count.astype(np.int32),
        first.astype(np.int32),
        last.astype(np.int32),
        source.astype(np.int32),
        language.astype(np.int32),
        keys := np.array([each.bands for each in held], np.uint32).reshape(-1, BANDS),
        _twins(keys),
        speaking.copy(),
        begin.astype(np.int32),
        end.astype(np.int32),
        list(sources),
        list(languages),
    )


def _twins(keys: NDArray[np.uint32]) -> Mask:
    """Documents of which another has one of their keys (documents, keys)."""
    values, counts = np.unique(keys, return_counts=True)
    several = values[(counts > 1) & (values != 0)]
    return np.asarray(np.isin(keys, several).any(axis=1), np.bool_)


def _recoded(codes: Counts, names: Sequence[str | None], known: list[str | None] | list[str]) -> Counts:
    """Places in ``known``, which gets what it lacks."""
    places = {name: at for at, name in enumerate(known)}
    for name in names:
        if name not in places:
            places[name] = len(known)
            known.append(name)  # type: ignore[arg-type]
    return np.array([places[name] for name in names], np.int32)[codes]


def _bounds(window: DateRange) -> tuple[int, int]:
    """First and last day of a window."""
    first = window.first.toordinal() if window.first else 1
    return first, window.last.toordinal() if window.last else date.max.toordinal()

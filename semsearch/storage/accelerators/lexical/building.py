"""Making the lexical accelerator: texts to postings, a part at a time, and parts to one index.

A part holds so many words that it is sorted in little memory; joining puts the postings of each part behind
those of the part before, term by term, and sorts nothing. So what is held is the postings themselves, whatever
the corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Ids, Mask
from semsearch.storage.accelerators.lexical.file import Field, LexicalIndex, LexicalText
from semsearch.text.analysis import Analyzer

MOST = 65_535  # of one term that is counted in one passage or document
PART_TERMS = 2_000_000  # occurrences in the passages of a part: 60 MB while it is made
AT_ONCE = 1_000_000  # postings that are put in their places in one step


@dataclass(frozen=True, slots=True)
class Part:
    """An index, or of its rows those ``kept``, whole documents each (None: all)."""

    index: LexicalIndex
    kept: Mask | None = None


def build_lexical(documents: Iterable[LexicalText]) -> LexicalIndex:
    """The index of documents, given in the order of their passages' numbers."""
    return join_lexical([Part(index) for index in lexical_parts(documents)])


def lexical_parts(documents: Iterable[LexicalText], terms: int = PART_TERMS) -> Iterator[LexicalIndex]:
    """Indexes of one stretch of the documents after another, each of ``terms`` occurrences or a few more."""
    part = _Making()
    for document in documents:
        part.add(document)
        if part.occurrences >= terms:
            yield part.index()
            part = _Making()
    yield part.index()


def join_lexical(parts: Sequence[Part]) -> LexicalIndex:
    """The rows of all parts, in the order of the parts; terms that none of them has are left out."""
    if len(parts) == 1 and parts[0].kept is None:
        return parts[0].index
    joining = [_Joining(part) for part in parts]
    vocabulary = sorted(set[bytes]().union(*(each.terms() for each in joining)))
    places = {term: at for at, term in enumerate(vocabulary)}
    for each in joining:
        each.place_terms(places)
    firsts = np.cumsum([0, *(each.documents for each in joining)])
    return LexicalIndex(
        *_packed(vocabulary),
        np.concatenate([each.numbers for each in joining]),
        np.concatenate([each.owners + first for each, first in zip(joining, firsts, strict=False)]).astype(np.int32),
        _joined_field([each.passages for each in joining], len(vocabulary)),
        _joined_field([each.wholes for each in joining], len(vocabulary)),
    )


class _Making:
    """A part while it is made."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._numbers: list[int] = []
        self._owners: list[int] = []
        self._documents = 0
        self._passages, self._wholes = _Occurrences(self._vocabulary), _Occurrences(self._vocabulary)

    @property
    def occurrences(self) -> int:
        """Terms of all passages so far."""
        return self._passages.count

    def add(self, document: LexicalText) -> None:
        """The next document."""
        analyzer = Analyzer(document.language)
        title = analyzer.terms(document.title)
        whole = list(title)
        for number, text in zip(document.numbers, document.passages, strict=True):
            terms = analyzer.terms(text)
            self._passages.add(title + terms)
            whole += terms
            self._numbers.append(number)
            self._owners.append(self._documents)
        self._wholes.add(whole)
        self._documents += 1

    def index(self) -> LexicalIndex:
        """All of it."""
        ordered = sorted(term.encode() for term in self._vocabulary)
        place = np.empty(len(ordered), np.int64)
        for at, term in enumerate(ordered):
            place[self._vocabulary[term.decode()]] = at
        return LexicalIndex(
            *_packed(ordered),
            np.array(self._numbers, np.int64),
            np.array(self._owners, np.int32),
            self._passages.field(place),
            self._wholes.field(place),
        )


class _Occurrences:
    """Terms row by row, while a part is made."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._rows: list[NDArray[np.int32]] = []
        self.count = 0

    def add(self, terms: Sequence[str]) -> None:
        """The terms of the next row."""
        known = self._vocabulary
        self._rows.append(np.array([known.setdefault(term, len(known)) for term in terms], np.int32))
        self.count += len(terms)

    def field(self, place: Ids) -> Field:
        """The postings, ``place`` giving each term's number by its order of appearance."""
        lengths = np.array([len(row) for row in self._rows], np.int32)
        count = max(len(lengths), 1)
        terms = np.concatenate([*self._rows, np.empty(0, np.int32)])
        keys = place[terms] * count + np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        keys, counts = np.unique(keys, return_counts=True)
        begins = np.searchsorted(keys, np.arange(len(place) + 1, dtype=np.int64) * count)
        rows = (keys % count).astype(np.int32)
        return Field(begins, rows, np.minimum(counts, MOST).astype(np.uint16), lengths)


class _Joining:
    """What of a part comes into the joined index."""

    def __init__(self, part: Part) -> None:
        index, kept = part.index, part.kept
        kept_documents = None
        self.owners = index.owners
        if kept is not None:
            kept_documents = np.zeros(len(index.documents.lengths), np.bool_)
            kept_documents[index.owners[kept]] = True
            self.owners = (np.cumsum(kept_documents) - 1)[index.owners[kept]]
        self.numbers = index.numbers if kept is None else index.numbers[kept]
        self.passages = _JoiningField(index.passages, kept)
        self.wholes = _JoiningField(index.documents, kept_documents)
        self.documents = len(self.wholes.lengths)
        self._index = index

    def terms(self) -> list[bytes]:
        """Those that its rows have, sorted."""
        used = (self.passages.held + self.wholes.held) > 0
        return [term for term, has in zip(self._index.terms(), used.tolist(), strict=True) if has]

    def place_terms(self, places: Mapping[bytes, int]) -> None:
        """Take the terms' numbers in the joined index; one that no row has comes behind all others."""
        place = np.array([places.get(term, len(places)) for term in self._index.terms()], np.int64)
        self.passages.place = self.wholes.place = place


class _JoiningField:
    """Postings of a part, and where they go."""

    def __init__(self, field: Field, kept: Mask | None) -> None:
        self._field = field
        self._kept = kept
        self._row_of = None if kept is None else (np.cumsum(kept) - 1).astype(np.int32)
        self.lengths: Counts = field.lengths if kept is None else field.lengths[kept]
        self.held: Counts = np.diff(field.begins) if kept is None else self._counted(kept)  # postings of each term
        self.place: Ids = np.empty(0, np.int64)  # of each term in the joined index

    def _counted(self, kept: Mask) -> Counts:
        before = np.concatenate([[0], np.cumsum(kept[self._field.rows], dtype=np.int64)])
        return np.asarray(np.diff(before[self._field.begins]))

    def steps(self) -> Iterator[tuple[slice, Counts, NDArray[np.uint16]]]:
        """Some terms and all their postings, one stretch after another."""
        begins, at = self._field.begins, 0
        while at < len(begins) - 1:
            end = max(int(np.searchsorted(begins, begins[at] + AT_ONCE, side="right")) - 1, at + 1)
            part = slice(int(begins[at]), int(begins[end]))
            rows, counts = self._field.rows[part], self._field.counts[part]
            if self._kept is not None and self._row_of is not None:
                stays = self._kept[rows]
                rows, counts = self._row_of[rows[stays]], counts[stays]
            yield slice(at, end), rows, counts
            at = end


def _joined_field(parts: Sequence[_JoiningField], terms: int) -> Field:
    """The postings of all parts: those of a term lie in the order of the parts, so rows are ascending."""
    totals = np.zeros(terms + 1, np.int64)  # of what no row has in the end
    for part in parts:
        np.add.at(totals, part.place, part.held)
    begins = np.concatenate([[0], np.cumsum(totals[:-1])])
    rows, counts = np.empty(begins[-1], np.int32), np.empty(begins[-1], np.uint16)
    free, first = begins.copy(), 0  # of each term the next place that is free
    for part in parts:
        for some, part_rows, part_counts in part.steps():
            place, held = part.place[some], part.held[some]
            into = np.repeat(free[place] - (np.cumsum(held) - held), held) + np.arange(len(part_rows))
            rows[into] = part_rows + np.int32(first)
            counts[into] = part_counts
            np.add.at(free, place, held)
        first += len(part.lengths)
    return Field(begins, rows, counts, np.concatenate([part.lengths for part in parts]))


def _packed(terms: Sequence[bytes]) -> tuple[NDArray[np.uint8], Ids]:
    lengths = np.array([len(term) for term in terms], np.int64)
    return np.frombuffer(b"".join(terms), np.uint8), np.cumsum(lengths)

"""The lexical accelerator: which passages and documents hold a term, and how often.

Postings as in any inverted index, kept as plain arrays in a safetensors file that is mapped into memory. So
every count that BM25 wants (documents with a term, mean length) is exact for any set of allowed passages,
and a question's scores are known for all of them, not for candidates alone. Passages are rows 0, 1, 2…
in the order of their numbers; the rows of a document are neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.analysis import Analyzer
from semsearch.arrays import Counts, Ids, Postings
from semsearch.errors import IndexDamaged
from semsearch.storage.files import publish
from semsearch.tensors import MappedTensors, Stored, save_tensors

REMEMBERED = 10_000  # terms that were looked for
MOST = 65_535  # of one term that is counted in one passage or document


@dataclass(frozen=True, slots=True)
class LexicalText:
    """What the accelerator wants to know of a document."""

    title: str
    language: str
    numbers: Sequence[int]  # of its passages
    passages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Field:
    """Postings of all terms: those of term ``t`` lie from ``begins[t]`` to ``begins[t + 1]``."""

    begins: Ids  # (terms + 1,)
    rows: Counts  # ascending within a term
    counts: NDArray[np.uint16]  # of the term in the row
    lengths: Counts  # (rows,), terms in all

    def postings(self, term: int) -> Postings:
        """Rows with a term, and how often each has it."""
        begin, end = int(self.begins[term]), int(self.begins[term + 1])
        return self.rows[begin:end], self.counts[begin:end]


class LexicalIndex:
    """Postings of passages (each with its document's title) and of whole documents."""

    def __init__(
        self, terms: NDArray[np.uint8], ends: Ids, numbers: Ids, owners: Counts, passages: Field, documents: Field
    ) -> None:
        self._terms = terms  # all terms, sorted, as UTF-8 without a gap
        self._ends = ends  # (terms,), where each ends
        self.numbers = numbers  # (rows,), passage numbers, ascending
        self.owners = owners  # (rows,), the document's row
        self.passages = passages
        self.documents = documents
        self._found: dict[str, int | None] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def find(self, term: str) -> int | None:
        """A term's number, or None."""
        if term not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found[term] = self._search(term)
        return self._found[term]

    def _search(self, term: str) -> int | None:
        wanted, low, high = term.encode(), 0, len(self._ends)
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._ends) and self._term(low) == wanted else None

    def terms(self) -> list[bytes]:
        """All terms, sorted."""
        return [self._term(at) for at in range(len(self._ends))]

    def _term(self, at: int) -> bytes:
        begin = int(self._ends[at - 1]) if at else 0
        return self._terms[begin : int(self._ends[at])].tobytes()

    def save(self, path: Path) -> None:
        """Publish the file at ``path``."""
        publish(path, self._write)

    def _write(self, path: Path) -> None:
        arrays: dict[str, Stored] = {"terms": self._terms, "ends": self._ends}
        arrays |= {"numbers": self.numbers, "owners": self.owners}
        for name, field in (("passages", self.passages), ("documents", self.documents)):
            arrays |= {f"{name}.{part.name}": getattr(field, part.name) for part in fields(Field)}
        save_tensors(arrays, path)


def read_lexical(path: Path) -> LexicalIndex:
    """Map a saved index into memory. Raises IndexDamaged."""
    tensors = MappedTensors(path, IndexDamaged)

    def array(name: str, kind: type[np.generic]) -> NDArray[np.generic]:
        stored = tensors.stored(name)
        if stored.dtype != kind or stored.ndim != 1:
            raise IndexDamaged(f"{path}: {name} is {stored.dtype} {stored.shape}")
        return stored

    def field(name: str) -> Field:
        kinds = {"begins": np.int64, "rows": np.int32, "counts": np.uint16, "lengths": np.int32}
        return Field(**{part: array(f"{name}.{part}", kind) for part, kind in kinds.items()})  # type: ignore[arg-type]

    return LexicalIndex(
        array("terms", np.uint8),  # type: ignore[arg-type]
        array("ends", np.int64),  # type: ignore[arg-type]
        array("numbers", np.int64),  # type: ignore[arg-type]
        array("owners", np.int32),  # type: ignore[arg-type]
        field("passages"),
        field("documents"),
    )


def build_lexical(documents: Iterable[LexicalText]) -> LexicalIndex:
    """The index of documents, given in the order of their passages' numbers."""
    vocabulary: dict[str, int] = {}
    numbers: list[int] = []
    owners: list[int] = []
    passages, wholes = _Occurrences(vocabulary), _Occurrences(vocabulary)
    for owner, document in enumerate(documents):
        analyzer = Analyzer(document.language)
        title = analyzer.terms(document.title)
        whole = list(title)
        for number, text in zip(document.numbers, document.passages, strict=True):
            terms = analyzer.terms(text)
            passages.add(title + terms)
            whole += terms
            numbers.append(number)
            owners.append(owner)
        wholes.add(whole)
    ordered = sorted(term.encode() for term in vocabulary)
    place = np.empty(len(ordered), np.int64)
    for at, term in enumerate(ordered):
        place[vocabulary[term.decode()]] = at
    return LexicalIndex(
        *_packed(ordered),
        np.array(numbers, np.int64),
        np.array(owners, np.int32),
        passages.field(place),
        wholes.field(place),
    )


def merge_lexical(one: LexicalIndex, kept: NDArray[np.bool_], other: LexicalIndex) -> LexicalIndex:
    """The ``kept`` rows of one index, whole documents each, and after them all rows of another."""
    kept_documents = np.zeros(len(one.documents.lengths), np.bool_)
    kept_documents[one.owners[kept]] = True
    passages = _joined(one, one.passages, kept, other, other.passages)
    documents = _joined(one, one.documents, kept_documents, other, other.documents)
    used = np.zeros(len(passages.vocabulary), np.bool_)
    for terms in (passages.terms, documents.terms):
        used[terms] = True
    place = np.cumsum(used) - 1
    owner_of = np.cumsum(kept_documents) - 1
    first = int(kept_documents.sum())
    return LexicalIndex(
        *_packed([term for term, has in zip(passages.vocabulary, used.tolist(), strict=True) if has]),
        np.concatenate([one.numbers[kept], other.numbers]),
        np.concatenate([owner_of[one.owners[kept]], other.owners + first]).astype(np.int32),
        passages.field(place, int(used.sum())),
        documents.field(place, int(used.sum())),
    )


class _Occurrences:
    """Terms row by row, while an index is built."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._rows: list[NDArray[np.int32]] = []

    def add(self, terms: Sequence[str]) -> None:
        """The terms of the next row."""
        known = self._vocabulary
        self._rows.append(np.array([known.setdefault(term, len(known)) for term in terms], np.int32))

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


@dataclass(frozen=True, slots=True)
class _Joined:
    """Postings of two indexes under one vocabulary, sorted by term and row."""

    vocabulary: list[bytes]
    terms: Ids
    rows: Counts
    counts: NDArray[np.uint16]
    lengths: Counts

    def field(self, place: Ids, terms: int) -> Field:
        """The postings, ``place`` giving each term's number among those that are still used."""
        begins = np.searchsorted(place[self.terms], np.arange(terms + 1))
        return Field(begins.astype(np.int64), self.rows, self.counts, self.lengths)


def _joined(one: LexicalIndex, field: Field, kept: NDArray[np.bool_], other: LexicalIndex, more: Field) -> _Joined:
    mine, theirs = one.terms(), other.terms()
    vocabulary = sorted({*mine, *theirs})
    place = {term: at for at, term in enumerate(vocabulary)}
    stays = kept[field.rows]
    row_of = np.cumsum(kept) - 1
    terms = np.concatenate([_term_of_each(mine, place, field)[stays], _term_of_each(theirs, place, more)])
    rows = np.concatenate([row_of[field.rows[stays]], more.rows + int(kept.sum())])
    order = np.argsort(terms, kind="stable")  # rows stay ascending within a term
    return _Joined(
        vocabulary,
        terms[order],
        rows[order].astype(np.int32),
        np.concatenate([field.counts[stays], more.counts])[order],
        np.concatenate([field.lengths[kept], more.lengths]),
    )


def _term_of_each(terms: Sequence[bytes], place: dict[bytes, int], field: Field) -> Ids:
    """For each posting the number of its term in the common vocabulary."""
    return np.repeat(np.array([place[term] for term in terms], np.int64), np.diff(field.begins))


def _packed(terms: Sequence[bytes]) -> tuple[NDArray[np.uint8], Ids]:
    lengths = np.array([len(term) for term in terms], np.int64)
    return np.frombuffer(b"".join(terms), np.uint8), np.cumsum(lengths)

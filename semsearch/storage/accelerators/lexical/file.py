"""The lexical accelerator: which passages and documents hold a term, and how often.

Postings as in any inverted index, kept as plain arrays in a safetensors file that is mapped into memory. So
every count that BM25 wants (documents with a term, mean length) is exact for any set of allowed passages,
and a question's scores are known for all of them, not for candidates alone. Passages are rows 0, 1, 2…
in the order of their numbers; the rows of a document are neighbours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Ids, Postings
from semsearch.errors import IndexDamaged
from semsearch.files.tensors import MappedTensors, Stored, save_tensors
from semsearch.files.whole import publish
from semsearch.storage.accelerators.record import AcceleratorFile, opened_file

MOST = np.iinfo(np.uint16).max  # of a term in a row; more are counted as so many
REMEMBERED = 10_000  # terms that were looked for
SAMPLED = 4_000  # terms that are kept to look for many


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
    in_order: set[int] = field(init=False, default_factory=set)  # terms whose rows were looked at

    def postings(self, term: int) -> Postings:
        """Rows with a term, and how often each has it. Raises IndexDamaged where they make no sense."""
        begin, end = int(self.begins[term]), int(self.begins[term + 1])
        rows, counts = self.rows[begin:end], self.counts[begin:end]
        if term not in self.in_order:
            if len(rows) and (rows[0] < 0 or rows[-1] >= len(self.lengths) or (rows[1:] <= rows[:-1]).any()):
                raise IndexDamaged("passages of a term are not in order")
            self.in_order.add(term)
        return rows, counts

    def out_of_order(self) -> bool:
        """Whether rows of a term do not rise, or are none; all of them are read."""
        if not len(self.rows):
            return False
        falls = np.diff(self.rows) <= 0
        falls[np.setdiff1d(self.begins[1:-1], (0, len(self.rows))) - 1] = False  # from one term to the next
        return bool(falls.any() or self.rows.min() < 0 or self.rows.max() >= len(self.lengths))

    def wrong(self, terms: int, rows: int, *, counts: bool) -> str:
        """What makes no sense for so many terms and rows; ``counts``: these are added up, too."""
        if len(self.begins) != terms + 1 or len(self.lengths) != rows or len(self.rows) != len(self.counts):
            return "its arrays are not of one length"
        if self.begins[0] != 0 or not _rising(self.begins, len(self.rows)):
            return "its postings are not in order"
        if rows and self.lengths.min() < 0:
            return "it counts less than no terms"
        if counts and len(self.counts) and self.counts.max() < MOST and self.counts.sum() != self.lengths.sum():
            return "its terms do not add up"
        return ""


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
        self._every: tuple[int, list[bytes]] | None = None  # how many terms lie from one to the next, and these

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
        low = self._place(term.encode())
        return low if low < len(self._ends) and self._term(low) == term.encode() else None

    def _place(self, wanted: bytes, low: int = 0, high: int | None = None) -> int:
        """How many terms come before some bytes, which is at least ``low`` and at most ``high``."""
        high = len(self._ends) if high is None else high
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def among(self, terms: Iterable[str]) -> set[str]:
        """Those of many terms that are there; what is between every so many of ours is looked through."""
        if self._every is None:
            stride = len(self._ends) // SAMPLED + 1
            self._every = stride, [self._term(at) for at in range(0, len(self._ends), stride)]
        stride, sample = self._every
        found = set[str]()
        for term in terms:
            wanted = term.encode()
            low = max(bisect_right(sample, wanted) - 1, 0) * stride
            place = self._place(wanted, low, min(low + stride, len(self._ends)))
            if place < len(self._ends) and self._term(place) == wanted:
                found.add(term)
        return found

    def beginning(self, letter: str, lengths: range) -> Iterator[str]:
        """Terms that begin with a letter, of so many bytes."""
        begin, end = self._place(letter.encode()), self._place(letter.encode() + b"\xff")
        sizes = np.diff(self._ends[begin:end], prepend=self._ends[begin - 1] if begin else 0)
        for at in np.flatnonzero((sizes >= lengths.start) & (sizes < lengths.stop)).tolist():
            yield self._term(begin + at).decode("utf-8", "replace")

    def terms(self) -> list[bytes]:
        """All terms, sorted."""
        return [self._term(at) for at in range(len(self._ends))]

    def _term(self, at: int) -> bytes:
        begin = int(self._ends[at - 1]) if at else 0
        return self._terms[begin : int(self._ends[at])].tobytes()

    def wrong(self, file: AcceleratorFile, *, whole: bool) -> str:
        """What of it makes no sense as the file that the truth names; empty where all does."""
        rows, documents = len(self.numbers), len(self.documents.lengths)
        if rows != file.count or len(self.owners) != rows:
            return f"it holds {rows} passages where {file.count} were written"
        if rows and (self.numbers[0] < 1 or self.numbers[-1] > file.watermark or (np.diff(self.numbers) <= 0).any()):
            return "its passages are not in order"
        if rows and (self.owners[0] != 0 or self.owners[-1] != documents - 1 or not _steps(self.owners)):
            return "its documents are not in order"
        if not _rising(self._ends, len(self._terms)):
            return "its terms are not in order"
        for held, count in ((self.passages, rows), (self.documents, documents)):
            wrong = held.wrong(len(self._ends), count, counts=whole or file.hashed_at_open)
            if wrong or (whole and held.out_of_order()):
                return wrong or "its postings are not in order"
        return ""

    def same_as(self, other: LexicalIndex) -> bool:
        """Whether the two say the same of the same passages."""
        mine, theirs = self._arrays(), other._arrays()
        return all(np.array_equal(mine[name], theirs[name]) for name in mine)

    def save(self, path: Path) -> None:
        """Publish the file at ``path``."""
        publish(path, self._write)

    def _write(self, path: Path) -> None:
        save_tensors(self._arrays(), path)

    def _arrays(self) -> dict[str, Stored]:
        arrays: dict[str, Stored] = {"terms": self._terms, "ends": self._ends}
        arrays |= {"numbers": self.numbers, "owners": self.owners}
        for name, held in (("passages", self.passages), ("documents", self.documents)):
            arrays |= {f"{name}.{part.name}": getattr(held, part.name) for part in fields(Field) if part.init}
        return arrays


def load_lexical(folder: Path, file: AcceleratorFile, *, whole: bool = False) -> LexicalIndex:
    """Map the index that the truth names into memory. Raises IndexDamaged where its arrays do not fit one another.

    Postings are looked at when their term is asked for (:meth:`Field.postings`); ``whole`` looks at all of them now,
    and hashes the file whatever its size.
    """
    path = folder / file.name
    with opened_file(folder, file, full=whole) as descriptor:
        tensors = MappedTensors(path, IndexDamaged, descriptor)

    def array(name: str, kind: type[np.generic]) -> NDArray[np.generic]:
        stored = tensors.stored(name)
        if stored.dtype != kind or stored.ndim != 1:
            raise IndexDamaged(f"{name} is {stored.dtype} {stored.shape}", where=path)
        return stored

    def field(name: str) -> Field:
        kinds = {"begins": np.int64, "rows": np.int32, "counts": np.uint16, "lengths": np.int32}
        return Field(**{part: array(f"{name}.{part}", kind) for part, kind in kinds.items()})  # type: ignore[arg-type]

    found = LexicalIndex(
        array("terms", np.uint8),  # type: ignore[arg-type]
        array("ends", np.int64),  # type: ignore[arg-type]
        array("numbers", np.int64),  # type: ignore[arg-type]
        array("owners", np.int32),  # type: ignore[arg-type]
        field("passages"),
        field("documents"),
    )
    wrong = found.wrong(file, whole=whole)
    if wrong:
        raise IndexDamaged(wrong, where=path)
    return found


def _steps(owners: Counts) -> bool:
    """Whether rows belong to one document after the other."""
    return bool(np.isin(np.diff(owners), (0, 1)).all())


def _rising(ends: Ids, last: int) -> bool:
    """Whether places in an array rise, from 0 on, to its end."""
    return not len(ends) or bool(ends[0] >= 0 and ends[-1] == last and (np.diff(ends) >= 0).all())

"""The lexical accelerator: which passages and documents hold a term, and how often.

Postings as in any inverted index, kept as plain arrays in a safetensors file that is mapped into memory. So
every count that BM25 wants (documents with a term, mean length) is exact for any set of allowed passages,
and a question's scores are known for all of them, not for candidates alone. Passages are rows 0, 1, 2…
in the order of their numbers; the rows of a document are neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Counts, Ids, Postings
from semsearch.errors import IndexDamaged
from semsearch.storage.files import publish
from semsearch.tensors import MappedTensors, Stored, save_tensors

REMEMBERED = 10_000  # terms that were looked for


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

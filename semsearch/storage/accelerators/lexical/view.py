"""The lexical accelerator as one snapshot sees it: what is too new for its file is added, what is gone is masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from semsearch.arrays import Ids, Mask, Postings, Stem, distinct
from semsearch.errors import IndexDamaged, command
from semsearch.storage.accelerators.lexical.building import build_lexical
from semsearch.storage.accelerators.lexical.file import MOST, Field, LexicalIndex, LexicalText, load_lexical
from semsearch.storage.accelerators.record import Truth, not_used
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.recorded import check_tail, read_file
from semsearch.storage.truth.rows import RowDamaged, fits, sound
from semsearch.text.analysis import UNKNOWN

MOST_REPEATED = 8  # times that the passages of a document may hold its text: sentences may be repeated


class LexicalView:
    """All passages of a snapshot, as rows of one or two indexes, one after the other."""

    def __init__(self, indexes: list[LexicalIndex], removed: Ids, folder: Path = Path(), note: str = "") -> None:
        self._folder = folder
        self.note = note  # why the file is not used
        self.indexes = [index for index in indexes if len(index)]
        self.numbers = np.concatenate([index.numbers for index in self.indexes] or [np.empty(0, np.int64)])
        firsts = np.cumsum([0, *(len(index.documents.lengths) for index in self.indexes)])
        owners = [index.owners.astype(np.int64) + first for index, first in zip(self.indexes, firsts, strict=False)]
        self.owners = np.concatenate([*owners, np.empty(0, np.int64)])  # each row's document, counted through
        self.documents = int(firsts[-1])
        self.alive = ~np.isin(self.numbers, removed) if len(removed) else None

    def rows(self, numbers: Ids) -> Ids:
        """The rows of passages that are there."""
        return np.searchsorted(self.numbers, numbers)

    def stem(self, field: Literal["passages", "documents"], term: str) -> Stem:
        """A term and its postings in each index."""
        nothing = np.empty(0, np.int32), np.empty(0, np.uint16)
        found = []
        for index in self.indexes:
            number = index.find(term)
            held = index.passages if field == "passages" else index.documents
            found.append(nothing if number is None else self.postings(held, number))
        return Stem(term, found)

    def either(self, field: Literal["passages", "documents"], terms: Sequence[str]) -> Stem:
        """Several terms as if they were one, as Lucene has its synonyms: a row's counts are added up."""
        stems = [self.stem(field, term) for term in dict.fromkeys(terms)]
        if len(stems) == 1:
            return stems[0]
        merged = []
        for parts in zip(*(stem.postings for stem in stems), strict=True):
            rows, places = np.unique(np.concatenate([rows for rows, _ in parts]), return_inverse=True)
            counts = np.bincount(places, np.concatenate([counts for _, counts in parts]), len(rows))
            merged.append((rows, np.minimum(counts, MOST).astype(np.uint16)))
        return Stem("|".join(stem.term for stem in stems), merged)

    def postings(self, field: Field, number: int) -> Postings:
        """Those of a term of one index. Raises IndexDamaged, saying what mends it."""
        try:
            return field.postings(number)
        except IndexDamaged as error:
            anew = f"build it again with: {command('repair', index=self._folder)}"
            raise IndexDamaged(f"in the lexical file, {error.what}", where=self._folder, remedy=anew) from None

    def count(self, stems: Sequence[str], mask: Mask | None) -> int:
        """How many of the rows that a mask lets through hold a word, given as its stems."""
        total, begin = 0, 0
        for index in self.indexes:
            terms = [term for stem in stems if (term := index.find(stem)) is not None]
            held = [self.postings(index.passages, term)[0] for term in terms]
            rows = held[0] if len(held) == 1 else distinct(np.concatenate([*held, np.empty(0, np.int32)]))
            total += len(rows) if mask is None else int(np.count_nonzero(mask[begin + rows]))
            begin += len(index)
        return total

    def allowed(self, numbers: Ids | None) -> Mask | None:
        """Which rows may be found: those of ``numbers`` (None: all) that are not gone; None for every row."""
        if numbers is None:
            return self.alive
        mask = np.zeros(len(self.numbers), np.bool_)
        mask[self.rows(numbers)] = True
        return mask


def open_lexical(truth: Truth) -> LexicalView:
    """The view of a snapshot. Raises RowDamaged."""
    file = read_file(truth.connection, "lexical")
    indexes, watermark, note = list[LexicalIndex](), 0, ""
    if file is not None:
        try:
            indexes, watermark = [load_lexical(truth.folder, file)], file.watermark
        except IndexDamaged as error:
            note = not_used(error, truth.folder)
    tail = build_lexical(read_lexical_texts(truth.connection, watermark))
    check_tail(truth.connection, watermark, len(tail), truth.removed)
    return LexicalView([*indexes, tail], truth.removed_up_to(watermark), truth.folder, note)


def read_lexical_texts(connection: Connection, watermark: int) -> Iterator[LexicalText]:
    """Documents whose passages lie above the watermark, in the order of their numbers, each text once."""
    documents = connection.execute(
        f"SELECT title, coalesce(language, ?), text, first_passage, passage_count, {fits('document', 'd.')} AND "
        f"{fits('body', 'b.')} FROM document d JOIN body b USING (document_id) WHERE first_passage > ? "
        "ORDER BY first_passage",
        (UNKNOWN, watermark),
    )
    for title, language, text, first, count in sound(documents, "document"):
        rows = connection.execute(
            f"SELECT number, start, end, {fits('passage')} FROM passage WHERE number BETWEEN ? AND ? ORDER BY number",
            (first, first + count - 1),
        )
        spans = list(sound(rows, "passage"))
        if sum(end - start for _, start, end in spans) > MOST_REPEATED * len(text):
            raise RowDamaged("passages of a document hold its text many times over")
        numbers = [number for number, _, _ in spans]
        yield LexicalText(title, language, numbers, [text[start:end] for _, start, end in spans])

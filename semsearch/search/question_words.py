"""What the words and operators of a question say of every passage: BM25, and who may be found at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Mask
from semsearch.ranking.bm25 import Block, Bm25, bm25, lifted
from semsearch.ranking.fusion import Weights
from semsearch.search.operators import ParsedQuestion
from semsearch.storage.snapshot import LexicalIndex, LexicalView, Snapshot
from semsearch.text.analysis import asked_terms, query_terms
from semsearch.text.stopwords import COMMON
from semsearch.text.words import phrase_pattern

Others = Mapping[str, Sequence[str]]  # by a term: those that say the same
READ_AT_ONCE = 5_000  # passages whose text is looked at for a phrase


@dataclass(frozen=True, slots=True)
class WordScores:
    """What the words of a question say of every passage, row by row of the snapshot's lexical view."""

    passage: Bm25
    document: Bm25
    owners: Ids  # the document of each passage
    findable: Mask | None  # rows that filters and operators let through; None: all
    unheld: bool  # no passage holds what was quoted, so it was not asked for

    def score(self, weights: Weights, room: NDArray[np.float32]) -> NDArray[np.float32]:
        """The words' part of every row's score, in the first half of ``room`` (2, rows)."""
        both: NDArray[np.float32] = room[0]
        np.take(_share(self.document, weights.document), self.owners, out=both, mode="clip")  # others take room
        both += _share(self.passage, weights.words, room[1])
        if self.findable is not None:
            both[~self.findable] = 0.0
        return both


def _share(found: Bm25, weight: float, room: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """What BM25 counts in the score, in some ``room``."""
    if found.lift == 1:
        return np.multiply(found.scores, np.float32(weight / (found.bound or 1)), out=room)
    share = lifted(np.minimum(found.scores * np.float32(1 / (found.bound or 1)), np.float32(1)), found.lift)
    found_share: NDArray[np.float32] = np.multiply(share, np.float32(weight), out=room)
    return found_share


class QuestionWords:
    """Scores the passages of a snapshot by the words of one question at a time."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._all: tuple[list[Block], list[Block]] | None = None
        self._room: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def of(
        self, question: ParsedQuestion, allowed: Ids | None, as_of: date | None, others: Others | None = None
    ) -> WordScores:
        """BM25 among the passages that the filters let through, and what the operators leave of those."""
        view = self._snapshot.lexical()
        mask = view.allowed(allowed)
        passages, documents = self._blocks(view, mask, everything=allowed is None)
        words, counts = asked_terms(question.text, self._snapshot.languages(as_of))
        rows, of_documents = self.rooms()
        groups = [_with_others(word, others or {}) for word in words]
        in_passages = [[view.either("passages", terms) for terms in group] for group in groups]
        in_documents = [[view.either("documents", terms) for terms in group] for group in groups]
        passage, document = (
            bm25(passages, in_passages, rows[0], counts),
            bm25(documents, in_documents, of_documents, counts),
        )
        return WordScores(
            passage, document, view.owners, *self._operated(question, mask, self._snapshot.languages(as_of))
        )

    def whole(self, question: ParsedQuestion, as_of: date | None, numbers: Ids, others: Others) -> Mask:
        """Which of some passages belong to an article that has every word of the question, common ones left out."""
        view = self._snapshot.lexical()
        owners = view.owners[view.rows(numbers)]
        found = np.ones(len(numbers), np.bool_)
        for word in query_terms(question.text, self._snapshot.languages(as_of)):
            if not COMMON.intersection(word):
                (terms, *_) = _with_others(word, others) or [word]
                held = view.either("documents", [*word, *terms])
                has, begin = np.zeros(view.documents, np.bool_), 0
                for index, (rows, _) in zip(view.indexes, held.postings, strict=True):
                    has[begin + rows] = True
                    begin += len(index.documents.lengths)
                found &= has[owners]
        return found

    def rooms(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where scores of all passages, of three kinds, and of all documents are kept until the next question."""
        if self._room is None:
            view = self._snapshot.lexical()
            self._room = np.empty((3, len(view.numbers)), np.float32), np.empty(view.documents, np.float32)
        return self._room

    def _blocks(self, view: LexicalView, mask: Mask | None, *, everything: bool) -> tuple[list[Block], list[Block]]:
        """The passages and the documents to be scored; kept where no filter leaves some of the snapshot out."""
        if everything and self._all is not None:
            return self._all
        passages, documents, begin = [], [], 0
        for index in view.indexes:
            own = None if mask is None else mask[begin : begin + len(index)]
            begin += len(index)
            passages.append(Block(index.passages.lengths, own, remembers=everything))
            documents.append(Block(index.documents.lengths, _owners(index, own), remembers=everything))
        if everything:
            self._all = passages, documents
        return passages, documents

    def _operated(self, question: ParsedQuestion, mask: Mask | None, languages: list[str]) -> tuple[Mask | None, bool]:
        """The mask, less what the question's operators rule out; and whether a quotation was passed over."""
        if not question.has_operators:
            return mask, False
        view = self._snapshot.lexical()
        left = np.ones(len(view.numbers), np.bool_) if mask is None else mask.copy()
        for phrase in question.required:
            left &= self._holding(phrase, left, titles=False, languages=languages)
        for phrase in question.titled:
            left &= self._holding(phrase, left, titles=True, languages=languages)
        for phrase in question.excluded:
            left &= ~self._holding(phrase, left, titles=False, languages=languages)
        held = left.copy()
        for phrase in question.quoted:
            held &= self._holding(phrase, held, titles=False, languages=languages)
        unheld = bool(left.any() and not held.any())
        return (left if unheld else held), unheld

    def _holding(self, phrase: str, among: Mask, *, titles: bool, languages: list[str]) -> Mask:
        """Rows whose title, or whose passage or title, holds a phrase word by word."""
        view = self._snapshot.lexical()
        possible = among.copy()
        for word in query_terms(phrase, languages):
            has, begin = np.zeros(len(view.numbers), np.bool_), 0
            for index in view.indexes:
                for stem in word:
                    term = index.find(stem)
                    if term is not None:
                        has[begin + view.postings(index.passages, term)[0]] = True
                begin += len(index)
            possible &= has
        pattern = phrase_pattern(phrase)
        rows = np.flatnonzero(possible)
        if pattern is None or not len(rows):
            return np.zeros(len(view.numbers), np.bool_)
        held = np.zeros(len(view.numbers), np.bool_)
        for begin in range(0, len(rows), READ_AT_ONCE):
            block = rows[begin : begin + READ_AT_ONCE]
            for row, (title, text) in zip(
                block.tolist(), self._snapshot.documents.texts(view.numbers[block]), strict=True
            ):
                held[row] = bool(pattern.search(title)) or (not titles and bool(pattern.search(text)))
        return held


def _with_others(word: Sequence[str], others: Others) -> list[list[str]]:
    """The stems of a word, each for itself; as one with other spellings, where there are any."""
    more = [term for stem in word for term in others.get(stem, ())]
    return [[*word, *more]] if more else [[stem] for stem in word]


def _owners(index: LexicalIndex, rows: Mask | None) -> Mask | None:
    """The documents of some passages; None where those are all."""
    if rows is None:
        return None
    owners = np.zeros(len(index.documents.lengths), np.bool_)
    owners[index.owners[rows]] = True
    return owners

"""The best passages for a question, exactly: as if every passage had been scored in every way.

BM25 is known for all passages. FAISS gives those with the highest cosines and a bound for the others; whoever
could still reach the top under that bound is scored too. The first :data:`RESCORED` passages are then scored
again with their sentences.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Mask, Rows, Scores, distinct, exact_cosines
from semsearch.ranking import Evidence, Ranked, merge_documents
from semsearch.ranking.bm25 import Block, Bm25, bm25
from semsearch.ranking.fusion import WEIGHTS, Weights
from semsearch.ranking.timing import Timing
from semsearch.records import Query, TimeUsed
from semsearch.search.copies import Collapsing
from semsearch.search.operators import Question, phrase_pattern
from semsearch.search.when import When
from semsearch.storage.accelerators.dense.view import COSINE_ERROR
from semsearch.storage.accelerators.lexical.file import LexicalIndex
from semsearch.storage.accelerators.lexical.view import LexicalView
from semsearch.storage.snapshot import Snapshot
from semsearch.text.analysis import query_terms

RESCORED = 100  # passages whose sentences are looked at
BLOCK = 64  # rows of which only the highest is looked at first
READ_AT_ONCE = 5_000  # passages whose text is looked at for a phrase
FETCHED = 5  # times as many are asked of FAISS: the more, the fewer others could still come in


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of a question say of every passage, row by row of the snapshot's lexical view."""

    passage: Bm25
    article: Bm25
    owners: Ids  # the article of each passage
    findable: Mask | None  # rows that filters and operators let through; None: all
    unheld: bool  # no passage holds what was quoted, so it was not asked for

    def score(self, weights: Weights, room: NDArray[np.float32]) -> NDArray[np.float32]:
        """The words' part of every row's score, in the first half of ``room`` (2, rows)."""
        both: NDArray[np.float32] = room[0]
        article = self.article.scores * np.float32(weights.article / (self.article.bound or 1))
        np.take(article, self.owners, out=both, mode="clip")  # another mode takes room of its own
        both += np.multiply(self.passage.scores, np.float32(weights.words / (self.passage.bound or 1)), out=room[1])
        if self.findable is not None:
            both[~self.findable] = 0.0
        return both


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits for a question."""

    hits: list[Ranked]
    allowed: Ids | None  # passages that the filters let through; None: all
    unheld: bool = False  # no passage holds what was quoted
    time: TimeUsed | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of passages, with the first and last day of their publication (0: unknown)."""

    scores: Scores
    first: Ids
    last: Ids
    words: int = 0  # of the question, common ones left out


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a question is ranked by."""

    weights: Weights
    row: Rows | None
    words: Words | None
    allowed: Ids | None  # passages that filters and operators let through; None: all
    without: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    timing: Timing | None = None
    factors: NDArray[np.float32] | None = None  # of the timing, for every row

    def at(self, timing: Timing | None) -> _Asked:
        """The same at a time that is asked for."""
        return replace(self, timing=timing, factors=None if timing is None else timing.factors())


@dataclass(frozen=True, slots=True)
class _Pool:
    """Passages that lead the first stage."""

    numbers: Ids
    cosines: Scores  # NaN where there is no row to compare with


class Retrieval:
    """Ranks the passages of a snapshot, for one question at a time."""

    def __init__(self, snapshot: Snapshot, when: When) -> None:
        self._snapshot = snapshot
        self._when = when
        self.collapsing = Collapsing(snapshot)
        self._all: tuple[list[Block], list[Block]] | None = None
        self._room: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def rank(self, query: Query, question: Question, row: Rows | None, time: TimeUsed | None) -> Ranking:
        """The hits for a question. ``row`` (dim,) is its vector, None in the lexical mode."""
        allowed = self._when.allowed(query, time)
        asked = self._asked(query, question, row, allowed).at(self._when.timing(time))
        if time is not None and time.latest:
            first = self._best(replace(query, top=RESCORED), asked)
            numbers, scores = np.array([hit.number for hit in first], np.int64), np.array([hit.score for hit in first])
            time = self._when.settle_latest(time, numbers, scores)
            asked = asked.at(self._when.timing(time))
        return Ranking(self._best(query, asked), allowed, asked.words is not None and asked.words.unheld, time)

    def every(self, query: Query, question: Question, row: Rows | None, time: TimeUsed | None) -> Scored:
        """The first stage's score of every passage that filters and operators let through, whenever it is from."""
        asked = self._asked(query, question, row, self._when.allowed(query, time))
        known = self._known(asked)
        view = self._snapshot.lexical()
        mask = view.allowed(asked.allowed)
        numbers = view.numbers if mask is None else view.numbers[mask]
        if row is None:
            scores = np.zeros(len(numbers)) if known is None else known[view.rows(numbers)].astype(np.float64)
        else:
            scores = self._first_score(asked, numbers, self._snapshot.cosines(row, numbers), known)
        return Scored(scores, *self._when.days(numbers))

    def _asked(self, query: Query, question: Question, row: Rows | None, allowed: Ids | None) -> _Asked:
        """What a question is ranked by among the passages that the filters let through."""
        weights = WEIGHTS[query.mode]
        if not weights.words and not question.has_operators:
            return _Asked(weights, row, None, allowed)
        words = self._words(question, allowed, query.as_of)
        return _Asked(weights, row, words, self._findable(words, allowed))

    def similar(self, query: Query, row: Rows, without: Ids) -> Ranking:
        """The passages nearest to a vector, some left out."""
        allowed = self._when.allowed(query, None)
        return Ranking(self._best(query, _Asked(WEIGHTS["dense"], row, None, allowed, without)), allowed)

    def _best(self, query: Query, asked: _Asked) -> list[Ranked]:
        depth = RESCORED if asked.weights.sentence else 2 * query.top + 20
        while True:
            pool = self._matching(asked, depth) if asked.row is None else self._leading(asked, asked.row, depth)
            ranked = merge_documents(self._scored(pool, asked), query.per_document)
            if not query.expand:
                ranked = self.collapsing.collapse(ranked)
            if len(ranked) >= query.top or len(pool.numbers) < depth:
                return ranked[: query.top]
            depth *= 4

    # The first stage

    def _matching(self, asked: _Asked, depth: int) -> _Pool:
        """The ``depth`` passages with most of the words, and those equal to the last of them."""
        known = self._known(asked)
        if known is None:
            raise ValueError("neither words nor a vector to rank by")
        rows = _highest(known, depth)
        return _Pool(self._snapshot.lexical().numbers[rows], np.full(len(rows), np.nan))

    def _known(self, asked: _Asked) -> NDArray[np.float32] | None:
        """What is known of every row's score without its vector: the words' part, under the factors of time."""
        if asked.words is None or not asked.weights.words:
            return None
        by_words = asked.words.score(asked.weights, self._rooms()[0][1:])
        return by_words if asked.factors is None else np.multiply(by_words, asked.factors, out=by_words)

    def _leading(self, asked: _Asked, row: Rows, depth: int) -> _Pool:
        """The ``depth`` passages that lead by cosine, words and time, and those equal to the last of them."""
        known = self._known(asked)
        fetch = FETCHED * depth
        while True:
            near = self._snapshot.nearest(row, fetch, asked.allowed, asked.without)
            numbers, cosines = near.numbers, near.cosines
            if known is not None:
                numbers, cosines = self._joined(numbers, cosines, _highest(known, depth), row)
            unseen = asked.weights.dense * max(near.floor, 0.0)  # bound of the others' dense part
            least = _nth_highest(self._first_score(asked, numbers, cosines, known), depth) - 2 * COSINE_ERROR
            others = self._within_reach(asked, known, unseen, least) if near.floor > -np.inf else np.empty(0, np.int64)
            if near.floor == -np.inf or unseen < least or len(others) <= fetch:
                break
            fetch *= 4
        numbers, cosines = self._joined(numbers, cosines, others, row)
        scores = self._first_score(asked, numbers, cosines, known)
        numbers = numbers[scores >= _nth_highest(scores, depth) - 2 * COSINE_ERROR]
        cosines = self._snapshot.exact(row, numbers)
        scores = self._first_score(asked, numbers, cosines, known)
        lead = scores >= _nth_highest(scores, depth)
        return _Pool(numbers[lead], cosines[lead])

    def _within_reach(self, asked: _Asked, known: NDArray[np.float32] | None, unseen: float, least: float) -> Ids:
        """Rows that could still reach a score, whose dense part is at most ``unseen``."""
        if asked.factors is None:
            if known is None:
                return np.empty(0, np.int64) if unseen < least else np.arange(len(self._snapshot.lexical().numbers))
            rows = np.flatnonzero(known >= least - unseen)
        else:
            bound = asked.factors * np.float32(unseen * 1.000001)
            rows = np.flatnonzero((bound if known is None else bound + known) >= least)
        return self._findable_rows(asked, rows)

    def _findable_rows(self, asked: _Asked, rows: Ids) -> Ids:
        """Those of some rows that filters let through."""
        view = self._snapshot.lexical()
        mask = view.allowed(asked.allowed)
        rows = rows if mask is None else rows[mask[rows]]
        return rows[~np.isin(view.numbers[rows], asked.without)] if len(asked.without) else rows

    def _joined(self, numbers: Ids, cosines: Scores, rows: Ids, row: Rows) -> tuple[Ids, Scores]:
        """The passages of ``rows`` beside those that are there already."""
        more = distinct(self._snapshot.lexical().numbers[rows])
        more = more[~np.isin(more, numbers, assume_unique=True)]
        if not len(more):
            return numbers, cosines
        return np.concatenate([numbers, more]), np.concatenate([cosines, self._snapshot.cosines(row, more)])

    def _first_score(self, asked: _Asked, numbers: Ids, cosines: Scores, known: NDArray[np.float32] | None) -> Scores:
        dense = asked.weights.dense * np.maximum(cosines, 0.0)
        if known is None and asked.factors is None:
            return dense
        rows = self._snapshot.lexical().rows(numbers)
        if asked.factors is not None:
            dense = dense * asked.factors[rows]
        return dense if known is None else dense + known[rows]

    # The second stage

    def _scored(self, pool: _Pool, asked: _Asked) -> list[Ranked]:
        row, words, weights = asked.row, asked.words, asked.weights
        rows = self._snapshot.lexical().rows(pool.numbers) if words is not None or asked.timing is not None else None
        evidence = Evidence(
            weights,
            None if row is None else pool.cosines,
            None if row is None else self._nearest_sentences(pool, weights, row),
            None if words is None else words.passage.scores[rows].astype(np.float64),
            0.0 if words is None else words.passage.bound,
            None if words is None else words.article.scores[words.owners[rows]].astype(np.float64),
            0.0 if words is None else words.article.bound,
            None if asked.timing is None or rows is None else asked.timing.of(rows),
        )
        places = self._snapshot.documents.places(pool.numbers)
        return [
            Ranked(score, place.doc_id, place.start, place.end, place.number, evidence, at)
            for at, (score, place) in enumerate(zip(evidence.scores().tolist(), places, strict=True))
        ]

    def _nearest_sentences(self, pool: _Pool, weights: Weights, row: Rows) -> Scores:
        """The cosine of each passage's nearest sentence; of the passage where its sentences have no rows."""
        nearest = pool.cosines.copy()
        if not weights.sentence:
            return nearest
        parts = self._snapshot.parts(pool.numbers)
        found = [parts[number][1] for number in pool.numbers.tolist()]
        counts = np.array([len(rows) for rows in found])
        if counts.sum():
            held = np.flatnonzero(counts)
            cosines = exact_cosines(np.concatenate([found[at] for at in held]), row)
            nearest[held] = np.maximum.reduceat(cosines, np.cumsum(counts[held]) - counts[held])
        return nearest

    # Words

    def _words(self, question: Question, allowed: Ids | None, as_of: date | None) -> Words:
        """BM25 among the passages that the filters let through, and what the operators leave of those."""
        view = self._snapshot.lexical()
        mask = view.allowed(allowed)
        passages, articles = self._blocks(view, mask, everything=allowed is None)
        words = query_terms(question.text, self._snapshot.languages(as_of))
        rows, documents = self._rooms()
        passage = bm25(passages, [[view.stem("passages", stem) for stem in word] for word in words], rows[0])
        article = bm25(articles, [[view.stem("documents", stem) for stem in word] for word in words], documents)
        return Words(passage, article, view.owners, *self._operated(question, mask, self._snapshot.languages(as_of)))

    def _rooms(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where scores of all passages, of three kinds, and of all articles are kept until the next question."""
        if self._room is None:
            view = self._snapshot.lexical()
            self._room = np.empty((3, len(view.numbers)), np.float32), np.empty(view.documents, np.float32)
        return self._room

    def _blocks(self, view: LexicalView, mask: Mask | None, *, everything: bool) -> tuple[list[Block], list[Block]]:
        """The passages and the articles to be scored; kept where no filter leaves some of the snapshot out."""
        if everything and self._all is not None:
            return self._all
        passages, articles, begin = [], [], 0
        for index in view.indexes:
            own = None if mask is None else mask[begin : begin + len(index)]
            begin += len(index)
            passages.append(Block(index.passages.lengths, own, remembers=everything))
            articles.append(Block(index.documents.lengths, _owners(index, own), remembers=everything))
        if everything:
            self._all = passages, articles
        return passages, articles

    def _findable(self, words: Words, allowed: Ids | None) -> Ids | None:
        return allowed if words.findable is None else self._snapshot.lexical().numbers[words.findable]

    def _operated(self, question: Question, mask: Mask | None, languages: list[str]) -> tuple[Mask | None, bool]:
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


def _owners(index: LexicalIndex, rows: Mask | None) -> Mask | None:
    """The documents of some passages; None where those are all."""
    if rows is None:
        return None
    owners = np.zeros(len(index.documents.lengths), np.bool_)
    owners[index.owners[rows]] = True
    return owners


def _highest(scores: NDArray[np.float32], count: int) -> Ids:
    """Places of the ``count`` highest scores above 0, and of those equal to the last of them."""
    whole = len(scores) // BLOCK * BLOCK
    tops = scores[:whole].reshape(-1, BLOCK).max(axis=1)  # so many rows reach the count-th of these, at the least
    bound = max(_nth_highest(tops, count), 0.0)
    places = np.flatnonzero(scores >= bound) if bound else np.flatnonzero(scores)
    return places[scores[places] >= _nth_highest(scores[places], count)]


def _nth_highest(scores: Scores | NDArray[np.float32], count: int) -> float:
    """The ``count``-th highest score; minus infinity where there are not so many."""
    if len(scores) < count:
        return -np.inf
    return float(np.partition(scores, len(scores) - count)[len(scores) - count])

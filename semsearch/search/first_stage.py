"""The best passages for a question, exactly: as if every passage had been scored in every way.

BM25 is known for all passages. FAISS gives those with the highest cosines and a bound for the others; whoever
could still reach the top under that bound is scored too. The first :data:`RESCORED` passages are then scored
again with their sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import COSINE_ERROR, Ids, Mask, Scores, Vectors, distinct
from semsearch.ranking import Ranked, merge_documents
from semsearch.ranking.fusion import WEIGHTS
from semsearch.records import Query, TimeUsed
from semsearch.search.asked import Asked
from semsearch.search.copies import Collapsing
from semsearch.search.facets import FacetCounts
from semsearch.search.question_time import QuestionTime
from semsearch.search.question_words import QuestionWords
from semsearch.search.second_stage import Basis, Pool, SecondStage
from semsearch.storage.snapshot import Snapshot

RESCORED = 100  # passages whose sentences are looked at
BLOCK = 64  # rows of which only the highest is looked at first
WEAKER = 0.5  # of the best score, at least, has an article on what is asked
FETCHED = 5  # times as many are asked of FAISS: the more, the fewer others could still come in


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits for a question."""

    hits: list[Ranked]
    allowed: Ids | None  # passages that the filters let through; None: all
    unheld: bool = False  # no passage holds what was quoted
    time: TimeUsed | None = None
    newer: date | None = None  # day of an article on what is asked that is newer than the first, and weaker


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of passages, with the first and last day of their publication (0: unknown)."""

    scores: Scores
    first: Ids
    last: Ids
    numbers: Ids
    articles: Ids  # the article of each, as a number of its own
    by_meaning: Scores  # what of the score is not by words
    word_count: int = 0  # of the question, common ones left out
    doc_ids: Callable[[Ids], list[str]] | None = None  # of the articles of some passages
    own_words: Callable[[Ids], Mask] | None = None  # which of some passages have one in their text, titles apart
    counts: Callable[[Ids, Mask], FacetCounts] | None = None  # of some passages, and which of them are relevant


class Retrieval:
    """Ranks the passages of a snapshot, for one question at a time."""

    def __init__(self, snapshot: Snapshot, question_time: QuestionTime) -> None:
        self._snapshot = snapshot
        self._time = question_time
        self.collapsing = Collapsing(snapshot)
        self._words = QuestionWords(snapshot)
        self._second = SecondStage(snapshot)

    def rank(self, asked: Asked) -> Ranking:
        """The hits for a question."""
        time, query = asked.time, asked.query
        allowed = self._time.allowed(query, time)
        basis = self._basis(asked, allowed).at(self._time.factors(time, query.event))
        if time is not None and time.latest:
            first = self._best(replace(query, top=RESCORED), basis)
            numbers, scores = np.array([hit.number for hit in first], np.int64), np.array([hit.score for hit in first])
            time = self._time.resolve_latest(time, numbers, scores)
            basis = basis.at(self._time.factors(time, query.event))
            hits, newer = self._with_the_newest(asked, basis, numbers[scores >= WEAKER * scores.max(initial=0)])
        else:
            hits, newer = self._folded(query, basis) or self._best(query, basis), None
        return Ranking(hits, allowed, basis.words is not None and basis.words.unheld, time, newer)

    def _folded(self, query: Query, basis: Basis) -> list[Ranked]:
        """The hits where most of the index are copies: the first of each text is looked at alone.

        Nothing where that cannot be: copies are wanted, or which of them may be found depends on filters.
        """
        plain = basis.allowed is None and basis.vector is not None
        leaders = self.collapsing.leaders() if plain and not query.expand else None
        if leaders is None:
            return []
        shown = leaders.first
        hits, copies = self._ranked(query, self._among(basis, shown))
        strangers = self.collapsing.strangers([*hits, *copies], leaders)
        if strangers:  # which are no copies after all
            shown = shown.copy()
            shown[strangers] = True
            hits, copies = self._ranked(query, self._among(basis, shown))
        named = self.collapsing.by_name([*hits, *copies], leaders)
        return hits if named is None else self._best(query, self._among(basis, named))

    def _among(self, basis: Basis, documents: Mask) -> Basis:
        """The same question among some documents, with the words' statistics of all."""
        numbers = self._snapshot.columns().passages(documents)
        words = basis.words
        if words is not None:
            words = replace(words, findable=self._snapshot.lexical().allowed(numbers))
        return replace(basis, allowed=numbers, words=words)

    def _with_the_newest(self, asked: Asked, basis: Basis, numbers: Ids) -> tuple[list[Ranked], date | None]:
        """The hits, and the day of the newest article that has every word, where it is newer than the first hit's.

        It is among the hits, as the last where it would have been left out. ``numbers`` are passages that may be it.
        """
        found = self._best(replace(asked.query, top=max(RESCORED, asked.query.top)), basis)
        hits = found[: asked.query.top]
        whole = set(numbers[self._words.whole(asked.question, asked.query.as_of, numbers, asked.others)].tolist())
        newest = max((hit for hit in found if hit.number in whole), key=self._published, default=None)
        if newest is None or self._published(newest) <= self._published(hits[0]):
            return hits, None
        held = any(hit.number == newest.number for hit in hits)
        return (hits if held else [*hits[:-1], newest]), date.fromordinal(self._published(newest))

    def _published(self, hit: Ranked) -> int:
        return int(self._time.days(np.array([hit.number], np.int64))[0][0])

    def every(self, asked: Asked) -> Scored:
        """The first stage's score of every passage that filters and operators let through, whenever it is from."""
        basis = self._basis(asked, self._time.allowed(asked.query, asked.time))
        known = self._known(basis)
        view = self._snapshot.lexical()
        mask = view.allowed(basis.allowed)
        numbers = view.numbers if mask is None else view.numbers[mask]
        if asked.vector is None:
            scores = np.zeros(len(numbers)) if known is None else known[view.rows(numbers)].astype(np.float64)
        else:
            scores = self._first_score(basis, numbers, self._snapshot.cosines(asked.vector, numbers), known)
        rows = view.rows(numbers)
        by_meaning = scores if known is None else scores - known[rows]
        days = self._time.days(numbers)
        return Scored(scores, *days, numbers, view.owners[rows], by_meaning, doc_ids=self._doc_ids, counts=self._counts)

    def _counts(self, numbers: Ids, relevant: Mask) -> FacetCounts:
        return FacetCounts(self._snapshot, numbers, relevant)

    def _doc_ids(self, numbers: Ids) -> list[str]:
        return [place.doc_id for place in self._snapshot.documents.places(numbers)]

    def _basis(self, asked: Asked, allowed: Ids | None) -> Basis:
        """What a question is ranked by among the passages that the filters let through."""
        weights = WEIGHTS[asked.query.mode]
        if not weights.words and not asked.question.has_operators:
            return Basis(weights, asked.vector, None, allowed)
        words = self._words.of(asked.question, allowed, asked.query.as_of, asked.others)
        findable = allowed if words.findable is None else self._snapshot.lexical().numbers[words.findable]
        return Basis(weights, asked.vector, words, findable)

    def similar(self, query: Query, vector: Vectors, without: Ids) -> Ranking:
        """The passages nearest to a vector, some left out."""
        allowed = self._time.allowed(query, None)
        return Ranking(self._best(query, Basis(WEIGHTS["dense"], vector, None, allowed, without)), allowed)

    def _best(self, query: Query, basis: Basis) -> list[Ranked]:
        return self._ranked(query, basis)[0]

    def _ranked(self, query: Query, basis: Basis) -> tuple[list[Ranked], list[Ranked]]:
        """The hits, and the passages that score as much as the last of them and are none."""
        depth = RESCORED if basis.weights.sentence else 2 * query.top + 20
        while True:
            pool = self._matching(basis, depth) if basis.vector is None else self._leading(basis, basis.vector, depth)
            merged = ranked = merge_documents(self._second.score(pool, basis), query.per_document)
            if not query.expand:
                ranked = self.collapsing.apart(self.collapsing.collapse(ranked), query.top)
            if len(ranked) >= query.top or len(pool.numbers) < depth:
                hits = ranked[: query.top]
                held = {hit.number for hit in hits}
                least = hits[-1].score if hits else 1.0
                return hits, [each for each in merged if each.number not in held and each.score >= least]
            depth *= 4

    # The first stage

    def _matching(self, basis: Basis, depth: int) -> Pool:
        """The ``depth`` passages with most of the words, and those equal to the last of them."""
        known = self._known(basis)
        if known is None:
            raise ValueError("neither words nor a vector to rank by")
        rows = _highest(known, depth)
        return Pool(self._snapshot.lexical().numbers[rows], np.full(len(rows), np.nan))

    def _known(self, basis: Basis) -> NDArray[np.float32] | None:
        """What is known of every passage's score without its vector: the words' part, under the factors of time."""
        if basis.words is None or not basis.weights.words:
            return None
        by_words = basis.words.score(basis.weights, self._words.rooms()[0][1:])
        return by_words if basis.factors is None else np.multiply(by_words, basis.factors, out=by_words)

    def _leading(self, basis: Basis, vector: Vectors, depth: int) -> Pool:
        """The ``depth`` passages that lead by cosine, words and time, and those equal to the last of them."""
        known = self._known(basis)
        fetch = FETCHED * depth
        while True:
            near = self._snapshot.nearest(vector, fetch, basis.allowed, basis.without)
            numbers, cosines = near.numbers, near.cosines
            if known is not None:
                numbers, cosines = self._joined(numbers, cosines, _highest(known, depth), vector)
            unseen = basis.weights.dense * max(near.floor, 0.0)  # bound of the others' dense part
            least = _nth_highest(self._first_score(basis, numbers, cosines, known), depth) - 2 * COSINE_ERROR
            others = self._within_reach(basis, known, unseen, least) if near.floor > -np.inf else np.empty(0, np.int64)
            if near.floor == -np.inf or unseen < least or len(others) <= fetch:
                break
            fetch *= 4
        numbers, cosines = self._joined(numbers, cosines, others, vector)
        scores = self._first_score(basis, numbers, cosines, known)
        numbers = numbers[scores >= _nth_highest(scores, depth) - 2 * COSINE_ERROR]
        cosines = self._snapshot.exact(vector, numbers)
        scores = self._first_score(basis, numbers, cosines, known)
        lead = scores >= _nth_highest(scores, depth)
        return Pool(numbers[lead], cosines[lead])

    def _within_reach(self, basis: Basis, known: NDArray[np.float32] | None, unseen: float, least: float) -> Ids:
        """Rows that could still reach a score, whose dense part is at most ``unseen``."""
        if basis.factors is None:
            if known is None:
                return np.empty(0, np.int64) if unseen < least else np.arange(len(self._snapshot.lexical().numbers))
            rows = np.flatnonzero(known >= least - unseen)
        else:
            bound = basis.factors * np.float32(unseen * 1.000001)
            rows = np.flatnonzero((bound if known is None else bound + known) >= least)
        return self._findable_rows(basis, rows)

    def _findable_rows(self, basis: Basis, rows: Ids) -> Ids:
        """Those of some rows that filters let through."""
        view = self._snapshot.lexical()
        mask = view.allowed(basis.allowed)
        rows = rows if mask is None else rows[mask[rows]]
        return rows[~np.isin(view.numbers[rows], basis.without)] if len(basis.without) else rows

    def _joined(self, numbers: Ids, cosines: Scores, rows: Ids, vector: Vectors) -> tuple[Ids, Scores]:
        """The passages of ``rows`` beside those that are there already."""
        more = distinct(self._snapshot.lexical().numbers[rows])
        more = more[~np.isin(more, numbers, assume_unique=True)]
        if not len(more):
            return numbers, cosines
        return np.concatenate([numbers, more]), np.concatenate([cosines, self._snapshot.cosines(vector, more)])

    def _first_score(self, basis: Basis, numbers: Ids, cosines: Scores, known: NDArray[np.float32] | None) -> Scores:
        dense = basis.weights.dense * np.maximum(cosines, 0.0)
        if known is None and basis.factors is None:
            return dense
        rows = self._snapshot.lexical().rows(numbers)
        if basis.factors is not None:
            dense = dense * basis.factors[rows]
        return dense if known is None else dense + known[rows]


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

"""A ranking to an answer: each hit with its document, its marked sentence, its days and its near-duplicates."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from semsearch.arrays import Scores, Span, Vectors
from semsearch.ranking import Ranked, is_strong
from semsearch.records import Answer, EventDate, Hit, Query
from semsearch.search.copies import NONE, Collapsing
from semsearch.search.first_stage import Ranking
from semsearch.search.marking import Marking
from semsearch.search.question_words import Others
from semsearch.storage.snapshot import Snapshot

ENGLISH = ("all-MiniLM-L6-v2",)  # models that read no other language


class Answers:
    """Makes the answers of one snapshot."""

    def __init__(self, snapshot: Snapshot, collapsing: Collapsing) -> None:
        self._snapshot = snapshot
        self._collapsing = collapsing

    def answer(
        self,
        query: Query,
        ranking: Ranking,
        text: str,
        vector: Vectors | None,
        notes: list[str],
        others: Others | None = None,
    ) -> Answer:
        """The hits of a ranking for a text and its vector, with what the user should know of them."""
        view, languages = self._snapshot.lexical(), self._snapshot.languages(query.as_of)
        marking = Marking(text, vector, view, ranking.allowed, languages, others)
        ranked = ranking.hits
        numbers = np.array([found.number for found in ranked], np.int64)
        parts, events = self._snapshot.sentence_vectors(numbers), self._snapshot.events(numbers)
        copies = [NONE] * len(ranked) if query.expand else self._collapsing.copies(ranked, ranking.allowed)
        hits = tuple(
            replace(
                self._hit(rank, found, marking, parts[found.number], events[found.number]),
                copies=also.ids,
                spread=also.spread,
                copied_by=also.sources,
            )
            for rank, (found, also) in enumerate(zip(ranked, copies, strict=True), 1)
        )
        notes.extend(self.window_notes(query))
        if ranking.newer is not None:
            notes.append(f"newer, weaker: {ranking.newer}")
        if self._snapshot.note:
            notes.append(self._snapshot.note)
        best = max((found.relevance for found in ranked), default=None)
        strong = is_strong(
            best, query.mode, self._snapshot.encoder.model, marking.count, self._snapshot.strength(query.mode)
        )
        if not marking.held and self._snapshot.encoder.model in ENGLISH and _is_beyond_latin(text):
            strong = False
            notes.append(f"no passage has a word of the question, and {self._snapshot.encoder.model} reads English")
        return Answer(query, hits, strong, tuple(notes))

    def _hit(
        self,
        rank: int,
        ranked: Ranked,
        marking: Marking,
        parts: tuple[list[Span], Vectors],
        events: Sequence[EventDate],
    ) -> Hit:
        document = self._snapshot.documents.document(ranked.doc_id, found=True)
        start, end = ranked.start, ranked.end
        text = document.text[start:end]
        self._snapshot.documents.refuse_outside(end - start, len(text), parts[0][-1][1])
        words = marking.words(text, document.language)
        best = marking.best(text, *parts, words, lead=start == 0)
        first, last = document.place.lines(document.text, start, end)
        return Hit(
            rank=rank,
            score=ranked.score,
            dense=_one(ranked.evidence.cosine, ranked.at),
            lexical=_one(ranked.evidence.words, ranked.at),
            signals=ranked.signals,
            document=document,
            start=start,
            end=end,
            text=text,
            line_start=first,
            line_end=last,
            best_sentence=(start + best[0], start + best[1]),
            words=tuple((start + begin, start + finish) for (begin, finish), _ in words),
            events=tuple(events),
            page=document.place.page(start + best[0]),
            more=ranked.more,
        )

    def window_notes(self, query: Query) -> Iterator[str]:
        """What a window leaves out for want of an exact date."""
        if query.window is None or query.as_of is not None:  # what is not surely earlier is not known, not left out
            return
        others = self._snapshot.satisfying(query.not_publishers, query.where)
        undated, vague = self._snapshot.columns().left_out(query.window, query.publishers, others)
        if undated:
            yield f"{_count(undated, 'undated article')} left out of the window"
        if vague:
            yield f"{_count(vague, 'article')} left out whose date (a month or a year) only overlaps the window"
        probable = 0 if query.guesses else self._probable(query)
        if probable:
            yield f"{_count(probable, 'article')} left out whose date is only probable: --guesses takes them in"

    def _probable(self, query: Query) -> int:
        """Articles that a window leaves out because their day is only probable."""
        passages = self._snapshot.probable()
        if not len(passages):
            return 0
        allowed = self._snapshot.allowed(query.window, query.publishers)
        columns = self._snapshot.columns()
        others = columns.passages(self._snapshot.satisfying(query.not_publishers, query.where))
        inside = np.intersect1d(passages if allowed is None else np.intersect1d(passages, allowed), others)
        return len(np.intersect1d(inside, columns.first_passage))


def _is_beyond_latin(text: str) -> bool:
    """True where most letters are of another script."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum("LATIN" not in unicodedata.name(letter, "") for letter in letters) > len(letters)


def _one(values: Scores | None, at: int) -> float | None:
    return None if values is None else float(values[at])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

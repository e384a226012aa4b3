"""A ranking to an answer: each hit with its document, its marked sentence, its days and its near-duplicates."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from semsearch.arrays import Scores, Span, Vectors
from semsearch.ranking import Ranked, is_strong
from semsearch.records import Answer, DateRange, EventDate, Hit, Query
from semsearch.search.copies import NONE, Collapsing
from semsearch.search.first_stage import Ranking
from semsearch.search.marking import Marking
from semsearch.search.question_words import Others
from semsearch.storage.snapshot import Snapshot

VERSION = 0.3  # of the words of both have two versions of a page in common
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
        hits = hits if query.expand else newest_versions(hits)
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
        others = self._snapshot.satisfying(query)
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
        others = columns.passages(self._snapshot.satisfying(query))
        inside = np.intersect1d(passages if allowed is None else np.intersect1d(passages, allowed), others)
        return len(np.intersect1d(inside, columns.first_passage))


def newest_versions(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits, of versions of one page the newest alone; the older ones are among its copies."""
    by_address = defaultdict[str, list[Hit]](list)
    for hit in hits:
        by_address[hit.document.url or ""].append(hit)
    if all(len(held) == 1 for address, held in by_address.items() if address):
        return hits
    older = dict[int, Hit]()  # by rank, with the hit that is newer
    for address, held in by_address.items():
        newest = max(held, key=lambda hit: (_day(hit), -hit.rank))
        is_version = [each for each in held if address and each is not newest and _alike(each, newest)]
        older.update({each.rank: newest for each in is_version if each.document.doc_id != newest.document.doc_id})
    kept = []
    for hit in hits:
        versions = [each for each in hits if older.get(each.rank) is hit]
        if hit.rank not in older:
            kept.append(_with_versions(hit, versions) if versions else hit)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, 1))


def _with_versions(hit: Hit, versions: Sequence[Hit]) -> Hit:
    """A hit whose older versions are counted with its copies."""
    copies = {*hit.copies, *(each.document.doc_id for each in versions), *(c for each in versions for c in each.copies)}
    days = [day for day in map(_day, (hit, *versions)) if day != date.min]
    spread = DateRange(min(days), max(days)) if days else hit.spread
    sources = len({each.document.publisher for each in (hit, *versions)})
    return replace(hit, copies=tuple(sorted(copies - {hit.document.doc_id})), spread=spread, copied_by=sources)


def _day(hit: Hit) -> date:
    return hit.document.published.first if hit.document.published else date.min


def _alike(one: Hit, other: Hit) -> bool:
    """Whether two texts have enough words in common to be versions of one; posts of a live page have not."""
    words, others = (set(hit.document.text.lower().split()) for hit in (one, other))
    return len(words & others) >= VERSION * len(words | others)


def _is_beyond_latin(text: str) -> bool:
    """True where most letters are of another script."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum("LATIN" not in unicodedata.name(letter, "") for letter in letters) > len(letters)


def _one(values: Scores | None, at: int) -> float | None:
    return None if values is None else float(values[at])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""All of ``ask`` and ``batch``: questions to answers over one snapshot of an index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Unpack

import numpy as np

from semsearch.arrays import Rows, Scores, Span
from semsearch.dates.doubts import doubts
from semsearch.dates.typed import parse_range
from semsearch.encoders import Encoder, model_for_index, name_model, open_encoder
from semsearch.errors import EncoderMismatch, UsageError, command, refuse_other_type, refuse_unusable_path
from semsearch.ranking import Ranked, is_strong
from semsearch.records import Answer, DateEntry, DateRange, Document, Hit, Query, Signal, SpokenDate
from semsearch.search.first_stage import Ranking, Retrieval, Scored
from semsearch.search.marking import Marking, centre
from semsearch.search.operators import parse_question
from semsearch.search.options import DEFAULT_INDEX, LONGEST_QUESTION, Choices, make_query
from semsearch.search.when import When
from semsearch.storage.overview import IndexInfo, overview
from semsearch.storage.place import index_folder
from semsearch.storage.snapshot import Snapshot, open_snapshot

if TYPE_CHECKING:
    from semsearch.encoders.reranker import Reranker

RERANKED = 30  # passages that a cross-encoder reads, or as many as are wanted


class Index:
    """An index opened for searching, pinned to its state of that moment. A context manager."""

    def __init__(self, snapshot: Snapshot, open_model: Callable[[], Encoder], when: When, today: date) -> None:
        self._snapshot = snapshot
        self._when = when
        self._today = today
        self._open_model = open_model
        self._opened: Encoder | None = None
        self._retrieval = Retrieval(snapshot, when)
        self._rerankers: dict[str, Reranker] = {}
        self._thread = get_ident()
        self._closed = False

    def _refuse_misuse(self) -> None:
        """Raise UsageError where the index is closed, or another thread uses it: SQLite and FAISS are one thread's."""
        if self._closed:
            raise UsageError("the index is closed: open it again, and use what it gives before the end of its with")
        if get_ident() != self._thread:
            raise UsageError("the index was opened in another thread: open one in each thread that asks")

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the snapshot go. Whoever uses the index after that is told so by UsageError."""
        if not self._closed:
            self._refuse_misuse()
            self._snapshot.close()
            self._closed = True

    def search(self, question: str, **choices: Unpack[Choices]) -> Answer:
        """The passages that answer ``question``, best first.

        ``since``, ``until`` and ``on`` limit the publication day, both ends included, before
        ranking, ``event`` the days that a passage speaks of; ``as_of`` leaves out what was published later.
        ``recency`` is a half-life ("30d", "6w") or "off"; ``use_time`` takes a window from the question's
        words, ``strict_time`` makes that a filter. ``rerank`` names a cross-encoder for the first hits.
        Raises UsageError for values that make no sense.
        """
        return self.answer(make_query(question, **choices))

    def answer(self, query: Query) -> Answer:
        """The answer to one query."""
        return next(self.answer_all([query]))

    def answer_all(self, queries: Sequence[Query]) -> Iterator[Answer]:
        """The answers to many queries, in their order; each is what it would be alone."""
        for query in queries:
            self._refuse_misuse()
            refuse_other_type(query, Query, "a query", "one that make_query gives")
            notes = []
            text = query.text
            if len(text) > LONGEST_QUESTION:
                notes.append(f"the question has {len(text)} characters; only the first {LONGEST_QUESTION} were used")
                text = text[:LONGEST_QUESTION]
            time, rest = self._when.settle(query, text)
            question = parse_question(rest)
            row = None if query.mode == "lexical" else self._encoder().encode_queries([question.text])[0]
            wide = query if query.rerank is None else replace(query, top=max(query.top, RERANKED))
            ranking = self._retrieval.rank(wide, question, row, time)
            if time is not None and time.strict and query.window is None:
                notes.extend(self._window_notes(replace(query, window=time.window)))
            if ranking.unheld:
                quoted = " and ".join(f'"{phrase}"' for phrase in question.quoted)
                notes.append(f"no passage holds {quoted}: its words were searched for")
            marking = self._marking(query, question.text, row, ranking)
            answer = replace(self._answer(query, ranking, marking, notes), time=ranking.time)
            yield answer if query.rerank is None else self._reranked(answer, question.text, query.rerank)

    def scores(self, query: Query) -> Scored:
        """The score of every passage that the filters let through, without its sentences and without time."""
        self._refuse_misuse()
        text = query.text[:LONGEST_QUESTION]
        time, rest = self._when.settle(query, text)
        question = parse_question(rest)
        row = None if query.mode == "lexical" else self._encoder().encode_queries([question.text])[0]
        scored = self._retrieval.every(query, question, row, time)
        view = self._snapshot.lexical()
        return replace(
            scored, words=Marking(question.text, row, view, None, self._snapshot.languages(query.as_of)).count
        )

    def period(self, text: str, name: str) -> DateRange:
        """The days of ``2022-11``, ``2022-11-09..2022-11-11`` or time words ("last month"). Raises UsageError."""
        self._refuse_misuse()
        refuse_other_type(text, str, name, "text, as in '2022-11'")
        with suppress(UsageError):
            return parse_range(text, name)
        window = self._when.window(text)
        if window is None:
            raise UsageError(f"{name} {text[:40]!r}: expected the like of 2022-11, 2022-11-09..2022-11-11, last month")
        return window

    def vectors(self, hits: Sequence[Hit]) -> Rows:
        """The rows (n, dim) of the passages of hits."""
        self._refuse_misuse()
        numbers = [self._snapshot.documents.passage_at(hit.document.doc_id, hit.start) for hit in hits]
        order = np.argsort(numbers)
        rows = self._snapshot.vectors(np.array(numbers, np.int64)[order])
        return rows[np.argsort(order)]

    @property
    def model(self) -> str:
        """The model that the index was made with."""
        self._refuse_misuse()
        return self._snapshot.encoder.model

    def similar(self, doc_id: str, query: Query | None = None) -> Answer:
        """Documents like this one: those near the mean of its passages, itself left out.

        Raises UnknownDocument.
        """
        self._refuse_misuse()
        refuse_other_type(doc_id, str, "doc_id", "the id of a document, as text")
        refuse_other_type(query, (Query, type(None)), "query", "one that make_query gives")
        document = self._snapshot.documents.document(doc_id)
        row = centre(self._snapshot.vectors(self._snapshot.documents.passage_numbers(doc_id)))
        query = replace(query or Query(document.title), mode="dense")
        ranking = self._retrieval.similar(query, row, self._snapshot.documents.passage_numbers(doc_id))
        return self._answer(query, ranking, self._marking(query, document.title, row, ranking), [])

    def document(self, doc_id: str) -> Document:
        """One article as the index holds it. Raises UnknownDocument."""
        self._refuse_misuse()
        refuse_other_type(doc_id, str, "doc_id", "the id of a document, as text")
        return self._snapshot.documents.document(doc_id)

    def dates(self) -> list[DateEntry]:
        """The date of each document with its provenance, and what is doubtful about it."""
        self._refuse_misuse()
        entries = self._snapshot.date_entries()
        found = doubts(entries, self._today)
        return [replace(entry, doubt=doubt) for entry, doubt in zip(entries, found, strict=True)]

    def info(self) -> IndexInfo:
        """What the index holds."""
        self._refuse_misuse()
        return overview(self._snapshot)

    @property
    def state(self) -> str:
        """Equal for two openings that hold the same."""
        self._refuse_misuse()
        return self._snapshot.state

    def _encoder(self) -> Encoder:
        if self._opened is None:
            self._opened = self._open_model()
        return self._opened

    def _marking(self, query: Query, text: str, row: Rows | None, ranking: Ranking) -> Marking:
        return Marking(text, row, self._snapshot.lexical(), ranking.allowed, self._snapshot.languages(query.as_of))

    def _answer(self, query: Query, ranking: Ranking, marking: Marking, notes: list[str]) -> Answer:
        ranked = ranking.hits
        numbers = np.array([found.number for found in ranked], np.int64)
        parts, events = self._snapshot.parts(numbers), self._snapshot.events(numbers)
        copies = [()] * len(ranked) if query.expand else self._retrieval.collapsing.copies(ranked, ranking.allowed)
        hits = tuple(
            replace(self._hit(rank, found, marking, parts[found.number], events[found.number]), copies=also)
            for rank, (found, also) in enumerate(zip(ranked, copies, strict=True), 1)
        )
        notes.extend(self._window_notes(query))
        if self._snapshot.note:
            notes.append(self._snapshot.note)
        best = max((found.relevance for found in ranked), default=None)
        strong = is_strong(best, query.mode, self._snapshot.encoder.model, marking.count)
        return Answer(query, hits, strong, tuple(notes))

    def _reranked(self, answer: Answer, question: str, model: str) -> Answer:
        """The hits in a cross-encoder's order, and as many as were asked for."""
        if model not in self._rerankers:
            self._rerankers[model] = self._open_reranker(model)
        texts = [hit.text if hit.start == 0 else f"{hit.document.title}\n{hit.text}" for hit in answer.hits]
        scores = self._rerankers[model].score(question, texts) if texts else np.empty(0)
        order = sorted(range(len(texts)), key=lambda at: (-scores[at], at))[: answer.query.top]
        hits = []
        for rank, at in enumerate(order, 1):
            score = float(scores[at])
            signals = (Signal("rerank", score, 1.0, score),)
            hits.append(replace(answer.hits[at], rank=rank, score=score, signals=signals))
        return replace(answer, hits=tuple(hits))

    @staticmethod
    def _open_reranker(model: str) -> Reranker:
        from semsearch.encoders.reranker import Reranker

        return Reranker(model)

    def _hit(
        self,
        rank: int,
        ranked: Ranked,
        marking: Marking,
        parts: tuple[list[Span], Rows],
        events: Sequence[SpokenDate],
    ) -> Hit:
        document = self._snapshot.documents.document(ranked.doc_id, found=True)
        start, end = ranked.start, ranked.end
        text = document.text[start:end]
        self._snapshot.documents.refuse_outside(end - start, len(text), parts[0][-1][1])
        words = marking.words(text, document.language)
        best = marking.best(text, *parts, words)
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
            page=document.place.page(start),
        )

    def _window_notes(self, query: Query) -> Iterator[str]:
        if query.window is None or query.as_of is not None:  # what is not surely earlier is not known, not left out
            return
        undated, vague = self._snapshot.columns().left_out(query.window, query.sources)
        if undated:
            yield f"{_count(undated, 'undated document')} left out of the window"
        if vague:
            yield f"{_count(vague, 'document')} left out whose date (a month or a year) only overlaps the window"


def _one(values: Scores | None, at: int) -> float | None:
    return None if values is None else float(values[at])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def open_index(
    folder: str | os.PathLike[str] = DEFAULT_INDEX,
    *,
    today: date | None = None,
    named_events: str | os.PathLike[str] | None = None,
    model: str | None = None,
) -> Index:
    """Open the index in ``folder`` for searching.

    ``today`` is the day that relative time words are counted from; ``named_events`` a TOML file of more of them.
    ``model`` is the index's own, for one that came from elsewhere: it is loaded only where the user has named it.
    Raises IndexMissing, IndexDamaged, FormatMismatch; when the first question comes, EncoderUnavailable, of which
    ModelNotNamed, or EncoderMismatch where the model is not the one the index was made with.
    """
    place = index_folder(folder)  # refuses names that cannot be opened
    if isinstance(today, datetime) or not isinstance(today, date | None):
        raise UsageError(f"today is {today!r:.60}: expected a date")
    if named_events is not None:
        refuse_unusable_path(named_events, "named_events")
    if model is not None:
        name_model(model)
    snapshot = open_snapshot(Path(folder))
    record = snapshot.encoder

    def open_model() -> Encoder:
        known = model_for_index(record.model, place, model)
        encoder = open_encoder(known, record.seen_weights, network=model is not None)
        if (encoder.identity, encoder.dim) != (record.identity, record.dim):
            raise EncoderMismatch(
                f"was made with {record.identity}; {known} now is {encoder.identity}",
                where=place,
                remedy=f"embed it again with: {command('index', '--rebuild', index=place)}",
            )
        return encoder

    named = None
    if named_events is not None:
        from semsearch.dates.named import read_events, shipped_events

        named = (*read_events(Path(named_events)), *shipped_events())
    day = today or date.today()
    return Index(snapshot, open_model, When(snapshot, day, named), day)

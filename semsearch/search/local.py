"""All of ``ask`` and ``batch``: questions to answers over one snapshot of an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from threading import get_ident
from typing import TYPE_CHECKING, Unpack

import numpy as np

from semsearch.arrays import Vectors, centre
from semsearch.dates.doubts import doubts
from semsearch.encoders import Encoder
from semsearch.errors import UsageError, refuse_other_type
from semsearch.ranking import least_strong
from semsearch.records import Answer, DateEntry, DateRange, Document, Hit, Mode, Query
from semsearch.search.answers import Answers
from semsearch.search.asked import understand
from semsearch.search.first_stage import Retrieval, Scored
from semsearch.search.marking import Marking
from semsearch.search.names import Table
from semsearch.search.option_table import Choices
from semsearch.search.options import make_query
from semsearch.search.question_time import QuestionTime
from semsearch.search.reranking import Reranking, reads
from semsearch.search.spelling import Spelling
from semsearch.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from semsearch.search.comparison import Comparison
    from semsearch.search.stories import Story
    from semsearch.search.timeline import Step, Timeline, WindowUse
    from semsearch.storage.overview import IndexInfo


class LocalIndex:
    """An index on this machine opened for questions, pinned to its state of that moment. A context manager.

    It belongs to the thread that opened it: open one in each thread that asks.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        open_model: Callable[[], Encoder],
        question_time: QuestionTime,
        today: date,
        aliases: Table | None = None,
        remembered: int = 1,
    ) -> None:
        self._snapshot = snapshot
        self._time = question_time
        self._spelling = Spelling(snapshot, aliases)
        self._today = today
        self._encoding = _Encoding(open_model, remembered)
        self._retrieval = Retrieval(snapshot, question_time)
        self._answers = Answers(snapshot, self._retrieval.collapsing)
        self._reranking = Reranking()
        self._thread = get_ident()
        self._closed = False

    def _refuse_misuse(self) -> None:
        """Raise UsageError where the index is closed, or another thread uses it: SQLite and FAISS are one thread's."""
        if self._closed:
            raise UsageError("the index is closed: open it again, and use what it gives before the end of its with")
        if get_ident() != self._thread:
            raise UsageError("the index was opened in another thread: open one in each thread that asks")

    def __enter__(self) -> LocalIndex:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the snapshot go. Using the index after that raises UsageError."""
        if not self._closed:
            self._refuse_misuse()
            self._snapshot.close()
            self._closed = True

    def search(self, question: str, **choices: Unpack[Choices]) -> Answer:
        """The passages that answer ``question``, best first.

        ``since``, ``until`` and ``on`` limit the publication day, both ends included, before
        ranking, ``event`` the days that a passage mentions; ``as_of`` leaves out what was published later.
        ``recency`` is a half-life ("30d", "6w") or "off"; ``use_time`` takes a window from the question's
        words, ``strict_time`` makes that a filter. ``rerank`` lets a cross-encoder read the first hits, too.
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
            asked = understand(query, self._time, self._spelling, self._encoding.encoder, self._encoding.vector)
            time, question, notes = asked.time, asked.question, list(asked.notes)
            wide = query if query.rerank is None else replace(query, top=max(query.top, reads(query.rerank)))
            ranking = self._retrieval.rank(asked._replace(query=wide))
            if time is not None and time.strict and query.window is None:
                notes.extend(self._answers.window_notes(replace(query, window=time.window)))
            if ranking.unheld:
                quoted = " and ".join(f'"{phrase}"' for phrase in question.quoted)
                notes.append(f"no passage holds {quoted}: its words were searched for")
            answer = self._answers.answer(query, ranking, question.text, asked.vector, notes, asked.others)
            answer = replace(answer, time=ranking.time, also_read=asked.also_read)
            yield answer if query.rerank is None else self._reranking.order(answer, question.text, query.rerank)

    def scores(self, query: Query) -> Scored:
        """The score of every passage that the filters let through, without its sentences and without time."""
        self._refuse_misuse()
        asked = understand(query, self._time, self._spelling, self._encoding.encoder, self._encoding.vector)
        view, languages = self._snapshot.lexical(), self._snapshot.languages(query.as_of)
        marking = Marking(asked.question.text, asked.vector, view, None, languages, asked.others)
        own_words = marking.own_words(self._snapshot)
        return replace(self._retrieval.every(asked), word_count=marking.count, own_words=own_words)

    def period(self, text: str, name: str) -> DateRange:
        """The days of ``2022-11``, ``2022-11-09..2022-11-11`` or time words ("last month"). Raises UsageError."""
        self._refuse_misuse()
        return self._time.period(text, name)

    def vectors(self, hits: Sequence[Hit]) -> Vectors:
        """The vectors (n, dim) of the passages of hits."""
        self._refuse_misuse()
        numbers = self.numbers(hits)
        order = np.argsort(numbers)
        vectors = self._snapshot.vectors(np.array(numbers, np.int64)[order])
        return vectors[np.argsort(order)]

    def numbers(self, hits: Sequence[Hit]) -> list[int]:
        """The numbers of the passages of hits: what came in later has higher ones."""
        self._refuse_misuse()
        return [self._snapshot.documents.passage_at(hit.document.doc_id, hit.start) for hit in hits]

    @property
    def newest(self) -> int:
        """The highest number of a passage; 0 where there is none."""
        self._refuse_misuse()
        return int(self._snapshot.lexical().numbers.max(initial=0))

    @property
    def model(self) -> str:
        """The model that the index was made with."""
        self._refuse_misuse()
        return self._snapshot.encoder.model

    def strength(self, mode: Mode) -> float:
        """The score from which an answer is strong, as measured on this index; 0 where it was not."""
        self._refuse_misuse()
        return self._snapshot.strength(mode)

    def least_strong(self, mode: Mode, words: int) -> float:
        """The score from which an answer to so many words is strong."""
        return least_strong(mode, self.model, words, self.strength(mode))

    def similar(self, doc_id: str, query: Query | None = None) -> Answer:
        """Documents near the mean of one's passages, itself left out. Raises UnknownDocument."""
        self._refuse_misuse()
        refuse_other_type(doc_id, str, "doc_id", "the id of a document, as text")
        refuse_other_type(query, (Query, type(None)), "query", "one that make_query gives")
        document = self._snapshot.documents.document(doc_id)
        numbers = self._snapshot.documents.passage_numbers(doc_id)
        vector = centre(self._snapshot.vectors(numbers))
        query = replace(query or Query(document.title), mode="dense")
        ranking = self._retrieval.similar(query, vector, numbers)
        return self._answers.answer(query, ranking, document.title, vector, [])

    def timeline(
        self,
        question: str | Query,
        by: Step | None = None,
        *,
        stories: bool = False,
        window: WindowUse = "filter",
        peaks: bool = True,
        **choices: Unpack[Choices],
    ) -> Timeline:
        """When a question was written about: relevant passages by time, bursts, the best passage of each.

        ``by`` is "day", "week", "month" or "year", the finest that fits without it. With ``window="band"`` bars run
        over all that other filters let through, and the answer's window says which of them were asked for.
        Without ``peaks`` no passage is looked for. Raises UsageError.
        """
        from semsearch.search.timeline import make_timeline  # which no question needs

        return make_timeline(self, _query_of(question, choices), by, stories=stories, window=window, peaks=peaks)

    def compare(self, question: str | Query, a: str, b: str, **choices: Unpack[Choices]) -> Comparison:
        """Two periods side by side: the best passages of each, what is new and what is gone. Raises UsageError.

        >>> index.compare("grain deal", "2022-07", "2022-11", top=3)  # doctest: +SKIP
        """
        from semsearch.search.comparison import compare_periods  # which no question needs

        return compare_periods(self, _query_of(question, choices), a, b)

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
        return [replace(entry, doubt=doubt or entry.doubt) for entry, doubt in zip(entries, found, strict=True)]

    def info(self) -> IndexInfo:
        """What the index holds."""
        self._refuse_misuse()
        from semsearch.storage.overview import overview  # which no question needs

        return overview(self._snapshot)

    def stories(self) -> list[Story]:
        """Articles that tell one thing in the same words, the largest stories first."""
        self._refuse_misuse()
        from semsearch.search.stories import find_stories  # which no question needs

        return find_stories(self._snapshot.documents.every())

    @property
    def state(self) -> str:
        """Equal for two openings that hold the same."""
        self._refuse_misuse()
        return self._snapshot.state


class _Encoding:
    """Questions to vectors, by a model that is opened with the first of them."""

    def __init__(self, open_model: Callable[[], Encoder], remembered: int) -> None:
        self._open_model = open_model
        self._opened: Encoder | None = None
        self._remembered = remembered
        self._vectors: dict[str, Vectors] = {}  # of the last questions, the latest at the end

    def encoder(self) -> Encoder:
        """The model."""
        if self._opened is None:
            self._opened = self._open_model()
        return self._opened

    def vector(self, text: str) -> Vectors:
        """The vector of a question; those of the last are remembered, which are often asked again in another way."""
        vector = self._vectors.pop(text, None)
        if vector is None:
            vector = self.encoder().encode_queries([text])[0]
            while len(self._vectors) >= self._remembered:
                self._vectors.pop(next(iter(self._vectors)))
        self._vectors[text] = vector
        return vector


def _query_of(question: str | Query, choices: Choices) -> Query:
    """A query, or the one that a text and options make. Raises UsageError."""
    if not isinstance(question, Query):
        return make_query(question, **choices)
    if choices:
        raise UsageError("a query holds its options already: give them to make_query")
    return question


Index = LocalIndex  # the library's name for what semsearch.open gives

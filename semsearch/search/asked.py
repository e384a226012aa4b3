"""A question understood: made once, and only handed downwards from there."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from semsearch.arrays import Vectors
from semsearch.encoders import Encoder
from semsearch.records import Query, TimeUsed
from semsearch.search.operators import ParsedQuestion, parse_question
from semsearch.search.options import LONGEST_QUESTION
from semsearch.search.question_time import QuestionTime


class Asked(NamedTuple):
    """What a query asks: its words without those of time, its operators, its vector and its time."""

    query: Query
    question: ParsedQuestion  # without time words, taken apart
    vector: Vectors | None  # (dim,); None where nothing is compared by meaning
    time: TimeUsed | None  # taken from its words
    notes: tuple[str, ...] = ()  # what the user should know of how it was understood


def understand(query: Query, question_time: QuestionTime, encoder: Callable[[], Encoder]) -> Asked:
    """A query understood; the ``encoder`` is opened only where the mode needs one."""
    text, notes = query.text, list[str]()
    if len(text) > LONGEST_QUESTION:
        notes.append(f"the question has {len(text)} characters; only the first {LONGEST_QUESTION} were used")
        text = text[:LONGEST_QUESTION]
    time, rest = question_time.resolve(query, text)
    question = parse_question(rest)
    vector = None if query.mode == "lexical" else encoder().encode_queries([question.text])[0]
    return Asked(query, question, vector, time, tuple(notes))

"""A question understood: made once, and only handed downwards from there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from semsearch.arrays import Vectors
from semsearch.encoders import Encoder
from semsearch.errors import EncoderUnavailable
from semsearch.records import Query, TimeUsed
from semsearch.search.operators import ParsedQuestion, parse_question
from semsearch.search.options import LONGEST_QUESTION
from semsearch.search.question_time import QuestionTime
from semsearch.search.question_words import Others
from semsearch.search.spelling import Spelling

_EID = re.compile(r"(?<!\w)eid(?!\w)", re.IGNORECASE)
_DENIED = re.compile(r"(?<!\w)NOT\s+([^\W\d_]\w*)")


class Asked(NamedTuple):
    """What a query asks: its words without those of time, its operators, its vector and its time."""

    query: Query
    question: ParsedQuestion  # without time words, taken apart
    vector: Vectors | None  # (dim,); None where nothing is compared by meaning
    time: TimeUsed | None  # taken from its words
    notes: tuple[str, ...] = ()  # what the user should know of how it was understood
    also_read: tuple[str, ...] = ()  # words that were looked for beside, or in place of, those of the question
    others: Others = MappingProxyType({})  # by a term: those that are looked for beside it


def understand(
    query: Query,
    question_time: QuestionTime,
    spelling: Spelling,
    encoder: Callable[[], Encoder],
    encode: Callable[[str], Vectors],
) -> Asked:
    """A query understood; the ``encoder`` is opened only where the mode, or a word that nothing holds, needs one."""
    text, notes = query.text, list[str]()
    if len(text) > LONGEST_QUESTION:
        notes.append(f"the question has {len(text)} characters; only the first {LONGEST_QUESTION} were used")
        text = text[:LONGEST_QUESTION]
    denied = _DENIED.search(text)
    if denied:
        notes.append(f'NOT is read as a word: to leave out "{denied[1][:40]}" write -{denied[1][:40]}')
    time, rest = question_time.resolve(query, text)
    if time is not None and _EID.search(time.words):
        notes.append("the day of Eid is that of Saudi Arabia and the Emirates: other countries may keep it a day later")
    reading = spelling.read(parse_question(rest), query.as_of, lambda word: _is_word(word, encoder))
    if reading.meant:  # a month may have been misspelt
        time, rest = question_time.resolve(query, _with_words(text, reading.meant))
        reading = replace(reading, question=parse_question(rest))
    vector = None if query.mode == "lexical" else encode(reading.question.text)
    return Asked(query, reading.question, vector, time, tuple(notes), reading.also_read, reading.others)


def _with_words(text: str, meant: Mapping[str, str]) -> str:
    """A text with some words in place of others."""
    for typed, word in meant.items():
        text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", lambda _, word=word: word, text)  # type: ignore[misc]
    return text


def _is_word(word: str, encoder: Callable[[], Encoder]) -> bool:
    """Whether the model has a whole word of its own for it, or there is no model that could say."""
    try:
        return len(encoder().token_offsets([word])[0]) == 1
    except EncoderUnavailable:
        return True

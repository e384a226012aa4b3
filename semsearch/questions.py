"""Files of questions: text, TSV, CSV, JSON lines, each line with its own settings if it has any."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from semsearch.errors import InputError, UsageError
from semsearch.readers import parse_json, read_rows, text_lines, undecodable
from semsearch.records import Problem, Query
from semsearch.search import make_query

_IDS = ("_id", "id", "query_id", "query-id")
_TEXTS = ("text", "question", "query")
_SETTINGS = ("since", "until", "on", "source", "k")
_LATER = ("event", "as_of", "recency")


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a file of questions."""

    query_id: str
    query: Query


class QuestionFile:
    """The questions in the bytes of a file, in order, and the lines that are none.

    ``name`` decides the format by its suffix; without one, or for ``-``, JSON is told by its brace
    and anything else is a question a line. ``defaults`` holds for what a line does not set itself.
    """

    def __init__(self, data: bytes, name: str, defaults: Query) -> None:
        self._data = gzip.decompress(data) if name.endswith(".gz") else data
        self._name = name
        self._suffix = Path(name.removesuffix(".gz")).suffix.lower()
        self._defaults = defaults
        self.unused: set[str] = set()  # fields that say nothing to semsearch

    def __iter__(self) -> Iterator[Question | Problem]:
        try:
            yield from self._items()
        except InputError as error:
            yield Problem(self._name, 0, str(error))

    def _items(self) -> Iterator[Question | Problem]:
        seen: dict[str, int] = {}
        for line, record in self._records():
            if isinstance(record, Problem):
                yield record
                continue
            try:
                question = self._question(record, line)
            except (InputError, UsageError) as error:
                yield Problem(self._name, line, str(error))
                continue
            if question.query_id in seen:
                first = seen[question.query_id]
                yield Problem(self._name, line, f"id {question.query_id!r} is used already in line {first}")
                continue
            seen[question.query_id] = line
            yield question

    def _records(self) -> Iterator[tuple[int, Mapping[str, object] | Problem]]:
        stream = cast(BinaryIO, io.BytesIO(self._data))
        if self._suffix in (".tsv", ".csv"):
            delimiter = "\t" if self._suffix == ".tsv" else None
            for row in read_rows(text_lines(stream), delimiter, self._name):
                yield (row.line, row) if isinstance(row, Problem) else row
            return
        is_json = self._suffix in (".jsonl", ".ndjson") or (self._suffix != ".txt" and self._data.lstrip()[:1] == b"{")
        for number, line in enumerate(text_lines(stream), 1):
            if not line.strip():
                continue
            try:
                yield number, _json_record(line) if is_json else _text_record(line, number)
            except InputError as error:
                yield number, Problem(self._name, number, str(error))

    def _question(self, record: Mapping[str, object], line: int) -> Question:
        folded = {name.strip().lower(): value for name, value in record.items()}
        later = [name for name in _LATER if folded.get(name) not in (None, "")]
        if later:
            raise InputError(f"setting {later[0]!r} is not known to this release")
        query_id = next((str(folded[name]) for name in _IDS if folded.get(name) not in (None, "")), str(line))
        text = next((folded[name] for name in _TEXTS if name in folded), None)
        if not isinstance(text, str):
            raise InputError(f"no question: expected a field {' or '.join(_TEXTS)}")
        self.unused |= set(folded) - {*_IDS, *_TEXTS, *_SETTINGS, *_LATER}
        return Question(query_id, self._settled(text, folded))

    def _settled(self, text: str, own: Mapping[str, object]) -> Query:
        """The defaults, with what the line sets itself."""
        dates = {name: _date(own[name], name) for name in ("since", "until", "on") if own.get(name)}
        sources = _sources(own.get("source"))
        query = make_query(
            text,
            top=_top(own.get("k"), self._defaults.top),
            since=dates.get("since"),
            until=dates.get("until"),
            on=dates.get("on"),
            sources=sources or self._defaults.sources,
            per_document=self._defaults.per_document,
        )
        if dates:
            return query
        return replace(query, window=self._defaults.window, window_words=self._defaults.window_words)


def _json_record(line: str) -> Mapping[str, object]:
    if undecodable(line):
        raise InputError("bytes that are not UTF-8")
    value = parse_json(line)
    if not isinstance(value, dict):
        raise InputError('expected an object: {"_id": …, "text": …}')
    return value


def _text_record(line: str, number: int) -> Mapping[str, object]:
    if undecodable(line):
        raise InputError("bytes that are not UTF-8")
    return {"_id": str(number), "text": line.strip()}


def _date(value: object, name: str) -> str:
    if not isinstance(value, str | int):
        raise InputError(f"{name} is {type(value).__name__}: expected the like of 2022-11-09")
    return str(value)


def _sources(value: object) -> tuple[str, ...]:
    if value in (None, ""):
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise InputError("source is neither a name nor a list of names")


def _top(value: object, default: int) -> int:
    if value in (None, ""):
        return default
    try:
        return int(str(value))
    except ValueError:
        raise InputError(f"k is {value!r}: expected a whole number") from None

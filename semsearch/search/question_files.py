"""Files of questions: text, TSV, CSV, JSON lines, each line with its own settings if it has any."""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from semsearch.errors import InputError, UsageError
from semsearch.readers import LARGEST_TEXT, Unpacked, bounded_lines, parse_json, read_rows, text_lines, undecodable
from semsearch.records import Problem, Query
from semsearch.search.option_table import OPTIONS
from semsearch.search.options import Options

MOST_PROBLEMS = 1_000  # lines that are no questions
_IDS = ("_id", "id", "query_id", "query-id")
_TEXTS = ("text", "question", "query")
_SUFFIXES = (".txt", ".tsv", ".csv", ".jsonl", ".ndjson", "")
_WINDOW = ("since", "until", "on")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, slots=True)
class FiledQuestion:
    """One line of a file of questions."""

    query_id: str
    query: Query


class QuestionFile:
    """The questions in the bytes of a file, in order, and the lines that are none.

    ``name`` decides the format by its suffix; without one, or for ``-``, JSON is recognised by its brace
    and anything else is a question a line. ``defaults`` holds for what a line does not set itself.
    """

    def __init__(self, data: bytes, name: str, defaults: Options) -> None:
        self._name = name
        self._suffix = Path(name.removesuffix(".gz")).suffix.lower()
        if name != "-" and self._suffix not in _SUFFIXES:
            raise InputError(f"{name}: unknown format: expected one of {' '.join(_SUFFIXES)}, or - for standard input")
        self._data = _unpacked(data, name) if name.endswith(".gz") else data
        self._defaults = defaults
        self.unused: set[str] = set()  # fields that say nothing to semsearch

    def __iter__(self) -> Iterator[FiledQuestion | Problem]:
        told = good = 0
        try:
            for item in self._items():
                told, good = told + isinstance(item, Problem), good + isinstance(item, FiledQuestion)
                if told > MOST_PROBLEMS and told > good:
                    yield Problem(
                        self._name, 0, f"{told} of its lines are no questions, {good} are: the rest is left out"
                    )
                    return
                yield item
        except InputError as error:
            yield Problem(self._name, 0, str(error))

    def _items(self) -> Iterator[FiledQuestion | Problem]:
        self._ids: dict[str, int] = {}  # line by id
        for line, record in self._records():
            if isinstance(record, Problem):
                yield record
                continue
            try:
                question = self._question(record, line)
            except (InputError, UsageError) as error:
                yield Problem(self._name, line, str(error))
                continue
            if question.query_id in self._ids:
                first = self._ids[question.query_id]
                yield Problem(self._name, line, f"id {question.query_id!r} is used already in line {first}")
                continue
            self._ids[question.query_id] = line
            yield question

    def _records(self) -> Iterator[tuple[int, Mapping[str, object] | Problem]]:
        stream = cast(BinaryIO, io.BytesIO(self._data))
        if self._suffix in (".tsv", ".csv"):
            delimiter = "\t" if self._suffix == ".tsv" else None
            for row in read_rows(text_lines(stream), delimiter, self._name):
                yield (row.line, row) if isinstance(row, Problem) else row
            return
        head = self._data.removeprefix(codecs.BOM_UTF8).lstrip()
        is_json = self._suffix in (".jsonl", ".ndjson") or (not self._suffix and head[:1] == b"{")
        for number, line in enumerate(bounded_lines(text_lines(stream)), 1):
            if line is None:
                yield number, Problem(self._name, number, "a line too long for a question")
                continue
            if not line.strip():
                continue
            try:
                yield number, _json_record(line) if is_json else _text_record(line, number)
            except InputError as error:
                yield number, Problem(self._name, number, str(error))

    def _question(self, record: Mapping[str, object], line: int) -> FiledQuestion:
        folded = {name.strip().lower(): value for name, value in record.items()}
        named = next((str(folded[name]) for name in _IDS if folded.get(name) not in (None, "")), None)
        query_id = _unicode(named) if named is not None else str(line)
        if named is None and query_id in self._ids:
            query_id = f"#{line}"
        text = next((folded[name] for name in _TEXTS if name in folded), None)
        if not isinstance(text, str):
            raise InputError(f"no question: expected a field {' or '.join(_TEXTS)}")
        self.unused |= set(folded) - {*_IDS, *_TEXTS, *(name for each in OPTIONS for name in each.fields)}
        return FiledQuestion(query_id, self._with_own(folded).query(text))

    def _with_own(self, line: Mapping[str, object]) -> Options:
        """The defaults, but for what the line sets itself. Raises InputError for what no line can."""
        own = dict[str, Any]()
        for option in OPTIONS:
            if option.why_not and line.get(option.parameter) not in (None, ""):
                raise InputError(f"{option.parameter} {option.why_not} (--{option.name})")
            given = [name for name in option.fields if line.get(name) not in (None, "")]
            if given:
                own[option.keyword] = option.value(_value(line[given[0]], given[0], option.kind))
        if own.keys() & set(_WINDOW):  # the window of a line is its own
            own = {**_window(own, self._defaults), **own}
        return self._defaults.replaced(**own) if own else self._defaults


def _window(own: Mapping[str, Any], defaults: Options) -> dict[str, Any]:
    """What of the window a line leaves open."""
    if "on" in own:
        return {"since": None, "until": None}
    return {"since": defaults.choices["since"], "until": defaults.choices["until"], "on": None}


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        with io.BufferedReader(Unpacked(io.BytesIO(data))) as stream:
            found = stream.read(LARGEST_TEXT + 1)
        if len(found) > LARGEST_TEXT:
            raise InputError(f"{name}: unpacks to more than {LARGEST_TEXT >> 20} MiB: split it")
        return found
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name}: damaged gzip: {error}") from None


def _unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


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


def _value(value: object, name: str, kind: type) -> object:
    """A field of a line as an option's value. Raises InputError."""
    if kind is list:
        return _sources(value)
    if kind is int:
        return _number(value, name)
    if kind is bool:
        return _flag(value, name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"{name} is {type(value).__name__}: expected text, as in 2022-11-09")
    return str(value)


def _sources(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise InputError("source is neither a name nor a list of names")


def _number(value: object, name: str) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value), re.ASCII):
        raise InputError(f"{name} is {str(value)[:40]!r}: expected a whole number")
    return int(str(value))


def _flag(value: object, name: str) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise InputError(f"{name} is {str(value)[:40]!r}: expected true or false")
    return text in _TRUE

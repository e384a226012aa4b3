"""JSON (one record, or an array of them) and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.decoding import LONGEST_LINE, bounded_lines, read_text, text_lines, undecodable
from semsearch.readers.fields import FieldNames, record_to_document
from semsearch.records import Problem, RawDocument

_BLANK = " \t\n"
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)  # a string whole, and what structure is made of
MOST_VALUES = 3_000_000  # of one record, commas of its text counted in


def read_json_lines(stream: BinaryIO, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """A document a line; a bad line is a problem and the rest goes on."""
    for number, line in enumerate(bounded_lines(text_lines(stream)), 1):
        if line is None:
            yield Problem(path, number, f"a line of more than {LONGEST_LINE} characters")
            continue
        if line.isspace():
            continue
        try:
            yield _from_line(line, names, number)
        except InputError as error:
            yield Problem(path, number, str(error))


def _from_line(line: str, names: FieldNames, number: int) -> RawDocument:
    if undecodable(line):
        raise InputError("bytes that are not UTF-8")
    return _from_value(parse_json(line), names, number)


def parse_json(text: str) -> object:
    """``json.loads`` that raises InputError, with the column, and refuses bottomless nesting and endless lists."""
    if sum(map(text.count, "[{,")) > MOST_VALUES:  # each takes many times its own size in memory
        raise InputError(f"not usable as JSON: more than {MOST_VALUES} values in one record")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} at column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"not usable as JSON: {str(error)[:80]}") from None


def read_json(stream: BinaryIO, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """The record, or the records of the array, or of the one field that holds an array of them."""
    text = read_text(stream)
    begin = _skip_blanks(text, 0)
    if text[begin : begin + 1] == "[":
        yield from _array(text, begin, path, names)
        return
    value = parse_json(text) if text.strip() else None
    if value is None:
        raise InputError("empty: no JSON in it")
    lists = [v for v in value.values() if _is_records(v)] if isinstance(value, dict) else []
    if len(lists) == 1:
        yield from _each(lists[0], path, names)
    else:
        yield replace(_from_value(value, names, 1), record=0)


def _is_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _each(values: list[object], path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    for place, value in enumerate(values, 1):
        try:
            yield replace(_from_value(value, names, 1), record=place)
        except InputError as error:
            yield Problem(path, 1, f"record {place}: {error}")


def _array(text: str, begin: int, path: str, names: FieldNames) -> Iterator[RawDocument | Problem]:
    """Records one after another, each with its line, so that a bad one is reported with its place."""
    decoder, many = json.JSONDecoder(), sum(map(text.count, "[{,")) > MOST_VALUES
    line, counted, place = 1, 0, 0
    position = _skip_blanks(text, begin + 1)
    while text[position : position + 1] not in ("]", ""):
        line, counted = line + text.count("\n", counted, position), position
        try:
            if many:
                _refuse_many_values(text, position)
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            yield Problem(path, error.lineno, f"not JSON: {error.msg} at column {error.colno}; the rest is left out")
            return
        except (RecursionError, ValueError) as error:
            yield Problem(path, line, f"not usable as JSON: {str(error)[:80]}; the rest is left out")
            return
        place += 1
        try:
            yield replace(_from_value(value, names, line), record=place)
        except InputError as error:
            yield Problem(path, line, str(error))
        position = _skip_blanks(text, position)
        if text[position : position + 1] == ",":
            position = _skip_blanks(text, position + 1)
        elif text[position : position + 1] != "]":
            yield Problem(path, line, "not JSON: no comma after this record; the rest is left out")
            return
    if position >= len(text):
        yield Problem(path, line, "not JSON: the list has no end; the file may have been cut off")


def _refuse_many_values(text: str, begin: int) -> None:
    """Raise ValueError where the value that begins at a place holds too many values."""
    depth = values = 0
    for found in _SIGN.finditer(text, begin):
        sign = found[0]
        depth += sign in "[{"
        depth -= sign in "]}"
        values += sign in "[{,"
        if depth <= 0 or values > MOST_VALUES:
            break
    if values > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES} values in one record")


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return position


def _from_value(value: object, names: FieldNames, line: int) -> RawDocument:
    if not isinstance(value, dict):
        raise InputError(f"{type(value).__name__} where a record was expected: {{...}}")
    return record_to_document(value, names, line)

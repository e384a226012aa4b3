"""JSON (one record, or an array of them) and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.decoding import LARGEST_TEXT, LONGEST_LINE, bounded_lines, undecodable
from semsearch.readers.fields import has_text, record_to_document
from semsearch.readers.input_file import InputFile
from semsearch.readers.names import FieldNames
from semsearch.records import Problem, RawDocument

_BLANK = " \t\n"
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)  # a string whole, and what structure is made of
DEEPEST, LOOKED_AT = 6, 1_000  # objects within objects; records of a list that are looked at for a text
MOST_VALUES = 3_000_000  # of one record, commas of its text counted in


def read_json_lines(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """A document a line; a bad line is a problem and the rest goes on. A list, or one long record, is read too."""
    lines, begun = enumerate(bounded_lines(file.text_lines(stream)), 1), False
    for number, line in lines:
        if line is None:
            yield Problem(file.path, number, f"a line of more than {LONGEST_LINE} characters")
            continue
        if line.isspace():
            continue
        if not begun and (line.strip() == "{" or line.lstrip().startswith("[")):
            yield from _whole("\n" * (number - 1) + line + _rest(lines), file)
            return
        begun = True
        try:
            yield _from_line(line, file.names, number)
        except InputError as error:
            yield file.refused(number, error)


def _rest(lines: Iterator[tuple[int, str | None]]) -> str:
    """The lines that follow, in one text. Raises InputError where they are too many for one."""
    found, size = list[str](), 0
    for _, line in lines:
        size += len(line or "")
        if size > LARGEST_TEXT:
            raise InputError(f"larger than {LARGEST_TEXT >> 20} MiB for one list: split it, or use JSON lines")
        found.append(line or "")
    return "".join(found)


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


def read_json(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """One record, a list of records wherever it stands, records under their ids, or one after another."""
    yield from _whole(file.read_text(stream), file)


def _whole(text: str, file: InputFile) -> Iterator[RawDocument | Problem]:
    begin = _skip_blanks(text, 0)
    if begin == len(text):
        raise InputError("empty: no JSON in it")
    if text[begin] == "[":
        yield from _array(text, begin, file)
        return
    many = sum(map(text.count, "[{,")) > MOST_VALUES
    value, end = _first(text, begin, many=many)
    if _skip_blanks(text, end) < len(text):
        del value
        yield from _sequence(text, begin, file, many=many)
    else:
        yield from _value(value, file)


def _first(text: str, begin: int, *, many: bool) -> tuple[object, int]:
    """The value that begins at a place, and where it ends. Raises InputError where there is none to the end."""
    try:
        if many:
            _refuse_many_values(text, begin)
        return json.JSONDecoder().raw_decode(text, begin)
    except json.JSONDecodeError as error:
        line, broken, after = text[begin:].partition("\n")
        if broken and line.rstrip().endswith("}") and after.strip():  # a record a line, of which the first is broken
            return None, begin
        raise InputError(f"not JSON: {error.msg} at column {error.colno}") from None
    except (RecursionError, ValueError) as error:
        raise InputError(f"not usable as JSON: {str(error)[:80]}") from None


def _sequence(text: str, position: int, file: InputFile, *, many: bool) -> Iterator[RawDocument | Problem]:
    """Records one after another; after one that is broken the next line is tried."""
    decoder, line, counted = json.JSONDecoder(), 1, 0
    while position < len(text):
        line, counted = line + text.count("\n", counted, position), position
        try:
            if many:
                _refuse_many_values(text, position)
            value, position = decoder.raw_decode(text, position)
            yield _from_value(value, file.names, line)
        except json.JSONDecodeError as error:
            yield Problem(file.path, line, f"not JSON: {error.msg} at column {error.colno}")
            next_line = text.find("\n", position)
            position = next_line if next_line >= 0 else len(text)
        except (RecursionError, ValueError) as error:
            yield Problem(file.path, line, f"not usable as JSON: {str(error)[:80]}; the rest is left out")
            return
        except InputError as error:
            yield file.refused(line, error)
        position = _skip_blanks(text, position)


def _value(value: object, file: InputFile) -> Iterator[RawDocument | Problem]:
    """What one value holds: itself a record, or records in the list that has the most of them."""
    found = dict(_lists(value, file.names)) if isinstance(value, dict) and not has_text(value, file.names) else {}
    if not found:
        yield replace(_from_value(value, file.names, 1), record=0)
        return
    read = max(found, key=lambda name: _worth(found[name], file.names))
    yield from _each(found.pop(read), file)
    for name, records in found.items():
        if count := _worth(records, file.names)[0]:
            yield Problem(
                file.path, 1, f"{count} records in {name!r} are not read, those in {read!r} are: split the file"
            )


def _worth(records: list[dict[str, object]], names: FieldNames) -> tuple[int, int]:
    return sum(has_text(record, names) for record in records[:LOOKED_AT]), len(records)


def _lists(
    value: object, names: FieldNames, at: str = "", depth: int = 0
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """The lists of objects in a value, by where they stand; objects under their ids are such a list, too."""
    if depth > DEEPEST or not isinstance(value, dict):
        return
    inner = [each for each in value.values() if isinstance(each, dict)]
    if (
        inner
        and len(inner) == len(value)
        and sum(has_text(each, names) for each in inner[:LOOKED_AT]) * 2 > len(inner[:LOOKED_AT])
    ):
        yield at or "/", [{"_id": key, **each} for key, each in value.items()]
        return
    for name, each in value.items():
        place = f"{at}.{name}" if at else str(name)
        if isinstance(each, list) and each and all(isinstance(item, dict) for item in each):
            yield place, each
        else:
            yield from _lists(each, names, place, depth + 1)


def _each(values: Sequence[object], file: InputFile) -> Iterator[RawDocument | Problem]:
    for place, value in enumerate(values, 1):
        try:
            yield replace(_from_value(value, file.names, 1), record=place)
        except InputError as error:
            yield file.refused(1, error, record=place)


def _array(text: str, begin: int, file: InputFile) -> Iterator[RawDocument | Problem]:
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
            yield Problem(
                file.path, error.lineno, f"not JSON: {error.msg} at column {error.colno}; the rest is left out"
            )
            return
        except (RecursionError, ValueError) as error:
            yield Problem(file.path, line, f"not usable as JSON: {str(error)[:80]}; the rest is left out")
            return
        place += 1
        try:
            yield replace(_from_value(value, file.names, line), record=place)
        except InputError as error:
            yield file.refused(line, error)
        position = _skip_blanks(text, position)
        if text[position : position + 1] == ",":
            position = _skip_blanks(text, position + 1)
        elif text[position : position + 1] != "]":
            yield Problem(file.path, line, "not JSON: no comma after this record; the rest is left out")
            return
    if position >= len(text):
        yield Problem(file.path, line, "not JSON: the list has no end; the file may have been cut off")


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

"""Markdown with YAML front matter. The text stays as written: a quotation is a quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.files.toml import parse_toml
from semsearch.readers.fields import record_to_document
from semsearch.readers.formats.plain import body_document
from semsearch.readers.input_file import InputFile
from semsearch.records import Problem, RawDocument

LONGEST_FRONT = 50_000  # characters: YAML takes a second for as many (the one in C ends the process on deep nesting)
_FIELD = re.compile(r"(\w[\w -]{0,40}):[ \t]+(.*)")
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def read_markdown(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The one document of a Markdown file: title and date from its front matter, else its heading."""
    text = file.read_text(stream)
    front = _FRONT.match(text, 0, LONGEST_FRONT)
    toml = _TOML.match(text, 0, LONGEST_FRONT)
    begin = front.end() if front else toml.end() if toml else 0
    fields: dict[str, object] = {}
    if toml:
        try:
            fields = _parse_toml(toml[1])
        except InputError as error:
            yield Problem(file.path, 1, f"{error}; its fields are left out")
    if front is None and text.startswith("---") and (closed := text.find("\n---\n", LONGEST_FRONT - 10)) >= 0:
        yield Problem(file.path, 1, f"front matter of more than {LONGEST_FRONT} characters; its fields are left out")
        begin = closed + len("\n---\n")
    if front:
        try:
            fields = _parse_front(front[1])
        except InputError as error:
            fields = dict(_by_line(front[1]))
            instead = "it is read line by line" if fields else "its fields are left out"
            yield Problem(file.path, 1, f"{error}; {instead}")
    body = body_document(text, begin, ())
    named = record_to_document(
        {**fields, file.names.candidates("text")[0][0]: body.text}, file.names, 1, "front matter"
    )
    title, written = named.title or _heading(body.text), text.strip() if toml else ""
    yield replace(named, text=body.text, title=title, place=body.place, record=0, markup=False, written=written)


def _parse_toml(text: str) -> dict[str, object]:
    """Dates as text: they are read by ``dates``."""
    try:
        found = parse_toml(text)
    except InputError as error:
        raise InputError(f"front matter is not TOML: {str(error)[:80]}") from None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def _heading(text: str) -> str:
    headings = (line[2:].strip(" \t#") for line in text.split("\n") if line.startswith(("# ", "#\t")))
    return next(filter(None, headings), "")


def _by_line(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of lines such as ``title: Tram: line five``, which is no YAML."""
    for line in text.split("\n"):
        found = _FIELD.fullmatch(line)
        if found:
            yield found[1], found[2].strip().strip("\"'")


def _parse_front(text: str) -> dict[str, object]:
    """Every scalar as the text that stands there: dates are read by ``dates``, not by YAML."""
    import yaml

    class NoAliases(yaml.BaseLoader):
        """One that makes nothing of many lines out of few."""

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    try:
        found = yaml.load(text, NoAliases)  # noqa: S506  (makes strings, lists and dicts, nothing else)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise InputError(f"front matter is not YAML{where}") from None
    except RecursionError:
        raise InputError("front matter is nested too deep") from None
    if not isinstance(found, dict):
        raise InputError("front matter holds no fields")
    return {str(name): value for name, value in found.items()}

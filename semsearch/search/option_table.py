"""The options of a question, each once: where it may be given, and what kind of value it takes."""

from __future__ import annotations

from typing import NamedTuple

ANSWERING = frozenset({"ask", "batch"})


class Option(NamedTuple):
    """An option as a user types it, ``per-document``, with the commands that have it.

    A settings file has it under its name, and so has a line of a file of questions with ``_`` for ``-``, or under one
    of ``in_lines``; where a line cannot have it, ``why_not`` says so.
    """

    name: str
    kind: type
    commands: frozenset[str]
    in_lines: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def parameter(self) -> str:
        """The name with ``_`` for ``-``."""
        return self.name.replace("-", "_")

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of a line's field that give it, none where a line cannot."""
        return () if self.why_not else (*self.in_lines, self.parameter)


_PERIODS = ANSWERING | {"timeline", "eval", "similar"}
_OF_ALL = "holds for all lines: give it to the command"
OPTIONS = (
    Option("top", int, ANSWERING | {"similar", "compare"}, in_lines=("k",)),
    Option("since", str, _PERIODS),
    Option("until", str, _PERIODS),
    Option("on", str, _PERIODS),
    Option("source", list, _PERIODS | {"compare"}),
    Option("per-document", int, ANSWERING),
    Option("expand", bool, ANSWERING),
    Option("mode", str, ANSWERING | {"timeline", "compare", "eval"}),
    Option("event", str, ANSWERING | {"timeline", "compare", "eval"}),
    Option("as-of", str, ANSWERING | {"timeline", "compare", "eval"}),
    Option("recency", str, ANSWERING | {"eval"}),
    Option("no-time", bool, ANSWERING | {"timeline", "eval"}),
    Option("strict-time", bool, ANSWERING | {"eval"}),
    Option("named-events", str, ANSWERING | {"timeline", "compare", "eval"}, why_not=f"names a file, and {_OF_ALL}"),
    Option("model", str, ANSWERING | {"timeline", "compare", "eval"}, why_not=f"names what is loaded, and {_OF_ALL}"),
    Option("rerank", str, ANSWERING | {"eval"}, why_not=f"names what is loaded, and {_OF_ALL}"),
    Option("strict", bool, ANSWERING, why_not=_OF_ALL),
    Option("explain", bool, ANSWERING, why_not=_OF_ALL),
    Option("format", str, ANSWERING | {"similar"}, why_not=_OF_ALL),
)


def options_of(command: str) -> list[Option]:
    """The options of a question that a command has."""
    return [option for option in OPTIONS if command in option.commands]

"""The options of a question, each once: a line of this table, and the code that uses it, is all that a new one takes.

From here the command line, a settings file, a line of a file of questions and the library's keywords have their names,
kinds, defaults and help. What a line says is read from its annotation, so this module evaluates them.
"""

import collections.abc
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, get_args, get_origin

from semsearch.files.kinds import KINDS
from semsearch.records import Mode

AnswerFormat = Literal["text", "short", "json", "jsonl", "csv", "tsv", "trec", "md"]  # what answers are written in


Order = Literal["rank", "date", "-date"]  # in which hits are shown; never which


class Option(NamedTuple):
    """An option of a question.

    ``commands`` have it, with ``default`` or their own of ``defaults``; ``name`` is as a user types it, where that is
    not the keyword with ``-`` for ``_``. A flag that stands for its keyword's default being False switches it off.
    A settings file has an option under its name, and so has a line of a file of questions, with ``_`` for ``-`` or
    under one of ``in_lines``; where a line cannot have it, ``why_not`` says so. ``expected`` is said to a program
    that gives another type. The last four are read from the annotation: the library's ``keyword`` and its type, the
    ``kind`` of value (int, bool, str, list, Path), and what is ``allowed``, where that is a few words.
    """

    default: object
    help: str
    commands: frozenset[str]
    metavar: str | None = None
    name: str = ""
    letter: str = ""
    in_lines: tuple[str, ...] = ()
    why_not: str = ""
    expected: str = ""
    defaults: Mapping[str, object] = types.MappingProxyType({})
    keyword: str = ""
    annotation: Any = str
    kind: type = str
    allowed: tuple[str, ...] = ()

    @property
    def parameter(self) -> str:
        """The name with ``_`` for ``-``."""
        return self.name.replace("-", "_")

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of a line's field that give it, none where a line cannot."""
        return () if self.why_not else (*self.in_lines, self.parameter)

    def value(self, typed: Any) -> Any:
        """The keyword's value, of what was typed under the option's name."""
        if self.kind is bool and self.default is True:
            return not typed
        if self.kind is list:
            return tuple(typed or ())
        return typed


_ANSWERING = frozenset({"ask", "batch"})
_RANKING = _ANSWERING | {"eval"}
_BY_WORDS = _RANKING | {"timeline", "compare"}
_IN_A_WINDOW = _RANKING | {"timeline", "similar"}
_OF_ALL = "cannot be set in a line: use the option"
_A_DAY, _DAYS = "text, as in '2022-11-09'", "text, as in '2022-11-09..2022-11-11'"
_RECENT = "Rank recent articles higher: 30d, 6w, 1y; off. Default: only if the question asks for it."


class Choices(TypedDict, total=False):
    """The options of a question as keywords of the library: ``index.search("grain deal", top=3, since="2022-11")``."""

    top: Annotated[
        int,
        Option(
            10,
            "Hits wanted.",
            _ANSWERING | {"similar", "compare"},
            "N",
            letter="k",
            in_lines=("k",),
            defaults={"compare": 3, "ask": 5},
        ),
    ]
    since: Annotated[
        str | None,
        Option(None, "Published on or after: 2022, 2022-11 or 2022-11-09.", _IN_A_WINDOW, "DATE", expected=_A_DAY),
    ]
    until: Annotated[
        str | None,
        Option(None, "Published on or before (to the end of it).", _IN_A_WINDOW, "DATE", expected=_A_DAY),
    ]
    on: Annotated[
        str | None,
        Option(None, "Published within this day, month or year.", _IN_A_WINDOW, "DATE", expected=_A_DAY),
    ]
    event: Annotated[
        str | None,
        Option(
            None,
            "Passages that mention these days: 2022-11 or 2022-11-09..2022-11-11.",
            _BY_WORDS,
            "RANGE",
            expected=_DAYS,
        ),
    ]
    as_of: Annotated[
        str | None,
        Option(None, "Ignore everything published later.", _BY_WORDS, "DATE", expected=_A_DAY),
    ]
    recency: Annotated[
        str | None,
        Option(None, _RECENT, _RANKING, "HALF_LIFE", expected="text, as in '30d'"),
    ]
    use_time: Annotated[
        bool,
        Option(True, "Ignore time words in the question.", _RANKING | {"timeline"}, name="no-time"),
    ]
    strict_time: Annotated[
        bool,
        Option(False, "Use time words as a filter on publication and event days, not only in the ranking.", _RANKING),
    ]
    publishers: Annotated[
        Sequence[str],
        Option((), "Only from this publisher; may be given again.", _IN_A_WINDOW | {"compare"}, "NAME", name="source"),
    ]
    not_publishers: Annotated[
        Sequence[str],
        Option(
            (), "Not from this publisher; may be given again.", _IN_A_WINDOW | {"compare"}, "NAME", name="not-source"
        ),
    ]
    where: Annotated[
        Sequence[str],
        Option(
            (),
            "Only articles with this field: section=world, pages>3, country!=fr; may be given again.",
            _IN_A_WINDOW | {"compare"},
            "FIELD=VALUE",
        ),
    ]
    kinds: Annotated[
        Sequence[str],
        Option(
            (),
            f"Only articles of this kind of file: {', '.join(KINDS)}; may be given again.",
            _IN_A_WINDOW | {"compare"},
            "KIND",
            name="kind",
        ),
    ]
    guesses: Annotated[
        bool,
        Option(False, "Let dates that are only probable count in windows.", _IN_A_WINDOW),
    ]
    per_document: Annotated[
        int,
        Option(1, "Hits per article at most.", _ANSWERING, "N"),
    ]
    expand: Annotated[bool, Option(False, "Show near-duplicates as hits of their own.", _ANSWERING)]
    mode: Annotated[
        Mode,
        Option("hybrid", "Rank by meaning and words, by meaning alone, or by words alone.", _BY_WORDS),
    ]
    rerank: Annotated[
        bool,
        Option(False, "Let a cross-encoder read the first 10, too: better, and takes about a second.", _RANKING),
    ]
    rerank_model: Annotated[
        str | None,
        Option(
            None,
            "Let another cross-encoder (folder or hub name) read the first 30; takes seconds.",
            _RANKING,
            "MODEL",
            why_not=_OF_ALL,
            expected="the name of a model",
        ),
    ]


class Opening(TypedDict, total=False):
    """What opens an index for questions: keywords of ``semsearch.open``."""

    named_events: Annotated[
        Path | None,
        Option(
            None,
            "More named events for time words: a TOML table.",
            _BY_WORDS,
            "FILE",
            why_not=_OF_ALL,
        ),
    ]
    aliases: Annotated[
        Path | None,
        Option(
            None,
            "Other spellings of names, a line each: Odesa, Odessa.",
            _BY_WORDS,
            "FILE",
            why_not=_OF_ALL,
        ),
    ]
    model: Annotated[
        str | None,
        Option(
            None,
            "Allow this model to be loaded for a received index; remembered.",
            _ANSWERING | {"timeline", "compare"},
            "NAME",
            why_not=_OF_ALL,
        ),
    ]


class Presenting(TypedDict, total=False):
    """How answers are given on a command line."""

    format: Annotated[
        AnswerFormat,
        Option("text", "Output format.", _ANSWERING | {"similar"}, why_not=_OF_ALL, defaults={"batch": "jsonl"}),
    ]
    sort: Annotated[
        Order,
        Option(
            "rank",
            "Order of the hits shown: best first, oldest first, newest first.",
            _ANSWERING | {"similar"},
            why_not=_OF_ALL,
        ),
    ]
    explain: Annotated[bool, Option(False, "Say of each hit what its score is made of.", _ANSWERING, why_not=_OF_ALL)]
    strict: Annotated[bool, Option(False, "Exit with status 1 if no match is strong.", _ANSWERING, why_not=_OF_ALL)]


def _read(table: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options of a table of keywords."""
    return tuple(_option(keyword, *get_args(annotation)) for keyword, annotation in table.items())


def _option(keyword: str, hint: object, option: Option) -> Option:
    of_union = [kind for kind in get_args(hint) if kind is not type(None)]
    kind: Any = of_union[0] if isinstance(hint, types.UnionType) else hint
    allowed: tuple[str, ...] = ()
    if get_origin(kind) is Literal:
        kind, allowed = str, get_args(hint)
    if get_origin(kind) is collections.abc.Sequence:
        kind = list
    return option._replace(
        keyword=keyword,
        annotation=hint,
        name=option.name or keyword.replace("_", "-"),
        kind=kind,
        allowed=allowed,
        expected=option.expected or _EXPECTED.get(kind) or f"text, as in {option.default!r}",
    )


_EXPECTED = {int: "a whole number", bool: "True or False"}


QUESTION = _read(Choices.__annotations__)  # keywords of a question
OPTIONS = (*QUESTION, *_read(Opening.__annotations__), *_read(Presenting.__annotations__))


def options_of(command: str) -> list[Option]:
    """The options of a question that a command has."""
    return [option for option in OPTIONS if command in option.commands]

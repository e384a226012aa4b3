"""The options that several commands share."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.rendering.formats import Format
from semsearch.search.options import DEFAULT_INDEX, Options

if TYPE_CHECKING:
    from semsearch.rendering.text import Style


class ModeName(StrEnum):
    """What ``--mode`` takes."""

    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


class DeviceName(StrEnum):
    """What ``--device`` takes."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class HemisphereName(StrEnum):
    """What ``--hemisphere`` takes."""

    north = "north"
    south = "south"


class PrecisionName(StrEnum):
    """What ``--precision`` takes."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    int8 = "int8"


IndexOption = Annotated[
    Path, typer.Option("--index", envvar="SEMSEARCH_INDEX", metavar="DIR", help="Folder of the index.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on standard error.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]
TopOption = Annotated[int, typer.Option("--top", "-k", metavar="N", help="Hits wanted.")]
SinceOption = Annotated[
    str | None, typer.Option(metavar="DATE", help="Published on or after: 2022, 2022-11 or 2022-11-09.")
]
UntilOption = Annotated[str | None, typer.Option(metavar="DATE", help="Published on or before (to the end of it).")]
OnOption = Annotated[str | None, typer.Option(metavar="DATE", help="Published within this day, month or year.")]
SourceOption = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Published by this source; may be given again.")
]
EventOption = Annotated[
    str | None,
    typer.Option(metavar="RANGE", help="Passages that speak of these days: 2022-11 or 2022-11-09..2022-11-11."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="As if nothing later had been published.")
]
RecencyOption = Annotated[
    str | None,
    typer.Option(
        metavar="HALF_LIFE", help="Prefer the recent: 30d, 6w, 1y; off. Default: only if the question asks for it."
    ),
]
NoTimeOption = Annotated[bool, typer.Option("--no-time", help="Take no time from the question's words.")]
StrictTimeOption = Annotated[
    bool, typer.Option("--strict-time", help="Time words are a filter on publication and events, not a preference.")
]
NamedEventsOption = Annotated[
    Path | None, typer.Option("--named-events", metavar="FILE", help="More named events for time words: a TOML table.")
]
ExpandOption = Annotated[bool, typer.Option("--expand", help="Show near copies of one text as hits of their own.")]
PerDocumentOption = Annotated[int, typer.Option(metavar="N", help="Passages of one document among the hits.")]
ModeOption = Annotated[
    ModeName, typer.Option("--mode", help="Rank by meaning and words, by meaning alone, or by words alone.")
]
RerankOption = Annotated[
    str | None,
    typer.Option(
        "--rerank", metavar="MODEL", help="Let a cross-encoder (folder or hub name) order the first 30; takes seconds."
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Leave with status 1 where no match is strong.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Say of each hit what its score is made of.")]
FormatOption = Annotated[Format, typer.Option("--format", help="What comes out.")]
IndexModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="NAME", help="The index's model, where it came from elsewhere and you trust it; remembered."
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Model folder or hub name; without it the packaged all-MiniLM-L6-v2."),
]

DeviceOption = Annotated[
    DeviceName, typer.Option("--device", help="Where passages are encoded; auto takes a GPU that can be used.")
]
PrecisionOption = Annotated[
    PrecisionName | None,
    typer.Option(
        "--precision",
        help="Of the encoder's matrix products. Default: what the index has, and at first auto: "
        "bfloat16 where the processor has it, else float32.",
    ),
]

DEFAULT_FOLDER = Path(DEFAULT_INDEX)


def options_from(
    top: int,
    since: str | None,
    until: str | None,
    on: str | None,
    source: list[str] | None,
    per_document: int,
    *,
    mode: ModeName = ModeName.hybrid,
    rerank: str | None = None,
    event: str | None = None,
    as_of: str | None = None,
    recency: str | None = None,
    no_time: bool = False,
    strict_time: bool = False,
    expand: bool = False,
) -> Options:
    """The searching options as they were typed."""
    return Options(
        top,
        since,
        until,
        on,
        tuple(source or ()),
        per_document,
        mode.value,
        rerank,
        event,
        as_of,
        recency,
        use_time=not no_time,
        strict_time=strict_time,
        expand=expand,
        prefix="--",
    )


def terminal_style() -> Style:
    """Width and colour for standard output: colour only on a terminal, unless ``NO_COLOR`` is set."""
    import shutil

    from semsearch.rendering.text import Style

    if not sys.stdout.isatty():
        return Style()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(width=min(shutil.get_terminal_size().columns, 120), colour=colour)

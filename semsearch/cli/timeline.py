"""``semsearch timeline``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say, say_if_being_made
from semsearch.cli.options import (
    DEFAULT_FOLDER,
    DebugOption,
    Given,
    IndexOption,
    QuietOption,
    taking_options,
    terminal_style,
)


class StepName(StrEnum):
    """What ``--by`` takes."""

    day = "day"
    week = "week"
    month = "month"
    year = "year"


class TimelineFormat(StrEnum):
    """What ``timeline`` can print."""

    text = "text"
    json = "json"
    csv = "csv"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "timeline",
        epilog=examples(
            'semsearch timeline "power cuts in Kyiv"',
            'semsearch timeline "grain deal" --by week --since 2022-07 --plot grain.svg',
            'semsearch timeline "Kherson" --format csv > kherson.csv',
        ),
    )(taking_options("timeline", timeline))


def timeline(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in plain words.")],
    index: IndexOption = DEFAULT_FOLDER,
    by: Annotated[
        StepName | None, typer.Option("--by", help="Length of a bar. Default: the finest with up to 40 bars.")
    ] = None,
    *,
    given: Given,
    stories: Annotated[bool, typer.Option("--stories", help="Count stories, too: copies of one text are one.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Also draw it: .svg, .png or .html (a self-contained page)."),
    ] = None,
    output_format: Annotated[TimelineFormat, typer.Option("--format", help="Output format.")] = TimelineFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show when something was written about.

    Relevant passages by time, bursts, the best passage of each.
    """
    from semsearch.rendering import timelines
    from semsearch.search.opening import open_index

    if plot is not None:
        timelines.check_picture(plot)
    say_if_being_made(index, quiet)
    with open_index(index, **given.opening) as opened:
        found = opened.timeline(given.options.query(question), by.value if by else None, stories=stories)
    if output_format is TimelineFormat.json:
        emit(timelines.timeline_json(found))
    elif output_format is TimelineFormat.csv:
        emit(timelines.timeline_csv(found))
    else:
        emit(timelines.timeline_text(found, terminal_style()))
    if plot is not None:
        timelines.write_picture(found, plot)
    relevant = sum(bar.relevant for bar in found.bars)
    if not quiet:
        for note in timelines.timeline_notes(found):
            say(note)
    return DONE if relevant else NO_HITS

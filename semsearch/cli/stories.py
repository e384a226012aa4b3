"""``semsearch stories``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption, terminal_style


class StoriesFormat(StrEnum):
    """What ``stories`` can print."""

    text = "text"
    json = "json"
    csv = "csv"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "stories",
        epilog=examples(
            "semsearch stories --top 5",
            "semsearch stories --top 1000 --format csv > stories.csv",
        ),
    )(stories)


def stories(
    index: IndexOption = DEFAULT_FOLDER,
    top: Annotated[int, typer.Option("-k", "--top", metavar="N", min=1, help="How many, the largest first.")] = 10,
    output_format: Annotated[StoriesFormat, typer.Option("--format", help="Output format.")] = StoriesFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """List the largest stories: the first report of each, its copies, and later versions of a page."""
    from semsearch.rendering import stories as rendered
    from semsearch.search.opening import open_index

    with open_index(index) as opened:
        found = opened.stories()[:top]
    if output_format is StoriesFormat.json:
        emit(rendered.stories_json(found))
    elif output_format is StoriesFormat.csv:
        emit(rendered.stories_csv(found))
    elif found:
        emit(rendered.stories_text(found, terminal_style()))
    if not found and not quiet:
        say("no two articles tell the same in the same words")
    return DONE if found else NO_HITS

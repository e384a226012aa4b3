"""``semsearch compare``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say
from semsearch.cli.options import (
    DEFAULT_FOLDER,
    DebugOption,
    Given,
    IndexOption,
    QuietOption,
    taking_options,
    terminal_style,
)

PERIOD = "2022-11, 2022-11-09..2022-11-11, or words: last month, since the mobilisation."


class CompareFormat(StrEnum):
    """What ``compare`` can print."""

    text = "text"
    json = "json"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "compare",
        epilog=examples(
            'semsearch compare "situation in Kherson" --a 2022-08 --b 2022-11',
            'semsearch compare "grain exports" --a "before the grain deal" --b "since the grain deal"',
        ),
    )(taking_options("compare", compare))


def compare(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in plain words.")],
    a: Annotated[str, typer.Option("--a", metavar="PERIOD", help=f"Period A: {PERIOD}")],
    b: Annotated[str, typer.Option("--b", metavar="PERIOD", help="Period B.")],
    index: IndexOption = DEFAULT_FOLDER,
    *,
    given: Given,
    output_format: Annotated[CompareFormat, typer.Option("--format", help="Output format.")] = CompareFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Compare two periods.

    The best passages of each, what is new and what is gone.
    """
    from semsearch.rendering import comparisons
    from semsearch.search.opening import open_index

    query = given.options.query(question)
    with open_index(index, **given.opening) as opened:
        found = opened.compare(query, a, b)
    if output_format is CompareFormat.json:
        emit(comparisons.comparison_json(found))
    else:
        emit(comparisons.comparison_text(found, terminal_style()))
    if not quiet:
        for side in (found.a, found.b):
            for note in side.answer.notes:
                say(f"{side.words}: {note}")
            if side.answer.hits and not side.answer.strong:
                say(f"{side.words}: no strong match")
    return DONE if found.a.answer.hits or found.b.answer.hits else NO_HITS

"""``semsearch ask``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from semsearch.errors import UsageError, command
from semsearch.records import Answer
from semsearch.rendering.formats import make_renderer
from semsearch.search.option_table import Presenting

if TYPE_CHECKING:
    from semsearch.search.local import LocalIndex

REMEMBERED = 64  # questions of a prompt whose vectors are kept


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "ask",
        epilog=examples(
            'semsearch ask "why did Russia retreat from Kherson"',
            'semsearch ask "grain deal" --since 2022-11 -k 3',
            'semsearch ask "blackouts" --on 2022-11-23 --format json',
            "semsearch ask                              many questions, at a prompt",
            'semsearch ask "grain exports" --save grain  then, later: semsearch news grain',
        ),
    )(taking_options("ask", ask))


def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question, in plain words. Without it: a prompt.")
    ] = None,
    index: IndexOption = DEFAULT_FOLDER,
    *,
    given: Given,
    save: Annotated[
        str | None, typer.Option("--save", metavar="NAME", help="Keep it as a standing question, for semsearch news.")
    ] = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Find ranked passages, each with source and date."""
    from semsearch.search.opening import open_index

    if question is None:
        return _prompt(index, given, quiet)
    query = given.options.query(question)
    say_if_being_made(index, quiet)
    with open_index(index, **given.opening) as opened:
        answer = opened.answer(query)
        if save is not None:
            _save(index, opened, save, question, given)
    shown = given.presenting
    status = print_answer(answer, shown, quiet)
    return NO_HITS if shown["strict"] and not answer.strong else status


def _prompt(index: Path, given: Given, quiet: bool) -> int:
    """Many questions, one after the other, where a person types them. Raises UsageError where nobody does."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("no QUESTION: expected words in quotes; without them a prompt opens, on a terminal only")
    from semsearch.cli.prompt import converse
    from semsearch.search.opening import open_index

    with open_index(index, remembered=REMEMBERED, **given.opening) as opened:
        return converse(opened, given, lambda answer, shown: print_answer(answer, shown, quiet))


def _save(folder: Path, opened: LocalIndex, name: str, question: str, given: Given) -> None:
    from semsearch.search import standing

    standing.save(folder, opened, name, question, given.options)
    say(f"saved as {name}: {command('news', name, index=folder)} shows what comes in from now on")


def print_answer(answer: Answer, shown: Presenting, quiet: bool) -> int:
    """One answer on standard output, its notes on standard error; the exit status."""
    output_format = shown["format"]
    renderer = make_renderer(
        output_format,
        many=False,
        style=terminal_style(),
        explain=shown.get("explain", False),
        order=shown.get("sort", "rank"),
    )
    emit(renderer.begin() + renderer.answer("1", answer, first=True) + renderer.end())
    if not quiet:
        for note in answer.notes:
            say(note)
        if not answer.hits:
            say("no hits: no passage matches the filters and the words of the question")
        elif not answer.strong and output_format not in ("text", "md", "json", "jsonl"):  # which say it themselves
            say("no strong match: nothing in the index seems to answer this")
    return DONE if answer.hits else NO_HITS

"""``semsearch news``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption, terminal_style
from semsearch.errors import UsageError

if TYPE_CHECKING:
    from semsearch.rendering.news import News


class NewsFormat(StrEnum):
    """What ``news`` can print."""

    text = "text"
    short = "short"
    json = "json"
    rss = "rss"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "news",
        epilog=examples(
            'semsearch ask "grain exports" --save grain  then, whenever articles came in: semsearch news',
            "semsearch news grain --format rss > grain.xml",
            "semsearch news --list",
        ),
    )(news)


def news(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="A saved question. Default: all.")] = None,
    index: IndexOption = DEFAULT_FOLDER,
    output_format: Annotated[NewsFormat, typer.Option("--format", help="Output format.")] = NewsFormat.text,
    peek: Annotated[bool, typer.Option("--peek", help="What is shown stays news.")] = False,
    list_questions: Annotated[bool, typer.Option("--list", help="List the saved questions.")] = False,
    delete: Annotated[str | None, typer.Option("--delete", metavar="NAME", help="Delete a saved question.")] = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show what came in since the last look that answers saved questions.

    Save one with: semsearch ask QUESTION --save NAME. Status 1 where nothing is new.
    """
    from semsearch.search import standing
    from semsearch.search.opening import open_index

    if delete is not None:
        standing.forget(index, delete)
        return DONE
    questions = standing.saved(index) if name is None else [standing.named(index, name)]
    if list_questions:
        emit("".join(f"{each.name}\t{each.text}\n" for each in questions))
        return DONE if questions else NO_HITS
    if not questions:
        raise UsageError("no question is saved for this index: semsearch ask QUESTION --save NAME")
    with open_index(index) as opened:
        found = {each.name: (each.text, standing.news(index, opened, each, peek=peek)) for each in questions}
    return _printed(found, output_format, quiet)


def _printed(found: News, output_format: NewsFormat, quiet: bool) -> int:
    from semsearch.records import Answer, Query
    from semsearch.rendering.formats import make_renderer
    from semsearch.rendering.news import news_json, news_rss

    count = sum(len(hits) for _, hits in found.values())
    if output_format is NewsFormat.json:
        emit(news_json(found))
    elif output_format is NewsFormat.rss:
        emit(news_rss(found))
    else:
        kind: Literal["text", "short"] = "short" if output_format is NewsFormat.short else "text"
        show = make_renderer(kind, many=len(found) > 1, style=terminal_style(), explain=False, order="rank")
        shown = [(name, Answer(Query(text), tuple(hits), True)) for name, (text, hits) in found.items() if hits]
        emit("".join(show.answer(name, answer, first=not at) for at, (name, answer) in enumerate(shown)))
    if not count and not quiet:
        say("nothing new")
    return DONE if count else NO_HITS

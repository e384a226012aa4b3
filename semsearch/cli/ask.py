"""``semsearch ask``."""

from __future__ import annotations

from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say
from semsearch.cli.options import (
    DEFAULT_FOLDER,
    AsOfOption,
    DebugOption,
    EventOption,
    ExpandOption,
    ExplainOption,
    FormatOption,
    IndexModelOption,
    IndexOption,
    ModeName,
    ModeOption,
    NamedEventsOption,
    NoTimeOption,
    OnOption,
    PerDocumentOption,
    QuietOption,
    RecencyOption,
    RerankOption,
    SinceOption,
    SourceOption,
    StrictOption,
    StrictTimeOption,
    TopOption,
    UntilOption,
    options_from,
    terminal_style,
)
from semsearch.records import Answer
from semsearch.rendering.formats import Format, make_renderer


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "ask",
        epilog=examples(
            'semsearch ask "why did Russia retreat from Kherson"',
            'semsearch ask "grain deal" --since 2022-11 -k 3',
            'semsearch ask "blackouts" --on 2022-11-23 --format json',
        ),
    )(ask)


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in plain words.")],
    index: IndexOption = DEFAULT_FOLDER,
    top: TopOption = 10,
    since: SinceOption = None,
    until: UntilOption = None,
    on: OnOption = None,
    event: EventOption = None,
    as_of: AsOfOption = None,
    recency: RecencyOption = None,
    no_time: NoTimeOption = False,
    strict_time: StrictTimeOption = False,
    named_events: NamedEventsOption = None,
    source: SourceOption = None,
    model: IndexModelOption = None,
    per_document: PerDocumentOption = 1,
    expand: ExpandOption = False,
    mode: ModeOption = ModeName.hybrid,
    rerank: RerankOption = None,
    output_format: FormatOption = Format.text,
    explain: ExplainOption = False,
    strict: StrictOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Answer a question with ranked passages, each with its source and date."""
    from semsearch.search.opening import open_index

    query = options_from(
        top,
        since,
        until,
        on,
        source,
        per_document,
        mode=mode,
        rerank=rerank,
        event=event,
        as_of=as_of,
        recency=recency,
        no_time=no_time,
        strict_time=strict_time,
        expand=expand,
    ).query(question)
    with open_index(index, named_events=named_events, model=model) as opened:
        answer = opened.answer(query)
    status = print_answer(answer, output_format, quiet, explain=explain)
    return NO_HITS if strict and not answer.strong else status


def print_answer(answer: Answer, output_format: Format, quiet: bool, *, explain: bool = False) -> int:
    """One answer on standard output, its notes on standard error; the exit status."""
    renderer = make_renderer(output_format, many=False, style=terminal_style(), explain=explain)
    emit(renderer.begin() + renderer.answer("1", answer, first=True) + renderer.end())
    if not quiet:
        for note in answer.notes:
            say(note)
        if not answer.hits:
            say("no hits: the window, the sources and the words of the question leave nothing")
        elif not answer.strong:
            say("no strong match: nothing in the index seems to answer this")
    return DONE if answer.hits else NO_HITS

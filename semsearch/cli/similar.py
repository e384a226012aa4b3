"""``semsearch similar``."""

from __future__ import annotations

from typing import Annotated

import typer

from semsearch.cli.ask import print_answer
from semsearch.cli.examples import examples
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, Given, IndexOption, QuietOption, taking_options


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "similar",
        epilog=examples(
            "semsearch similar 2022-11-11-ukrainian-soldiers-enter-kherson.txt --since 2022-12",
        ),
    )(taking_options("similar", similar))


def similar(
    doc_id: Annotated[
        str, typer.Argument(metavar="DOC_ID", help="Id of an article: doc_id in JSON, CSV and semsearch dates.")
    ],
    index: IndexOption = DEFAULT_FOLDER,
    *,
    given: Given,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show articles like this one."""
    from semsearch.search.opening import open_index

    with open_index(index) as opened:
        title = opened.document(doc_id).title
        query = given.options.query(title)
        answer = opened.similar(doc_id, query)
    return print_answer(answer, given.presenting, quiet)

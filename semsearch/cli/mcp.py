"""``semsearch mcp``."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexModelOption, IndexOption, QuietOption
from semsearch.cli.serve import REMEMBERED, refuse_missing


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "mcp",
        epilog=examples(
            "semsearch mcp --index /data/news     started by a client of language models, not by hand",
        ),
    )(mcp)


def mcp(
    index: IndexOption = DEFAULT_FOLDER,
    model: IndexModelOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Offer the index to a language model's client.

    Tools over the Model Context Protocol, by standard input and output: search, timeline, read_document, similar, info.
    """
    refuse_missing()
    from semsearch.search.opening import open_index
    from semsearch.serve.mcp import run_stdio
    from semsearch.serve.reader import Reader

    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # a terminal that is closed
    reader = Reader(
        Path(index),
        lambda folder: open_index(folder, model=model, remembered=REMEMBERED, known_as=index),
        _nothing if quiet else say,
    )
    reader.start()
    try:
        with suppress(KeyboardInterrupt):  # a client that ends us
            run_stdio(reader)
    finally:
        reader.stop()
    return DONE


def _nothing(text: str) -> None:
    """Say nothing."""

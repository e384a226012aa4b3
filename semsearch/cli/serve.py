"""``semsearch serve``."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexModelOption, IndexOption, QuietOption
from semsearch.errors import UsageError

REMEMBERED = 256  # questions whose vectors are kept
NEEDED = "fastapi", "uvicorn", "mcp"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "serve",
        epilog=examples(
            "semsearch serve                                then open http://127.0.0.1:8765/",
            "semsearch serve --index /data/news --port 0    any free port; it is said",
            "curl 'http://127.0.0.1:8765/api/search?q=grain+deal&since=2022-11'",
        ),
    )(serve)


def serve(
    index: IndexOption = DEFAULT_FOLDER,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", help="Port; 0 for any that is free.")] = 8765,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Another name that this server is asked by; repeatable."),
    ] = None,
    no_mcp: Annotated[bool, typer.Option("--no-mcp", help="No tools for language models at /mcp.")] = False,
    model: IndexModelOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Serve a page, an HTTP API and tools from one index.

    On this machine alone, unless --host says otherwise; then SEMSEARCH_TOKEN must be set.
    """
    refuse_missing()
    from semsearch.search.opening import open_index
    from semsearch.serve import server

    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # a terminal that is closed
    token = os.environ.get("SEMSEARCH_TOKEN") or None
    server.check_token(host, token)
    with server.listen(host, port) as listening:
        server.serve(
            Path(index),
            lambda folder: open_index(folder, model=model, remembered=REMEMBERED, known_as=index),
            listening,
            name=host.strip("[]"),
            hosts=[each.rpartition(":")[0] if each.rpartition(":")[2].isdigit() else each for each in allow_host or []],
            token=token,
            tools=not no_mcp,
            say=_quietly if quiet else say,
        )
    return DONE


def refuse_missing() -> None:
    """Raise UsageError where the packages of a server are not there."""
    from importlib.util import find_spec

    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(f"needs {', '.join(missing)}: install it with: pip install 'semsearch[serve]'")


def _quietly(text: str) -> None:
    """Say nothing but the address, which nobody could guess where any port was asked for."""
    if text.startswith("the page is at"):
        say(text)

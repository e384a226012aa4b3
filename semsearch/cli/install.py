"""``semsearch install`` and ``semsearch uninstall``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, ERROR, NO_HITS, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption
from semsearch.errors import SemsearchError, UsageError


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "install",
        epilog=examples(
            "semsearch install                              every client that is here",
            "semsearch install cursor --index /data/news",
        ),
    )(install)


Clients = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CLIENT]...", help="claude-desktop, cursor, vscode. Default: those that are here."),
]


def install(
    names: Clients = None,
    index: IndexOption = DEFAULT_FOLDER,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Write the tools into clients of language models.

    Into their settings, of which nothing else is changed; semsearch uninstall takes them out again.
    """
    from semsearch.cli import clients
    from semsearch.cli.serve import refuse_missing
    from semsearch.search.opening import open_index

    refuse_missing()
    open_index(index).close()  # what is not there is not offered
    status = DONE
    for name in named(names):
        try:
            path = clients.install(clients.CLIENTS[name], index)
        except SemsearchError as error:  # the others are not to do without
            say(str(error))
            status = ERROR
            continue
        if not quiet:
            say(f"{clients.CLIENTS[name].label}: {path} (start it again; take it out with: semsearch uninstall {name})")
    return status


def named(names: Sequence[str] | None) -> list[str]:
    """The clients of some names, or those that are here. Raises UsageError."""
    from semsearch.cli.clients import CLIENTS, is_there

    for name in names or ():
        if name not in CLIENTS:
            raise UsageError(f"no client is known as {name[:40]!r}: expected one of {', '.join(CLIENTS)}")
    found = list(names or (name for name, client in CLIENTS.items() if is_there(client)))
    if not found:
        raise UsageError(f"none of {', '.join(CLIENTS)} is here: name one, or add the tools by hand (docs/serve.md)")
    return found


def uninstall_all(names: Sequence[str] | None, *, quiet: bool) -> int:
    """Take the tools out of the settings of clients; the exit status."""
    from semsearch.cli import clients

    taken = [clients.uninstall(clients.CLIENTS[name]) for name in named(names)]
    for path in filter(None, taken):
        if not quiet:
            say(f"taken out of {path}")
    if not any(taken) and not quiet:
        say("nothing of semsearch is in their settings")
    return DONE if any(taken) else NO_HITS

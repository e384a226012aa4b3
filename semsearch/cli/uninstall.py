"""``semsearch uninstall``."""

from __future__ import annotations

import typer

from semsearch.cli.examples import examples
from semsearch.cli.install import Clients, uninstall_all
from semsearch.cli.options import DebugOption, QuietOption


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("uninstall", epilog=examples("semsearch uninstall", "semsearch uninstall cursor"))(uninstall)


def uninstall(names: Clients = None, quiet: QuietOption = False, debug: DebugOption = False) -> int:
    """Take the tools out of clients of language models.

    Their settings are then as they were before semsearch install, byte for byte.
    """
    return uninstall_all(names, quiet=quiet)

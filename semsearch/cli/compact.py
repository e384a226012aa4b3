"""``semsearch compact``."""

from __future__ import annotations

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("compact", epilog=examples("semsearch compact --index /data/news"))(compact)


def compact(index: IndexOption = DEFAULT_FOLDER, quiet: QuietOption = False, debug: DebugOption = False) -> int:
    """Free disk space of removed articles.

    Meanwhile as much space as the index has must be free.
    """
    from semsearch.upkeep.repair import compact as pack

    report = pack(index)
    if not quiet:
        say(f"{report.before / 1e6:.1f} MB before, {report.after / 1e6:.1f} MB now")
    return DONE

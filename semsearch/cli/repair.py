"""``semsearch repair``."""

from __future__ import annotations

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption
from semsearch.cli.progress import step_bar
from semsearch.rendering.visible import display_path


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("repair", epilog=examples("semsearch repair --index /data/news"))(repair)


def repair(index: IndexOption = DEFAULT_FOLDER, quiet: QuietOption = False, debug: DebugOption = False) -> int:
    """Rebuild damaged search files from truth.sqlite. Deletes nothing."""
    from semsearch.upkeep.repair import repair as mend

    with step_bar(quiet, "repairing") as step:
        report = mend(index, step=step)
    if not quiet:
        for name in report.aside:
            say(f"moved aside: {display_path(str(index / 'damaged' / name))}")
        say("accelerators built again; the index is whole" if report.rebuilt else "the index is whole")
    return DONE

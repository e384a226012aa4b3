"""``semsearch trust``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from semsearch.cli.config import OWN, SHARED, distrust, read_settings, trust, trusted_files
from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, emit, say
from semsearch.cli.options import DebugOption, QuietOption
from semsearch.errors import StorageFailed, UsageError
from semsearch.rendering.visible import display_path, visible

KEEPING = "your choice cannot be saved: make $XDG_STATE_HOME, or else ~/.local/state, writable"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "trust",
        epilog=examples("semsearch trust", "semsearch trust --list", "semsearch trust ../news --remove"),
    )(trust_settings)


def trust_settings(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Folder of the settings.")] = Path(),
    listed: Annotated[bool, typer.Option("--list", help="List the settings files that you trust.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Trust the folder's settings no longer.")] = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Trust the settings file of a folder until it changes.

    It may then name a model, and an index or events outside of the folder.
    """
    if listed:
        known = sorted(trusted_files())
        emit("".join(f"{visible(path)}\n" for path in known))
        return DONE if known else NO_HITS
    if remove:
        return _remove(folder, quiet)
    settings = read_settings(folder)
    if settings.path is None:
        raise UsageError(settings.warning or f"{folder.absolute()} has no settings: neither {OWN} nor {SHARED} has any")
    if not trust(settings):
        raise StorageFailed(KEEPING)
    if not quiet:
        say(f"trusted as it is: {display_path(str(settings.path))}")
        for refused in {each.key: each for every in settings.refused.values() for each in every}.values():
            say(f"from now on it sets: {refused.key} = {refused.value}")
    return DONE


def _remove(folder: Path, quiet: bool) -> int:
    paths = [os.path.realpath(folder / name) for name in (OWN, SHARED)]
    held = [path for path in paths if path in trusted_files()]
    if not held:
        raise UsageError(f"{folder.absolute()} has no settings that you trust: see semsearch trust --list")
    for path in held:
        if not distrust(path):
            raise StorageFailed(KEEPING)
    if not quiet:
        say(f"no longer trusted: {', '.join(map(display_path, held))}")
    return DONE

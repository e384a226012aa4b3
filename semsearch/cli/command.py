"""A command that says which settings of the working folder act on it, and which are not taken."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote
from typing import Any

from typer import Context
from typer.core import TyperCommand

from semsearch.cli.config import Settings
from semsearch.cli.exits import say
from semsearch.errors import UsageError
from semsearch.rendering.visible import display_path
from semsearch.storage.place import leads_elsewhere

WRITING = ("index", "repair", "compact")  # commands that write the usual index where none is typed
FROM_FILE = "DEFAULT_MAP"  # what typer calls a default that was given for the whole program


class ConfiguredCommand(TyperCommand):
    """Every command of the program. What it says of settings no ``quiet`` silences: they may be somebody else's."""

    def invoke(self, ctx: Context) -> Any:  # type: ignore[override]
        """Run it, after a word on the settings."""
        settings = ctx.obj
        if isinstance(settings, Settings):
            _tell(settings, ctx)
        source = ctx.get_parameter_source("index")
        if ctx.info_name in WRITING and source is not None and source.name == "DEFAULT":
            refuse_leading_out(Path(ctx.params["index"]))
        return super().invoke(ctx)


def refuse_leading_out(index: Path) -> None:
    """Raise UsageError for a usual place that is, by a link, another: a folder of somebody else's can hold one."""
    if leads_elsewhere(index):
        real = os.path.realpath(index)
        raise UsageError(f"{index} leads to {real}: if that is what you mean, name it: --index {quote(real)}")


def _tell(settings: Settings, ctx: Context) -> None:
    command = ctx.info_name or ""
    if settings.warning:
        say(settings.warning)
    if settings.path is None:
        return
    where = display_path(str(settings.path))
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    acting = [name for name, source in sources.items() if source is not None and source.name == FROM_FILE]
    if acting:
        say(f"settings from {where}: {', '.join(settings.key_of(command, name) for name in acting)}")
    for refused in settings.refused.get(command, []):
        given = f"--{refused.key} {quote(refused.value)}"
        say(f"{where}: its {refused.key} {refused.why}, ignored: give {given}, or allow it once with: semsearch trust")

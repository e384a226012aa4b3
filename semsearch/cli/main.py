"""The program: its commands put together, and run."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

import semsearch
from semsearch.cli.command import ConfiguredCommand
from semsearch.cli.config import Settings, read_settings
from semsearch.cli.exits import DONE, INTERRUPTED, interrupted, status_of
from semsearch.errors import OutOfRoom, UsageError

app = typer.Typer(
    name="semsearch",
    help="Ask dated articles in plain words; get the passages that answer, each with its source and date.",
    epilog='Begin with: semsearch index articles/  then: semsearch ask "why did Russia retreat from Kherson"',
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
COMMANDS = (
    "index",
    "ask",
    "batch",
    "timeline",
    "compare",
    "stories",
    "eval",
    "similar",
    "news",
    "show",
    "info",
    "dates",
    "verify",
    "dossier",
    "check",
    "repair",
    "compact",
    "trust",
    "serve",
    "mcp",
    "install",
    "uninstall",
)  # in the order of --help


LEAST_ADDRESSES = 700 << 20  # bytes: a question takes 640 MB of them, and 120 MB of memory


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"semsearch {semsearch.__version__}")
        raise typer.Exit()


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def add_commands(names: Sequence[str]) -> None:
    """Import commands and add them to the program; the others cost nothing."""
    held = {command.name for command in app.registered_commands}
    for name in COMMANDS:
        if name in names and name not in held:
            module = "eval_" if name == "eval" else name
            import_module(f"semsearch.cli.{module}").add_to(app)
    for command in app.registered_commands:
        command.cls = ConfiguredCommand
    app.registered_commands.sort(key=lambda command: COMMANDS.index(command.name or ""))


def main(arguments: list[str] | None = None) -> None:
    """Run the program on ``arguments`` (default: those of the process) and leave with its status.

    Everything is written and closed by then, so the process ends without taking its modules apart.
    """
    status = run(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Run the program and return its exit status."""
    debug = "--debug" in arguments
    _prepare_process()
    _interrupted.clear()
    named = next((word for word in arguments if not word.startswith("-")), "")
    called = f"semsearch {named}" if named in COMMANDS else "semsearch"
    try:
        _check_room(named)
        settings = _settings(named)
        add_commands([named] if named in COMMANDS and arguments[0] == named else COMMANDS)
        status = app(
            arguments or ["--help"],
            prog_name="semsearch",
            standalone_mode=False,
            default_map=settings.defaults,
            obj=settings,
        )
        sys.stdout.flush()
    except BaseException as error:
        if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
            return DONE  # nobody reads the help any more
        if isinstance(error, SystemExit | GeneratorExit):
            raise
        if _interrupted and not debug:  # within a library that makes another error of it
            return interrupted()
        return status_of(error, called, arguments, debug=debug)
    if status == INTERRUPTED:  # typer has taken the KeyboardInterrupt
        return interrupted()
    return status if isinstance(status, int) else DONE


def _settings(command: str) -> Settings:
    """The settings of the working folder; none for help, and for the command that judges them."""
    if command == "trust":
        return Settings()
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working folder is gone: cd to one that is there") from None
    return read_settings(folder)


def _check_room(command: str) -> None:
    """Refuse to begin where libraries would find no room: some end the process then, without a word."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if command and limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESSES:
        raise OutOfRoom(
            f"this process may use {limit >> 20} MB of memory addresses, semsearch needs {LEAST_ADDRESSES >> 20}: "
            "raise the limit with: ulimit -v unlimited"
        )


_interrupted: list[int] = []  # signals that were taken


def _prepare_process() -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  (closed by the shell: >&-)
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):  # a name on disk may hold bytes that no encoding has
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _interrupt(number: int, frame: FrameType | None) -> None:
    _interrupted.append(number)
    raise KeyboardInterrupt

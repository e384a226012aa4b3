"""Exit statuses, and the one place where an error becomes a line and a status."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from shlex import quote

import typer

from semsearch.errors import SemsearchError
from semsearch.rendering.visible import visible

_DENIED = re.compile(r"-[^\W\d_]{2,}")
DONE = 0
NO_HITS = 1
ERROR = 2
SKIPPED = 3  # done, but some inputs were skipped
INTERRUPTED = 130


class PipeClosed(Exception):
    """Nobody reads our output any more: the end of the work, and no error."""


def say(text: str) -> None:
    """One line to standard error, nothing in it able to steer a terminal."""
    with suppress(OSError):  # nobody reads it, or the disk that it goes to is full
        print(f"semsearch: {visible(text)}", file=sys.stderr, flush=True)


def say_if_being_made(index: Path, quiet: bool) -> None:
    """On standard error, that an index is being made for the first time, and how far that is."""
    from semsearch.storage.writing import being_made

    if not quiet and (told := being_made(index)):
        say(told)


def emit(text: str) -> None:
    """Text to standard output, at once. Raises PipeClosed where nobody reads it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise PipeClosed from None


def interrupted() -> int:
    """Report a Ctrl-C or SIGTERM; its status."""
    say("interrupted; what was committed is kept")
    return INTERRUPTED


def status_of(error: BaseException, command: str, arguments: Sequence[str] = (), *, debug: bool) -> int:
    """Report an error in one line, and say with which status to leave. ``arguments`` are those that were typed."""
    if debug and not isinstance(error, KeyboardInterrupt | PipeClosed):
        import traceback

        traceback.print_exception(error)
    match error:
        case KeyboardInterrupt():
            return interrupted()
        case PipeClosed():
            return DONE
        case typer.TyperException():
            told = error.format_message().rstrip(".")
            say(f"{_of_a_question(told, command, arguments) or told} (see: {command} --help)")
        case SemsearchError():
            say(str(error))
        case OSError():
            where = f": {error.filename}" if error.filename else ""
            say(f"{error.strerror or error}{where}")
        case MemoryError():
            say("out of memory: close other programs, or index in smaller parts")
        case _:
            say(
                f"internal error: {type(error).__name__}: {error} (run it again with --debug and report what it prints)"
            )
    return ERROR


def _of_a_question(told: str, command: str, arguments: Sequence[str]) -> str:
    """What to type where a word of the question that shall be left out was read as options; empty where none was."""
    word = next((each for each in arguments if _DENIED.fullmatch(each.partition(" ")[0])), "")
    if not told.startswith(f"No such option: {word[:2] or '?'}"):
        return ""
    asked = " ".join(takewhile(lambda each: not each.startswith("--"), arguments[1:]))
    again = f"{command} -- {quote(asked or word)}"
    return f"{word.partition(' ')[0]} was read as an option: put -- before the question: {again}"

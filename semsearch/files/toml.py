"""TOML files that may be anybody's: of bounded size, and without what the parser takes very long for."""

from __future__ import annotations

from pathlib import Path

from semsearch.errors import InputError
from semsearch.files.regular import read_bounded, read_typed

MOST_PARTS = 50  # of a key: the parser's time is quadratic in them


def read_toml(path: Path, limit: int, *, typed: bool = False) -> dict[str, object]:
    """The table of a file of at most ``limit`` bytes. Raises InputError, and OSError for what cannot be read.

    ``typed``: the user named the file, so that it may be a link, or a pipe of the shell.
    """
    data = read_typed(path, limit) if typed else read_bounded(path, limit)
    try:
        return parse_toml(data.decode())
    except (UnicodeDecodeError, InputError) as error:
        raise InputError(f"{path}: {str(error)[:200]}") from None


def parse_toml(text: str) -> dict[str, object]:
    """The table of a text. Raises InputError."""
    import tomllib

    if any(line.partition("=")[0].count(".") > MOST_PARTS for line in text.split("\n")):
        raise InputError(f"a key of more than {MOST_PARTS} parts")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(str(error)[:200]) from None

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
    import tomllib

    data = read_typed(path, limit) if typed else read_bounded(path, limit)
    try:
        text = data.decode()
        if any(line.partition("=")[0].count(".") > MOST_PARTS for line in text.split("\n")):
            raise InputError(f"{path}: a key of more than {MOST_PARTS} parts")
        return tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: {str(error)[:200]}") from None

"""Names with their other spellings, from files of a line each: the one beside this module, and the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from semsearch.errors import InputError
from semsearch.files.regular import read_typed
from semsearch.text.spellings import folded

LARGEST = 1 << 20  # bytes of a file
LONGEST = 40  # letters of a word that has other spellings
_FORM = "expected a line for each name, its spellings with commas between, a word each: Odesa, Odessa"

Table = Mapping[str, Sequence[str]]  # by a folded spelling: all of the name, as they are written


@cache
def shipped_spellings() -> Table:
    """The names that semsearch knows."""
    return read_spellings(Path(__file__).with_name("spellings.txt"))


def read_spellings(path: Path) -> Table:
    """The names of a file, a line each. Raises InputError for what is no such line, or no text."""
    try:
        lines = read_typed(path, LARGEST).decode().splitlines()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: {_FORM}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8: {_FORM}") from None
    table = dict[str, Sequence[str]]()
    for number, line in enumerate(lines, 1):
        words = [word.strip() for word in line.split("#")[0].split(",") if word.strip()]
        if any(len(word.split()) > 1 or len(word) > LONGEST for word in words) or len(words) == 1:
            raise InputError(f"{path}:{number}: {line[:60]!r}: {_FORM}")
        for word in words:
            if folded(word) in table:
                raise InputError(f"{path}:{number}: {word!r} stands in two lines: write them as one")
        table.update(dict.fromkeys(map(folded, words), words))
    return table

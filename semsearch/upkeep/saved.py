"""Answers that were saved as JSON or JSON lines, read again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from semsearch.errors import InputError
from semsearch.files.regular import read_typed
from semsearch.readers import LARGEST_TEXT, parse_json


def saved_answers(results: Path) -> Iterator[tuple[int, object]]:
    """Each answer of a file with its line, or why a line holds none.

    Raises InputError for what is no such file.
    """
    try:
        text = read_typed(results, LARGEST_TEXT).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{results}: {reason}: expected what ask or batch wrote with --format json or jsonl") from None
    with suppress(InputError):
        whole = parse_json(text)
        yield from enumerate(whole if isinstance(whole, list) else [whole], 1)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, parse_json(line)
            except InputError as error:
                yield number, error

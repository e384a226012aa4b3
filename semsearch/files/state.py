"""What this user has said, kept outside of every index and every folder of articles: models, sources, settings.

An index or a settings file can be made by anyone; this folder cannot. It is ``$XDG_STATE_HOME/semsearch``, else
``~/.local/state/semsearch`` (XDG Base Directory Specification), with a JSON file for each kind of thing said. Where it
cannot be written nothing is remembered, and semsearch asks again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from semsearch.errors import StorageFailed
from semsearch.files.regular import read_bounded
from semsearch.files.whole import publish

LARGEST = 1 << 24  # bytes of one of its files
_LOCK = "lock"


def state_folder() -> Path | None:
    """The folder; None where this user has no place for it."""
    given = os.environ.get("XDG_STATE_HOME", "")
    if given.startswith("/"):
        return Path(given) / "semsearch"
    try:
        return Path.home() / ".local" / "state" / "semsearch"
    except RuntimeError:  # no home
        return None


def recall(name: str) -> object:
    """What the file ``name`` of the state folder says, from its JSON; None where it says nothing that can be read."""
    folder = state_folder()
    if folder is None:
        return None
    try:
        found: object = json.loads(read_bounded(folder / name, LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return found


def remember(name: str, change: Callable[[object], object]) -> bool:
    """Replace what the file ``name`` says by what ``change`` makes of it; false where it cannot be kept.

    Of two processes that do so at once neither loses what the other said.
    """
    folder = state_folder()
    if folder is None:
        return False
    try:
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(folder):
            before = recall(name)
            after = change(before)
            if after != before:
                text = json.dumps(after, ensure_ascii=True, indent=1)
                publish(folder / name, lambda partial: partial.write_text(text, "ascii"))
    except (OSError, StorageFailed):
        return False
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def texts_of(found: object) -> list[str]:
    """The texts of a list that was recalled; what is no text is left out."""
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

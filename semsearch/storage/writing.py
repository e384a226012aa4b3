"""Whether an index is being made for the first time, and how far that is: what its writer says in the lock file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from semsearch.files.regular import read_bounded
from semsearch.storage.place import LOCK_FILE, is_accelerator

LONGEST = 200  # bytes
_SAID = re.compile(r"pid (\d{1,9}), since (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:, {1,3}(\d{1,3}) % read)?\s*")


def being_made(folder: Path) -> str:
    """What is to be said of an index without accelerators whose writer is at work; empty for any other."""
    try:
        if any(is_accelerator(path.name) for path in folder.iterdir()):  # they are made at the end of the first build
            return ""
        found = _SAID.fullmatch(read_bounded(folder / LOCK_FILE, LONGEST).decode("ascii", "replace"))
    except OSError:
        return ""
    if found is None or not _is_alive(int(found[1])):
        return ""
    far = f", {found[3]} % of the sources are read" if found[3] else ""
    return f"{folder} is still being made (since {found[2]}{far}): what comes is from what is in it so far"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0

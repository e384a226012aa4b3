"""A copy of an index that its server reads, so that what happens to the files meanwhile cannot reach it.

FAISS and the postings are mapped into memory: a file that is cut short under a running server would end it, and one
that is written over would be told as damage, though the answers before were sound. Large indexes are read where they
are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from semsearch.errors import IndexDamaged, command
from semsearch.storage.checking import Checker

LARGEST = 256 << 20  # bytes of an index that is copied
ROOM = 4  # times its size must be free
_PREFIX = "semsearch-served-"
_OWN = ("-shm", ".lock")  # ends of names of files that are a process's own


def _sweep() -> None:
    """Take away copies of servers that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        process = left.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdigit() and not Path("/proc", process).exists() and left.stat().st_uid == os.getuid():
            remove(left)


def signature(folder: Path) -> object:
    """What changes with every change of an index: its files, their sizes and times."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries if _counts(entry)]
    except OSError as error:
        return error.errno
    return sorted((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found)


def _counts(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and not entry.name.endswith(_OWN)


def copied(folder: Path) -> Path | None:
    """A copy of an index in a folder of this user's alone; None where it is too large, or changes meanwhile."""
    before = signature(folder)
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat().st_size) for entry in entries if _counts(entry)]
        size = sum(each for _, each in files)
        if size > LARGEST or shutil.disk_usage(tempfile.gettempdir()).free < ROOM * size:
            return None
        _sweep()
        copy = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    except OSError:
        return None
    try:
        for name, _ in files:
            shutil.copyfile(folder / name, copy / name, follow_symlinks=False)
        if signature(folder) == before:
            return copy
    except OSError:
        pass
    remove(copy)
    return None


def refuse_damaged(copy: Path, folder: Path) -> None:
    """Raise IndexDamaged where a copy is not whole: the index that answers meanwhile is kept then."""
    for finding in Checker(copy, lambda _: None).files(full=True):
        look = f"look at it with: {command('check', index=folder)}"
        raise IndexDamaged(f"{finding.name} is damaged", where=folder, remedy=look)


def remove(copy: Path | None) -> None:
    """Take a copy away."""
    if copy is not None:
        with suppress(OSError):
            shutil.rmtree(copy)

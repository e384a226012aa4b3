"""All of our own writing of files: beside, fsynced, renamed into place, the folder fsynced.

Whoever watches is told of each step before it is made durable, and may raise what a disk raises: so the protocol is
tested step by step.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from semsearch.errors import TRY_AGAIN, StorageFailed

TEMPORARY = ".partial"
DAMAGED = "damaged"  # folder inside an index
REPLACED = ".replaced"  # the old folder, while two change places by three renames
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)


Operation = Literal["write", "sync", "rename", "sync folder", "commit"]
Watcher = Callable[[Operation, Path], None]
_watchers: list[Watcher] = []


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Let a watcher see every step: a file that was written, and what is about to be synced, renamed or committed."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def tell(operation: Operation, path: Path) -> None:
    """Tell the watchers of a step."""
    for watcher in _watchers:
        watcher(operation, path)


def publish(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a temporary file, then put it at ``path`` whole or not at all.

    Raises StorageFailed, never OSError: that is what a source that cannot be read raises.
    """
    try:
        _publish(path, write)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written ({error.strerror}): {TRY_AGAIN}") from error


def _publish(path: Path, write: Callable[[Path], object]) -> None:
    partial = path.with_name(path.name + TEMPORARY)
    try:
        write(partial)
        tell("write", partial)
        partial.chmod(0o600)
        with partial.open("rb+") as stream:
            tell("sync", partial)
            os.fsync(stream.fileno())
        tell("rename", path)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def exchange(one: Path, other: Path) -> None:
    """Let two folders change places: at once where the system can, else by way of a third name."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        sync_folder(other.parent)
        return
    aside = other.with_name(other.name + REPLACED)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
    sync_folder(other.parent)


def set_aside(path: Path) -> Path:
    """Move a file to the folder of damaged ones beside it, under a name that is free; where it now is."""
    folder = path.with_name(DAMAGED)
    folder.mkdir(mode=0o700, exist_ok=True)
    names = (folder / f"{path.name}{f'.{number}' * bool(number)}" for number in range(sys.maxsize))
    place = next(name for name in names if not name.exists())
    path.rename(place)
    sync_folder(folder)
    sync_folder(path.parent)
    return place


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def folder_size(folder: Path) -> int:
    """Bytes of a folder's files; what a writer takes away meanwhile counts nothing."""
    total = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            total += path.stat().st_size * path.is_file()
    return total


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    tell("sync folder", folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

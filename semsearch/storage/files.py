"""All of our own writing of files: beside, fsynced, renamed into place, the folder fsynced."""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

TEMPORARY = ".partial"
REPLACED = ".replaced"  # the old folder, while two change places by three renames
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)


def publish(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a temporary file, then put it at ``path`` whole or not at all."""
    partial = path.with_name(path.name + TEMPORARY)
    try:
        write(partial)
        partial.chmod(0o600)
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
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


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""All of our own writing of files: beside, fsynced, renamed into place, the folder fsynced."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

TEMPORARY = ".partial"


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


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

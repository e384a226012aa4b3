"""One writer at a time, by ``flock``: the kernel drops the lock with its process, so none is stale."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from semsearch.errors import TRY_AGAIN, IndexBusy, StorageFailed

LOCK_FILE = "writer.lock"


class WriterLock:
    """The exclusive right to write an index folder, from construction to :meth:`release`."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 200).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise IndexBusy(
                f"{folder} is being written by another process ({holder or 'unknown'}): wait for it to end"
            ) from None
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"pid {os.getpid()}, since {began}\n".encode("ascii"), 0)
        except OSError as error:
            os.close(self._descriptor)
            raise StorageFailed(f"{folder / LOCK_FILE} cannot be written ({error.strerror}): {TRY_AGAIN}") from error

    def release(self) -> None:
        """Let the next writer in."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)

"""One writer at a time, by ``flock``: the kernel drops the lock with its process, so none is stale."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from semsearch.errors import TRY_AGAIN, IndexBusy, IndexDamaged, StorageFailed
from semsearch.storage.place import LOCK_FILE

TAKE_OUT = "take it out of the folder"
LONGEST = 200  # bytes: who writes, and since when
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class WriterLock:
    """The exclusive right to write an index folder, from construction to :meth:`release`.

    Raises IndexBusy while another has it, IndexDamaged where the lock's name is a link or holds what is not ours.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = _open(folder / LOCK_FILE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._descriptor, LONGEST, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            holding = f"is being written by another process ({holder or 'unknown'})"
            raise IndexBusy(holding, where=folder, remedy="wait for it to end") from None
        began = time.strftime("%Y-%m-%d %H:%M:%S")
        self._said = f"pid {os.getpid()}, since {began}"
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{self._said}\n".encode("ascii"), 0)
        except OSError as error:
            os.close(self._descriptor)
            what = f"cannot be written ({error.strerror})"
            raise StorageFailed(what, where=folder / LOCK_FILE, remedy=TRY_AGAIN) from error

    def tell(self, percent: int) -> None:
        """Say how far the writing is, to those who ask meanwhile."""
        with suppress(OSError):  # only a courtesy
            os.pwrite(self._descriptor, f"{self._said}, {percent:3} % read\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, _FLAGS, 0o600)
    except OSError as error:
        if path.is_symlink() or path.exists():
            raise IndexDamaged(
                f"is not a lock file of semsearch ({error.strerror})", where=path, remedy=TAKE_OUT
            ) from None
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1 or status.st_size > LONGEST:
        os.close(descriptor)
        raise IndexDamaged("is not a lock file of semsearch, and was left as it is", where=path, remedy=TAKE_OUT)
    return descriptor

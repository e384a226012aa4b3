"""The one way to write: beside, under a name that nobody can know, fsynced, renamed into place, the folder fsynced.

What lies in a folder may come from elsewhere: nothing that is there already is followed, truncated or written over,
and a new file takes the place of a regular one only. Watchers see each step before it is made durable,
and may raise what a disk raises: so the protocol is tested step by step.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from semsearch.errors import TRY_AGAIN, StorageFailed, UsageError
from semsearch.files.regular import NotRegular, kind_of, library_path

TEMPORARY = ".partial"
REPLACED = ".replaced"  # the old folder, while two change places by three renames
PRIVATE = 0o600
USUAL = 0o666  # less the umask: for what a user asked to have written
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
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


class NewFile:
    """A file that is being written beside the place that it is for, under a random name.

    ``mode`` is its permissions; :data:`USUAL` lets the umask take from them. ``beside`` goes on with one that an
    earlier run had begun under that name. Raises OSError, of which NotRegular where
    something stands at the place that a new file may not replace.
    """

    def __init__(self, path: Path, mode: int = PRIVATE, *, beside: str = "") -> None:
        self.path = path
        self._folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._refuse_other()
            self.beside = path.with_name(beside or temporary_name(path.name))
            self.descriptor = os.open(self.beside.name, _OLD if beside else _NEW, mode, dir_fd=self._folder)
        except BaseException:
            os.close(self._folder)
            raise
        if mode == PRIVATE:
            os.fchmod(self.descriptor, mode)

    def put(self) -> None:
        """Make it durable and rename it into its place."""
        tell("write", self.beside)
        tell("sync", self.beside)
        os.fsync(self.descriptor)
        tell("rename", self.path)
        self._refuse_other()
        os.replace(self.beside.name, self.path.name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        sync_folder(self.path.parent)

    def drop(self) -> None:
        """Take it away again."""
        with suppress(FileNotFoundError):
            os.unlink(self.beside.name, dir_fd=self._folder)

    def close(self) -> None:
        """Let its descriptors go; the file stays."""
        os.close(self.descriptor)
        os.close(self._folder)

    def _refuse_other(self) -> None:
        with suppress(FileNotFoundError):
            mode = os.stat(self.path.name, dir_fd=self._folder, follow_symlinks=False).st_mode
            if not stat.S_ISREG(mode):
                raise NotRegular(self.path, mode)


def refuse_place(path: Path) -> None:
    """Raise UsageError where a file that the user asks for cannot be put, before the work for it is done."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent} is no folder: make it, or name another file") from None
        return
    if stat.S_ISLNK(mode):
        raise UsageError(f"{path} is a link to {path.readlink()}: name the file itself")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path} is {kind_of(mode)}, no regular file: name a file, or leave the option out")


def temporary_name(name: str) -> str:
    """A name beside ``name`` that nobody can have foreseen."""
    return f".{name}.{os.urandom(6).hex()}{TEMPORARY}"


def publish(path: Path, write: Callable[[Path], object], mode: int = PRIVATE) -> None:
    """Let ``write`` fill a temporary file, given as a path, then put it at ``path`` whole or not at all.

    Raises StorageFailed, never OSError: that is what a source that cannot be read raises.
    """
    try:
        _publish(path, write, mode)
    except OSError as error:
        raise StorageFailed(f"{path} cannot be written ({error.strerror}): {TRY_AGAIN}") from error


def _publish(path: Path, write: Callable[[Path], object], mode: int) -> None:
    new = NewFile(path, mode)
    try:
        write(Path(library_path(new.descriptor)))
        new.put()
    except BaseException:
        new.drop()
        raise
    finally:
        new.close()


def exchange(one: Path, other: Path) -> None:
    """Let two folders change places: at once where the system can, else by way of a third name."""
    import ctypes

    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        sync_folder(other.parent)
        return
    aside = other.with_name(other.name + REPLACED)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
    sync_folder(other.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    tell("sync folder", folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

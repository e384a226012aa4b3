"""Reading what may be anything: a file is looked at before and after it is opened, and only a regular one is read.

A name on a disk can be a link out, a FIFO that blocks, or a device without an end; and it can become one between two
looks. So whatever comes from elsewhere is opened here once, and used from that descriptor.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
DESCRIPTORS = next((path for path in ("/proc/self/fd", "/dev/fd") if os.path.isdir(path)), "/dev/fd")  # noqa: PTH112


class NotRegular(OSError):
    """A name that is there, but is a link, a folder, a FIFO, a socket or a device; ``strerror`` says which."""

    def __init__(self, path: str | os.PathLike[str], mode: int) -> None:
        super().__init__(errno.EINVAL, f"{kind_of(mode)}, not a regular file", os.fspath(path))


class TooLarge(OSError):
    """A file with more bytes than it may have for what it is read as."""

    def __init__(self, path: str | os.PathLike[str], limit: int) -> None:
        super().__init__(errno.EFBIG, f"larger than {limit} bytes", os.fspath(path))


def kind_of(mode: int) -> str:
    """What a file is, in words, by ``st_mode``: "a regular file", "a link", "a FIFO"."""
    return next((name for is_one, name in _KINDS if is_one(mode)), "a regular file")


def is_unicode(name: str) -> bool:
    """True for a file name that is UTF-8; Python reads the bytes of others as lone surrogates."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def open_regular(path: str | os.PathLike[str], *, folder: int | None = None, follow: bool = False) -> int:
    """A descriptor to read a regular file. Never blocks, and never opens anything else.

    ``folder`` is a descriptor that ``path`` is relative to. ``follow`` allows the last name of ``path`` to be a link:
    for what the user typed. Raises OSError, of which NotRegular.
    """
    _refuse_other(path, os.stat(path, dir_fd=folder, follow_symlinks=follow))
    flags = _READ if follow else _READ | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP and not follow:  # it has become a link since
            raise NotRegular(path, stat.S_IFLNK) from None
        raise
    try:
        _refuse_other(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_other(path: str | os.PathLike[str], status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular(path, status.st_mode)


def open_below(root: str, path: str) -> int:
    """A descriptor to read a regular file below the folder ``root``; both absolute.

    Links inside the folder are followed, links out of it are not, not even one that is put there between two looks:
    the way is walked from the folder's own descriptor, name by name. Raises OSError, of which NotRegular.
    """
    real_root, real = os.path.realpath(root), os.path.realpath(path)
    if os.path.commonpath([real_root, real]) != real_root:
        raise OSError(errno.EXDEV, "a link out of the folder: not followed", path)
    *folders, name = Path(os.path.relpath(real, real_root)).parts
    place = os.open(real_root, _FOLDER)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        return open_regular(name, folder=place)
    except OSError as error:
        error.filename = path
        raise
    finally:
        os.close(place)


def stream_of(descriptor: int) -> BinaryIO:
    """A stream that reads a descriptor from its beginning, and closes it."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.fdopen(descriptor, "rb")


def read_bounded(path: str | os.PathLike[str], limit: int, *, follow: bool = False) -> bytes:
    """All of a regular file of at most ``limit`` bytes. Raises OSError, of which NotRegular and TooLarge."""
    with stream_of(open_regular(path, follow=follow)) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(path, limit)
    return data


def read_typed(path: Path, limit: int) -> bytes:
    """The same for a file that the user typed: links are followed, and the shell's own pipes (``<(…)``) are read."""
    if path.is_absolute() and path.parent in (Path("/dev/fd"), Path("/proc/self/fd")):
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(path, limit)
        return data
    return read_bounded(path, limit, follow=True)


def sha256_of_descriptor(descriptor: int) -> str:
    """The SHA-256 of all that a descriptor reads, in hexadecimal digits; its position is kept."""
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        before = stream.tell()
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(before)
    return digest


def sha256_of(path: str | os.PathLike[str], *, follow: bool = True) -> str:
    """The SHA-256 of a regular file, in hexadecimal digits. Raises OSError, of which NotRegular."""
    descriptor = open_regular(path, follow=follow)
    try:
        return sha256_of_descriptor(descriptor)
    finally:
        os.close(descriptor)


def library_path(descriptor: int) -> str:
    """A path by which a library that wants one opens the very file that we hold."""
    return f"{DESCRIPTORS}/{descriptor}"

"""Where an index lies, and what may lie in it: a folder that was cloned or received may hold anything.

Only the names below are ever opened, and only where they are regular files; a writer touches nothing in a folder that
holds a link, a folder or a device beside them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from semsearch.errors import IndexDamaged, UsageError
from semsearch.files.regular import NotRegular, is_unicode, kind_of, open_regular, sha256_of_descriptor
from semsearch.files.whole import TEMPORARY, sync_folder

DATABASE = "truth.sqlite"
SEAL = "seal.json"
LOCK_FILE = "writer.lock"
IGNORE_FILE = ".semsearchignore"
DAMAGED = "damaged"  # folder inside an index
LOG, SHARED, JOURNAL = f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"
SUFFIXES = {"dense": ".faiss", "lexical": ".safetensors", "columns": ".safetensors"}  # of each kind of accelerator
FEWEST_DIGITS, DIGITS = 6, 18  # of the number in an accelerator's name
_FIXED = (DATABASE, LOG, SHARED, SEAL, LOCK_FILE, IGNORE_FILE)
_IN_PLACE = (DATABASE, LOG, SHARED, LOCK_FILE)  # what is changed where it lies: a second name would change with it
RANDOM = 13  # characters that make a temporary name random: a full stop and twelve hexadecimal digits


class Stranger(NamedTuple):
    """An entry of an index folder that no writer of ours has made."""

    name: str
    what: str  # "is a link to ../notes", "has 2 names"
    harmless: bool  # a regular file of another name: it is never opened, nor touched


def index_folder(index: str | os.PathLike[str]) -> Path:
    """The absolute path of an index. Raises UsageError for a name that SQLite and FAISS cannot open."""
    name = os.fspath(index) if isinstance(index, str | os.PathLike) else None
    if not isinstance(name, str):
        raise UsageError(f"index is {type(name).__name__}: expected the name of a folder as text or Path")
    if not name.strip() or "\0" in name or not is_unicode(name):
        raise UsageError(f"--index {os.fsencode(name)!r}: expected the name of a folder, in UTF-8")
    return Path(os.path.abspath(name))


def writable_folder(folder: Path) -> Path:
    """An index folder itself, where the user named a link to it."""
    return Path(os.path.realpath(folder)) if folder.is_symlink() else folder


def leads_elsewhere(index: str | os.PathLike[str]) -> bool:
    """True where a place in the working folder is, by a link on the way, another."""
    if Path(index).is_absolute():
        return False
    return os.path.realpath(index) != os.path.normpath(Path(os.path.realpath(Path.cwd())) / index)


def index_exists(folder: Path) -> bool:
    """True where the folder holds an index, readable or not."""
    return os.path.lexists(folder / DATABASE)


def is_own_name(name: str) -> bool:
    """True for a name that a writer gives to a file of an index, a temporary one included."""
    return _is_kept_name(name) or is_temporary(name)


def is_temporary(name: str) -> bool:
    """True for the name of a file that a writer of ours had not ended."""
    kept = name.removesuffix(TEMPORARY)
    if kept[-RANDOM : -RANDOM + 1] == "." and is_hexadecimal(kept[-RANDOM + 1 :], RANDOM - 1):
        kept = kept[:-RANDOM]
    return name.endswith(TEMPORARY) and (_is_kept_name(kept) or _is_kept_name(kept.removeprefix(".")))


def _is_kept_name(name: str) -> bool:
    return name in _FIXED or is_accelerator(name)


def is_hexadecimal(text: str, length: int) -> bool:
    """True for so many hexadecimal digits, in lower case."""
    return len(text) == length and not text.strip("0123456789abcdef")


def is_accelerator(name: str) -> bool:
    """True for a name that a writer gives to an accelerator's file: ``dense-000001.faiss``."""
    kind, _, rest = name.partition("-")
    number = rest.removesuffix(SUFFIXES.get(kind, "/"))
    return (
        kind in SUFFIXES
        and number != rest
        and number.isascii()
        and number.isdigit()
        and FEWEST_DIGITS <= len(number) <= DIGITS
    )


def strangers(folder: Path) -> Iterator[Stranger]:
    """What lies in an index folder but is not of its making, or not as we make it; nothing is followed or opened."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # a writer has taken it away
            continue
        what = _strange(folder, entry.name, status)
        if what:
            yield Stranger(entry.name, what, harmless=False)
        elif not is_own_name(entry.name) and entry.name != DAMAGED:
            yield Stranger(entry.name, "is not of an index; it is never read", harmless=True)


def _strange(folder: Path, name: str, status: os.stat_result) -> str:
    if name == DAMAGED and stat.S_ISDIR(status.st_mode):
        return ""
    if not stat.S_ISREG(status.st_mode):
        to = f" to {(folder / name).readlink()}" if stat.S_ISLNK(status.st_mode) else ""
        return f"is {kind_of(status.st_mode)}{to}, which no index holds"
    if name == JOURNAL:
        return "is a rollback journal, which SQLite would apply to the index"
    if name in _IN_PLACE and status.st_nlink != 1:
        return f"has {status.st_nlink} names, and would be changed under all of them: copy the index"
    return ""


def refuse_strangers(folder: Path) -> None:
    """Raise IndexDamaged where a folder that is to be written holds what no index holds."""
    for stranger in strangers(folder):
        if not stranger.harmless:
            raise _strange_error(folder, stranger.name, stranger.what)


def refuse_strange_truth(folder: Path) -> None:
    """Raise IndexDamaged where SQLite would open, or act upon, what is no database of ours."""
    for name in (DATABASE, LOG, SHARED, JOURNAL):
        with suppress(FileNotFoundError):
            status = (folder / name).lstat()
            if stat.S_ISREG(status.st_mode) and name == DATABASE:
                continue  # of several names, too: it is only read
            what = _strange(folder, name, status)
            if what:
                raise _strange_error(folder, name, what)


def _strange_error(folder: Path, name: str, what: str) -> IndexDamaged:
    look = f"look at it with: ls -l {quote(str(folder))}, take it out of the folder, then try again"
    return IndexDamaged(f"{what}; nothing was changed", where=folder / name, remedy=look)


def open_own(folder: Path, name: str, size: int) -> int:
    """A descriptor of a file that the truth or the seal names, of the size that it names. Raises IndexDamaged."""
    try:
        descriptor = open_regular(folder / name)
    except FileNotFoundError:
        raise IndexDamaged("is missing", where=folder / name) from None
    except NotRegular as error:
        raise IndexDamaged(f"is {error.strerror}", where=folder / name) from None
    now = os.fstat(descriptor).st_size
    if now != size:
        os.close(descriptor)
        raise IndexDamaged(f"has {now} bytes where {size} were written", where=folder / name)
    return descriptor


def wrong_file(folder: Path, name: str, size: int, sha256: str, *, full: bool) -> str:
    """What the size of a file, and ``full`` its hash, say against it; empty where it is as it was written."""
    try:
        descriptor = open_own(folder, name, size)
    except IndexDamaged as error:
        return error.what
    try:
        if full and sha256_of_descriptor(descriptor) != sha256:
            return "is not as it was written: its sha256 differs"
        return ""
    finally:
        os.close(descriptor)


def folder_size(folder: Path) -> int:
    """Bytes of a folder's files; what a writer takes away meanwhile counts nothing."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                total += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return total


def set_aside(folder: Path, name: str) -> Path:
    """Move an entry of an index to its folder of damaged ones, under a name that is free; where it now is.

    Both folders are held open, so that neither can become a link on the way.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    place = os.open(folder, flags)
    try:
        with suppress(FileExistsError):
            os.mkdir(DAMAGED, 0o700, dir_fd=place)
        aside = os.open(DAMAGED, flags | os.O_NOFOLLOW, dir_fd=place)
        try:
            taken = set(os.listdir(aside))  # noqa: PTH208  (by its descriptor)
            free = next(new for at in range(len(taken) + 1) if (new := f"{name}.{at}" if at else name) not in taken)
            os.rename(name, free, src_dir_fd=place, dst_dir_fd=aside)
        finally:
            os.close(aside)
    finally:
        os.close(place)
    sync_folder(folder / DAMAGED)
    sync_folder(folder)
    return folder / DAMAGED / free


def remove_index(folder: Path) -> None:
    """Take away the files of an index, and its folder if nothing else is in it."""
    with os.scandir(folder) as entries:
        own = [entry.name for entry in entries if is_own_name(entry.name) and not entry.is_dir(follow_symlinks=False)]
    for name in own:
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def keep_others(old: Path, new: Path) -> None:
    """Move what is not of an index, and its folder of damaged files, into the index that replaces it."""
    with os.scandir(old) as entries:
        others = [entry.name for entry in entries if not is_own_name(entry.name)]
    for name in others:
        (old / name).rename(new / name)

"""The seal of an index: what a writer last committed, and once it has ended well, the size and hash of every file.

A writer breaks the seal before its first commit and makes a new one when it has ended and the log is empty. While it
is broken it still says how many commits there were, so that a log that lost some of them is found out. It says that
the files belong together as a writer left them, not who that was: it carries no secret.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from semsearch.errors import IndexDamaged, command
from semsearch.files.regular import NotRegular, TooLarge, read_bounded, sha256_of_descriptor
from semsearch.files.whole import publish
from semsearch.storage import place
from semsearch.storage.place import DATABASE, IGNORE_FILE, SEAL, is_accelerator, is_hexadecimal

LARGEST = 1 << 20  # bytes
ID, SHA256 = 32, 64  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Seal:
    """What an index was when its writer last said so."""

    index_id: str
    revision: int  # the truth's, or a later one
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # size and sha256; empty while it is broken


def read_seal(folder: Path) -> Seal | None:
    """The seal of an index; None where there is no such file. Raises IndexDamaged."""
    path = folder / SEAL
    try:
        text = read_bounded(path, LARGEST).decode("ascii")
        body = text.rsplit("\n", 2)[0]
        if text != _with_digest(body):
            raise _unreadable(path)
        return _seal(json.loads(body))
    except FileNotFoundError:
        return None
    except NotRegular as error:
        remedy = "take it out of the folder, then try again"
        raise IndexDamaged(f"is {error.strerror}", where=path, remedy=remedy) from None
    except (TooLarge, ValueError, RecursionError):
        raise _unreadable(path) from None


def _seal(found: object) -> Seal:
    """A seal from its JSON. Raises ValueError for what no writer of ours has written."""
    match found:
        case {"index_id": str(index_id), "revision": int(revision), "files": dict(files)}:
            pass
        case _:
            raise ValueError
    if (index_id and not is_hexadecimal(index_id, ID)) or isinstance(revision, bool) or revision < 0:
        raise ValueError
    return Seal(index_id, revision, {name: _sealed_file(name, held) for name, held in files.items()})


def _sealed_file(name: object, held: object) -> tuple[int, str]:
    if not isinstance(name, str) or (name not in (DATABASE, IGNORE_FILE) and not is_accelerator(name)):
        raise ValueError  # a name that leads elsewhere is never looked at
    match held:
        case [int(size), str(sha256)] if size >= 0 and not isinstance(size, bool) and is_hexadecimal(sha256, SHA256):
            return size, sha256
    raise ValueError


def write_seal(folder: Path, seal: Seal) -> None:
    """Publish a seal, with a hash of its own."""
    body = json.dumps(asdict(seal), indent=1)
    publish(folder / SEAL, lambda partial: partial.write_bytes(_with_digest(body).encode("ascii")))


def make_seal(folder: Path, index_id: str, revision: int, names: list[str]) -> Seal:
    """The seal of an index at rest, that has these files."""
    return Seal(index_id, revision, {name: _measured(folder, name) for name in names})


def _measured(folder: Path, name: str) -> tuple[int, str]:
    descriptor = place.open_own(folder, name, (folder / name).lstat().st_size)
    try:
        return os.fstat(descriptor).st_size, sha256_of_descriptor(descriptor)
    finally:
        os.close(descriptor)


def wrong_file(folder: Path, seal: Seal, name: str, *, full: bool = False) -> str:
    """What the size of a sealed file, and ``full`` its hash, say against it; empty where it is as it was written."""
    return place.wrong_file(folder, name, *seal.files[name], full=full)


def _with_digest(body: str) -> str:
    return f"{body}\n{hashlib.sha256(body.encode('ascii', 'replace')).hexdigest()}\n"


def _unreadable(path: Path) -> IndexDamaged:
    look, again = command("check", "--full", index=path.parent), command("repair", index=path.parent)
    remedy = f"look at the rest with: {look}, and if that is whole seal it again with: {again}"
    return IndexDamaged("is not as it was written", where=path, remedy=remedy)

"""The seal of an index: what a writer last committed, and once it has ended well, the size and hash of every file.

A writer breaks the seal before its first commit and makes a new one when it has ended and the log is empty. While it
is broken it still says how many commits there were, so that a log that lost some of them is found out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from semsearch.errors import IndexDamaged
from semsearch.storage.files import publish, sha256_of

SEAL = "seal.json"


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
        text = path.read_bytes().decode("ascii")
    except FileNotFoundError:
        return None
    except ValueError:
        raise _unreadable(path) from None
    try:
        body = text.rsplit("\n", 2)[0]
        if text != _with_digest(body):
            raise _unreadable(path)
        found = json.loads(body)
        files = {name: (int(size), str(sha256)) for name, (size, sha256) in found["files"].items()}
        return Seal(found["index_id"], found["revision"], files)
    except (ValueError, KeyError, TypeError):
        raise _unreadable(path) from None


def write_seal(folder: Path, seal: Seal) -> None:
    """Publish a seal, with a hash of its own."""
    body = json.dumps(asdict(seal), indent=1)
    publish(folder / SEAL, lambda partial: partial.write_bytes(_with_digest(body).encode("ascii")))


def make_seal(folder: Path, index_id: str, revision: int, names: list[str]) -> Seal:
    """The seal of an index at rest, that has these files."""
    files = {name: ((folder / name).stat().st_size, sha256_of(folder / name)) for name in names}
    return Seal(index_id, revision, files)


def wrong_file(folder: Path, seal: Seal, name: str, *, full: bool = False) -> str:
    """What the size of a sealed file, and ``full`` its hash, say against it; empty where it is as it was written."""
    path, (size, sha256) = folder / name, seal.files[name]
    try:
        now = path.stat().st_size
        if now != size:
            return f"{path} has {now} bytes where {size} were written"
        return f"{path} is not as it was written: its sha256 differs" if full and sha256_of(path) != sha256 else ""
    except FileNotFoundError:  # a writer that has gone on may take it away between the two
        return f"{path} is missing"


def _with_digest(body: str) -> str:
    return f"{body}\n{hashlib.sha256(body.encode('ascii')).hexdigest()}\n"


def _unreadable(path: Path) -> IndexDamaged:
    return IndexDamaged(
        f"{path} is not as it was written: look at the rest with: semsearch check --full --index {path.parent}, "
        f"and if that is whole seal it again with: semsearch repair --index {path.parent}"
    )

"""What the truth records of an accelerator's file, and whether the file is still as it was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from semsearch.arrays import Ids
from semsearch.errors import IndexDamaged, command
from semsearch.files.regular import open_regular, sha256_of_descriptor
from semsearch.storage.place import open_own
from semsearch.storage.truth.meta import Connection

HASHED_AT_OPEN = 1 << 25  # bytes; a larger file is checked by its size alone, until `check --full`


@dataclass(frozen=True, slots=True)
class AcceleratorFile:
    """What the truth says of an accelerator's file."""

    name: str
    size: int
    sha256: str
    watermark: int  # the highest passage number that it covers
    count: int  # passages in it

    @property
    def hashed_at_open(self) -> bool:
        """Small enough to be looked at whole whenever it is opened."""
        return self.size <= HASHED_AT_OPEN


class Truth(NamedTuple):
    """One state of the truth, as accelerators need it."""

    folder: Path
    connection: Connection
    dim: int  # columns of a vector
    removed: Ids  # passages that are gone but may still be in a file, ascending

    def removed_up_to(self, watermark: int) -> Ids:
        """Those that a file with this watermark may hold."""
        return self.removed[self.removed <= watermark]


def record_file(path: Path, watermark: int, count: int) -> AcceleratorFile:
    """What the truth should remember of a file that was just written."""
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        return AcceleratorFile(path.name, size, sha256_of_descriptor(descriptor), watermark, count)
    finally:
        os.close(descriptor)


@contextmanager
def opened_file(folder: Path, file: AcceleratorFile, *, full: bool = False) -> Iterator[int]:
    """A descriptor of the file, which is as it was written; ``full`` hashes it whatever its size.

    What is hashed is what is used: a name may come to mean another file. Raises IndexDamaged.
    """
    descriptor = open_own(folder, file.name, file.size)
    try:
        if (full or file.hashed_at_open) and sha256_of_descriptor(descriptor) != file.sha256:
            raise IndexDamaged("is not as it was written: its sha256 differs", where=folder / file.name)
        yield descriptor
    finally:
        os.close(descriptor)


def check_file(folder: Path, file: AcceleratorFile, *, full: bool = False) -> None:
    """Raise IndexDamaged where the file is not as it was written. ``full`` hashes it whatever its size."""
    with opened_file(folder, file, full=full):
        pass


def slack(count: int) -> int:
    """Passages that an accelerator of ``count`` passages may lack or hold too many of."""
    return min(max(64, count // 100), 1000)


def not_used(error: IndexDamaged, folder: Path) -> str:
    """What a reader says of a file that it did without."""
    return f"{error}; answered from truth.sqlite, more slowly: repair it with: {command('repair', index=folder)}"

"""What the truth records of an accelerator's file, and whether the file is still as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import IndexDamaged
from semsearch.storage.files import sha256_of

HASHED_AT_OPEN = 1 << 25  # bytes; a larger file is checked by its size alone, until `check --full`


@dataclass(frozen=True, slots=True)
class AcceleratorFile:
    """What the truth says of an accelerator's file."""

    name: str
    size: int
    sha256: str
    watermark: int  # the highest passage number that it covers
    count: int  # passages in it


def record_file(path: Path, watermark: int, count: int) -> AcceleratorFile:
    """What the truth should remember of a file that was just written."""
    return AcceleratorFile(path.name, path.stat().st_size, sha256_of(path), watermark, count)


def check_file(folder: Path, file: AcceleratorFile, *, full: bool = False) -> None:
    """Raise IndexDamaged where the file is not as it was written. ``full`` hashes it whatever its size."""
    path = folder / file.name
    try:
        size = path.stat().st_size
        if size != file.size:
            raise IndexDamaged(f"{path} has {size} bytes where {file.size} were written")
        if (full or size <= HASHED_AT_OPEN) and sha256_of(path) != file.sha256:
            raise IndexDamaged(f"{path} is not as it was written: its sha256 differs")
    except FileNotFoundError:  # a writer that has gone on may take it away between the two
        raise IndexDamaged(f"{path} is missing") from None


def slack(count: int) -> int:
    """Passages that an accelerator of ``count`` passages may lack or hold too many of."""
    return min(max(64, count // 100), 1000)

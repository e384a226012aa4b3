"""Weights in a safetensors file, memory-mapped: what is not looked at is never read.

The library copies each tensor that it gives; here a tensor is a view of the file, so a question
needs neither the time nor the memory of a copy. The format: eight bytes of length, a JSON header
with type, shape and offsets of each tensor, then the tensors (safetensors' own documentation).
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import EncoderUnavailable

Matrix = NDArray[np.float32]
Stored = NDArray[np.generic]

_LENGTH = 8  # bytes before the header
_TYPES: dict[str, np.dtype[np.generic]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # NumPy has no bfloat16
}


class MappedWeights:
    """The tensors of one file by name. Raises EncoderUnavailable for a file that is not what it says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open("rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            begin = _LENGTH + int.from_bytes(self._map[:_LENGTH], "little")
            self._header = dict[str, Any](json.loads(self._map[_LENGTH:begin]))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise EncoderUnavailable(f"{path}: no safetensors file: {error}") from None
        self._begin = begin

    def __iter__(self) -> Iterator[str]:
        return iter(self._header)

    def __getitem__(self, name: str) -> Matrix:
        """A tensor as float32: a view of the file where it is stored so, else a copy."""
        return widened(self.stored(name))

    def shaped(self, name: str, *shape: int) -> Matrix:
        """The tensor, which must have this shape; 0 stands for any size. Raises EncoderUnavailable."""
        found = self.stored(name).shape
        if len(found) != len(shape) or any(want not in (0, have) for have, want in zip(found, shape, strict=True)):
            wanted = tuple(size or "any" for size in shape)
            raise EncoderUnavailable(f"{self._path}: {name} has shape {found}, expected {wanted}")
        return self[name]

    def stored(self, name: str) -> Stored:
        """A tensor as it lies in the file, bfloat16 as uint16: a view."""
        try:
            entry = self._header[name]
            kind, shape, (first, last) = _TYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
            flat = np.frombuffer(self._map, kind, (last - first) // kind.itemsize, self._begin + first)
            return np.reshape(flat, tuple(shape))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise EncoderUnavailable(f"{self._path}: no usable tensor {name}: {error}") from None


def widened(stored: Stored) -> Matrix:
    """Values as float32, of float16 or of bfloat16 as uint16; float32 itself is not copied."""
    if stored.dtype == np.uint16:
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored.astype(np.float32, copy=False)

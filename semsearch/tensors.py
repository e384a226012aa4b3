"""A safetensors file, memory-mapped: what is not looked at is never read.

The library copies each tensor that it gives; here a tensor is a view of the file, so a question
needs neither the time nor the memory of a copy. The format: eight bytes of length, a JSON header
with type, shape and offsets of each tensor, then the tensors (safetensors' own documentation).
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import TRY_AGAIN, SemsearchError, StorageFailed

Stored = NDArray[np.generic]

_LENGTH = 8  # bytes before the header
_TYPES: dict[str, np.dtype[np.generic]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # NumPy has no bfloat16
    "BOOL": np.dtype("?"),
    "U8": np.dtype("<u1"),
    "U16": np.dtype("<u2"),
    "U32": np.dtype("<u4"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
}


def save_tensors(arrays: Mapping[str, Stored], path: Path) -> None:
    """Write arrays by name as one file. Raises StorageFailed."""
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    try:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)
    except SafetensorError as error:
        raise StorageFailed(f"{path} cannot be written ({error}): {TRY_AGAIN}") from None


class MappedTensors:
    """The tensors of one file by name; ``error`` is raised for a file that is not what it says."""

    def __init__(self, path: Path, error: type[SemsearchError]) -> None:
        self._path = path
        self._error = error
        try:
            with path.open("rb") as stream:
                self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            begin = _LENGTH + int.from_bytes(self._map[:_LENGTH], "little")
            self._header = dict[str, Any](json.loads(self._map[_LENGTH:begin]))
        except (OSError, ValueError, TypeError, RecursionError) as problem:
            raise error(f"{path}: no safetensors file: {problem}") from None
        self._begin = begin

    def __iter__(self) -> Iterator[str]:
        return iter(self._header)

    def stored(self, name: str) -> Stored:
        """A tensor as it lies in the file, bfloat16 as uint16: a view."""
        try:
            entry = self._header[name]
            kind, shape, (first, last) = _TYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
            flat = np.frombuffer(self._map, kind, (last - first) // kind.itemsize, self._begin + first)
            return np.reshape(flat, tuple(shape))
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise self._error(f"{self._path}: no usable tensor {name}: {problem}") from None

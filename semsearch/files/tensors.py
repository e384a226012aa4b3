"""A safetensors file, memory-mapped: what is not looked at is never read.

The library copies each tensor that it gives; here a tensor is a view of the file, so a question
needs neither the time nor the memory of a copy. The format: eight bytes of length, a JSON header
with type, shape and offsets of each tensor, then the tensors (safetensors' own documentation).
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import SemsearchError
from semsearch.files.regular import open_regular

Stored = NDArray[np.generic]

_LENGTH = 8  # bytes before the header
LONGEST_HEADER = 1 << 22  # bytes
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
_NAMES = {kind: name for name, kind in _TYPES.items() if name != "BF16"}


def save_tensors(arrays: Mapping[str, Stored], path: Path) -> None:
    """Write arrays by name as one file, each straight from memory; the widest first, so that all lie aligned.

    The library itself writes beside ``path``, which may be a descriptor's, or copies everything.
    """
    ordered = sorted(arrays.items(), key=lambda item: (-item[1].dtype.itemsize, item[0]))
    header, at = dict[str, object](), 0
    for name, array in ordered:
        kind = _NAMES[array.dtype]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH)
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(_LENGTH, "little") + text)
        for _, array in ordered:
            stream.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


class MappedTensors:
    """The tensors of one file by name; ``error`` is raised for a file that is not what it says.

    ``descriptor`` is one of the file, where it was opened already; it stays open.
    """

    def __init__(self, path: Path, error: type[SemsearchError], descriptor: int | None = None) -> None:
        self._path = path
        self._error = error
        try:
            opened = open_regular(path, follow=True) if descriptor is None else os.dup(descriptor)
            try:
                self._map = mmap.mmap(opened, 0, access=mmap.ACCESS_READ)
            finally:
                os.close(opened)
            begin = _LENGTH + int.from_bytes(self._map[:_LENGTH], "little")
            if begin > LONGEST_HEADER:
                raise ValueError(f"a header of {begin - _LENGTH} bytes")
            self._header = dict[str, Any](json.loads(self._map[_LENGTH:begin]))
        except (OSError, ValueError, TypeError, RecursionError) as problem:
            raise error(f"no safetensors file: {problem}", where=path) from None
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
            raise self._error(f"no usable tensor {name}: {problem}", where=self._path) from None

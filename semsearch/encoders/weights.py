"""A model's weights as float32 matrices of the shapes that they must have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import EncoderUnavailable
from semsearch.files.tensors import MappedTensors, Stored

Matrix = NDArray[np.float32]


class MappedWeights:
    """The tensors of one file by name. Raises EncoderUnavailable for a file that is not what it says."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tensors = MappedTensors(path, EncoderUnavailable)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

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
        stored = self._tensors.stored(name)
        if stored.dtype not in (np.float32, np.float16, np.uint16):
            raise EncoderUnavailable(f"{self._path}: no usable tensor {name}: {stored.dtype}")
        return stored


def widened(stored: Stored) -> Matrix:
    """Values as float32, of float16 or of bfloat16 as uint16; float32 itself is not copied."""
    if stored.dtype == np.uint16:
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored.astype(np.float32, copy=False)

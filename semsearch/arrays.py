"""The kinds of array that pass between modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (n, dim), every vector of length 1
Ids = NDArray[np.int64]  # (n,), passage numbers
Counts = NDArray[np.int32]
Postings = tuple[Counts, NDArray[np.uint16]]  # rows that hold a term, ascending, and how often each does
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]  # (n,), higher is better
Number = TypeVar("Number", bound=np.integer[Any])
Span = tuple[int, int]  # start and end in characters
Offsets = NDArray[np.int64]  # (n, 2), start and end of each token in characters

EINSUM_AT_ONCE = 8192  # columns; of longer rows numpy.einsum sums what fits its buffer, wherever a row begins in that
COSINE_ERROR = 1e-5  # how far sums in float32 may lie from the exact cosine


def distinct(numbers: NDArray[Number]) -> NDArray[Number]:
    """The different numbers, ascending: as numpy.unique, which takes 12 ms to import numpy.ma."""
    ordered = np.sort(numbers)
    differs = np.ones(len(ordered), np.bool_)
    differs[1:] = ordered[1:] != ordered[:-1]
    return ordered[differs]


@dataclass(frozen=True, slots=True)
class Stem:
    """A term, and where it stands in each block of rows."""

    term: str
    postings: Sequence[Postings]


def exact_cosines(vectors: Vectors, vector: Vectors) -> Scores:
    """Inner products in float64, each summed on its own: equal vectors have equal scores, always."""
    if vectors.shape[1] > EINSUM_AT_ONCE:
        return np.asarray((vectors.astype(np.float64) * vector.astype(np.float64)).sum(axis=1), np.float64)
    return np.asarray(np.einsum("ij,j->i", vectors.astype(np.float64), vector.astype(np.float64)), np.float64)


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector at length 1."""
    return np.asarray(vector / np.float32(max(float(np.linalg.norm(vector)), 1e-12)), np.float32)


def centre(vectors: Vectors) -> Vectors:
    """The unit vector in the middle of vectors."""
    return unit(vectors.mean(axis=0))

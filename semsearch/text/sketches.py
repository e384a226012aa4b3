"""Sketches: from two of them it is seen how much of two texts is word for word the same.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over shingles of five words, and beside it
over the numbers of a text: two daily reports may differ in nothing but their figures, and are then two reports.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words
SHINGLE_HASHES, NUMBER_HASHES = 128, 32
FEWEST_WORDS = 25  # a shorter text may be said twice by chance, and has no sketch
BANDS, BAND = 8, 4  # keys, and hashes that each is made of
AT_ONCE = 20_000  # shingles, which bounds the memory
_WORD = re.compile(r"\w+")

Sketch = NDArray[np.uint16]  # (SHINGLE_HASHES + NUMBER_HASHES,)


@dataclass(frozen=True, slots=True)
class Sketched:
    """What of a document says whether it is a near-duplicate of another."""

    doc_id: str
    sketch: Sketch | None
    day: int | None  # the first of its publication, as date.toordinal()


def sketch(text: str) -> bytes:
    """The sketch of a text as it is stored; empty for one of few words."""
    words = _WORD.findall(text.lower())
    if len(words) < FEWEST_WORDS:
        return b""
    hashes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
    shingles = np.zeros(len(words) - SHINGLE + 1, np.uint64)
    for at in range(SHINGLE):
        shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + hashes[at : at + len(shingles)]
    numbers = hashes[[not word.isalpha() and any(sign.isdigit() for sign in word) for word in words]]
    both = _least(shingles, SHINGLE_HASHES), _least(numbers, NUMBER_HASHES)
    return np.concatenate(both).astype("<u2").tobytes()


@cache
def _hashes() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Factors and terms of the hashes: numpy.random is imported for those who write alone."""
    rng = np.random.default_rng(1997)
    factors = rng.integers(1, 2**63, SHINGLE_HASHES, dtype=np.uint64) | np.uint64(1)
    return factors, rng.integers(0, 2**63, SHINGLE_HASHES, dtype=np.uint64)


def _least(items: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """The least of each of ``count`` hashes of different items; 0 where there are none."""
    items = np.unique(items)
    items = (items ^ (items >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    items ^= items >> np.uint64(27)
    factors, terms = _hashes()
    least = np.full(count, np.iinfo(np.uint64).max if len(items) else 0, np.uint64)
    for begin in range(0, len(items), AT_ONCE):
        block = items[begin : begin + AT_ONCE, None] * factors[:count] + terms[:count]
        least = np.minimum(least, block.min(axis=0))
    return least >> np.uint64(48)


def read_sketch(stored: bytes) -> Sketch | None:
    """A stored sketch; None for a text that has none."""
    return np.frombuffer(stored, "<u2") if stored else None


def bands(own: Sketch | None) -> NDArray[np.uint32]:
    """Keys (BANDS,) of which two texts that are mostly the same surely share one; 0 for a text without a sketch.

    Of two texts with 0.8 of their shingles in common 985 in 1,000 share one, with 0.9 all but 2 in 10,000.
    """
    if own is None:
        return np.zeros(BANDS, np.uint32)
    rows = own[: BANDS * BAND].reshape(BANDS, BAND)
    keys = [zlib.crc32(row.tobytes(), at + 1) for at, row in enumerate(rows)]
    return np.maximum(np.array(keys, np.uint32), 1)


def likeness(one: Sketch, many: NDArray[np.uint16]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The shares of shingles and of numbers that a text has in common with each of ``many`` (n, hashes): 0 to 1."""
    same = many == one
    shingles = np.add.reduce(same[:, :SHINGLE_HASHES], axis=1, dtype=np.float64) / SHINGLE_HASHES
    numbers = np.add.reduce(same[:, SHINGLE_HASHES:], axis=1, dtype=np.float64) / NUMBER_HASHES
    return shingles, numbers

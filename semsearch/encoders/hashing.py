"""An encoder without a model: words hashed to columns. It finds shared words, not meanings.

It is exact, instant and needs no weights: for tests, and for trying the program out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from semsearch.arrays import Offsets, Span, Vectors
from semsearch.encoders.protocol import SeenWeights, SpanVectors

_WORD = re.compile(r"\w+|[^\w\s]")


class HashEncoder:
    """Bag of words, each word adding ±1 to a column that its SHA-256 chooses; vectors of length 1."""

    model = "hash"
    max_tokens = 256
    engine = "word hashing"
    seen_weights: SeenWeights | None = None

    def __init__(self, dim: int = 256) -> None:
        self._dim = dim

    @property
    def dim(self) -> int:
        """Columns of a vector."""
        return self._dim

    @property
    def identity(self) -> str:
        """``hash`` and the number of columns."""
        return f"hash; {self._dim} dimensions"

    def warm_up(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing: it is quick."""

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets of words and signs."""
        return [np.array([m.span() for m in _WORD.finditer(text)], np.int64).reshape(-1, 2) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts; a text without words gets the first axis."""
        vectors = np.zeros((len(texts), self._dim), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                digest = hashlib.sha256(word.encode("utf-8", "replace")).digest()
                vector[int.from_bytes(digest[:4]) % self._dim] += 1.0 if digest[4] & 1 else -1.0
            length = float(np.linalg.norm(vector))
            vector[0] = vector[0] if length else 1.0
            vector[:] /= length or 1.0
        return vectors

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """A span is the bag of its own words."""
        parts = [
            self.encode_passages([text[start:end] for start, end in inside])
            for text, inside in zip(texts, spans, strict=True)
        ]
        return SpanVectors(self.encode_passages(texts), parts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same as for passages."""
        return self.encode_passages(texts)

"""The states of a text's tokens, pooled span by span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.arrays import Offsets, Span, Vectors, unit
from semsearch.encoders.layout import ModelLayout
from semsearch.encoders.weights import Matrix


def pool_spans(hidden: Matrix, offsets: Offsets, spans: Sequence[Span], whole: Matrix) -> Vectors:
    """Unit vectors (spans, dim): the mean over each span's tokens of ``hidden`` (tokens, dim).

    ``offsets`` (tokens, 2) are the tokens' characters; special tokens have none. A span without a
    token, as behind the encoder's limit, gets the vector of the ``whole`` text.
    """
    vectors = np.empty((len(spans), hidden.shape[1]), np.float32)
    starts = np.where(offsets[:, 1] > offsets[:, 0], offsets[:, 0], -1)
    for vector, (start, end) in zip(vectors, spans, strict=True):
        inside = np.flatnonzero((starts >= start) & (starts < end))
        vector[:] = unit(hidden[inside[0] : inside[-1] + 1].mean(axis=0, dtype=np.float32)) if len(inside) else whole
    return vectors


def spans_of(layout: ModelLayout, spans: Sequence[Span]) -> Sequence[Span]:
    """The spans that a model's states can be pooled over: none where its vector is that of one token."""
    return spans if layout.pooling == "mean" else ()


def shifted(spans: Sequence[Sequence[Span]], by: int) -> list[list[Span]]:
    """The spans of texts that got a prompt of ``by`` characters in front."""
    return [[(start + by, end + by) for start, end in each] for each in spans]

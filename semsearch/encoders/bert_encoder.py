"""A BERT-family model: questions in NumPy, passages by the engine that is best here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from semsearch.arrays import Offsets, Span, Vectors
from semsearch.encoders.bert import BertForward
from semsearch.encoders.layout import ModelLayout, model_identity
from semsearch.encoders.protocol import Device, Precision, SeenWeights, SpanVectors
from semsearch.encoders.tokenizing import Tokenizing

if TYPE_CHECKING:
    from semsearch.encoders.engines import PassageEngine


class BertEncoder:
    """One question is answered before torch could be imported; many passages go the fastest way."""

    def __init__(
        self, model: str, layout: ModelLayout, weights: SeenWeights, device: Device, precision: Precision
    ) -> None:
        self._model = model
        self._layout = layout
        self._weights = weights
        self._device = device
        self._precision = precision
        self._tokenizing = Tokenizing(layout.folder, layout.max_tokens, layout.tokenizer_settings)
        self._forward: BertForward | None = None
        self._passages: PassageEngine | None = None

    @property
    def model(self) -> str:
        """The name or folder that it was opened with."""
        return self._model

    @property
    def identity(self) -> str:
        """Weights, tokenizer, pooling, limit, dimension, prompts."""
        return model_identity(self._layout, self._weights) + self._tokenizing.normalising

    @property
    def dim(self) -> int:
        """Columns of a vector."""
        return self._layout.dim

    @property
    def max_tokens(self) -> int:
        """The model's limit, special tokens included, less what its prompt takes of a passage."""
        prompt = self._layout.document_prompt
        return self._layout.max_tokens - (len(self._tokenizing.offsets([prompt])[0]) if prompt else 0)

    @property
    def engine(self) -> str:
        """What encodes the passages; empty until the first come."""
        return self._passages.name if self._passages else ""

    @property
    def seen_weights(self) -> SeenWeights | None:
        """The weights file and its sha256."""
        return self._weights

    def warm_up(self) -> None:
        """Open the passages' engine."""
        self._engine()

    def close(self) -> None:
        """End before the next forward pass."""
        if self._passages:
            self._passages.close()

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets of the model's own tokens."""
        return self._tokenizing.offsets(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors by the engine chosen when the first passages come."""
        return self.encode_spans(texts, [()] * len(texts)).vectors

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """The same, and the vectors of spans; none where the model's vector is not the mean of its states."""
        if not texts:
            return SpanVectors(np.empty((0, self.dim), np.float32), [])
        return self._engine().encode(texts, spans)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors by the NumPy forward pass."""
        return self._numpy().encode([self._layout.query_prompt + text for text in texts])

    def _engine(self) -> PassageEngine:
        if self._passages is None:
            from semsearch.encoders.engines import choose_engine

            self._passages = choose_engine(self._layout, self._tokenizing, self._numpy(), self._device, self._precision)
        return self._passages

    def _numpy(self) -> BertForward:
        if self._forward is None:
            self._forward = BertForward(self._layout, self._tokenizing)
        return self._forward

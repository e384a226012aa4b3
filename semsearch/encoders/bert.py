"""The forward pass of a BERT-family encoder in NumPy, from memory-mapped weights.

A question is encoded in milliseconds without importing torch. Texts are encoded one by one, so a
row never depends on its neighbours. Post-norm BERT as in Devlin et al. 2019; pooling and
normalisation as in Reimers and Gurevych 2019. Tested against sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.arrays import Rows
from semsearch.encoders.layout import WEIGHTS, ModelLayout
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.encoders.weights import MappedWeights, Matrix, widened


class BertForward:
    """Unit rows of texts under the model in a folder."""

    def __init__(self, layout: ModelLayout, tokenizing: Tokenizing) -> None:
        self._layout = layout
        self._tokenizing = tokenizing
        self._weights = MappedWeights(layout.folder / WEIGHTS)
        self._prefix = "bert." if any(name.startswith("bert.") for name in self._weights) else ""
        self._words = self._weights.stored(f"{self._prefix}embeddings.word_embeddings.weight")
        self._positions = self._tensor("embeddings.position_embeddings.weight")
        self._type = self._tensor("embeddings.token_type_embeddings.weight")[0]
        self._norm = self._norm_weights("embeddings.LayerNorm")
        self._layers = [_Layer(self, f"encoder.layer.{at}.") for at in range(layout.layers)]

    def encode(self, texts: Sequence[str]) -> Rows:
        """Unit rows (n, dim), each text cut at the model's limit."""
        rows = np.empty((len(texts), self._layout.dim), np.float32)
        for row, ids in zip(rows, self._tokenizing.limited_ids(texts), strict=True):
            row[:] = self._encode_one(ids)
        return rows

    def _encode_one(self, ids: list[int]) -> Matrix:
        words = widened(self._words[ids])
        hidden = layer_norm(words + self._positions[: len(ids)] + self._type, *self._norm, self._layout.epsilon)
        for layer in self._layers:
            hidden = layer.forward(hidden)
        pooled: Matrix = hidden[0] if self._layout.pooling == "cls" else hidden.mean(axis=0, dtype=np.float32)
        return pooled / np.float32(max(float(np.linalg.norm(pooled)), 1e-12))

    def _tensor(self, name: str) -> Matrix:
        return self._weights[self._prefix + name]

    def _norm_weights(self, name: str) -> tuple[Matrix, Matrix]:
        return self._tensor(f"{name}.weight"), self._tensor(f"{name}.bias")

    def _linear(self, name: str) -> tuple[Matrix, Matrix]:
        return self._tensor(f"{name}.weight").T, self._tensor(f"{name}.bias")


class _Layer:
    """Self-attention and feed-forward network, each with its residual and normalisation."""

    def __init__(self, model: BertForward, name: str) -> None:
        self._heads = model._layout.heads
        self._epsilon = model._layout.epsilon
        self._query = model._linear(f"{name}attention.self.query")
        self._key = model._linear(f"{name}attention.self.key")
        self._value = model._linear(f"{name}attention.self.value")
        self._mixed = model._linear(f"{name}attention.output.dense")
        self._mixed_norm = model._norm_weights(f"{name}attention.output.LayerNorm")
        self._wide = model._linear(f"{name}intermediate.dense")
        self._narrow = model._linear(f"{name}output.dense")
        self._norm = model._norm_weights(f"{name}output.LayerNorm")

    def forward(self, hidden: Matrix) -> Matrix:
        """Hidden states (tokens, dim) to hidden states of the same shape."""
        mixed = linear(self._attend(hidden), self._mixed)
        hidden = layer_norm(hidden + mixed, *self._mixed_norm, self._epsilon)
        narrow = linear(gelu(linear(hidden, self._wide)), self._narrow)
        return layer_norm(hidden + narrow, *self._norm, self._epsilon)

    def _attend(self, hidden: Matrix) -> Matrix:
        tokens, dim = hidden.shape
        split = (tokens, self._heads, dim // self._heads)
        query = linear(hidden, self._query).reshape(split).transpose(1, 0, 2)
        key = linear(hidden, self._key).reshape(split).transpose(1, 2, 0)
        value = linear(hidden, self._value).reshape(split).transpose(1, 0, 2)
        weights = softmax((query @ key) * np.float32(split[2] ** -0.5))
        return (weights @ value).transpose(1, 0, 2).reshape(tokens, dim)


def linear(x: Matrix, weights: tuple[Matrix, Matrix]) -> Matrix:
    """``x`` times the transposed weight, plus the bias."""
    return x @ weights[0] + weights[1]


def softmax(x: Matrix) -> Matrix:
    """Softmax over the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)


def layer_norm(x: Matrix, weight: Matrix, bias: Matrix, epsilon: float) -> Matrix:
    """Layer normalisation over the last axis (Ba et al. 2016)."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + np.float32(epsilon)) * weight + bias, np.float32)


def gelu(x: Matrix) -> Matrix:
    """X Φ(x), with the error function by Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7)."""
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    series: Matrix = np.full_like(t, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = np.asarray(series * t + coefficient, np.float32)
    half_tail = np.float32(0.5) * series * t * np.exp(-z * z)
    return np.asarray(x * np.where(x < 0, half_tail, 1 - half_tail), np.float32)

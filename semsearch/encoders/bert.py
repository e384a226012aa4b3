"""The forward pass of a BERT-family encoder in NumPy, from memory-mapped weights.

A question is encoded in milliseconds without importing torch. Texts are encoded one by one, so a
vector never depends on its neighbours. Post-norm BERT as in Devlin et al. 2019; pooling and
normalisation as in Reimers and Gurevych 2019. Tested against sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from semsearch.arrays import Span, Vectors, unit
from semsearch.encoders.layout import WEIGHTS, ModelLayout
from semsearch.encoders.pooling import pool_spans, spans_of
from semsearch.encoders.protocol import SpanVectors
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.encoders.weights import MappedWeights, Matrix, widened
from semsearch.errors import EncoderUnavailable

_WORDS = "embeddings.word_embeddings.weight"
MANY = 4  # texts, from which on copying the weights pays
BLOCK, PANEL = 64, 448  # outputs and inputs of a piece of a linear layer, which stays in the processor's cache

Shape = tuple[int, ...]  # rows, outputs and inputs of a product


class BertWeights:
    """A model's tensors under the names that they have inside BERT, their shapes checked."""

    def __init__(self, layout: ModelLayout) -> None:
        self._path = layout.folder / WEIGHTS
        self._mapped = MappedWeights(self._path)
        word = next((name for name in self._mapped if name.endswith(_WORDS)), _WORDS)
        self._prefix = word.removesuffix(_WORDS)  # ``bert.`` or ``roberta.`` in a model saved with its head
        self._mapped.shaped(word, 0, layout.dim)
        self._words = self._mapped.stored(word)
        self._positions = self._tensor("embeddings.position_embeddings.weight", 0, layout.dim)[layout.first_position :]
        kinds = self._tensor("embeddings.token_type_embeddings.weight", 0, layout.dim)
        if len(self._positions) < layout.max_tokens or not len(kinds):
            raise EncoderUnavailable(
                f"{self._path}: positions for {len(self._positions)} tokens and {len(kinds)} token types, "
                f"expected {layout.max_tokens} and 1"
            )
        self._type = kinds[0]

    @property
    def vocabulary(self) -> int:
        """Tokens that have an embedding."""
        return len(self._words)

    def norm(self, name: str, size: int) -> tuple[Matrix, Matrix]:
        """Weight and bias of a layer normalisation over ``size`` columns."""
        return self._tensor(f"{name}.weight", size), self._tensor(f"{name}.bias", size)

    def linear(self, name: str, into: int, out: int) -> tuple[Matrix, Matrix]:
        """Weight (out, into) and bias (out,) of a linear layer; 0 stands for any size."""
        weight = self._tensor(f"{name}.weight", out, into)
        return weight, self._tensor(f"{name}.bias", len(weight))

    def _tensor(self, name: str, *shape: int) -> Matrix:
        return self._mapped.shaped(self._prefix + name, *shape)

    def embedded(self, ids: Sequence[int]) -> Matrix:
        """Word, position and type embeddings of one text's tokens, summed: (tokens, dim)."""
        summed: Matrix = widened(self._words[ids]) + self._positions[: len(ids)] + self._type
        return summed


class BertForward:
    """Unit vectors of texts under the model in a folder."""

    def __init__(self, layout: ModelLayout, tokenizing: Tokenizing) -> None:
        self._layout = layout
        self._tokenizing = tokenizing
        self._weights = BertWeights(layout)
        if tokenizing.vocabulary > self._weights.vocabulary:
            raise EncoderUnavailable(
                f"{layout.folder}: the tokenizer has {tokenizing.vocabulary} tokens, "
                f"the weights {self._weights.vocabulary}"
            )
        self._encoded = 0  # texts
        self._norm = self._weights.norm("embeddings.LayerNorm", layout.dim)
        self._layers = [_Layer(layout, self._weights, f"encoder.layer.{at}.") for at in range(layout.layers)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dim), each text cut at the model's limit."""
        vectors = np.empty((len(texts), self._layout.dim), np.float32)
        for vector, ids in zip(vectors, self._tokenizing.limited_ids(texts), strict=True):
            vector[:] = self._pooled(self._hidden(ids))
        return vectors

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors of texts and of spans in them."""
        encoded = SpanVectors(np.empty((len(texts), self._layout.dim), np.float32), [])
        for vector, tokens, inside in zip(encoded.vectors, self._tokenizing.limited(texts), spans, strict=True):
            hidden = self._hidden(tokens.ids)
            vector[:] = self._pooled(hidden)
            encoded.span_vectors.append(pool_spans(hidden, tokens.offsets, spans_of(self._layout, inside), vector))
        return encoded

    def _hidden(self, ids: list[int]) -> Matrix:
        """The last layer's states (tokens, dim)."""
        self._encoded += 1
        if self._encoded == MANY:
            same = dict[Shape, bool]()
            for layer in self._layers:
                layer.copy_in_blocks(same)
        hidden = layer_norm(self._weights.embedded(ids), *self._norm, self._layout.epsilon)
        for layer in self._layers:
            hidden = layer.forward(hidden)
        return hidden

    def _pooled(self, hidden: Matrix) -> Matrix:
        return unit(hidden[0] if self._layout.pooling == "cls" else hidden.mean(axis=0, dtype=np.float32))


class _Layer:
    """Self-attention and feed-forward network, each with its residual and normalisation."""

    def __init__(self, layout: ModelLayout, weights: BertWeights, name: str) -> None:
        dim = layout.dim
        self._heads = layout.heads
        self._epsilon = layout.epsilon
        self._query = Linear(*weights.linear(f"{name}attention.self.query", dim, dim))
        self._key = Linear(*weights.linear(f"{name}attention.self.key", dim, dim))
        self._value = Linear(*weights.linear(f"{name}attention.self.value", dim, dim))
        self._mixed = Linear(*weights.linear(f"{name}attention.output.dense", dim, dim))
        self._mixed_norm = weights.norm(f"{name}attention.output.LayerNorm", dim)
        self._wide = Linear(*weights.linear(f"{name}intermediate.dense", dim, 0))
        self._narrow = Linear(*weights.linear(f"{name}output.dense", len(self._wide.bias), dim))
        self._norm = weights.norm(f"{name}output.LayerNorm", dim)

    def copy_in_blocks(self, same: dict[Shape, bool]) -> None:
        """Copy all weights into the order in which they are multiplied fastest; see :class:`Linear`."""
        for each in (self._query, self._key, self._value, self._mixed, self._wide, self._narrow):
            each.copy_in_blocks(same)

    def forward(self, hidden: Matrix) -> Matrix:
        """Hidden states (tokens, dim) to hidden states of the same shape."""
        mixed = self._mixed(self._attend(hidden))
        hidden = layer_norm(hidden + mixed, *self._mixed_norm, self._epsilon)
        narrow = self._narrow(gelu(self._wide(hidden)))
        return layer_norm(hidden + narrow, *self._norm, self._epsilon)

    def _attend(self, hidden: Matrix) -> Matrix:
        tokens, dim = hidden.shape
        split = (tokens, self._heads, dim // self._heads)
        query = self._query(hidden).reshape(split).transpose(1, 0, 2)
        key = self._key(hidden).reshape(split).transpose(1, 2, 0)
        value = self._value(hidden).reshape(split).transpose(1, 0, 2)
        weights = softmax((query @ key) * np.float32(split[2] ** -0.5))
        return (weights @ value).transpose(1, 0, 2).reshape(tokens, dim)


class Linear:
    """A product with a transposed weight (out, in), plus a bias (out,)."""

    def __init__(self, weight: Matrix, bias: Matrix) -> None:
        self._weight = weight
        self._blocks: list[Matrix] | None = None
        self._same = dict[Shape, bool]()
        self.bias = bias

    def __call__(self, x: Matrix) -> Matrix:
        """(n, in) to (n, out)."""
        return self._product(x) + self.bias

    def _product(self, x: Matrix) -> Matrix:
        if self._blocks is None:
            return self._plain(x)
        shape = len(x), *self._weight.shape
        if shape in self._same:
            return _by_blocks(x, self._blocks) if self._same[shape] else self._plain(x)
        plain = self._plain(x)
        self._same[shape] = np.array_equal(plain, _by_blocks(x, self._blocks))
        return plain

    def _plain(self, x: Matrix) -> Matrix:
        """The weight in front, since BLAS is slow where that is short."""
        return np.ascontiguousarray((self._weight @ x.T).T)

    def copy_in_blocks(self, same: dict[Shape, bool]) -> None:
        """Multiply from now on with a copy (see :func:`_by_blocks`), in half of the time.

        ``same`` keeps of which shapes both ways give the same bits; others are multiplied as before, so that a text
        has one vector, whenever it is encoded.
        """
        outputs, inputs = self._weight.shape
        if outputs % BLOCK == 0:
            split, panels = self._weight.reshape(-1, BLOCK, inputs).transpose(0, 2, 1), pairwise(_bounds(inputs))
            self._blocks = [np.ascontiguousarray(split[:, begin:end]) for begin, end in panels]
            self._same = same


def _bounds(inputs: int) -> list[int]:
    """Where OpenBLAS begins and ends each panel of inputs: it sums a panel, then adds the next."""
    found = [0]
    while (left := inputs - found[-1]) > PANEL:
        found.append(found[-1] + (PANEL if left >= 2 * PANEL else -(-left // 8) * 4))
    return [*found, inputs]


def _by_blocks(x: Matrix, panels: Sequence[Matrix]) -> Matrix:
    """``x`` (n, in) times the weight: its panels (blocks, inputs, BLOCK) one after the other, blocks side by side."""
    product = np.empty((len(x), len(panels[0]) * BLOCK), np.float32)
    blocks, at = product.reshape(len(x), -1, BLOCK).transpose(1, 0, 2), panels[0].shape[1]
    np.matmul(x[:, :at], panels[0], out=blocks)
    for panel in panels[1:]:
        blocks += x[:, at : at + panel.shape[1]] @ panel
        at += panel.shape[1]
    return product


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
    t = np.float32(0.3275911) * z
    t += 1
    np.divide(1, t, out=t)
    series = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736):
        series += np.float32(coefficient)
        series *= t
    series += np.float32(0.254829592)
    series *= np.float32(0.5)
    series *= t
    np.multiply(z, z, out=z)
    series *= np.exp(np.negative(z, out=z), out=z)
    return np.asarray(x * np.where(x < 0, series, 1 - series), np.float32)

"""The same forward pass as an OpenVINO graph, for texts in bulk on a processor.

The graph is built from the weights themselves, so nothing is converted or kept in a cache: it
compiles in 0.2 s. The only module that knows openvino.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Span, Vectors
from semsearch.encoders.bert import BertWeights
from semsearch.encoders.layout import ModelLayout
from semsearch.encoders.pooling import pool_spans, spans_of
from semsearch.encoders.protocol import Precision, SpanVectors
from semsearch.encoders.tokenizing import Tokens
from semsearch.encoders.weights import Matrix
from semsearch.errors import EncoderUnavailable, OutOfRoom

if TYPE_CHECKING:
    from openvino import Model, Node

BATCH_TOKENS = 2048  # tokens in one forward pass, padding counted
STEP = 8  # lengths are padded to multiples of this: few shapes, each of which costs a compilation
_NOBODY = -1e9  # added to the attention that padding would get


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Texts, by their places in a list, that go through the graph together, padded to one length."""

    places: list[int]
    length: int  # tokens


def plan_batches(lengths: Sequence[int]) -> list[TokenBatch]:
    """Texts of ``lengths`` tokens in batches of about ``BATCH_TOKENS``, longest first."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    planned, at = [], 0
    while at < len(order):
        padded = -(-lengths[order[at]] // STEP) * STEP
        places = order[at : at + max(BATCH_TOKENS // padded, 1)]
        planned.append(TokenBatch(places, padded))
        at += len(places)
    return planned


class Weights(Protocol):
    """The tensors of a model by the names that they have inside BERT."""

    def norm(self, name: str, size: int) -> tuple[Matrix, Matrix]:
        """Weight and bias of a layer normalisation."""

    def linear(self, name: str, into: int, out: int) -> tuple[Matrix, Matrix]:
        """Weight (out, into) and bias of a linear layer."""


class OpenVinoForward:
    """Unit vectors of tokenised texts, compiled for this processor."""

    def __init__(self, layout: ModelLayout, precision: Precision, weights: Weights | None = None) -> None:
        self._layout = layout
        self._weights = weights or BertWeights(layout)
        self._closed = False
        with _quietly_imported():
            import openvino
        core = openvino.Core()
        self.precision = _resolved(precision, "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        hint = "bf16" if self.precision == "bfloat16" else "f32"
        settings = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY", **_threads()}
        graph = _Graph(layout, self._weights, int8=self.precision == "int8").model()
        self._request = core.compile_model(graph, "CPU", settings).create_infer_request()

    def close(self) -> None:
        """Let :meth:`encode` in another thread end before its next forward pass."""
        self._closed = True

    def encode(self, tokenised: Sequence[Tokens], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors of texts given as tokens, special ones included, within the limit, and of spans in them."""
        vectors = np.empty((len(tokenised), self._layout.dim), np.float32)
        parts = [vectors[:0]] * len(tokenised)
        for batch in plan_batches([len(tokens.ids) for tokens in tokenised]):
            if self._closed:
                raise EncoderUnavailable("the encoder was closed")
            vectors[batch.places], hidden = self._run([tokenised[place].ids for place in batch.places], batch.length)
            for at, place in enumerate(batch.places):
                inside = spans_of(self._layout, spans[place])
                tokens = tokenised[place]
                parts[place] = pool_spans(hidden[at, : len(tokens.ids)], tokens.offsets, inside, vectors[place])
        return SpanVectors(vectors, parts)

    def first_states(self, embedded: Sequence[Matrix]) -> Matrix:
        """The last layer's state of each text's first token (n, dim), of embeddings (tokens, dim)."""
        states = np.empty((len(embedded), self._layout.dim), np.float32)
        for batch in plan_batches([len(each) for each in embedded]):
            states[batch.places] = self._run([embedded[place] for place in batch.places], batch.length, unit=False)[0]
        return states

    def _embedded(self, ids: Sequence[int]) -> Matrix:
        if not isinstance(self._weights, BertWeights):
            raise TypeError("these weights embed no single texts")
        return self._weights.embedded(ids)

    def _run(
        self, tokenised: Sequence[Sequence[int] | Matrix], length: int, *, unit: bool = True
    ) -> tuple[Vectors, Matrix]:
        """Vectors (n, dim) of a batch, of length 1 as a ``unit``, and its states (n, length, dim)."""
        embedded = np.zeros((len(tokenised), length, self._layout.dim), np.float32)
        mask = np.full((len(tokenised), 1, 1, length), _NOBODY, np.float32)
        share = np.zeros((len(tokenised), 1, length), np.float32)
        for at, ids in enumerate(tokenised):
            embedded[at, : len(ids)] = ids if isinstance(ids, np.ndarray) else self._embedded(ids)
            mask[at, ..., : len(ids)] = 0
            pooled = 1 if self._layout.pooling == "cls" else len(ids)
            share[at, 0, :pooled] = 1 / pooled
        try:
            found = self._request.infer([embedded, mask, share], share_inputs=True)
        except RuntimeError as error:  # its text is about its source code
            reason = str(error).strip().splitlines()[-1].strip()
            raise OutOfRoom(f"OpenVINO cannot encode here ({reason}): look at the memory (ulimit -v)") from None
        vectors = np.asarray(found[0][:, 0], np.float32)
        if not unit:
            return vectors, vectors
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return np.asarray(vectors / lengths, np.float32), np.asarray(found[1], np.float32)


def matrix_product(size: int, precision: Precision) -> Callable[[], object]:
    """A product of two square matrices of ``size``, to measure what the processor can do."""
    with _quietly_imported():
        import openvino
        from openvino import opset13
    left = opset13.parameter([size, size], np.float32)
    rng = np.random.default_rng(0)
    right = opset13.constant(rng.random((size, size), np.float32))
    model = openvino.Model([opset13.matmul(left, right, False, False)], [left])
    hint = "bf16" if precision == "bfloat16" else "f32"
    settings = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY", **_threads()}
    request = openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
    matrix = rng.random((size, size), np.float32)
    return lambda: request.infer([matrix], share_inputs=True, share_outputs=True)


class _Graph:
    """Embeddings (texts, tokens, dim) in, pooled vectors (texts, 1, dim) and states (texts, tokens, dim) out."""

    def __init__(self, layout: ModelLayout, weights: Weights, *, int8: bool) -> None:
        from openvino import opset13

        self._op = opset13
        self._layout = layout
        self._weights = weights
        self._int8 = int8

    def model(self) -> Model:
        from openvino import Model

        dim = self._layout.dim
        embedded = self._op.parameter([-1, -1, dim], np.float32)
        mask = self._op.parameter([-1, 1, 1, -1], np.float32)
        share = self._op.parameter([-1, 1, -1], np.float32)
        hidden = self._normed(embedded, "embeddings.LayerNorm")
        for at in range(self._layout.layers):
            hidden = self._layer(hidden, mask, f"encoder.layer.{at}.")
        return Model([self._op.matmul(share, hidden, False, False), hidden], [embedded, mask, share])

    def _layer(self, hidden: Node, mask: Node, name: str) -> Node:
        mixed = self._linear(self._attended(hidden, mask, f"{name}attention.self."), f"{name}attention.output.dense")
        hidden = self._normed(self._op.add(hidden, mixed), f"{name}attention.output.LayerNorm")
        wide = self._op.gelu(self._linear(hidden, f"{name}intermediate.dense"), "erf")
        return self._normed(self._op.add(hidden, self._linear(wide, f"{name}output.dense")), f"{name}output.LayerNorm")

    def _attended(self, hidden: Node, mask: Node, name: str) -> Node:
        op, layout = self._op, self._layout
        order = _constant_integers(0, 2, 1, 3)
        split = _constant_integers(0, 0, layout.heads, layout.dim // layout.heads)
        query, key, value = (
            op.transpose(op.reshape(self._linear(hidden, name + kind), split, True), order)
            for kind in ("query", "key", "value")
        )
        scale = op.constant(np.float32((layout.dim // layout.heads) ** -0.5))
        weights = op.softmax(op.add(op.multiply(op.matmul(query, key, False, True), scale), mask), -1)
        mixed = op.transpose(op.matmul(weights, value, False, False), order)
        return op.reshape(mixed, _constant_integers(0, 0, layout.dim), True)

    def _linear(self, hidden: Node, name: str) -> Node:
        weight, bias = self._weights.linear(name, 0, 0)
        return self._op.add(self._op.matmul(hidden, self._weight(weight), False, True), self._op.constant(bias))

    def _weight(self, weight: Matrix) -> Node:
        if not self._int8:
            return self._op.constant(weight)
        integers, scale = quantised(weight)
        return self._op.multiply(self._op.convert(self._op.constant(integers), np.float32), self._op.constant(scale))

    def _normed(self, hidden: Node, name: str) -> Node:
        weight, bias = self._weights.norm(name, self._layout.dim)
        normed = self._op.mvn(hidden, _constant_integers(-1), True, self._layout.epsilon, "inside_sqrt")
        return self._op.add(self._op.multiply(normed, self._op.constant(weight)), self._op.constant(bias))


def quantised(weight: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """A weight as integers of -127 to 127, and the scale of each row: ``integers * scale`` is near it."""
    scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), np.float32(1e-12)) / np.float32(127)
    return np.rint(weight / scale).astype(np.int8), np.asarray(scale, np.float32)


def _constant_integers(*values: int) -> Node:
    from openvino import opset13

    return opset13.constant(np.array(values, np.int64))


def _resolved(asked: Precision, native: bool) -> Precision:
    """The precision asked for; ``auto`` is bfloat16 where the processor multiplies it natively."""
    if asked == "auto":
        return "bfloat16" if native else "float32"
    if asked == "bfloat16" and not native:
        raise EncoderUnavailable("this processor has no bfloat16: leave --precision out, or give --precision float32")
    return asked


def _threads() -> dict[str, int]:
    """OpenVINO does not look at ``OMP_NUM_THREADS``; who sets it means all threads of numerical work."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if not (wanted.isascii() and wanted.isdecimal() and int(wanted)):
        return {}
    return {"INFERENCE_NUM_THREADS": min(int(wanted), os.cpu_count() or 1)}


@contextmanager
def _quietly_imported() -> Iterator[None]:
    """Importing openvino imports its converter, which reports to its maker over the network: not here."""
    unwanted = [name for name in ("openvino.tools.ovc", "openvino_telemetry") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type]  # None: importing it fails
    try:
        yield
    finally:
        for name in unwanted:
            sys.modules.pop(name, None)

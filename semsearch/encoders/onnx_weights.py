"""Weights of an ONNX file whose matrices are 8-bit integers, as float32.

Only what is needed of the format is read: the initialisers of the graph, and which of them each product of matrices
takes (https://onnx.ai/onnx/repo-docs/IR.html, protobuf's wire format). Nothing of the graph is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from semsearch.encoders.weights import Matrix
from semsearch.errors import EncoderUnavailable
from semsearch.files.tensors import Stored

_GRAPH, _NODE, _INITIALISER = 7, 1, 5  # fields of a model and of its graph
_DIMENSIONS, _TYPE, _FLOATS, _INTEGERS, _NAME, _RAW = 1, 2, 4, 5, 8, 9  # of an initialiser
_INPUT, _OUTPUT, _OPERATION = 1, 2, 4  # of a node
_TYPES = {1: "<f4", 2: "<u1", 3: "<i1", 6: "<i4", 7: "<i8"}
_MORE, _BITS, _PLAIN, _WIDE, _SHORT, _BYTES = 0x80, 7, 0, 1, 5, 2  # of a varint, and kinds of fields
_PRODUCT = re.compile(r"/(?P<module>.+)/(?:MatMul|Gemm)_.*")
Message = memoryview
Value = int | memoryview


def read_onnx(path: Path) -> dict[str, Matrix]:
    """Weights by the names of the modules that have them, matrices as (out, in). Raises EncoderUnavailable."""
    try:
        graph = next(value for field, value in _fields(memoryview(path.read_bytes())) if field == _GRAPH)
        tensors = dict(_tensor(value) for field, value in _fields(_message(graph)) if field == _INITIALISER)
        nodes = [_node(value) for field, value in _fields(_message(graph)) if field == _NODE]
        return {**_plain(tensors), **_products(tensors, nodes)}
    except (OSError, StopIteration, ValueError, KeyError, IndexError, TypeError) as error:
        raise EncoderUnavailable(f"{path} is no ONNX file of ours: {str(error)[:80]}") from None


def _plain(tensors: dict[str, Stored]) -> dict[str, Matrix]:
    """What is stored as it is, and embeddings, which are integers with one scale."""
    kept = ((name, each) for name, each in tensors.items() if each.dtype == np.float32 and each.ndim)
    found = {name: each.astype(np.float32) for name, each in kept}
    for name, tensor in tensors.items():
        if name.endswith(".weight_quantized") and "embeddings" in name:
            found[name.removesuffix("_quantized")] = _widened(tensors, name.removesuffix("_quantized"), tensor)
    return found


def _products(tensors: dict[str, Stored], nodes: list[tuple[str, list[str], list[str]]]) -> dict[str, Matrix]:
    """Matrices by the module whose product takes them: the name of its output says which."""
    found = {}
    for operation, inputs, outputs in nodes:
        named = _PRODUCT.fullmatch(outputs[0]) if operation == "MatMulInteger" else None
        if named or (operation == "MatMulInteger" and outputs[0].startswith("logits")):
            name = inputs[1].removesuffix("_quantized")
            module = named["module"].replace("/", ".") if named else "classifier"
            found[f"{module}.weight"] = np.ascontiguousarray(_widened(tensors, name, tensors[inputs[1]]).T)
    return found


def _widened(tensors: dict[str, Stored], name: str, stored: Stored) -> Matrix:
    scale, zero = tensors[f"{name}_scale"], tensors[f"{name}_zero_point"]
    widened: Matrix = (stored.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)
    return widened


def _tensor(message: Value) -> tuple[str, Stored]:
    dimensions, kind, name, raw, floats, numbers = list[int](), 0, "", memoryview(b""), b"", list[int]()
    for field, value in _fields(_message(message)):
        if field == _DIMENSIONS:
            dimensions += [value] if isinstance(value, int) else list(_varints(value))
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _NAME:
            name = bytes(_message(value)).decode()
        elif field == _RAW:
            raw = _message(value)
        elif field == _FLOATS:
            floats += bytes(_message(value))
        elif field == _INTEGERS:
            numbers += [value] if isinstance(value, int) else list(_varints(value))
    if kind not in _TYPES:
        return name, np.empty(0, np.uint8)
    found = np.array(numbers).astype(_TYPES[kind]) if numbers else np.frombuffer(bytes(raw) or floats, _TYPES[kind])
    return name, found.reshape(dimensions)


def _node(message: Value) -> tuple[str, list[str], list[str]]:
    texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATION: [""]}
    for field, value in _fields(_message(message)):
        if field in texts:
            texts[field].append(bytes(_message(value)).decode())
    return texts[_OPERATION][-1], texts[_INPUT], texts[_OUTPUT]


def _fields(message: Message) -> Iterator[tuple[int, Value]]:
    """The fields of a message: number, and the number or bytes that it holds."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _PLAIN:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            length, at = _varint(message, at)
        elif kind in (_SHORT, _WIDE):
            length = 4 if kind == _SHORT else 8
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + length > len(message):
            raise ValueError("a field that goes on behind the end")
        yield key >> 3, message[at : at + length]
        at += length


def _message(value: Value) -> Message:
    if isinstance(value, int):
        raise TypeError("a number where bytes are expected")
    return value


def _varints(message: Message) -> Iterator[int]:
    at = 0
    while at < len(message):
        number, at = _varint(message, at)
        yield number


def _varint(message: Message, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & ~_MORE) << shift
        shift += _BITS
        if byte < _MORE:
            return number, at

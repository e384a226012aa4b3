"""What computes the vectors of a BERT-family model's passages: the fastest that keeps the vectors.

On a processor that is OpenVINO, and without it NumPy for few passages and sentence-transformers for
more; on a GPU it is sentence-transformers.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from semsearch.arrays import Span
from semsearch.encoders.bert import BertForward
from semsearch.encoders.devices import resolve_device
from semsearch.encoders.layout import ModelLayout
from semsearch.encoders.pooling import shifted
from semsearch.encoders.protocol import Device, Precision, SpanVectors
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.errors import EncoderUnavailable

NUMPY_AT_MOST = 96  # passages of a run for which NumPy is done before sentence-transformers is imported
LEAST_COSINE = {"float32": 0.99999, "bfloat16": 0.9995, "int8": 0.97}  # to NumPy's vector; below, it is not used
_PROBE = "The army left the city on 11 November 2022, and the river is now the front line."


class PassageEngine(Protocol):
    """Texts in bulk to unit vectors."""

    @property
    def name(self) -> str:
        """What it is, with its precision and device."""

    def encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors of passages, each with the model's prompt in front, and of spans in them."""

    def close(self) -> None:
        """Let :meth:`encode` in another thread end soon, with EncoderUnavailable."""


class OpenVinoEngine:
    """The OpenVINO graph."""

    def __init__(self, layout: ModelLayout, tokenizing: Tokenizing, precision: Precision) -> None:
        from semsearch.encoders.openvino_bert import OpenVinoForward

        self._forward = OpenVinoForward(layout, precision)
        self._tokenizing = tokenizing
        self._prompt = layout.document_prompt
        self.precision = self._forward.precision

    @property
    def name(self) -> str:
        """``OpenVINO``, the precision and the device."""
        return f"OpenVINO {self.precision} on cpu"

    def encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors."""
        tokenised = self._tokenizing.limited([self._prompt + text for text in texts])
        return self._forward.encode(tokenised, shifted(spans, len(self._prompt)))

    def close(self) -> None:
        """End before the next forward pass."""
        self._forward.close()


class TransformersEngine:
    """sentence-transformers; ``reason`` says why it had to step in, where it had to."""

    def __init__(self, layout: ModelLayout, device: Device, precision: Precision, reason: str = "") -> None:
        from semsearch.encoders.transformer import TransformerModel

        self._model = TransformerModel(str(layout.folder), device, precision)
        self._reason = reason

    @property
    def name(self) -> str:
        """``sentence-transformers``, precision, device and reason."""
        return self._model.name + _because(self._reason)

    def encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors."""
        return self._model.encode_spans(texts, spans)

    def close(self) -> None:
        """End before the next piece."""
        self._model.close()


class NumpyEngine:
    """The NumPy forward pass while there is little to do, and then what is quicker in the long run.

    ``reason`` says why it had to step in, where it had to.
    """

    def __init__(self, layout: ModelLayout, forward: BertForward, then: PassageEngine, reason: str = "") -> None:
        self._forward = forward
        self._prompt = layout.document_prompt
        self._then = then
        self._reason = reason
        self._encoded = 0  # passages so far

    @property
    def name(self) -> str:
        """Of the one that worked last."""
        return self._then.name if self._long_run else f"NumPy float32 on cpu{_because(self._reason)}"

    @property
    def _long_run(self) -> bool:
        return self._encoded > NUMPY_AT_MOST

    def encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors."""
        self._encoded += len(texts)
        if self._long_run:
            return self._then.encode(texts, spans)
        prompted = [self._prompt + text for text in texts]
        return self._forward.encode_spans(prompted, shifted(spans, len(self._prompt)))

    def close(self) -> None:
        """Few texts are quick; many are the other engine's."""
        self._then.close()


def choose_engine(
    layout: ModelLayout, tokenizing: Tokenizing, forward: BertForward, device: Device, precision: Precision
) -> PassageEngine:
    """The engine for passages on this machine. Raises EncoderUnavailable where what was asked cannot be."""
    found = resolve_device(device)
    if found != "cpu":
        gpu = TransformersEngine(layout, found, precision)
        return NumpyEngine(layout, forward, gpu) if (device, precision) == ("auto", "auto") else gpu
    expected = forward.encode([layout.document_prompt + _PROBE])[0]
    if not np.isfinite(expected).all():
        raise EncoderUnavailable(f"{layout.folder}: the model's weights give no numbers: take another model")
    wanted: list[Precision] = ["auto", "float32"] if precision == "auto" else [precision]
    for each in wanted:  # where bfloat16 cannot be trusted, float32 may be
        try:
            engine = OpenVinoEngine(layout, tokenizing, each)
            cosine = float(engine.encode([_PROBE], [()]).vectors[0] @ expected)
            if cosine >= LEAST_COSINE[engine.precision]:
                return engine
            reason = f"gives other vectors here (cosine {cosine:.4f})"
        except (ImportError, AttributeError, OSError, RuntimeError) as error:
            reason = "is not installed" if isinstance(error, ModuleNotFoundError) else f"fails ({type(error).__name__})"
    if precision == "int8":
        raise EncoderUnavailable(f"int8 needs OpenVINO, which {reason}: pip install openvino")
    then = TransformersEngine(layout, "cpu", precision, reason)
    return then if precision == "bfloat16" else NumpyEngine(layout, forward, then, reason)


def _because(reason: str) -> str:
    return f", as OpenVINO {reason}" if reason else ""


def engine_missing() -> str:
    """Why passages would be encoded more slowly here than they could be; empty where nothing is missing."""
    if importlib.util.find_spec("openvino") is not None:
        return ""
    return "OpenVINO is not installed, so sentence-transformers encodes passages, more slowly: pip install openvino"

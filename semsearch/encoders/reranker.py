"""A cross-encoder: reads question and passage together, better and far more slowly than two vectors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from semsearch.arrays import Scores
from semsearch.encoders.transformer import told
from semsearch.errors import EncoderUnavailable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH = 32  # pairs in one forward pass


class Reranker:
    """A model folder or hub name of a cross-encoder with one output, run by sentence-transformers."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._model = self._load()

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """How well each text answers, 0 to 1 (n,). What is over the model's limit is cut off."""
        import torch

        with told(self._name, "rerank"):
            found = self._model.predict(
                [(question, text) for text in texts],
                batch_size=BATCH,
                show_progress_bar=False,
                activation_fn=torch.nn.Sigmoid(),
            )
        scores = np.asarray(found, np.float64)
        if scores.shape != (len(texts),) or not np.isfinite(scores).all():
            raise EncoderUnavailable(
                f"{self._name} gives scores {scores.shape} for {len(texts)} texts: expected a model with one output"
            )
        return scores

    def _load(self) -> CrossEncoder:
        local = Path(self._name).is_dir()
        if local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import CrossEncoder
            from transformers.utils import logging
        except (ImportError, OSError) as error:
            raise EncoderUnavailable(f"sentence-transformers is not usable here: {error}") from None
        logging.disable_progress_bar()
        with told(self._name, "be loaded"):
            model: CrossEncoder = CrossEncoder(
                self._name, local_files_only=local, trust_remote_code=False, num_labels=1
            )
        return model

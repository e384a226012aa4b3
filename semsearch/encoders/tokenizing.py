"""A model's own tokenizer, with its limit set by us: ``tokenizer.json`` may carry another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semsearch.arrays import Offsets


class Tokenizing:
    """Token offsets of whole texts, and token ids cut at the model's limit."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._max_tokens = max_tokens

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets (n, 2) of each text's tokens, special tokens left out."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(one.offsets, np.int64).reshape(-1, 2) for one in found]

    def limited_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids with special tokens, the middle cut off behind the limit, the last kept."""
        found = (one.ids for one in self._tokenizer.encode_batch(list(texts)))
        return [ids if len(ids) <= self._max_tokens else [*ids[: self._max_tokens - 1], ids[-1]] for ids in found]

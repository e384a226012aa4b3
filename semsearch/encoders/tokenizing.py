"""A model's own tokenizer, with its limit set by us: ``tokenizer.json`` may carry another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from semsearch.arrays import Offsets
from semsearch.errors import EncoderUnavailable

_NORMALISING = {
    "do_lower_case": "lowercase",
    "strip_accents": "strip_accents",
    "tokenize_chinese_chars": "handle_chinese_chars",
}


class Tokenizing:
    """Token offsets of whole texts, and token ids cut at the model's limit."""

    def __init__(self, folder: Path, max_tokens: int, settings: Mapping[str, object] | None = None) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises nothing more exact
            raise EncoderUnavailable(f"{folder / 'tokenizer.json'}: unreadable: {str(error)[:120]}") from None
        self.normalising = self._normalise(settings)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._max_tokens = max_tokens

    @property
    def vocabulary(self) -> int:
        """Tokens that it knows."""
        return int(self._tokenizer.get_vocab_size())

    def _normalise(self, settings: Mapping[str, object] | None) -> str:
        """Set what ``tokenizer_config.json`` says of BERT's normalisation, as transformers does; what was changed."""
        from tokenizers.normalizers import BertNormalizer

        normalizer, changed = self._tokenizer.normalizer, ""
        if isinstance(normalizer, BertNormalizer):
            for name, own in _NORMALISING.items():
                if settings and name in settings and settings[name] != getattr(normalizer, own):
                    setattr(normalizer, own, settings[name])
                    changed += f", {name} {settings[name]}"
            self._tokenizer.normalizer = normalizer
        return changed

    def offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets (n, 2) of each text's tokens, special tokens left out."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [np.array(one.offsets, np.int64).reshape(-1, 2) for one in found]

    def limited_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids with special tokens, the middle cut off behind the limit, the last kept."""
        found = (one.ids for one in self._tokenizer.encode_batch(list(texts)))
        return [ids if len(ids) <= self._max_tokens else [*ids[: self._max_tokens - 1], ids[-1]] for ids in found]

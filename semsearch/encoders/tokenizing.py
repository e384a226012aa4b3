"""A model's own tokenizer, with its limit set by us: ``tokenizer.json`` may carry another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from semsearch.arrays import Offsets
from semsearch.errors import EncoderUnavailable

if TYPE_CHECKING:
    from tokenizers import Encoding

_NORMALISING = {
    "do_lower_case": "lowercase",
    "strip_accents": "strip_accents",
    "tokenize_chinese_chars": "handle_chinese_chars",
}


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text's tokens: ids, and offsets (n, 2) into the text, both 0 for special ones."""

    ids: list[int]
    offsets: Offsets


@dataclass(frozen=True, slots=True)
class Pair:
    """The tokens of two texts read together: ids, and which of the two each belongs to."""

    ids: list[int]
    kinds: list[int]


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
        found = self._encoded(texts, special=False)
        return [np.array(one.offsets, np.int64).reshape(-1, 2) for one in found]

    def limited(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens with the special ones, those behind the limit left out but for the last."""
        return [
            Tokens(self._cut(one.ids), np.array(self._cut(one.offsets), np.int64).reshape(-1, 2))
            for one in self._encoded(texts)
        ]

    def pairs(self, question: str, texts: Sequence[str]) -> list[Pair]:
        """Question and text together, the longer of the two cut where both are over the limit."""
        self._tokenizer.enable_truncation(self._max_tokens, strategy="longest_first")
        try:
            found = self._tokenizer.encode_batch([(question, text) for text in texts])
        finally:
            self._tokenizer.no_truncation()
        return [Pair(each.ids, each.type_ids) for each in found]

    def limited_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids alone of :meth:`limited`."""
        return [self._cut(one.ids) for one in self._encoded(texts)]

    def _encoded(self, texts: Sequence[str], *, special: bool = True) -> list[Encoding]:
        """One text by itself: a batch begins threads, which a single question has nothing from."""
        if len(texts) == 1:
            return [self._tokenizer.encode(texts[0], add_special_tokens=special)]
        return self._tokenizer.encode_batch(list(texts), add_special_tokens=special)

    def _cut(self, items: list[_T]) -> list[_T]:
        return items if len(items) <= self._max_tokens else [*items[: self._max_tokens - 1], items[-1]]

"""The language of a text. The only module that knows py3langid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT = 2_000  # characters
LEAST_LETTERS = 60  # of a text whose language can be detected
LEAST_PROBABILITY = 0.95
LEAST_WORDS = 20  # of a text that is plainly English
PLAIN_SHARE = 0.25  # of its words are among these
_ENGLISH = frozenset(
    """
    the of and to in is was for that on with as by at from he she it his her its are were be been has have had not this
    which who will would
    """.split()  # noqa: SIM905 (a list of words reads better so)
)
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language; None where it is too short or not clear.

    English that shows by its function words needs no model, which takes half a second to load.
    """
    text = text[:LOOKED_AT]
    if _is_plainly_english(text):
        return "en"
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        return None
    code, probability = _identifier().classify(text)
    return str(code) if float(probability) >= LEAST_PROBABILITY and len(code) == len("en") else None


def _is_plainly_english(text: str) -> bool:
    words = _WORD.findall(text.lower())
    return len(words) >= LEAST_WORDS and sum(map(_ENGLISH.__contains__, words)) >= PLAIN_SHARE * len(words)


@cache
def _identifier(*, norm_probs: bool = True) -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=norm_probs)


def likely_languages(text: str, codes: Sequence[str]) -> dict[str, float]:
    """How likely each of some languages is for a text, as the logarithm of its probability among all that are known."""
    return {code: value for code, value in _logarithms(text[:LOOKED_AT]).items() if code in codes}


@lru_cache(64)
def _logarithms(text: str) -> dict[str, float]:
    ranked = _identifier(norm_probs=False).rank(text)
    highest = max(value for _, value in ranked)
    total = highest + log(sum(exp(value - highest) for _, value in ranked))
    return {str(code): float(value) - total for code, value in ranked}

"""The language of a text. The only module that knows py3langid."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT = 2_000  # characters
LEAST_LETTERS = 60  # of a text whose language can be told
LEAST_PROBABILITY = 0.95


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language; None where it is too short or not clear."""
    text = text[:LOOKED_AT]
    if sum(map(str.isalpha, text)) < LEAST_LETTERS:
        return None
    code, probability = _identifier().classify(text)
    return str(code) if float(probability) >= LEAST_PROBABILITY and len(code) == len("en") else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

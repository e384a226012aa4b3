"""Texts to terms: words in lower case, cut to their stems. The only module that knows tantivy.

Its tokenizer splits at everything that is neither letter nor digit; stems are Snowball's (Porter 2001).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from semsearch.arrays import Span

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

LONGEST_TERM = 40  # bytes of a word; longer ones are no words
STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
UNKNOWN = "en"  # how texts are stemmed whose language is not known
_WORD = re.compile(r"[^\W_]+")


class Analyzer:
    """Terms of texts in one language, by its ISO 639-1 code; words of other languages keep their endings."""

    def __init__(self, language: str = UNKNOWN) -> None:
        self._stemmer = STEMMED.get(language, "")
        self._analyzer = _analyzer(self._stemmer)

    def terms(self, text: str) -> list[str]:
        """The terms of ``text``, in order."""
        return self._analyzer.analyze(text.encode("utf-8", "replace").decode())

    def matches(self, text: str, wanted: set[str]) -> list[tuple[Span, str]]:
        """The words of ``text`` whose term is ``wanted``, as spans in characters, each with its term."""
        heads = {form for term in wanted for form in (term[:1], term[:1].upper())}  # a stem begins as its word does
        words = [word for word in set(_WORD.findall(text)) if word[0] in heads or not word.isascii()]
        held = {word: term for word in words if (term := _term(self._stemmer, word)) in wanted}
        return sorted((span, term) for word, term in held.items() for span in _places(text, word))


def query_terms(text: str, languages: Sequence[str]) -> list[list[str]]:
    """The words of a question, each once, each as its different stems in ``languages``."""
    words: dict[tuple[str, ...], None] = {}
    for word in _WORD.findall(text):
        stems = dict.fromkeys(term for language in languages for term in Analyzer(language).terms(word))
        if stems:
            words[tuple(stems)] = None
    return [list(word) for word in words]


@cache
def _analyzer(stemmer: str) -> TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_TERM))
    builder = builder.filter(Filter.lowercase())
    if stemmer:
        builder = builder.filter(Filter.stemmer(stemmer))
    return builder.filter(Filter.ascii_fold()).build()


def _places(text: str, word: str) -> Iterator[Span]:
    """Where a word stands in a text, whole."""
    begin = text.find(word)
    while begin >= 0:
        end = begin + len(word)
        if not text[begin - 1 : begin].isalnum() and not text[end : end + 1].isalnum():  # as _WORD has it
            yield begin, end
        begin = text.find(word, end)


@lru_cache(100_000)  # a text has few words that the texts before it had not
def _term(stemmer: str, word: str) -> str:
    return next(iter(_analyzer(stemmer).analyze(word)), "")

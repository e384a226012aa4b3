"""Texts to terms: words in lower case, cut to their stems. The only module that knows tantivy.

A word is what words.py calls one, in a text as in a question; stems are Snowball's (Porter 2001).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from semsearch.arrays import Span
from semsearch.text.stopwords import WORDY
from semsearch.text.words import is_pair, prepared, word_spans

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

LONGEST_TERM, LONGEST_OTHER = 40, 160  # bytes of a word, and of one beyond ASCII; longer ones are no words
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
LONG_QUESTION = 20  # words; of a longer one some say nothing, and others are repeated
PASTED = 100  # words; so many are a text, whose repeated words are its subject
UNKNOWN = "en"  # how texts are stemmed whose language is not known
_PLAIN_WORD = re.compile(r"[^\W_]+")
_LETTERS = r"[\p{L}\p{M}\p{N}]+"


class Analyzer:
    """Terms of texts in one language, by its ISO 639-1 code; words of other languages keep their endings."""

    def __init__(self, language: str = UNKNOWN) -> None:
        self._stemmer = STEMMED.get(language, "")

    def terms(self, text: str) -> list[str]:
        """The terms of ``text``, in order."""
        return _terms(self._stemmer, text if text.isascii() else prepared(text.encode("utf-8", "replace").decode()))

    def terms_asked(self, text: str) -> list[str]:
        """The terms that a text must have which answers ``text``: of scripts without blanks, pairs alone."""
        return _terms(self._stemmer, text if text.isascii() else prepared(text, asked=True))

    def matches(self, text: str, wanted: set[str]) -> list[tuple[Span, str]]:
        """The words of ``text`` whose term is ``wanted``, as spans in characters, each with its term."""
        if not text.isascii():
            return self._matches(text, wanted)
        heads = {form for term in wanted for form in (term[:1], term[:1].upper())}  # a stem begins as its word does
        words = [word for word in set(_PLAIN_WORD.findall(text)) if word[0] in heads]
        held = {word: term for word in words if (term := _term(self._stemmer, word)) in wanted}
        return sorted((span, term) for word, term in held.items() for span in _places(text, word))

    def _matches(self, text: str, wanted: set[str]) -> list[tuple[Span, str]]:
        """The same for a text beyond ASCII: its words found one by one, and pairs of scripts without blanks."""
        found = []
        for span in word_spans(text):
            term = _term(self._stemmer, text[span[0] : span[1]])
            if term in wanted:
                found.append((span, term))
        pairs = [term for term in wanted if is_pair(term)]
        return sorted([*found, *_apart(text, pairs)])


def query_terms(text: str, languages: Sequence[str]) -> list[list[str]]:
    """The words of a question, each once, each as its different stems in ``languages``."""
    return [list(word) for word in dict.fromkeys(_stems(text, languages))]


def asked_terms(text: str, languages: Sequence[str]) -> tuple[list[list[str]], list[float] | None]:
    """The words of a question as :func:`query_terms` gives them, and of a long one how often each counts.

    Of a long question those words are left out that say nothing of what it asks, as long as others are left. That a
    word is repeated says the more, the longer the text: ``times ** (words / 100)``, from 100 words on each time.
    """
    words = _stems(text, languages)
    if len(words) > LONG_QUESTION:
        plain = _stems(text, [""])
        counted = Counter(word for word, (said,) in zip(words, plain, strict=True) if said not in WORDY)
        if counted:
            power = min(len(words) / PASTED, 1.0)
            return list(map(list, counted)), [times**power for times in counted.values()]
    return list(map(list, dict.fromkeys(words))), None


def _stems(text: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
    """The words of a question in their order, each as its different stems."""
    text = text.encode("utf-8", "replace").decode()
    of_language = [Analyzer(language).terms_asked(text) for language in languages]
    return [tuple(dict.fromkeys(stems)) for stems in zip(*of_language, strict=True)]


def _terms(stemmer: str, text: str) -> list[str]:
    return _analyzer(stemmer, plain=text.isascii()).analyze(text)


@cache
def _analyzer(stemmer: str, *, plain: bool) -> TextAnalyzer:
    """The analyzer of a language; for ``plain`` ASCII a quicker one that cuts it in the same way."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple() if plain else Tokenizer.regex(_LETTERS))
    builder = builder.filter(Filter.remove_long(LONGEST_TERM if plain else LONGEST_OTHER))
    builder = builder.filter(Filter.lowercase())
    if stemmer:
        builder = builder.filter(Filter.stemmer(stemmer))
    return builder.filter(Filter.ascii_fold()).build()


def _apart(text: str, pairs: Sequence[str]) -> list[tuple[Span, str]]:
    """Where pairs of characters stand, none over another."""
    places = sorted((begin, pair) for pair in pairs for begin in _begins(text, pair))
    found, end = list[tuple[Span, str]](), 0
    for begin, pair in places:
        if begin + len(pair) > end:
            found.append(((max(begin, end), begin + len(pair)), pair))
            end = begin + len(pair)
    return found


def _begins(text: str, part: str) -> Iterator[int]:
    begin = text.find(part)
    while begin >= 0:
        yield begin
        begin = text.find(part, begin + 1)


def _places(text: str, word: str) -> Iterator[Span]:
    """Where a word stands in a text, whole."""
    begin = text.find(word)
    while begin >= 0:
        end = begin + len(word)
        if not text[begin - 1 : begin].isalnum() and not text[end : end + 1].isalnum():
            yield begin, end
        begin = text.find(word, end)


@lru_cache(100_000)  # a text has few words that the texts before it had not
def _term(stemmer: str, word: str) -> str:
    return next(iter(_terms(stemmer, word if word.isascii() else prepared(word, asked=True))), "")

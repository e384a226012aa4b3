"""What of a passage is shown as answering: its best sentence, and the words of the question."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from semsearch.arrays import Ids, Mask, Span, Vectors, exact_cosines
from semsearch.ranking.bm25 import word_weight
from semsearch.ranking.sentences import best_sentences, has_sign, leans, numbers_of, rarity, wanted_sign
from semsearch.search.question_words import Others
from semsearch.storage.snapshot import LexicalView, Snapshot
from semsearch.text.analysis import UNKNOWN, Analyzer, query_terms
from semsearch.text.stopwords import COMMON


class Marking:
    """Marks the passages that answer one question."""

    def __init__(
        self,
        text: str,
        vector: Vectors | None,
        view: LexicalView,
        allowed: Ids | None,
        languages: list[str],
        others: Others | None = None,
    ) -> None:
        self._vector = vector
        self._known = numbers_of(text)
        self._sign = wanted_sign(text)
        words = [
            stems + [other for stem in stems for other in (others or {}).get(stem, ()) if other not in stems]
            for stems in query_terms(text, languages)
            if not COMMON.intersection(stems)
        ]
        mask = view.allowed(allowed)
        count = len(view.numbers) if mask is None else int(np.count_nonzero(mask))
        held = [view.count(stems, mask) for stems in words]
        self.held = any(held)  # whether a passage has a word of the question, common ones left out
        self._weights = [word_weight(count, holding) for holding in held]
        self._word_of = {stem: at for at, stems in enumerate(words) for stem in stems}

    @property
    def count(self) -> int:
        """Words of the question, common ones left out."""
        return len(self._weights)

    def words(self, text: str, language: str | None) -> list[tuple[Span, int]]:
        """The question's words in a text, as spans, each with its place in the question; common words left out."""
        found = Analyzer(language or UNKNOWN).matches(text, set(self._word_of))
        return [(span, self._word_of[term]) for span, term in found]

    def own_words(self, snapshot: Snapshot) -> Callable[[Ids], Mask]:
        """What says which of some passages have a word of the question in their own text: titles count for ranking."""

        def found(numbers: Ids) -> Mask:
            columns = snapshot.columns()
            languages = [columns.languages[code] for code in columns.language[columns.documents(numbers)].tolist()]
            texts = (text for _, text in snapshot.documents.texts(numbers))
            return np.array([bool(self.words(*each)) for each in zip(texts, languages, strict=True)], np.bool_)

        return found

    def best(
        self, text: str, sentences: Sequence[Span], vectors: Vectors, words: Sequence[tuple[Span, int]], *, lead: bool
    ) -> Span:
        """The best sentence of a passage, with the next where both may answer.

        ``vectors`` are those of its sentences, if there are any; ``lead``: the passage begins its article.
        """
        cosines = exact_cosines(vectors, self._vector).tolist() if self._vector is not None and len(vectors) else []
        held = _words_within(words, sentences)
        counts = Counter(word for each in held for word in each)
        weights = [weight * rarity(counts[word], len(held)) for word, weight in enumerate(self._weights)]
        total = sum(weights) or 1.0
        coverage = [sum(weights[word] for word in each) / total for each in held]
        pieces = [text[start:end] for start, end in sentences]
        signs = [has_sign(piece, self._known, self._sign) for piece in pieces]
        first, last = best_sentences(cosines, coverage, signs, list(map(leans, pieces)), lead)
        return sentences[first][0], sentences[last][1]


def _words_within(words: Sequence[tuple[Span, int]], sentences: Sequence[Span]) -> list[set[int]]:
    """The words that begin in each sentence; both are in order."""
    held: list[set[int]] = [set() for _ in sentences]
    starts = [start for start, _ in sentences]
    for (begin, _), word in words:
        at = bisect_right(starts, begin) - 1
        if at >= 0 and begin < sentences[at][1]:
            held[at].add(word)
    return held

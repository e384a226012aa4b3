"""A question's words as the index writes them: names in their other spellings, and words that nothing holds.

Three steps, each only where the one before found nothing: a table of names, the ways in which transliterations differ,
and one slip of the hand (Damerau 1964). Those of the table are looked for beside what was asked, so that both are
found; the others take the place of a word that no passage holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import islice

import numpy as np

from semsearch.arrays import Mask
from semsearch.records import DateRange
from semsearch.search.names import LONGEST, Table, shipped_spellings
from semsearch.search.operators import ParsedQuestion
from semsearch.storage.snapshot import LexicalView, Snapshot
from semsearch.text.analysis import Analyzer, query_terms
from semsearch.text.spellings import beginnings, folded, keys, one_slip, sounding_alone, sounds
from semsearch.text.stopwords import WORDY
from semsearch.text.words import word_spans

LEAST_LETTERS = 5  # of a word that may be a slip
LEAST_SOUNDS = 3  # of a word that is looked for by its sound
MOST_LONGER = 4  # letters
MOST_TERMS = 5  # of one sound or slip that are looked at
ALIKE, A_SLIP = 0.6, 0.8  # share of letters that two spellings of a name, or of any word, have in common
LOOKED_AT = 8  # passages in which a word is read as it is written
MOST_WORDS = 100  # of a question that are looked at


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read, and what else was read than was written, as the index writes it."""

    question: ParsedQuestion
    also_read: tuple[str, ...] = ()
    meant: Mapping[str, str] = field(default_factory=dict)  # by a word as it was typed: what it was read as
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by a term: those looked for beside it


class Spelling:
    """Reads questions against the words that the passages of a snapshot hold."""

    def __init__(self, snapshot: Snapshot, aliases: Table | None = None) -> None:
        self._snapshot = snapshot
        self._aliases = aliases or {}

    def read(self, question: ParsedQuestion, as_of: date | None, is_word: Callable[[str], bool]) -> Reading:
        """The question as it is to be looked for; what is quoted or must be there stays as it is.

        ``is_word`` says whether the model knows a word; what was published after ``as_of`` holds nothing.
        """
        kept = {word for phrase in (*question.quoted, *question.required, *question.titled) for word in _words(phrase)}
        held = _Held(self._snapshot, as_of)
        text, moved, also = question.text, 0, list[str]()
        others, corrected = dict[str, list[str]](), dict[str, str]()
        for begin, end in islice(word_spans(question.text), MOST_WORDS):
            word = question.text[begin:end]
            if folded(word) in kept or folded(word) in WORDY or len(word) > LONGEST or not word.isalpha():
                continue
            found = self._read(word, held, begin > 0, is_word)
            if not found:
                continue
            also += found
            meant = max(self._ordered(word, found), key=held.count)
            text = text[: begin + moved] + meant + text[end + moved :]
            moved += len(meant) - len(word)
            corrected |= {word: meant} if meant != word else {}
            terms = [term for each in (word, *found) for term in held.terms(each)]
            others.update(dict.fromkeys(held.terms(meant), terms) if word in held or len(found) > 1 else {})
        return Reading(replace(question, text=text), tuple(dict.fromkeys(also)), corrected, others)

    def _names(self, word: str) -> Sequence[str]:
        """The spellings of a name, in the order of its table."""
        return self._aliases.get(folded(word)) or shipped_spellings().get(folded(word)) or ()

    def _ordered(self, word: str, found: Sequence[str]) -> list[str]:
        """A word and those found for it, in the order of the table: the first is the name that is usual."""
        names = [folded(name) for name in self._names(word)]
        return sorted((word, *found), key=lambda each: names.index(folded(each)) if names else each == word)

    def _read(self, word: str, held: _Held, inside: bool, is_word: Callable[[str], bool]) -> list[str]:
        """What else a word may be, most passages first: names in other spellings, or the word that is meant."""
        names = self._names(word)
        if names:
            found = {name: held.count(name) for name in names if folded(name) != folded(word)}
            return [name for name, count in sorted(found.items(), key=lambda each: -each[1]) if count]
        named = inside and word[0].isupper()
        if word in held or len(word) < LEAST_LETTERS or not (named or not is_word(word.lower())):
            return []
        meant = held.written(held.sounding(folded(word)), word, ALIKE) or held.written(
            held.slipped(folded(word)), word, A_SLIP
        )
        return [meant] if meant else []


class _Held:
    """What some passages hold."""

    def __init__(self, snapshot: Snapshot, as_of: date | None) -> None:
        self._snapshot = snapshot
        self._view: LexicalView = snapshot.lexical()
        self._languages = snapshot.languages(as_of)
        allowed = None if as_of is None else snapshot.allowed(DateRange(None, as_of), ())
        self._mask: Mask | None = self._view.allowed(allowed)

    def terms(self, word: str) -> list[str]:
        """The stems of a word, one for each language of the documents."""
        return [stem for stems in query_terms(word, self._languages) for stem in stems]

    def __contains__(self, word: str) -> bool:
        if self._mask is not None:
            return self.count(word) > 0
        return any(index.find(term) is not None for index in self._view.indexes for term in self.terms(word))

    def count(self, word: str) -> int:
        """How many passages hold a word."""
        return self._view.count(self.terms(word), self._mask)

    def sounding(self, word: str) -> list[str]:
        """Terms that sound like a word."""
        wanted = set[str]().union(*(keys(each) for each in (word, *self.terms(word))))
        lengths = range(len(word) - MOST_LONGER, len(word) + MOST_LONGER + 1)
        letters = {letter for key in wanted if len(key) >= LEAST_SOUNDS for letter in beginnings(key)}
        found = (
            term for index in self._view.indexes for letter in letters for term in index.beginning(letter, lengths)
        )
        alone = {sounding_alone(key) for key in wanted}  # a quick look at letters before the sounds are made
        return self._held(term for term in found if sounding_alone(term) in alone and sounds(term) in wanted)

    def slipped(self, word: str) -> list[str]:
        """Terms of words that one slip turns into a word, or into its stem."""
        stems = (form for term in self.terms(word) for form in one_slip(term))
        return self._held((*self.terms(" ".join(one_slip(word))), *stems))

    def _held(self, terms: Iterable[str]) -> list[str]:
        """Those of some terms that passages hold, the most frequent first."""
        wanted = set(terms)
        known = set[str]().union(*(index.among(wanted) for index in self._view.indexes))
        counts = {term: self._view.count([term], self._mask) for term in known}
        return sorted((term for term, count in counts.items() if count), key=lambda term: (-counts[term], term))

    def written(self, terms: Sequence[str], typed: str, alike: float) -> str:
        """Of the words of some terms, as passages write them, the one most ``alike`` what was typed; or nothing."""
        found = {word: count for term in terms[:MOST_TERMS] for word, count in self._words_of(term).items()}
        like = typed.lower()
        near = {word: ratio for word in found if (ratio := SequenceMatcher(None, word.lower(), like).ratio()) >= alike}
        return max(near, key=lambda word: (near[word], found[word], word), default="")

    def _words_of(self, term: str) -> Counter[str]:
        found, begin = Counter[str](), 0
        for index in self._view.indexes:
            number = index.find(term)
            if number is not None:
                rows = begin + self._view.postings(index.passages, number)[0].astype(np.int64)
                rows = rows if self._mask is None else rows[self._mask[rows]]
                texts = self._snapshot.documents.texts(self._view.numbers[rows[:LOOKED_AT]])
                for title, text in texts:
                    found.update(_written(f"{title}\n{text}", term, self._languages))
            begin += len(index)
        return found


def _written(text: str, term: str, languages: Sequence[str]) -> Iterator[str]:
    for language in languages:
        for (begin, end), _ in Analyzer(language).matches(text, {term}):
            yield text[begin:end]


def _words(phrase: str) -> Iterator[str]:
    return (folded(phrase[begin:end]) for begin, end in word_spans(phrase))

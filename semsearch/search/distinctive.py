"""The words and phrases by which two groups of passages differ.

They are chosen by their weighted log-odds with a Dirichlet prior (Monroe, Colaresi and Quinn 2008). A word that mostly
stands in one phrase gives its place to the phrase: "United" to "United Nations".
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from semsearch.records import Hit
from semsearch.text.analysis import UNKNOWN, Analyzer
from semsearch.text.stopwords import FREQUENT, REPORTING

MOST_WORDS = 10
LEAST_Z = 0.8  # of a word's log-odds
PRIOR = 0.1  # of a word's frequency in both that is taken as known before
LEAST_HELD = 2  # passages that have a phrase
MOSTLY = 0.7  # of the passages that have a word, as many have the phrase that takes its place
LONGEST_PHRASE = 3  # words
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_APART = re.compile(r"\S")  # between two words: they are no phrase
FEWEST_LETTERS = 3

Unit = tuple[str, ...]  # the stems of a word or of a phrase


def distinctive(sides: Sequence[Sequence[Hit]], question: str) -> list[list[str]]:
    """The words and phrases by which each of two sides stands out, the strongest first; those of the question are not.

    One that a single passage has says nothing of a side of many.
    """
    counts, shown = [Counter[Unit](), Counter[Unit]()], dict[Unit, Counter[str]]()
    for count, hits in zip(counts, sides, strict=True):
        for hit in hits:
            for unit, text in _units(hit).items():
                count[unit] += 1
                shown.setdefault(unit, Counter())[text] += 1
    both = counts[0] + counts[1]
    least = [min(LEAST_HELD, len(hits)) for hits in sides]
    held = {unit for unit, count in both.items() if len(unit) == 1 or count >= LEAST_HELD}
    held -= _parts(held, both)
    asked = {
        stem
        for language in {hit.document.language for hits in sides for hit in hits}
        for stem in _asked(question, language)
    }
    held -= {unit for unit in held if asked.issuperset(unit)}
    scores = log_odds(*({unit: each for unit, each in count.items() if unit in held} for count in counts))
    found = []
    for sign, count, fewest in zip((1, -1), counts, least, strict=True):
        ranked = sorted(scores, key=lambda unit: (-sign * scores[unit], unit))
        strong = [unit for unit in ranked if sign * scores[unit] >= LEAST_Z and count[unit] >= fewest]
        found.append([min(shown[unit].items(), key=lambda item: (-item[1], item[0]))[0] for unit in _apart(strong)])
    return found


def _apart(ranked: Sequence[Unit]) -> list[Unit]:
    """The first units, less those that share a word with one before them."""
    chosen = list[Unit]()
    for unit in ranked:
        if len(chosen) < MOST_WORDS and all(set(unit).isdisjoint(other) for other in chosen):
            chosen.append(unit)
    return chosen


def _asked(question: str, language: str | None) -> list[str]:
    return Analyzer(language or UNKNOWN).terms(question)


def _parts(held: set[Unit], counts: Counter[Unit]) -> set[Unit]:
    """Words, and parts of phrases, that mostly stand in one phrase; and phrases that a longer one does not explain."""
    parts = set[Unit]()
    for phrase in sorted((unit for unit in held if len(unit) > 1), key=lambda unit: (-len(unit), unit)):
        inner = [phrase[begin:end] for begin in range(len(phrase)) for end in range(begin + 1, len(phrase) + 1)]
        taken = [unit for unit in inner if unit != phrase and counts[phrase] >= MOSTLY * counts[unit]]
        if taken and phrase not in parts:
            parts.update(taken)
        else:
            parts.add(phrase)  # its words stand elsewhere too, and say as much
    return parts


def _units(hit: Hit) -> dict[Unit, str]:
    """The words and phrases of a passage, each once, as they stand there; common words are in none."""
    found = dict[Unit, str]()
    for run in _runs(hit):
        for length in range(1, LONGEST_PHRASE + 1):
            for begin in range(len(run) - length + 1):
                part = run[begin : begin + length]
                text = " ".join(hit.text[part[0][1] : part[-1][2]].split())
                found.setdefault(tuple(stem for stem, _, _ in part), text)
    return found


def _runs(hit: Hit) -> Iterator[list[tuple[str, int, int]]]:
    """Words with blanks alone between them, as stem, start and end; a common word ends a run."""
    analyzer = Analyzer(hit.document.language or UNKNOWN)
    run, at = list[tuple[str, int, int]](), 0
    for word in _WORD.finditer(hit.text):
        stems = analyzer.terms(word[0])
        common = len(word[0]) < FEWEST_LETTERS or word[0].lower() in FREQUENT or word[0].lower() in REPORTING
        if run and (common or _APART.search(hit.text, at, word.start())):
            yield run
            run = []
        if stems and not common:
            run.append((" ".join(stems), word.start(), word.end()))
        at = word.end()
    if run:
        yield run


def log_odds(one: dict[Unit, int], two: dict[Unit, int]) -> dict[Unit, float]:
    """The z-score of each word's log-odds, positive for the first."""
    sizes = sum(one.values()), sum(two.values())
    units = {**one, **two}
    if not all(sizes):
        return {unit: math.inf if unit in one else -math.inf for unit in units}
    prior_size = PRIOR * sum(sizes)
    scores = {}
    for unit in units:
        prior = PRIOR * (one.get(unit, 0) + two.get(unit, 0))
        y, z = one.get(unit, 0) + prior, two.get(unit, 0) + prior
        odds = math.log(y / (sizes[0] + prior_size - y)) - math.log(z / (sizes[1] + prior_size - z))
        scores[unit] = odds / math.sqrt(1 / y + 1 / z)
    return scores

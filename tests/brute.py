"""Every passage of an index scored one after the other in plain Python: what any answer must equal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from semsearch.arrays import Vectors
from semsearch.records import Document, Mode
from semsearch.storage.snapshot import open_snapshot
from semsearch.text.analysis import Analyzer
from semsearch.text.stopwords import WORDY

SHARES = {"hybrid": (0.275, 0.275, 0.225, 0.225), "dense": (1, 0, 0, 0), "lexical": (0, 0, 0.5, 0.5)}
FIRST = 100  # passages whose sentences are looked at
Found = tuple[float, str, int]  # score, document, start


class Brute:
    """The passages of an index, read out whole."""

    def __init__(self, folder: Path) -> None:
        snapshot = open_snapshot(folder)
        numbers = snapshot.lexical().numbers
        self.places = snapshot.documents.places(numbers)
        self.rows = snapshot.vectors(numbers).astype(np.float64)
        self.parts = [parts for _, (_, parts) in sorted(snapshot.sentence_vectors(numbers).items())]
        spoken = snapshot.events(numbers)
        self.events = [[(each.first, each.last) for each in spoken[number]] for number in numbers.tolist()]
        self.documents = {place.doc_id: snapshot.documents.document(place.doc_id) for place in self.places}
        snapshot.close()
        english = Analyzer("en")
        self.titles = {doc_id: english.terms(found.title) for doc_id, found in self.documents.items()}
        self.bodies = [english.terms(self.documents[p.doc_id].text[p.start : p.end]) for p in self.places]

    def bm25(self, question: str, units: dict[object, Sequence[str]]) -> tuple[dict[object, float], float, float]:
        """BM25 of units of text, what one could have at most, and the lift: the docstrings' formulas, word by word."""
        counted = {name: Counter(terms) for name, terms in units.items()}
        mean = sum(len(terms) for terms in units.values()) / max(len(units), 1)
        scores, bounds, asked = dict.fromkeys(units, 0.0), list[tuple[float, float]](), Analyzer("en").terms(question)
        counts: dict[str, float] = dict.fromkeys(asked, 1.0)
        if len(asked) > 20:
            said = Counter(t for t, word in zip(asked, Analyzer("").terms(question), strict=True) if word not in WORDY)
            counts = {term: times ** min(len(asked) / 100, 1) for term, times in said.items()}
        for term, count in counts.items():
            holding = sum(term in counts for counts in counted.values())
            weight = math.log(1 + (len(units) - holding + 0.5) / (holding + 0.5)) ** 1.25
            bounds.append((weight * 1.9, count))
            for name, terms in units.items():
                times = counted[name][term]
                part = weight * times * 1.9 / (times + 0.9 * (0.4 + 0.6 * len(terms) / mean)) if times else 0
                scores[name] += count * part
        bound, typical = sum(each * count for each, count in bounds), sum(sorted(each for each, _ in bounds)[-8:])
        return scores, bound, max(bound / typical, 1) ** 0.75 if len(asked) > 20 else 1.0

    def answer(
        self,
        question: str,
        row: Vectors,
        mode: Mode,
        allowed: Callable[[Document], bool],
        top: int = 10,
        per_document: int = 1,
        factor: Callable[[Document, list[tuple[date, date]]], float] = lambda *_: 1.0,
    ) -> list[Found]:
        """The hits of a question: score, document, start; ``factor`` from a document and the days a passage names."""
        inside = [at for at, place in enumerate(self.places) if allowed(self.documents[place.doc_id])]
        owners = {at: self.places[at].doc_id for at in inside}
        wholes: dict[object, list[str]] = {doc_id: list(self.titles[doc_id]) for doc_id in owners.values()}
        for at in inside:
            wholes[owners[at]] += self.bodies[at]
        passages, *passage_bound = self.bm25(
            question, {at: [*self.titles[owners[at]], *self.bodies[at]] for at in inside}
        )
        articles, *whole_bound = self.bm25(question, dict(wholes))
        shares, first = SHARES[mode], {}
        for at in inside:
            words = shares[2] * covered(passages[at], *passage_bound)
            words += shares[3] * covered(articles[owners[at]], *whole_bound)
            cosine = max(float((self.rows[at] * row).sum()), 0.0)
            by_time = factor(self.documents[owners[at]], self.events[at])
            first[at] = (words, cosine, by_time, (words + (shares[0] + shares[1]) * cosine) * by_time)
        least = sorted((score for *_, score in first.values()), reverse=True)[:FIRST][-1] if first else 0.0
        found = []
        for at, (words, cosine, by_time, score) in first.items():
            if score < least - 1e-12 or (mode == "lexical" and not words):
                continue
            nearest = max((self.parts[at].astype(np.float64) * row).sum(axis=1), default=cosine)
            total = words + shares[0] * cosine + shares[1] * max(float(nearest), 0.0)
            found.append((total * by_time, owners[at], self.places[at].start))
        taken: Counter[str] = Counter()
        kept = []
        for hit in sorted(found, key=lambda hit: (-round(hit[0], 9), hit[1], hit[2])):
            taken[hit[1]] += 1
            if taken[hit[1]] <= per_document:
                kept.append(hit)
        return kept[:top]


def covered(score: float, bound: float, lift: float) -> float:
    """The share of what it could be at most, lifted where the question is long."""
    share = score / (bound or 1)
    return lift * share / (1 + (lift - 1) * share)


def assert_same(hits: Sequence[Found], expected: Sequence[Found], tolerance: float = 2e-6) -> None:
    """Equal scores in order, and equal passages but for the order of near equals."""
    np.testing.assert_allclose([hit[0] for hit in hits], [hit[0] for hit in expected], atol=tolerance)
    for hit, other in zip(hits, expected, strict=True):
        if hit[1:] != other[1:]:
            rivals = [rival[1:] for rival in expected if abs(rival[0] - hit[0]) <= 2 * tolerance]
            last = abs(hit[0] - expected[-1][0]) <= 2 * tolerance
            assert last or hit[1:] in rivals, f"{hit} where {other} was expected"


def published(document: Document) -> date | None:
    """The day of publication, as far as it is known."""
    return None if document.published is None else document.published.first


def fit(hit_day: date | None, spoken: list[tuple[date, date]], first: date, last: date) -> float:
    """The formula of the docstrings, once more."""
    length = (last - first).days + 1
    by_day = 0.0
    if hit_day is not None:
        outside = max((first - hit_day).days, (hit_day - last).days, 0)
        by_day = 1.0 if not outside else 0.5 * 0.5 ** (outside / max(length, 3))
    speaks = any(begin <= last and end >= first and (end - begin).days < max(31, length) for begin, end in spoken)
    return max(by_day, 0.5 if speaks else 0.0)


def time_factor(first: date, last: date, document: Document, spoken: list[tuple[date, date]]) -> float:
    """What a score is multiplied by for a window."""
    return 0.6 + 0.4 * fit(published(document), spoken, first, last)

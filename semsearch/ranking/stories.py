"""Which articles tell one story in the same words: copies of a text, and later versions of one page.

Two texts are copies where most of their shingles of three words are the same, and neither has numbers or names that the
other lacks. A copy that comes more than a week later is one only where every word is the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

SHINGLE = 3  # words
LEAST_WORDS = 6  # of a text that can be told from another
SAME = 0.5  # of the shingles of both, or
WITHIN = 0.8  # of those of the shorter one, which is a part of the other
MOST_HOLDING = 60  # articles with a shingle: more share what everybody writes
SHOUTED = 4  # letters of a word in capitals that is no name: VIDEO
BANDS = 20  # of two hashes: of two texts with half of their shingles in common 997 in 1,000 share one
_ALL = (1 << 64) - 1
ASKED = 12  # places of a group
LEAST_SHARED = 3  # shingles that few have
SAME_DAYS = 7  # between two publications
_NUMBERS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred first second third fourth fifth
    sixth seventh eighth ninth tenth eleventh twelfth""".split()  # noqa: SIM905
)
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_SENTENCE = re.compile(r"(?:^|[.!?:\n])\W{0,8}\w+")  # whose first word is a name or none


@dataclass(frozen=True, slots=True)
class Told:
    """What of an article says whether it is a copy of another."""

    day: int | None
    shingles: frozenset[int]
    numbers: Counter[str]
    names: frozenset[str]
    words: frozenset[str]


def told(day: int | None, title: str, text: str) -> Told:
    """An article as it is compared: its text, or its title where that is nearly all there is."""
    whole = text if title and text.startswith(title.rstrip(" …")) else f"{title}\n{text}"
    words = _WORD.findall(whole)
    lower = [word.lower() for word in words]
    shingles = frozenset(hash(tuple(lower[at : at + SHINGLE])) for at in range(len(lower) - SHINGLE + 1))
    opening = {found[0].split()[-1].lower().lstrip("\"'“”‘(") for found in _SENTENCE.finditer(whole)}
    names = frozenset(
        word.lower()
        for word in words
        if word[0].isupper() and not (word.isupper() and len(word) >= SHOUTED) and word.lower() not in opening
    )
    numbers = Counter(word for word in lower if word[0].isdigit() or word in _NUMBERS)
    enough = len(words) >= LEAST_WORDS
    return Told(day, shingles if enough else frozenset(), numbers, names, frozenset(lower))


def is_copy(one: Told, other: Told) -> bool:
    """Whether two articles say the same in the same words."""
    both = len(one.shingles & other.shingles)
    fewest, whole = min(len(one.shingles), len(other.shingles)), len(one.shingles | other.shingles)
    if not both or (both < SAME * whole and both < WITHIN * fewest):
        return False
    if differ(one, other):
        return False
    near = one.day is None or other.day is None or abs(one.day - other.day) <= SAME_DAYS
    return near or one.shingles == other.shingles


def differ(one: Told, other: Told) -> bool:
    """Whether each has a number, or a name, that the other lacks: then they speak of different things."""
    numbers = one.numbers - other.numbers and other.numbers - one.numbers
    return bool(numbers) or bool(one.names - other.words and other.names - one.words)


def likeness(one: Told, other: Told) -> float:
    """The share of the shingles of both that they have in common."""
    return len(one.shingles & other.shingles) / max(len(one.shingles | other.shingles), 1)


def likely_pairs(articles: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """Places of articles that share shingles which few others have."""
    holding = defaultdict[int, list[int]](list)
    for at, article in enumerate(articles):
        for shingle in article.shingles:
            holding[shingle].append(at)
    shared = Counter[tuple[int, int]]()
    for places in holding.values():
        if 1 < len(places) <= MOST_HOLDING:
            shared.update(combinations(places, 2))
    for (one, other), count in shared.items():
        fewest = min(len(articles[one].shingles), len(articles[other].shingles))
        if count >= min(LEAST_SHARED, fewest):
            yield one, other
    yield from _of_many(articles)


def _of_many(articles: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """Neighbours among those that share least hashes (MinHash), by which many copies of one text are connected."""
    rng = np.random.default_rng(2022)
    factors = rng.integers(1, 2**63, 2 * BANDS, dtype=np.uint64) | np.uint64(1)
    buckets = defaultdict[tuple[int, int, int], list[int]](list)
    for at, article in enumerate(articles):
        if article.shingles:
            own = np.fromiter((shingle & _ALL for shingle in article.shingles), np.uint64, len(article.shingles))
            least = (own[:, None] * factors).min(axis=0).tolist()
            for band in range(BANDS):
                buckets[band, least[2 * band], least[2 * band + 1]].append(at)
    for places in buckets.values():
        if len(places) > MOST_HOLDING // 2:
            yield from pairwise(places)
            yield from ((places[0], other) for other in places[1:])


def grouped(
    count: int, pairs: Iterable[tuple[int, int]], apart: Callable[[int, int], bool] = lambda *_: False
) -> list[list[int]]:
    """Places 0 to ``count`` in groups that pairs connect, those of two and more, each in order.

    Groups of which one's place is ``apart`` from one of the other's are not joined: a text that is a part of two
    others does not make these one. Of large groups the first :data:`ASKED` are asked.
    """
    group_of, members = list(range(count)), {at: [at] for at in range(count)}
    for one, other in pairs:
        first, second = sorted((group_of[one], group_of[other]))
        if first == second:
            continue
        if any(apart(a, b) for a in members[first][:ASKED] for b in members[second][:ASKED]):
            continue
        members[first] += members.pop(second)
        for at in members[first]:
            group_of[at] = first
    return [sorted(group) for group in members.values() if len(group) > 1]

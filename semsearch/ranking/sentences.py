"""The sentence of a passage that answers, or two, by what the encoder and the words say of them.

Often one sentence names what a question asks about and the next one answers, so a sentence shares in the
words of the one before. And what is asked for shows: "how many" wants a number, "when" a day, "why" a reason.
The shares were chosen on the odd questions of tests/sentences.jsonl; see DECISIONS.md for the even ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache

COSINE_SHARE = 0.6  # of the choice; the words have the rest
BEFORE_SHARE = 0.7  # of the words that only the sentence before has
LEAD = 0.05  # what the lead of an article has less: it has most of the words of what follows
CLOSE = 0.05  # less than the best, so that both may answer
SIGN = 0.1  # what a number, a day or a reason adds where it is asked for

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|dozens?|hundreds?|thousands?|millions?|billions?"
    r"|half|thirds?|quarters?|no one|nobody)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATED = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})|\b(?:{_MONTHS}) \d{{1,2}}\b|\b(?:1[89]|20)\d\d\b")
_LEANING = re.compile(
    r"[\"“'‘(]{0,3}(?:(?:He|She|It|They|These|This|Those|Their|His|Her|Both|Neither|Some|Others|Only)\b"
    r"|Among them\b|One of (?:them|these)\b|The (?:latter|former|two|three|four)\b)"
)
_DAY = re.compile(
    rf"\b(?:{_MONTHS}"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|\d{4})\b"
)
_REASON = re.compile(
    r"\b(?:because|since|so that|in order to|reasons?|citing|due to|caused?|accuse[sd]?|fear\w*|danger)\b",
    re.IGNORECASE,
)
_SIGNS = (
    (re.compile(r"\bhow (?:many|much|high|large|long|far|old|big|deep|tall|wide)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\b(?:what|which) (?:share|percentage|number|proportion|majority|majorities)\b", re.I), _NUMBER),
    (re.compile(r"\bhow did .* vote\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\bwhen\b", re.IGNORECASE), _DAY),
    (re.compile(r"\bwhy\b|\breasons?\b", re.IGNORECASE), _REASON),
)


def wanted_sign(question: str) -> re.Pattern[str] | None:
    """What an answer is likely to hold, where an English question says so."""
    return next((sign for asked, sign in _SIGNS if asked.search(question)), None)


def numbers_of(question: str) -> frozenset[str]:
    """The numbers in digits that a question has itself."""
    return frozenset(_DIGITS.findall(question))


def has_sign(sentence: str, known: frozenset[str], sign: re.Pattern[str] | None) -> bool:
    """True where a sentence holds what is wanted, ``known`` numbers left out."""
    if sign is None:
        return False
    if sign is _NUMBER:
        sentence = _DATED.sub("", sentence)  # a day says nothing of how many
    if known:
        sentence = _DIGITS.sub(lambda number: "" if number[0] in known else number[0], sentence)
    return sign.search(sentence) is not None


def leans(sentence: str) -> bool:
    """True for one that only the sentence before makes clear: "They included a curfew", "He named eight villages"."""
    return _LEANING.match(sentence) is not None


@lru_cache(maxsize=4_096)
def rarity(holding: int, sentences: int) -> float:
    """What a word tells of which sentence answers, 0 to 1, that so many of a passage's sentences hold.

    What all of them hold is the subject of the passage; the word that one has tells it from the others.
    """
    if not holding:
        return 1.0
    return math.log(1 + (sentences - holding + 0.5) / (holding + 0.5)) / math.log(1 + (sentences + 0.5) / 0.5)


def best_sentences(
    cosines: Sequence[float], coverage: Sequence[float], signs: Sequence[bool], leaning: Sequence[bool], lead: bool
) -> tuple[int, int]:
    """The places of the first and the last sentence to be marked: the best, the first of equals, perhaps with the next.

    ``cosines`` are those of question and sentence (none where the encoder knows whole passages only), ``coverage``
    is the share of the question's words, by weight, that each sentence has, ``signs`` whether it holds what is asked
    for, ``leaning`` whether it leans on the one before; ``lead``: the first is the article's, which sums it up. The
    next is marked, too, where it leans on the best, holds what is asked for and the best does not, or is second by
    little.
    """
    scores = []
    for at, share in enumerate(coverage):
        words = share + (BEFORE_SHARE * max(coverage[at - 1] - share, 0.0) if at else 0.0)
        meaning = COSINE_SHARE * cosines[at] if cosines else 0.0
        scores.append(meaning + (1 - COSINE_SHARE) * words + SIGN * signs[at] - (LEAD if lead and not at else 0.0))
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    best = order[0]
    if best + 1 == len(scores):
        return best, best
    close = order[1] == best + 1 and scores[best] - scores[best + 1] < CLOSE
    return best, best + (leaning[best + 1] or (signs[best + 1] and not signs[best]) or close)

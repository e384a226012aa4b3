"""The sentence of a passage that answers, by what the encoder and the words say of it.

Often one sentence names what a question asks about and the next one answers, so a sentence shares in the
words of the one before. And what is asked for shows: "how many" wants a number, "when" a day, "why" a reason.
The shares were chosen on the odd questions of tests/sentences.jsonl; see DECISIONS.md for the even ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

COSINE_SHARE = 0.7  # of the choice; the words have the rest
BEFORE_SHARE = 0.7  # of the words that only the sentence before has
SIGN = 0.1  # what a number, a day or a reason adds where it is asked for

_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds|thousands|half|third)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|\d{4})\b"
)
_REASON = re.compile(
    r"\b(?:because|since|so that|in order to|reasons?|citing|due to|caused?|accuse[sd]?|fear\w*|danger)\b",
    re.IGNORECASE,
)
_SIGNS = (
    (re.compile(r"\bhow (?:many|much|high|large|long|far|old|big|deep|tall|wide)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\b(?:what|which) (?:share|percentage|number|proportion)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\bwhen\b", re.IGNORECASE), _DAY),
    (re.compile(r"\bwhy\b|\breasons?\b", re.IGNORECASE), _REASON),
)


def wanted_sign(question: str) -> re.Pattern[str] | None:
    """What an answer is likely to hold, where an English question says so."""
    return next((sign for asked, sign in _SIGNS if asked.search(question)), None)


def has_sign(sentence: str, question: str, sign: re.Pattern[str] | None) -> bool:
    """True where a sentence holds what is wanted, numbers that the question has itself left out."""
    if sign is None:
        return False
    known = set(re.findall(r"\d+", question))
    return bool(sign.search(re.sub(r"\d+", lambda number: "" if number[0] in known else number[0], sentence)))


def best_sentence(cosines: Sequence[float], coverage: Sequence[float], signs: Sequence[bool]) -> int:
    """The place of the best sentence, the first of equals.

    ``cosines`` are those of question and sentence (none where the encoder knows whole passages only),
    ``coverage`` is the share of the question's words, by weight, that each sentence has, ``signs`` whether
    it holds what is asked for.
    """
    scores = []
    for at, share in enumerate(coverage):
        words = share + (BEFORE_SHARE * max(coverage[at - 1] - share, 0.0) if at else 0.0)
        meaning = COSINE_SHARE * cosines[at] if cosines else 0.0
        scores.append(meaning + (1 - COSINE_SHARE) * words + SIGN * signs[at])
    return max(range(len(scores)), key=lambda at: (scores[at], -at))

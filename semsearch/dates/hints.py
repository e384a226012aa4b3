"""A quick look at a question: whether it may name a time at all. Most do not, and need no grammar."""

from __future__ import annotations

import re

from semsearch.arrays import Span

LONGEST = 1_000  # characters of a question that are looked at for time
# Each period begins with, or holds, one of these or a digit.
_HINT = re.compile(
    r"\d|(?<!\w)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|spring|summer|autumn"
    r"|fall|winter|to(?:day|night|morrow)|yesterday|day|week|month|quarter|half|year|decade|centur|hours|fortnight"
    r"|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|last|past|this|next|since|after|following"
    r"|before|until|till|by|during|between|prior|ahead|eve|from\b.*\b(?:to|until|till|through|on|onwards?)\b"
    r"|new year|epiphany|orthodox|holocaust|valentine|women|international|st pat|victory|russia day|juneteenth|canada"
    r"|bastille|independence|ukrain|us indep|american indep|halloween|unity|all saints|armistice|remembrance|veterans"
    r"|christmas|boxing|ash wed|palm|good fri|easter|ascension|pentecost|whit|martin luther|presidents|mother"
    r"|memorial|labou?r day|columbus|thanksgiving|chinese|lunar|diwali|holi|eid|rosh|yom|passover|europe day"
    r"|us elec|american elec|hanukkah"
    r"|ramadan|ashura|nowruz|black fri|cyber mon|mlk|far(?!\w)|now(?!\w)|present(?!\w)|as of)",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"(?<!\w)(?:(?:what\s+is\s+)?(?:the\s+)?(?:latest|newest|most\s+recent)(?:\s+(?:news|reports?|state))?"
    r"(?:\s+(?:on|about|of))?|most\s+recently|recently|currently|nowadays|at\s+the\s+moment|right\s+now)(?!\w)"
    r"|(?<!\w)now(?=\s*\??$)",
    re.IGNORECASE,
)


def may_name_a_time(question: str) -> bool:
    """False where the question surely names no time."""
    return bool(_HINT.search(question[:LONGEST]))


def asked_for_latest(question: str) -> Span | None:
    """Where the question asks for the latest there is; None where it does not."""
    found = _LATEST.search(question[:LONGEST])
    return None if found is None else found.span()


def without_time(question: str, span: Span) -> str:
    """The question without the words that say when, unless nothing else is left."""
    rest = f"{question[: span[0]].rstrip()} {question[span[1] :].lstrip()}".strip()
    rest = re.sub(r"\s+([?.!,;:])", r"\1", rest).strip(" ,;:")
    return rest if re.search(r"[^\W\d_]{2}", rest) else question

"""Text as the grammar of dates sees it: words, numbers and signs with their places."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["iso", "numeric", "isoweek", "decade", "quarter", "half", "ordinal", "number", "figure", "word", "sign"]

_TOKEN = re.compile(
    r"(?P<isoweek>(?<![\w-])\d{4}-?W\d{2}(?![\w-]))"
    r"|(?P<iso>(?<![\w./-])\d{4}(?:-\d{2}-\d{2}|/\d{2}/\d{2}|\.\d{2}\.\d{2}|-\d{2})(?![\w/-]))"
    r"|(?P<numeric>(?<![\w./-])\d{1,2}(?P<sep>[./-])\d{1,2}(?P=sep)(?:\d{4}|\d{2})(?![\w/-]))"
    r"|(?P<decade>(?<!\w)(?:\d{3}0|['’]?\d0)['’]?s(?!\w))"
    r"|(?P<quarter>(?<!\w)(?:[Qq][1-4]|[1-4][Qq])(?!\w))"
    r"|(?P<half>(?<!\w)(?:[Hh][12]|[12][Hh])(?!\w))"
    r"|(?P<figure>\d+(?:[.,]\d+)+)"
    r"|(?P<ordinal>(?<!\w)\d{1,2}(?:st|nd|rd|th)(?!\w))"
    r"|(?P<number>(?<!\w)\d{1,9}(?!\w))"
    r"|(?P<word>\w+(?:['’][Ss])?)"
    r"|(?P<sign>[^\w\s])"
)


class Token(NamedTuple):
    """A word, number or sign. ``text`` is in lower case, without a possessive s."""

    kind: Kind
    text: str
    raw: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """True where it begins with a capital letter."""
        return self.raw[:1].isupper()

    @property
    def possessive(self) -> bool:
        """True for "Monday's"."""
        return len(self.raw) > len(self.text)

    @property
    def value(self) -> int:
        """The number of a number or an ordinal."""
        return int(re.sub(r"\D", "", self.text) or 0)


NOTHING = Token("sign", "", "", 0, 0)


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        raw = match[0]
        plain = raw.lower()
        if kind == "word" and plain.endswith(("'s", "’s")):
            plain = plain[:-2]
        found.append(Token(kind, plain, raw, *match.span()))
    return found

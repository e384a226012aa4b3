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
    r"|(?P<number0>(?<!\w)\d{4}(?=[Qq][1-4](?!\w)))"
    r"|(?P<quarter>(?:(?<!\w)|(?<=\d{4}))(?:[Qq][1-4]|(?<!\w)[1-4][Qq])(?!\w))"
    r"|(?P<half>(?<!\w)(?:[Hh][12]|[12][Hh])(?!\w))"
    r"|(?P<number1>(?<![\w.,])\d{1,2}(?=,[12]\d{3}(?![\d.,])))"
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


_TENS = {
    name: 10 * number
    for number, name in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ONES = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_ONES_ORDINAL = ["", *["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]]
_CENTURIES = {"eighteen": 1800, "nineteen": 1900, "twenty": 2000}
NOTHING = Token("sign", "", "", 0, 0)


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    found = []
    for match in _TOKEN.finditer(text):
        kind: Kind = str(match.lastgroup).rstrip("01")  # type: ignore[assignment]
        raw = match[0]
        plain = raw.lower()
        if kind == "word" and plain.endswith(("'s", "’s")):
            plain = plain[:-2]
        found.append(Token(kind, plain, raw, *match.span()))
    return _spelt_out(found)


def _spelt_out(tokens: list[Token]) -> list[Token]:
    """Tokens with "twenty-second" and "nineteen eighty-four" as numbers."""
    if not any(token.text in _TENS for token in tokens):
        return tokens
    found, at = list[Token](), 0
    while at < len(tokens):
        merged, length = _merged(tokens, at)
        found.append(merged)
        at += length
    return found


def _merged(tokens: list[Token], at: int) -> tuple[Token, int]:
    """The token at a place with those that belong to its number, and how many there are."""
    token = tokens[at]
    following = [each.text for each in tokens[at + 1 : at + 4]] + [""] * 3
    if token.text in _TENS and following[0] == "-" and following[1] in _ONES_ORDINAL:
        value, length, kind = _TENS[token.text] + _ONES_ORDINAL.index(following[1]), 3, "ordinal"
    elif token.text in _CENTURIES and following[0] in _TENS:
        ones = _ONES.index(following[2]) if following[1] == "-" and following[2] in _ONES else 0
        value, length, kind = _CENTURIES[token.text] + _TENS[following[0]] + ones, 4 if ones else 2, "number"
    else:
        return token, 1
    last = tokens[at + length - 1]
    return Token(kind, str(value), token.raw, token.start, last.end), length  # type: ignore[arg-type]

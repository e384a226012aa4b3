"""What search engines' users write into a question: "a phrase", +must, -not, title:word.

A sign is an operator only where nobody would write it otherwise: at the beginning of a word, before a letter.
So dashes, signed numbers, apostrophes and a lone quotation mark are plain text. And a phrase that nothing holds
was perhaps only quoted: its words are searched for, and that is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = r"\"[^\"]*\""
BLANK = "\0"
_LETTER = re.compile(r"[^\W_]")
_OPERATOR = re.compile(
    rf"(?<!\S)(?:(?P<sign>[+-](?=[^\W\d_]|\")|title:(?=[^\W_]|\"))(?P<word>{_QUOTED}|[^\s\"]+)"
    rf"|(?P<quoted>{_QUOTED}))"
)
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question taken apart. Phrases may be single words; their words follow one another."""

    text: str  # what is asked, in plain words
    quoted: tuple[str, ...] = ()  # phrases that a passage or its title holds, if any does
    required: tuple[str, ...] = ()  # phrases that a passage or its title must hold
    excluded: tuple[str, ...] = ()  # phrases that neither may hold
    titled: tuple[str, ...] = ()  # phrases that the title must hold

    @property
    def has_operators(self) -> bool:
        """True where some passages are ruled out by words."""
        return bool(self.quoted or self.required or self.excluded or self.titled)


def parse_question(text: str) -> ParsedQuestion:
    """Take a question apart; what is no operator stays as it is."""
    found: dict[str, list[str]] = {'"': [], "+": [], "-": [], "title:": []}

    def taken(match: re.Match[str]) -> str:
        sign, phrase = match["sign"] or '"', (match["word"] or match["quoted"]).strip('"')
        if not _LETTER.search(phrase):
            return match[0]
        found[sign].append(phrase)
        return "" if sign == "-" else phrase

    straight = text.translate(_QUOTES)
    plain = _OPERATOR.sub(taken, straight)
    if not any(found.values()):
        return ParsedQuestion(text)
    return ParsedQuestion(" ".join(plain.split()), *(tuple(dict.fromkeys(phrases)) for phrases in found.values()))


def without_operators(text: str) -> str:
    """The question with a sign that means nothing in place of each character of an operator."""

    def blanked(match: re.Match[str]) -> str:
        phrase = (match["word"] or match["quoted"]).strip('"')
        return BLANK * len(match[0]) if _LETTER.search(phrase) else match[0]

    return _OPERATOR.sub(blanked, text.translate(_QUOTES))

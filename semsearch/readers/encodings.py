"""Which encoding bytes are in that are not UTF-8: the one that makes them most likely a text of some language.

Code pages differ in a few letters, so what tells them apart is the language that comes out: ``Mìstská rada vèera`` is
no Czech. Each candidate is scored as the logarithm of a probability: that of its characters beyond ASCII, by their
frequency in a language of that code page, and that of the language, by the whole text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

from semsearch.readers.alphabets import CODE_PAGES, FREQUENT, LETTERS, WIDE_PAGES
from semsearch.text.languages import likely_languages

LOOKED_AT = 8_000  # bytes of a sample
DECISIVE = 6.0  # how much likelier, as a logarithm, an encoding is that needs no other file's word
VOTING = 2.0  # the same of one that has a vote on others
UNLIKELY, _ALLOWANCE = -9.5, 15.0  # of a character beyond ASCII on average: no text in any encoding that is known
_OTHER_SCRIPT = 0.5  # share of letters beyond ASCII in a language that is not written in Latin letters
_ASCII_AMONG_WIDE = -0.15
_LEAST = -20.0  # of a language
_FOREIGN = -10.0  # a letter that the language does not have
_SYMBOL, _TYPOGRAPHY, _CONTROL, _WRONG = -11.0, -5.0, -15.0, -16.0
_TYPOGRAPHIC = frozenset("„“”‚‘’–—…«»‹›°§€£©®×·•№´\xa0\xad¿¡ºª‐’¬")
_WIDE_PUNCTUATION = frozenset("。，、：；？！「」『』（）《》“”‘’・—…　％")
_MIDWORD = re.compile(r"[^\W\d_A-Z]\x01")  # a capital, marked, inside a word
_INSIDE = re.compile(r"[^\W\d_](?!\w)[^\x00-\x7f’‘´·\xad\u2010\u2011\u2013\u2014](?=[^\W\d_])")
_BEHIND = re.compile(r"[^\W\d_](?:[§©®№¿¡£€‚„ºª]|[—–](?=\s))")  # what stands before words, behind one
_BEFORE = re.compile(r"(?<!\w)[”’»…—–](?=[^\W\d_])")  # what stands behind words, before one
_SMALL_START = re.compile(r"(?:\A|[.!?]\s)[^\w\n]{0,2}\x02")  # a sentence that begins with a small letter, marked
_MIXED = re.compile(r"[A-Za-z](?=[^\W\d_A-Za-z])|(?<=[^\W\d_A-Za-z])[A-Za-z]")  # two scripts in a word
_OFTEN = -5.5
_BLOCKS = (  # first and last character; languages, how likely one is in these, if it is not frequent, and in others
    ("\u3040", "\u30ff", ("ja", -4.5, -14.0)),
    ("\uac00", "\ud7a3", ("ko", -7.5, -16.0)),
    ("\u4e00", "\u9fff", (("zh", "ja"), -8.5, -14.0)),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding with its score; higher is likelier, and only those of the same bytes compare."""

    encoding: str
    score: float
    text: str


def guesses(data: bytes) -> list[Guess]:
    """Encodings that bytes may be in, the likeliest first; of those that give the same text only the most usual.

    Empty where no encoding makes a text of them.
    """
    sample = sample_of(data)
    best = dict[str, Guess]()  # by the text that comes out
    for encoding in (*CODE_PAGES, *WIDE_PAGES):
        text = sample.decode(encoding, "replace")
        guess = Guess(encoding, _score(text, encoding) - _rarity(encoding), text)
        if text not in best or best[text].score < guess.score:
            best[text] = guess
    found = list(best.values())
    found.sort(key=lambda guess: -guess.score)
    beyond = max(sum(not character.isascii() for character in found[0].text), 1)
    return found if found[0].score + _ALLOWANCE > UNLIKELY * beyond else []


def guess_encoding(data: bytes, others: Callable[[], Mapping[str, int]] = dict) -> tuple[str, bool]:
    """The likeliest encoding, and whether that is in doubt: then it is the one that most ``others`` are in.

    ``others`` counts files of the folder by the encoding that their own text decides on. Empty where it is no text.
    """
    found = guesses(data)
    if not found:
        return "", False
    open_ones = [guess.encoding for guess in found if guess.score > found[0].score - DECISIVE]
    if len(open_ones) == 1:
        return open_ones[0], False
    known = others()
    return max(open_ones, key=lambda encoding: known.get(encoding, 0)), True


def decided_encoding(data: bytes) -> str | None:
    """The encoding that a text is in by itself; None where another is nearly as likely."""
    found = guesses(data)[:2]
    if not found or (len(found) > 1 and found[1].score > found[0].score - VOTING):
        return None
    return found[0].encoding


def _rarity(encoding: str) -> float:
    """How much less usual an encoding is than those of Windows."""
    if encoding.startswith("cp125") or encoding in WIDE_PAGES:
        return 0.0
    return 0.5 if encoding.startswith(("iso", "koi")) or encoding == "cp866" else 3.0 - 1.5 * ("mac" in encoding)


def sample_of(data: bytes) -> bytes:
    """Lines that are not ASCII, as far as they tell; what is on them stays in order."""
    lines, size = list[bytes](), 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line[:LOOKED_AT])
            size += len(lines[-1])
            if size > LOOKED_AT:
                break
    return b"\n".join(lines)


def _score(text: str, encoding: str) -> float:
    """The logarithm of how likely a text of a language of that encoding is."""
    counts = Counter(text)
    beyond = {character: count for character, count in counts.items() if not character.isascii()}
    ascii_letters = sum(count for character, count in counts.items() if character.isascii() and character.isalpha())
    if encoding in WIDE_PAGES:
        wide = sum(count * _wide_character(character, WIDE_PAGES[encoding]) for character, count in beyond.items())
        return wide + _ASCII_AMONG_WIDE * ascii_letters - 6.0 * len(_MIXED.findall(text))
    languages = CODE_PAGES[encoding]
    likely = likely_languages(text, languages)
    odd = -5.0 * len(_MIDWORD.findall(_marked(text))) - 3.0 * len(_SMALL_START.findall(_marked(text, small=True)))
    odd -= 4.0 * sum(len(each.findall(text)) for each in (_INSIDE, _BEHIND, _BEFORE))
    if LETTERS[languages[0]][0] > _OTHER_SCRIPT:
        odd -= 6.0 * len(_MIXED.findall(text))
    best = max(
        _letters(beyond, ascii_letters, language) + max(likely.get(language, _LEAST), _LEAST) for language in languages
    )
    return best + odd


def _marked(text: str, *, small: bool = False) -> str:
    """A text with its capitals beyond ASCII as U+0001, or its small letters as U+0002."""
    if small:
        return "".join("\x02" if not c.isascii() and c.islower() else c for c in text)
    return "".join("\x01" if not c.isascii() and c.isupper() else c for c in text)


def _letters(beyond: Mapping[str, int], ascii_letters: int, language: str) -> float:
    known = _frequencies(language)
    share = LETTERS[language][0]
    return ascii_letters * log(1 - share) + sum(
        count * _character(character, known) for character, count in beyond.items()
    )


def _character(character: str, known: Mapping[str, float]) -> float:
    found = known.get(character)
    if found is not None:
        return found
    if character == "\ufffd":
        return _WRONG
    if character in _TYPOGRAPHIC:
        return _TYPOGRAPHY
    if character.isalpha():
        return _FOREIGN
    return _CONTROL if "\x7f" <= character <= "\x9f" else _SYMBOL


@cache
def _frequencies(language: str) -> Mapping[str, float]:
    """Logarithms by letter, capitals among them."""
    share, slope, letters = LETTERS[language]
    weights = {letter: exp(-at / slope) for at, letter in enumerate(letters)}
    total = sum(weights.values())
    small = {letter: log(share * weight / total) for letter, weight in weights.items()}
    large = {letter.upper(): value - 3.0 for letter, value in small.items() if len(letter.upper()) == 1}
    return {**large, **small}


@cache
def _frequent(language: str) -> frozenset[str]:
    return frozenset(FREQUENT[language])


def _wide_character(character: str, language: str) -> float:
    for first, last, scores in _BLOCKS:
        if first <= character <= last:
            usual = _OFTEN if character in _frequent(language) else scores[1]
            return usual if language.startswith(scores[0]) else scores[2]
    if character in _WIDE_PUNCTUATION:
        return -4.0
    return _WRONG if character == "\ufffd" else -12.0


def votes(samples: Sequence[bytes]) -> Mapping[str, int]:
    """How many samples are in which encoding."""
    return Counter(_decided(samples))


def _decided(samples: Sequence[bytes]) -> Iterator[str]:
    for sample in samples:
        encoding = decided_encoding(sample)
        if encoding:
            yield encoding

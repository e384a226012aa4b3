r"""What a word is, in a text as in a question: letters, digits and the marks that belong to them.

Before they are cut, both are brought to one form: composed (NFC), without soft hyphens and marks that are often left
out (vowel points of Arabic and Hebrew, accents that stand alone), apostrophes as one sign. Scripts that put no blank
between words have no words that could be found, so each of their characters and each pair of them is a term (as
Lucene's CJKAnalyzer has it); of a question its pairs alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from semsearch.arrays import Span

_LEFT_OUT = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u200b-\u200f\u2060\ufeff"
    "\ufe00-\ufe0f\ufe20-\ufe2f"
)
_MARKS = re.compile(f"[{_LEFT_OUT}]")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\u055a\ua78c\uff07", "'"))
_WITHOUT_BLANKS = (
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f\u3005\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\uac00-\ud7a3"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
)
_RUN = re.compile(f"[{_WITHOUT_BLANKS}]+")
_LAST_OF_MARKS = 0x1D00  # marks of living scripts lie before it


def prepared(text: str, *, asked: bool = False) -> str:
    """A text as its words are cut from; of a question (``asked``) pairs alone stand for what has no blanks."""
    text = _MARKS.sub("", unicodedata.normalize("NFC", text)).translate(_APOSTROPHES)
    return _RUN.sub(_pairs if asked else _singles_and_pairs, text)


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    return f" {run} " if len(run) == 1 else f" {' '.join(map(str.__add__, run, run[1:]))} "


def _singles_and_pairs(found: re.Match[str]) -> str:
    run = found[0]
    return f" {' '.join(run)} {' '.join(map(str.__add__, run, run[1:]))} "


def is_pair(term: str) -> bool:
    """Whether a term is of a script without blanks."""
    return _RUN.fullmatch(term) is not None


def word_spans(text: str) -> Iterator[Span]:
    """Where the words of a text stand, with the marks within them; of scripts without blanks there are none."""
    for found in _word().finditer(text):
        yield found.span()


@cache
def _word() -> re.Pattern[str]:
    """A letter or digit, and what follows it of these and of marks; no pattern of ``re`` knows marks."""
    marks = "".join(
        chr(code) for code in range(0x300, _LAST_OF_MARKS) if unicodedata.category(chr(code)).startswith("M")
    )
    apart = f"(?![{_WITHOUT_BLANKS}])"
    return re.compile(rf"{apart}[^\W_](?:{apart}[\w{re.escape(marks)}{_LEFT_OUT}](?<!_))*")


def phrase_pattern(phrase: str) -> re.Pattern[str] | None:
    """Finds the words of a phrase one after the other, whatever the case and the signs between; None without words.

    Each letter may be composed or not, and may carry what is left out. A script without blanks has no edges of words.
    """
    words = re.findall(r"[^\W_]+", _MARKS.sub("", unicodedata.normalize("NFC", phrase)).translate(_APOSTROPHES))
    if not words:
        return None
    first = "" if _RUN.match(words[0]) else r"(?<![^\W_])"
    last = "" if _RUN.match(words[-1][-1]) else r"(?![^\W_])"
    between = r"[\W_\u02b9\u02bb\u02bc\u02c8\ua78c]+"
    return re.compile(f"{first}{between.join(map(_loosely, words))}{last}", re.IGNORECASE)


def _loosely(word: str) -> str:
    letters = []
    for letter in word:
        apart = unicodedata.normalize("NFD", letter)
        letters.append(re.escape(letter) if apart == letter else f"(?:{letter}|{apart})")
    return f"[{_LEFT_OUT}]*".join(letters)

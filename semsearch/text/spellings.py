"""Other spellings of a word: those that sound like it, as transliterations do, and those that one slip makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from semsearch.text.words import prepared

# What transliterations from Cyrillic, Arabic and Persian write in several ways, by one sign for each sound. A German
# or Polish "ch" is another sound than an English one, so that a word with it has two keys.
_SOUNDS = {
    sound: key
    for key, sounds in {
        "S": "schtsch chtch shch szcz sch sh sz š",
        "C": "tsch tch cz ch č",
        "Z": "dzh dj zh dsch ž",
        "H": "kh gh h g x",
        "c": "ts tz",
        "i": "iyi yyi yi iy ij yj ii yy iï i y j ee",
        "e": "iye ije ye je ie e yo io jo",
        "a": "iya ija ya ja ia a o",
        "u": "iyu yu ju iu u ou oo",
        "ks": "ks",
        "k": "k ck c q",
        "v": "v w ff",
        "f": "f ph",
        "t": "t th",
        "d": "d dh",
        "s": "s z ss zz",
    }.items()
    for sound in sounds.split()
}
_SOUND = re.compile("|".join(sorted(map(re.escape, _SOUNDS), key=len, reverse=True)) + "|.", re.DOTALL)
_ENDING = re.compile(r"[iae]v(?=$|a$|k|s)")  # Kharkiv and Kharkov
_DOUBLE = re.compile(r"(.)\1+")
_FIRST = {"S": "scš", "C": "tcč", "Z": "zdjž", "H": "kghxc", "c": "tcz", "i": "iyje", "e": "eyjia", "a": "aoyji",
          "u": "uyjio", "k": "kcqx", "v": "vwf", "f": "fp", "s": "sz"}  # fmt: skip
_ALONE = frozenset("blmnr")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"


def folded(word: str) -> str:
    """A word as spellings are looked up: in lower case, without marks."""
    if word.isascii():
        return word.strip().lower()
    apart = unicodedata.normalize("NFD", prepared(word).strip().lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def sounds(word: str) -> str:
    """What a word in lower case sounds like: equal for the ways in which one name is transliterated.

    >>> sounds("kislitsa") == sounds("kyslytsya"), sounds("kharkov") == sounds("kharkiv")
    (True, True)
    """
    key = _DOUBLE.sub(r"\1", "".join(_SOUNDS.get(sound, sound) for sound in _SOUND.findall(word)))
    return _ENDING.sub("V", key).rstrip("iae")


def keys(word: str) -> set[str]:
    """The keys of a word, under which other spellings of it may stand."""
    return {sounds(each) for each in (word, word.replace("ch", "kh"), word.replace("z", "ts"), word.replace("j", "zh"))}


def sounding_alone(word: str) -> frozenset[str]:
    """The letters of a word, or of its key, that no other letters sound like: equal where their sounds are."""
    return _ALONE.intersection(word)


def beginnings(key: str) -> str:
    """The letters with which a word of a key may begin."""
    return _FIRST.get(key[:1], key[:1])


def one_slip(word: str) -> Iterator[str]:
    """A word in lower case with one letter more, less or other, or two that changed places."""
    letters = _LATIN if word.isascii() else _CYRILLIC
    for at in range(len(word) - 1):
        yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield from (word[:at] + letter + word[at + 1 :] for letter in letters if letter != word[at])
    for at in range(len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in letters)

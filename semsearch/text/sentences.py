"""A text cut at its sentences, by sentencex."""

from __future__ import annotations

import re
from collections.abc import Iterator

from semsearch.arrays import Span

LONGEST_TITLE = 120  # characters of a title made from the first sentence
_HOUR = re.compile(r"\d ?[ap]\.m\.$")
_TIME = re.compile(r"(?:[A-Z][\w-]*\s){1,3}(?:[Tt]ime|summer time)\b|(?:GMT|UTC|EST|EDT|CET|CEST|EET|BST)\b")
_WINDOW = 20_000  # characters looked at at once: sentencex takes quadratic time on hostile text


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, blanks around them left out, in order."""
    return [span for begin, end in text_windows(text) for span in _sentences_between(text, begin, end)]


def first_sentence(text: str) -> str:
    """A title for a text that has none: its first sentence, shortened at a word."""
    start, end = next(iter(split_sentences(text[:_WINDOW])), (0, 0))
    sentence = " ".join(text[start:end].split())
    if len(sentence) <= LONGEST_TITLE:
        return sentence
    cut = sentence[: LONGEST_TITLE - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:-–—") + "…"


def text_windows(text: str) -> Iterator[Span]:
    """Stretches of at most ``_WINDOW`` characters, cut at a paragraph or sentence, else at a blank."""
    begin = 0
    while len(text) - begin > _WINDOW:
        end = begin + _WINDOW
        cut = max(text.rfind("\n\n", begin, end), text.rfind(". ", begin, end) + 1)
        cut = cut if cut > begin else text.rfind(" ", begin, end)
        cut = cut if cut > begin else end  # one word longer than the window
        yield begin, cut
        begin = cut
    yield begin, len(text)


def _sentences_between(text: str, begin: int, end: int) -> Iterator[Span]:
    import sentencex

    held: Span | None = None
    for found in sentencex.get_sentence_boundaries("en", text[begin:end]):
        span = trim(text, begin + found["start_index"], begin + found["end_index"])
        if span[0] >= span[1]:
            continue
        if held is not None and _goes_on(text, held, span):
            held = held[0], span[1]
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def _goes_on(text: str, before: Span, span: Span) -> bool:
    """True for "6 a.m." and "Moscow time"."""
    hour = _HOUR.search(text, max(before[0], before[1] - 12), before[1])
    return hour is not None and _TIME.match(text, *span) is not None


def trim(text: str, start: int, end: int) -> Span:
    """A span without the blanks at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())

"""The sentence of a passage that shares most with the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w{2,}")
_COMMON = frozenset(
    """a about after all an and are as at be been before being but by can could did do does for from had has have
    he her his how i if in into is it its may more most no not of on or our out over said she should so some such
    than that the their them then there these they this those to under up was we were what when where which while
    who whom whose why will with would you your""".split()  # noqa: SIM905
)
_STEM = 5  # letters that count: "withdrawal" and "withdrew" share none longer, "retreated" and "retreat" do


def best_sentence(question: str, text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The span in ``text`` with most distinct words of the question, the shorter of two.

    The first span where none shares a word. ``spans`` holds at least one.
    """
    wanted = _stems(question)
    scored = [
        (-sum(1 + min(len(stem), _STEM) / 10 for stem in wanted & _stems(text[start:end])), end - start, start, end)
        for start, end in spans
    ]
    shared, _, start, end = min(scored)
    return (start, end) if shared else spans[0]


def _stems(text: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(text))
    return {word[:_STEM] for word in words if word not in _COMMON}

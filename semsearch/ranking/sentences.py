"""The sentence of a passage that answers, by what the encoder and the words say of it."""

from __future__ import annotations

from collections.abc import Sequence

COSINE_SHARE = 0.6  # of the choice; the words have the rest. Chosen on judged sentences: see DECISIONS.md

COMMON = frozenset(
    """a about after all an and are as at be been before being but by can could did do does for from had has have he
    her his how i if in into is it its may more most no not of on or our out over s said she should so some such t
    than that the their them then there these they this those to under up was we were what when where which while
    who whom whose why will with would you your""".split()  # noqa: SIM905
)


def best_sentence(cosines: Sequence[float], coverage: Sequence[float]) -> int:
    """The place of the best sentence, the first of equals.

    ``cosines`` are those of question and sentence (none where the encoder knows whole passages only), and
    ``coverage`` the share of the question's words, by weight, that each sentence has.
    """
    if not cosines:
        return max(range(len(coverage)), key=lambda at: (coverage[at], -at))
    scores = [
        COSINE_SHARE * cosine + (1 - COSINE_SHARE) * share for cosine, share in zip(cosines, coverage, strict=True)
    ]
    return max(range(len(scores)), key=lambda at: (scores[at], -at))

"""Whether anything in the index seems to answer the question at all."""

from __future__ import annotations

from collections.abc import Mapping

from semsearch.records import Mode

# The best score below which an answer is called weak, for each model on which it was measured
# (scripts/bench strength). Scores of other models lie elsewhere, so nothing is said of them.
STRONG_SCORE: Mapping[str, Mapping[Mode, float]] = {
    "all-MiniLM-L6-v2": {"hybrid": 0.34, "dense": 0.46},
}
LONG = 7  # words of a question, common ones left out, for which that holds
# For each word that a question is shorter: few words are like no passage very much.
LESS: Mapping[Mode, float] = {"hybrid": 0.035, "dense": 0.06, "lexical": 0.0}


def is_strong(best: float | None, mode: Mode, model: str, words: int, measured: float = 0.0) -> bool:
    """True where the ``best`` hit's score (None: no hit) is one that right answers have, as far as is known.

    ``words`` counts those of the question, common ones left out: without any it asks for nothing. ``measured`` is the
    score above those of questions that do not belong to the index.
    """
    return best is not None and words > 0 and best >= least_strong(mode, model, words, measured)


def least_strong(mode: Mode, model: str, words: int, measured: float = 0.0) -> float:
    """The score that a right answer has at least."""
    return max(STRONG_SCORE.get(model, {}).get(mode, 0.0) - LESS[mode] * max(LONG - words, 0), measured)

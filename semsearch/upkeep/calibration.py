"""From which score on an answer is strong: above what questions get that do not belong to the index.

Questions of daily life are asked of the index itself, so no labels are needed, and it holds for any model. The limit
lies a part of the way from the upper quartile of their best scores to the best score that there can be: a quartile, so
that it stands where some of them do belong. It is a function of what the index holds: one that grew equals a clean one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from semsearch.errors import EncoderUnavailable, IndexBusy, IndexMissing, StorageFailed
from semsearch.records import Mode
from semsearch.search.local import LocalIndex
from semsearch.search.opening import open_index
from semsearch.storage.writer import open_writer

ABOVE = 0.12  # of the way from the upper quartile to 1
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")
UNSURE = ("hash",)  # models that know no meanings: nothing is said of them


@cache
def foreign_questions() -> tuple[str, ...]:
    """Questions of daily life."""
    return tuple(Path(__file__).with_name("foreign.txt").read_text("utf-8").splitlines())


def calibrate(index: str | os.PathLike[str]) -> Mapping[Mode, float]:
    """Measure the limits of an index and remember them in it; nothing where its model cannot be used.

    Raises IndexDamaged.
    """
    limits: dict[Mode, float] = {}
    with suppress(EncoderUnavailable, IndexMissing, IndexBusy, StorageFailed):
        with open_index(index) as opened:
            if opened.model not in UNSURE:
                limits = _limits(opened)
        with open_writer(Path(index)) as writer:  # also without limits: a reader leaves the log's files behind
            if limits:
                writer.set_strength(limits)
                writer.finish()
    return limits


def _limits(index: LocalIndex) -> dict[Mode, float]:
    best: dict[Mode, list[float]] = {mode: [] for mode in MODES}
    for question in foreign_questions():
        for mode in MODES:
            hits = index.search(question, mode=mode, top=1, use_time=False).hits
            best[mode].append(max((hit.score for hit in hits), default=0.0))
    return {mode: _limit(scores) for mode, scores in best.items()}


def _limit(scores: Sequence[float]) -> float:
    upper = float(np.quantile(scores, 0.75))
    return upper + ABOVE * (1 - upper)

"""How well the time of a passage fits the time that is asked for, and how recent it is; both are factors.

A passage published in the window, and one that mentions it, keeps its score; another loses part of it, never
all: ``score * (FLOOR + (1 - FLOOR) * fit)``. Recency is a factor of the same form, bounded below, so that it
cannot turn a ranking into the order of days. FLOOR was chosen on questions whose answer only the date decides
(DECISIONS.md, "Time").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from semsearch.arrays import Ids, Scores
from semsearch.records import DateRange

FLOOR = 0.6  # of the score of a passage that does not fit
MENTIONED = 0.5  # fit of a passage that mentions the window but was not published in it
NAMED = 1.0  # fit of one that names the window itself, or most of it, whenever it was published
NEAR = 0.5  # fit of one published right beside the window; it halves with each length of the window
LEAST_LENGTH = 3  # days; of a shorter window for that purpose
OPEN_LENGTH = 31  # of one with an open end
RECENT_FLOOR = 0.5
EVENT_FLOOR = 0.1  # of what mentions a longer period than the days that are asked for: behind what mentions them
HALF_LIFE = 30.0  # days, at most, where the question asks for the latest
FITTING = 0.77  # of the best score, at least, has what fits: more than one half-life leaves
UNDATED = 0  # day of a passage whose document has no date


@dataclass(frozen=True, slots=True)
class TimeFactors:
    """The factors of every row of a snapshot, each (rows,) or None where nothing is asked."""

    fit: NDArray[np.float32] | None
    recent: NDArray[np.float32] | None
    exact: NDArray[np.float32] | None = None  # 1 where the event days themselves are mentioned

    def factors(self) -> NDArray[np.float32] | None:
        """What each row's score is multiplied by; None where it is 1 for all."""
        factors = [bounded(values, floor) for _, values, floor in self.named()]
        return reduce(np.multiply, factors) if factors else None

    def named(self) -> list[tuple[str, NDArray[np.float32], float]]:
        """Name, values of 0 to 1 and floor of each factor that is there."""
        named = (("time", self.fit, FLOOR), ("recency", self.recent, RECENT_FLOOR), ("event", self.exact, EVENT_FLOOR))
        return [(name, values, floor) for name, values, floor in named if values is not None]

    def of(self, rows: Ids) -> TimeFactors:
        """The same of some rows."""
        held = (self.fit, self.recent, self.exact)
        return TimeFactors(*(None if values is None else values[rows] for values in held))


def bounded(values: NDArray[np.float32], floor: float) -> NDArray[np.float32]:
    """Values of 0 to 1 as factors from a floor to 1."""
    return np.asarray(np.float32(floor) + np.float32(1 - floor) * values, np.float32)


def publication_fit(first: Ids, last: Ids, window: DateRange) -> NDArray[np.float32]:
    """1 for what was published in the window, less the farther outside; 0 for what has no date.

    ``first`` and ``last`` are days as ``date.toordinal`` counts them; :data:`UNDATED` for none.
    """
    begin = window.first.toordinal() if window.first else date.min.toordinal()
    end = window.last.toordinal() if window.last else date.max.toordinal()
    closed = window.first is not None and window.last is not None
    length = max(end - begin + 1, LEAST_LENGTH) if closed else OPEN_LENGTH
    distance = np.maximum(np.maximum(begin - last, first - end), 0)
    fit = np.where(distance > 0, NEAR * np.exp2(-distance / length), 1.0)
    vague = (distance == 0) & ((first < begin) | (last > end))  # only overlaps: known to the month or year alone
    fit[vague] = NEAR
    fit[first == UNDATED] = 0.0
    return fit.astype(np.float32)


def recency(first: Ids, anchor: date, half_life: float) -> NDArray[np.float32]:
    """0.5 to the power of age over half-life; 1 for the anchor's day and later, 0 for what has no date."""
    age = np.maximum(anchor.toordinal() - first, 0)
    found = np.exp2(-age / half_life)
    found[first == UNDATED] = 0.0
    return found.astype(np.float32)


def timed(scores: Scores, time: TimeFactors | None) -> Scores:
    """Scores under their factors."""
    factors = None if time is None else time.factors()
    return scores if factors is None else scores * factors

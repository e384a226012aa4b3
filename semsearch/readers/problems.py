"""What could not be used of one file: equal reasons once, with their number."""

from __future__ import annotations

from collections.abc import Iterator

from semsearch.records import Problem

MOST_REASONS = 1_000  # of one file that are listed


class Problems:
    """The problems of one file, in the order in which they were met."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._first: dict[str, Problem] = {}  # by reason
        self._count: dict[str, int] = {}
        self._more = 0

    def add(self, problem: Problem) -> None:
        """Count one more."""
        if problem.reason in self._first:
            self._count[problem.reason] += 1
        elif len(self._first) < MOST_REASONS:
            self._first[problem.reason], self._count[problem.reason] = problem, 1
        else:
            self._more += 1

    def __iter__(self) -> Iterator[Problem]:
        for reason, first in self._first.items():
            count = self._count[reason]
            if count == 1:
                yield first
            elif first.record:
                yield Problem(first.path, first.line, f"{count} records, number {first.record} the first: {reason}")
            else:
                yield Problem(first.path, first.line, f"{count} records, this the first: {reason}")
        if self._more:
            yield Problem(self._path, 0, f"{self._more} more of its records cannot be used, and are not listed")

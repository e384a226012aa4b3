"""All of ``batch``: a file of questions to a file of answers, which can be gone on with after a stop.

The output grows in ``OUT.partial``; beside it ``OUT.progress`` says after which question how many
bytes are sure. Both are gone when ``OUT`` is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from semsearch.errors import UsageError
from semsearch.questions import Question, QuestionFile
from semsearch.records import Problem
from semsearch.rendering.formats import Renderer
from semsearch.search import Index

SURE_EVERY = 16  # questions between two notes of progress


@dataclass(slots=True)
class BatchReport:
    """What a batch did."""

    asked: int = 0
    resumed: int = 0  # questions that an earlier run had answered
    without_hits: int = 0
    weak: int = 0  # questions for which nothing seems to fit
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def answer_questions(
    index: Index,
    questions: QuestionFile,
    renderer: Renderer,
    write: Callable[[str], object],
    *,
    skip: int = 0,
    answered: Callable[[int], None] | None = None,
) -> BatchReport:
    """Answer questions in order.

    The first ``skip`` are taken as written already; ``answered`` is told the count so far after each.
    """
    report = BatchReport(resumed=skip)
    if not skip:
        write(renderer.begin())
    for question in _questions(questions, report):
        report.asked += 1
        if report.asked <= skip:
            continue
        answer = index.answer(question.query)
        report.without_hits += not answer.hits
        report.weak += bool(answer.hits) and not answer.strong
        report.notes += [f"{question.query_id}: {note}" for note in answer.notes]
        write(renderer.answer(question.query_id, answer, first=report.asked == 1))
        if answered:
            answered(report.asked)
    write(renderer.end())
    if questions.unused:
        report.notes.append(f"fields that say nothing here: {', '.join(sorted(questions.unused))}")
    return report


def _questions(questions: QuestionFile, report: BatchReport) -> Iterator[Question]:
    for item in questions:
        if isinstance(item, Problem):
            report.problems.append(item)
        else:
            yield item


def fingerprint(*parts: object) -> str:
    """What must be equal for a stopped batch to be gone on with: questions, options, index, format."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


class ResumableFile:
    """An output file that is whole or absent, and remembers how far it came."""

    def __init__(self, path: Path, identity: str, *, resume: bool) -> None:
        path = path.resolve()  # a link is followed, not replaced
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no regular file: name a file with -o, or leave -o out")
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._progress = path.with_name(path.name + ".progress")
        self._identity = identity
        self.done, sure = self._earlier() if resume else (0, 0)
        self._stream: TextIO = self._open(sure)

    def _earlier(self) -> tuple[int, int]:
        """Questions answered and bytes sure in an earlier run; nothing where there was none."""
        try:
            noted = json.loads(self._progress.read_text("utf-8"))
            identity, done, sure = noted["identity"], int(noted["done"]), int(noted["bytes"])
            size = self._partial.stat().st_size
        except FileNotFoundError:
            return 0, 0
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError(f"{self._progress} cannot be read: run again without --resume") from None
        if identity != self._identity or size < sure:
            raise UsageError(
                f"{self._partial} was begun with other questions, options or another state of the index: "
                "run again without --resume"
            )
        return done, sure

    def _open(self, sure: int) -> TextIO:
        if sure:
            os.truncate(self._partial, sure)
            return self._partial.open("a", encoding="utf-8", errors="replace", newline="")
        self._progress.unlink(missing_ok=True)
        return self._partial.open("w", encoding="utf-8", errors="replace", newline="")

    def write(self, text: str) -> None:
        """Add to the output."""
        self._stream.write(text)

    def answered(self, number: int) -> None:
        """Note, now and then, that the first ``number`` questions are answered."""
        if number % SURE_EVERY == 0:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            note = {"identity": self._identity, "done": number, "bytes": self._partial.stat().st_size}
            beside = self._progress.with_name(self._progress.name + ".new")
            beside.write_text(json.dumps(note), "utf-8")
            beside.replace(self._progress)

    def finish(self) -> None:
        """Put the whole output in its place."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._partial.replace(self._path)
        self._progress.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close what there is; it can be gone on with."""
        self._stream.close()

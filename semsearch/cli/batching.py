"""All of ``batch``: a file of questions to a file of answers, which can be gone on with after a stop.

The output grows beside its place; ``OUT.progress`` says where, and after which question how many bytes are sure. Both
are gone when ``OUT`` is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from semsearch.errors import UsageError
from semsearch.files.regular import read_bounded
from semsearch.files.whole import TEMPORARY, USUAL, NewFile, publish, refuse_place
from semsearch.records import Problem
from semsearch.rendering.formats import Renderer
from semsearch.search.local import Index
from semsearch.search.question_files import FiledQuestion, QuestionFile

SURE_EVERY = 16  # questions between two notes of progress
LARGEST_PROGRESS = 10_000  # bytes


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far an earlier run came."""

    identity: str
    done: int  # questions
    sure: int  # bytes
    partial: Path  # that they are in


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

    The first ``skip`` are taken as written already; ``answered`` is called with the count so far after each.
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
        report.notes.append(f"unknown fields: {', '.join(sorted(questions.unused))}")
    return report


def _questions(questions: QuestionFile, report: BatchReport) -> Iterator[FiledQuestion]:
    for item in questions:
        if isinstance(item, Problem):
            report.problems.append(item)
        else:
            yield item


def fingerprint(*parts: object) -> str:
    """What must be equal for a stopped batch to be gone on with: questions, options, index, format."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


class ResumableFile:
    """An output file that is whole or absent, and remembers how far it came.

    Until it is whole it lies beside its place under a random name, which ``OUT.progress`` says. Of what lies there
    already only a progress file of ours, and the file that it names, are gone on with or taken away.
    """

    def __init__(self, path: Path, identity: str, *, resume: bool) -> None:
        self._path = Path(os.path.abspath(path))
        refuse_place(self._path)
        self._progress = self._path.with_name(self._path.name + ".progress")
        self._identity = identity
        earlier = self._read_progress()
        if earlier is not None and resume:
            if earlier.identity != identity:
                raise self._other()
            self.done, self._new = earlier.done, self._reopen(earlier)
        else:
            self.done, self._new = 0, NewFile(self._path, USUAL)
            if earlier is not None:
                self._take_away(earlier)
        self._stream: TextIO = os.fdopen(
            os.dup(self._new.descriptor), "a", encoding="utf-8", errors="replace", newline=""
        )

    def _read_progress(self) -> _Progress | None:
        """What an earlier run noted; None where none did. Raises UsageError for a file that is not ours."""
        try:
            noted = json.loads(read_bounded(self._progress, LARGEST_PROGRESS))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError):
            noted = None
        match noted:
            case {
                "of": "semsearch batch",
                "identity": str(identity),
                "done": int(done),
                "bytes": int(sure),
                "in": str(name),
            }:
                if self._is_ours(self._progress) and self._is_temporary(name) and done >= 0 <= sure:
                    return _Progress(identity, done, sure, self._path.with_name(name))
        raise UsageError(
            f"{self._progress} is there, and no progress of semsearch batch: move it away, or name another file with -o"
        )

    def _is_temporary(self, name: str) -> bool:
        return re.fullmatch(rf"\.{re.escape(self._path.name)}\.[0-9a-f]{{12}}\{TEMPORARY}", name) is not None

    @staticmethod
    def _is_ours(path: Path) -> bool:
        """Whether a regular file of one name belongs to this user: in a shared folder others may put some, too."""
        try:
            status = path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.geteuid()

    def _reopen(self, earlier: _Progress) -> NewFile:
        if not self._is_ours(earlier.partial) or earlier.partial.lstat().st_size < earlier.sure:
            raise self._other()
        new = NewFile(self._path, USUAL, beside=earlier.partial.name)
        os.ftruncate(new.descriptor, earlier.sure)
        return new

    def _other(self) -> UsageError:
        return UsageError(
            f"{self._path} was begun with other questions, options or another state of the index: "
            "run again without --resume"
        )

    def _take_away(self, earlier: _Progress) -> None:
        if self._is_ours(earlier.partial):
            earlier.partial.unlink()
        self._progress.unlink()

    def write(self, text: str) -> None:
        """Add to the output."""
        self._stream.write(text)

    def answered(self, number: int) -> None:
        """Note, now and then, that the first ``number`` questions are answered."""
        if number % SURE_EVERY == 0:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            note = {
                "of": "semsearch batch",
                "identity": self._identity,
                "done": number,
                "bytes": os.fstat(self._new.descriptor).st_size,
                "in": self._new.beside.name,
            }
            publish(self._progress, lambda partial: partial.write_text(json.dumps(note), "utf-8"))

    def finish(self) -> None:
        """Put the whole output in its place."""
        self._stream.close()
        self._new.put()
        self._new.close()
        self._progress.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close what there is; it can be gone on with, if any of it was noted."""
        with suppress(OSError):  # a full disk, which is reported already
            self._stream.close()
        if not self._progress.exists():
            self._new.drop()
        self._new.close()

"""``semsearch batch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, NO_HITS, SKIPPED, emit, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, Given, IndexOption, QuietOption, taking_options
from semsearch.cli.progress import count_bar
from semsearch.errors import InputError, UsageError
from semsearch.files.regular import read_typed
from semsearch.readers import LARGEST_TEXT
from semsearch.rendering.formats import Renderer, make_renderer

if TYPE_CHECKING:
    from semsearch.cli.batching import BatchReport, ResumableFile
    from semsearch.search.local import Index
    from semsearch.search.question_files import QuestionFile


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "batch",
        epilog=examples(
            "semsearch batch questions.txt",
            "semsearch batch questions.csv -o answers.csv --format csv",
            "semsearch batch queries.jsonl -k 100 --format trec -o run.trec",
            "grep why questions.txt | semsearch batch -",
        ),
    )(taking_options("batch", batch))


def batch(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Questions: .txt, .tsv, .csv, .jsonl; - is standard input.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT", help="Write here, whole or not at all.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an OUT that was interrupted.")] = False,
    index: IndexOption = DEFAULT_FOLDER,
    *,
    given: Given,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Answer many questions from a file.

    In its order; a line's own settings win over the options.
    """
    from semsearch.cli.batching import ResumableFile, fingerprint
    from semsearch.search.opening import open_index
    from semsearch.search.question_files import QuestionFile

    if resume and output is None:
        raise UsageError("--resume goes on with an output file: name it with -o OUT")
    defaults, shown = given.options, given.presenting
    defaults.query("any")  # refuses options that make no sense
    if output is not None and file.exists() and output.exists() and file.samefile(output):
        raise UsageError(f"{output} holds the questions: name another file for the answers")
    data = _read(file)
    questions = QuestionFile(data, str(file), defaults)
    renderer = make_renderer(shown["format"], many=True, explain=shown["explain"], order=shown["sort"])
    with open_index(index, **given.opening) as opened:
        if output is None:
            report = _to_stdout(opened, questions, renderer, quiet)
        else:
            shape = shown["format"] if shown["sort"] == "rank" else f"{shown['format']} by {shown['sort']}"
            identity = fingerprint(data, defaults, shape, shown["explain"], opened.state, Path.cwd())
            report = _to_file(opened, questions, renderer, quiet, ResumableFile(output, identity, resume=resume))
    return _finish(report, quiet, shown["strict"])


def _read(file: Path) -> bytes:
    """What the questions stand in. Raises InputError."""
    if str(file) == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed: name a file of questions")
        return sys.stdin.buffer.read()
    try:
        return read_typed(file, LARGEST_TEXT)
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}: expected a file of questions, or - for standard input") from None


def _to_stdout(opened: Index, questions: QuestionFile, renderer: Renderer, quiet: bool) -> BatchReport:
    from semsearch.cli.batching import answer_questions

    with count_bar(quiet, "asking") as show:
        return answer_questions(opened, questions, renderer, emit, answered=lambda number: show(number, 0))


def _to_file(
    opened: Index, questions: QuestionFile, renderer: Renderer, quiet: bool, out: ResumableFile
) -> BatchReport:
    from semsearch.cli.batching import answer_questions

    try:
        with count_bar(quiet, "asking") as show:

            def answered(number: int) -> None:
                out.answered(number)
                show(number, 0)

            report = answer_questions(opened, questions, renderer, out.write, skip=out.done, answered=answered)
    except BaseException:
        out.abandon()
        raise
    out.finish()
    return report


def _finish(report: BatchReport, quiet: bool, strict: bool) -> int:
    for problem in report.problems:
        say(str(problem))
    if not quiet:
        for note in dict.fromkeys(report.notes):
            say(note)
        parts = [f"{report.asked} questions"]
        counts = {
            "answered before": report.resumed,
            "without hits": report.without_hits,
            "without a strong match": report.weak,
        }
        parts += [f"{count} {what}" for what, count in counts.items() if count]
        say(", ".join(parts))
    if report.problems:
        return SKIPPED
    unanswered = report.without_hits + report.weak if strict else report.without_hits
    return NO_HITS if report.asked and unanswered == report.asked else DONE

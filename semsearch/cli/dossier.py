"""``semsearch dossier``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, ERROR, NO_HITS, say
from semsearch.cli.options import DebugOption, QuietOption
from semsearch.errors import InputError, UsageError

if TYPE_CHECKING:
    from semsearch.upkeep.verify import Verified


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "dossier",
        epilog=examples(
            "semsearch batch questions.txt -o results.jsonl  then: semsearch dossier results.jsonl -o dossier",
        ),
    )(dossier)


def dossier(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What ask or batch wrote as json or jsonl.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="A folder, made where it is missing.")],
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Write saved answers as one page that can be checked.

    dossier.html, dossier.md and results.jsonl: quotations with source, date, place and hash. Status 2 where one is not
    as quoted.
    """
    from semsearch.upkeep.verify import verify

    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is no folder: name one with -o")
    answers, saved = _answers(results), output / "results.jsonl"
    output.mkdir(parents=True, exist_ok=True)
    _write(saved, "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers))
    places = [(at, rank) for at, answer in enumerate(answers, 1) for rank in range(1, len(answer["hits"]) + 1)]
    states = dict(zip(places, verify(saved), strict=True))
    _write_both(output, answers, states, saved)
    wrong = [each for each in states.values() if not each.holds]
    if not quiet:
        say(f"{output}: {len(states)} quotations to {len(answers)} questions, {len(wrong)} not as quoted")
    return ERROR if wrong else DONE if states else NO_HITS


def _answers(results: Path) -> list[dict[str, Any]]:
    """The answers of a file. Raises InputError for what is none."""
    from semsearch.upkeep.saved import saved_answers

    answers = []
    for line, answer in saved_answers(results):
        if not isinstance(answer, dict) or not isinstance(answer.get("hits"), list):
            raise InputError(f"{results}:{line}: no answer: expected what ask or batch wrote with --format jsonl")
        answers.append(answer)
    return answers


def _write_both(
    output: Path, answers: list[dict[str, Any]], states: Mapping[tuple[int, int], Verified], saved: Path
) -> None:
    from semsearch.rendering.dossier import dossier_html, dossier_markdown

    told = {place: f"{each.state} {each.detail}".strip() for place, each in states.items()}
    command = f"semsearch verify {quote(str(saved))}"
    _write(output / "dossier.html", dossier_html(answers, told, command))
    _write(output / "dossier.md", dossier_markdown(answers, told, command))


def _write(path: Path, text: str) -> None:
    from semsearch.files.whole import USUAL, publish, refuse_place

    refuse_place(path)
    publish(path, lambda partial: partial.write_text(text, "utf-8"), USUAL)

"""``semsearch verify``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, ERROR, NO_HITS, emit, say
from semsearch.cli.options import DebugOption, QuietOption
from semsearch.cli.show import ShowFormat
from semsearch.rendering.visible import visible

if TYPE_CHECKING:
    from semsearch.upkeep.verify import Verified


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "verify",
        epilog=examples(
            "semsearch batch questions.txt -o results.jsonl  then: semsearch verify results.jsonl",
            "semsearch verify results.jsonl --fields text=article,date=day",
        ),
    )(verify)


def verify(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What ask or batch wrote as json or jsonl.")],
    fields: Annotated[
        str | None, typer.Option(metavar="ROLE=NAME,…", help="Field names of the source. Default: as saved.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoding of source files that are not UTF-8. Default: as saved.")
    ] = None,
    output_format: Annotated[ShowFormat, typer.Option("--format", help="Output format.")] = ShowFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Check saved quotations against the source files.

    Each quotation and date of saved results is looked up; status 2 if one is not there.
    """
    from semsearch.readers import parse_encoding, parse_field_names
    from semsearch.upkeep.verify import verify as look_up

    found = list(
        look_up(
            results,
            parse_field_names(fields) if fields else None,
            parse_encoding(encoding) if encoding else None,
        )
    )
    for each in found:
        if not each.path:  # no quotation at all
            say(f"{each.place}: {each.detail}")
    emit(_as_json(found) if output_format is ShowFormat.json else _as_text(found))
    if not found:
        say(f"no quotations in {results}")
        return NO_HITS
    if not quiet and any(each.state == "file changed" for each in found):
        say("file changed: the file is not the one that was indexed, but what is quoted is still in it")
    return DONE if all(each.holds for each in found) else ERROR


def _as_json(found: list[Verified]) -> str:
    return json.dumps([{**asdict(each), "holds": each.holds} for each in found], ensure_ascii=False, indent=2) + "\n"


def _as_text(found: list[Verified]) -> str:
    lines = [
        f"{each.place}: {each.doc_id}: {each.state}{f': {each.detail}' if each.detail else ''} ({each.path})"
        for each in found
        if not each.holds and each.path
    ]
    counts = ", ".join(f"{count} {state}" for state, count in Counter(each.state for each in found).items())
    lines.append(f"{len(found)} quotations: {counts or 'none'}")
    return "".join(f"{visible(line)}\n" for line in lines)

"""``semsearch check``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, ERROR, emit, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexModelOption, IndexOption, QuietOption
from semsearch.cli.progress import step_bar
from semsearch.cli.show import ShowFormat
from semsearch.errors import command
from semsearch.rendering.visible import display_path, visible

if TYPE_CHECKING:
    from semsearch.storage.checking import Finding
    from semsearch.upkeep.check import CheckReport


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "check",
        epilog=examples(
            "semsearch check",
            "semsearch check --full --index /data/news",
            "semsearch check --full --format json > report.json",
        ),
    )(check)


def check(
    index: IndexOption = DEFAULT_FOLDER,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Read everything: hashes, vectors, texts, accelerators, and the files of your sources again.",
        ),
    ] = False,
    output_format: Annotated[ShowFormat, typer.Option("--format", help="Output format.")] = ShowFormat.text,
    model: IndexModelOption = None,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Check the index for damage.

    Status 0 if there is none, else 2. Writes nothing.
    """
    from semsearch.upkeep.check import check as look_over

    with step_bar(quiet, "checking") as step:
        report = look_over(index, full=full, step=step, model=model)
    emit((_as_json(report) if output_format is ShowFormat.json else _as_text(report)) + "\n")
    if not quiet and not report.full:
        say(f"sizes, counts and the model were checked; for everything: {command('check', '--full', index=index)}")
    return DONE if report.whole else ERROR


def _as_json(report: CheckReport) -> str:
    fields = {**asdict(report), "whole": report.whole, "findings": [_finding(each) for each in report.findings]}
    return json.dumps(fields, ensure_ascii=False, indent=2)


def _finding(finding: Finding) -> dict[str, str]:
    return {"file": str(finding.folder / finding.name), "what": finding.what, "command": finding.command}


def _as_text(report: CheckReport) -> str:
    lines = [str(finding) for finding in report.findings]
    lines += [f"{name}: is not an index file; it is ignored" for name in report.others]
    lines += [f"{name}: left by an interrupted run; harmless" for name in report.strays]
    if report.compared or report.not_compared:
        lines.append(_compared(report))
    place = display_path(report.index)
    if report.whole:
        state = "unchanged since written" if report.sealed else "the last run was interrupted, or is going on"
        lines.append(f"{place}: intact; {report.documents} articles in {report.passages} passages; {state}")
    else:
        lines.append(f"{place}: {len(report.findings)} problem{'s' if len(report.findings) > 1 else ''}")
    return "\n".join(visible(line) for line in lines)


def _compared(report: CheckReport) -> str:
    files = (
        f"{report.compared} of {report.compared + report.not_compared} files were compared with what the index holds"
    )
    others = (
        "the others have changed since, are gone, are of sources that you have not named, "
        "or are read again at every index (an id that two have, or a read error)"
    )
    return f"{files}; {others}" if report.not_compared else files

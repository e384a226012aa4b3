"""``semsearch dates``."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, emit, say
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption
from semsearch.errors import command
from semsearch.rendering.documents import Which, date_fields, which_of
from semsearch.rendering.tables import cell
from semsearch.rendering.visible import display_path, visible

if TYPE_CHECKING:
    from semsearch.records import DateEntry

MOST_LISTED = 20


class DatesFormat(StrEnum):
    """What ``dates`` can print."""

    text = "text"
    csv = "csv"
    json = "json"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "dates",
        epilog=examples(
            "semsearch dates",
            "semsearch dates --only undated --format csv > undated.csv",
            "semsearch index --dates corrected.csv     columns: doc_id,date",
        ),
    )(dates)


def dates(
    index: IndexOption = DEFAULT_FOLDER,
    only: Annotated[Which | None, typer.Option("--only", help="List all articles of one kind.")] = None,
    output_format: Annotated[DatesFormat, typer.Option("--format", help="Output format.")] = DatesFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show where each date came from.

    And which are missing, ambiguous or suspicious.
    """
    from semsearch.search.opening import open_index

    with open_index(index) as opened:
        entries = opened.dates()
    place = None if index == DEFAULT_FOLDER else index
    listed = [entry for entry in entries if only is None or only in which_of(entry)]
    if output_format is DatesFormat.csv:
        emit(_as_csv(listed))
    elif output_format is DatesFormat.json:
        emit(json.dumps([date_fields(entry) for entry in listed], ensure_ascii=False, indent=2) + "\n")
    elif only is not None:
        emit("".join(f"{_line(entry)}\n" for entry in listed))
    else:
        emit(_summary(entries, place))
    if not quiet and any(which_of(entry) for entry in entries):
        say(f"correct dates with: {command('index', '--dates', 'FILE', index=place)}   (CSV: doc_id and date)")
    return DONE


def _summary(entries: Sequence[DateEntry], index: Path | None) -> str:
    """How many dates came from where, then what needs a look."""
    sources = Counter(
        (entry.published.provenance, entry.published.precision) if entry.published else ("undated", "")
        for entry in entries
    )
    lines = [f"{count:>8}  {source:<14} {precision}".rstrip() for (source, precision), count in sources.most_common()]
    for kind in Which:
        found = [entry for entry in entries if kind in which_of(entry)]
        if found:
            lines += ["", f"{kind}: {len(found)}", *(f"  {_line(entry)}" for entry in found[:MOST_LISTED])]
        if len(found) > MOST_LISTED:
            lines.append(f"  … all of them: {command('dates', '--only', kind, index=index)}")
    return "\n".join(lines) + "\n"


def _line(entry: DateEntry) -> str:
    published = entry.published
    when = "undated" if published is None else f"{published}  {published.provenance} {published.raw!r}"
    doubt = f"  {entry.doubt}" if entry.doubt else ""
    if entry.others:
        doubt += f"  the same text is also dated {', '.join(map(str, entry.others[:3]))}"
    return visible(f"{entry.doc_id}  {when}{doubt}  {display_path(entry.path)}:{entry.line}")


def _as_csv(entries: Sequence[DateEntry]) -> str:
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    names = ("doc_id", "date", "precision", "source", "raw", "ambiguous", "confidence", "doubt", "path", "line")
    rows.writerow(names)
    for entry in entries:
        fields = date_fields(entry)
        rows.writerow(["" if fields[name] is None else cell(str(fields[name])) for name in names])
    return stream.getvalue()

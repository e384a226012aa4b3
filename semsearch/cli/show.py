"""``semsearch show``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, emit
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption
from semsearch.rendering.documents import shown_fields
from semsearch.rendering.fields import document_fields
from semsearch.rendering.text import date_text
from semsearch.rendering.visible import visible

if TYPE_CHECKING:
    from semsearch.records import Document


class ShowFormat(StrEnum):
    """What ``show`` and ``info`` can print."""

    text = "text"
    json = "json"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "show",
        epilog=examples(
            "semsearch show 2022-11-11-ukrainian-soldiers-enter-kherson.txt",
        ),
    )(show)


def show(
    doc_id: Annotated[
        str, typer.Argument(metavar="DOC_ID", help="Id of an article: doc_id in JSON, CSV and semsearch dates.")
    ],
    index: IndexOption = DEFAULT_FOLDER,
    output_format: Annotated[ShowFormat, typer.Option("--format", help="Output format.")] = ShowFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show one article as the index holds it, with its provenance."""
    from semsearch.search.opening import open_index

    with open_index(index) as opened:
        document = opened.document(doc_id)
    emit(
        (
            json.dumps(shown_fields(document), ensure_ascii=False, indent=2)
            if output_format is ShowFormat.json
            else _as_text(document)
        )
        + "\n"
    )
    return DONE


def _as_text(document: Document) -> str:
    fields = document_fields(document)
    published = document.published
    date = "undated"
    if published:
        doubt = ", ambiguous" if published.ambiguous else ""
        date = f"{date_text(published)}  (from the {published.provenance}: {published.raw!r}{doubt})"
    lines = [f"id         {fields['doc_id']}", f"title      {document.title}", f"published  {date}"]
    lines += [f"{name:<9}  {fields[name]}" for name in ("source", "url") if fields[name]]
    lines += [f"{name[:30]:<9}  {', '.join(values)}" for name, values in document.kept]
    lines.append(f"file       {fields['path']}:{document.place.line}")
    text = "\n".join(visible(line) for line in document.text.split("\n"))
    return "\n".join(visible(line) for line in lines) + f"\n\n{text}"

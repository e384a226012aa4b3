"""``semsearch info``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, emit, say_if_being_made
from semsearch.cli.options import DEFAULT_FOLDER, DebugOption, IndexOption, QuietOption
from semsearch.cli.show import ShowFormat
from semsearch.errors import command
from semsearch.rendering.documents import info_fields
from semsearch.rendering.visible import display_path, visible

if TYPE_CHECKING:
    from semsearch.storage.overview import IndexInfo


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "info",
        epilog=examples(
            "semsearch info --index /data/news --format json",
        ),
    )(info)


def info(
    index: IndexOption = DEFAULT_FOLDER,
    output_format: Annotated[ShowFormat, typer.Option("--format", help="Output format.")] = ShowFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Show what is in the index: articles, dates, sources, model."""
    from semsearch.search.opening import open_index

    say_if_being_made(index, quiet)
    with open_index(index) as opened:
        found = opened.info()
    emit(
        (
            json.dumps(info_fields(found), ensure_ascii=False, indent=2)
            if output_format is ShowFormat.json
            else _as_text(found)
        )
        + "\n"
    )
    return DONE


def _as_text(found: IndexInfo) -> str:
    from semsearch.encoders.engines import engine_missing
    from semsearch.encoders.opening import HASHING

    dates = f"{found.earliest} to {found.latest}" if found.earliest else "none"
    publishers = ", ".join(f"{name} ({count})" for name, count in found.publishers[:8])
    kept = ", ".join(f"{name} ({articles}, {values} different)" for name, articles, values in found.kept[:8])
    chunking = found.encoder.chunking
    rows = [
        ("index", f"{display_path(found.folder)} (format {found.format}, {found.size / 1e6:.1f} MB)"),
        ("articles", f"{found.documents} in {found.passages} passages of at most {chunking.tokens} tokens"),
        ("published", f"{dates}; {found.undated} undated"),
        ("seasons", "of the southern hemisphere" if found.hemisphere == "south" else ""),
        ("sources", ", ".join(display_path(path) for path in found.sources)),
        ("publishers", publishers),
        ("kinds", ", ".join(f"{name} ({count})" for name, count in found.kinds) if len(found.kinds) > 1 else ""),
        ("kept", kept),
        ("model", f"{found.encoder.model}: {found.encoder.identity}"),
        ("encoded", f"passages by {', '.join(found.encoder.engines)}" if found.encoder.engines else ""),
        ("engine", engine_missing() if found.encoder.model != HASHING else ""),
        (
            "skipped",
            f"{found.problems} inputs at the last reading ({command('index', index=found.folder)} lists them)"
            if found.problems
            else "",
        ),
        (
            "speed",
            ""
            if found.accelerated
            else f"the FAISS file is behind or missing: run {command('index', index=found.folder)}",
        ),
    ]
    return "\n".join(f"{name:<10} {visible(text)}" for name, text in rows if text)

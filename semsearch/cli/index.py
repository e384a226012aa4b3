"""``semsearch index``."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, SKIPPED, say
from semsearch.cli.options import (
    DEFAULT_FOLDER,
    DebugOption,
    DeviceName,
    DeviceOption,
    HemisphereName,
    IndexOption,
    ModelOption,
    PrecisionOption,
    QuietOption,
)
from semsearch.cli.progress import build_bar
from semsearch.errors import UsageError
from semsearch.rendering.visible import display_path

if TYPE_CHECKING:
    from semsearch.dates.days import Hemisphere
    from semsearch.encoders import Device, Precision
    from semsearch.indexing.building import BuildReport
    from semsearch.readers import FieldNames

SEEDS = Path("seeds")
STANDARD_INPUT = Path("-")


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "index",
        epilog=examples(
            "semsearch index articles/",
            "semsearch index news.jsonl.gz --index /data/news",
            "semsearch index table.csv --fields text=article,date=day",
            "semsearch index                     refresh what is held",
            "semsearch index articles/ --watch   and take in what comes, until Ctrl-C",
            "curl … | semsearch index -          JSON lines from standard input, kept beside the index",
        ),
    )(index)


def index(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SOURCE]...", help="Files, folders or globs. Default: the index's sources, else seeds/."
        ),
    ] = None,
    index: IndexOption = DEFAULT_FOLDER,
    model: ModelOption = None,
    device: DeviceOption = DeviceName.auto,
    precision: PrecisionOption = None,
    fields: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE=NAME,…", help="Fields of JSON and CSV: text=article,date=day|published,title=meta.head."
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Encoding of files that are not UTF-8, remembered; auto guesses again."),
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Read only such files of the sources; remembered.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Leave such files out; remembered. '' takes it back.")
    ] = None,
    dates: Annotated[
        Path | None,
        typer.Option("--dates", metavar="FILE", help="Correct dates: a CSV file of doc_id and date, remembered."),
    ] = None,
    hemisphere: Annotated[
        HemisphereName | None,
        typer.Option("--hemisphere", help="Hemisphere whose seasons are meant; remembered. Default: north."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Encode everything again, then replace the index.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: take in what comes, changes or goes, as it does.")
    ] = False,
    program: Annotated[
        str, typer.Option("--run", metavar="PROGRAM", help="With --watch: give each new hit of a saved question to it.")
    ] = "",
    forget_sources: Annotated[bool, typer.Option("--forget", help="Remove the sources' articles.")] = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Add or refresh sources; only changes are read.

    Only texts that were never seen are encoded.
    """
    from semsearch.indexing.building import forget
    from semsearch.readers import parse_field_names
    from semsearch.storage.place import index_exists

    paths = list(sources or [])
    if forget_sources:
        return _finish(forget(_needed(paths), index), index, quiet, 0.0)
    if not paths and not index_exists(index):
        paths = _needed(_seeds())
    paths = [_kept_input(index) if path == STANDARD_INPUT else path for path in paths]
    names = parse_field_names(fields) if fields else None
    choices = _Choices(index, model, device.value, precision.value if precision else None, names, encoding,
                       include or None, exclude or None, dates,
                       hemisphere.value if hemisphere else None, quiet)  # fmt: skip
    if watch:
        from semsearch.cli.watching import watch as watch_sources

        first = [paths]
        watch_sources(
            index,
            lambda: choices.run(first.pop()) if first else choices.run([], again=True),
            lambda report: _finish(report, index, quiet, choices.seconds, named=False),
            program,
        )
    report = choices.run(paths, rebuild=rebuild)
    if report.added or report.changed or report.removed:
        from semsearch.upkeep.calibration import calibrate

        calibrate(index)
    return _finish(report, index, quiet, choices.seconds, named=bool(paths))


@dataclass(slots=True)
class _Choices:
    """How to build, each run alike; ``seconds`` are those of the last."""

    index: Path
    model: str | None
    device: Device
    precision: Precision | None
    fields: FieldNames | None
    encoding: str | None
    include: list[str] | None
    exclude: list[str] | None
    dates: Path | None
    hemisphere: Hemisphere | None
    quiet: bool
    seconds: float = 0.0

    def run(self, paths: list[Path], *, rebuild: bool = False, again: bool = False) -> BuildReport:
        """Bring the index up to sources, or to those that it has; ``again``: as it remembers how they are read."""
        from semsearch.indexing.building import build

        begin = time.monotonic()
        with build_bar(self.quiet) as show:
            report = build(
                paths, self.index, model=self.model, device=self.device, precision=self.precision,
                fields=None if again else self.fields, encoding=None if again else self.encoding, rebuild=rebuild,
                include=None if again else self.include, exclude=None if again else self.exclude,
                dates=self.dates, hemisphere=self.hemisphere, progress=show,
            )  # fmt: skip
        self.seconds = time.monotonic() - begin
        return report


def _kept_input(index: Path) -> Path:
    """The folder where articles of standard input are kept, with those that it gives now: quotations need a file."""
    import hashlib

    from semsearch.files.whole import PRIVATE, publish
    from semsearch.storage.place import index_folder

    if sys.stdin.isatty():
        raise UsageError("- reads JSON lines from standard input, as in: semsearch index - < articles.jsonl")
    data = sys.stdin.buffer.read()
    if not data.strip():
        raise UsageError("- reads JSON lines from standard input, which gave nothing")
    folder = index_folder(index)
    folder = folder.with_name(f"{folder.name}.input")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.jsonl"
    publish(path, lambda partial: partial.write_bytes(data), PRIVATE)
    say(f"standard input is kept in {display_path(str(path))}")
    return folder


def _seeds() -> list[Path]:
    """The folder that is indexed where nothing is named, unless it leads out of the working folder."""
    inside = os.path.realpath(SEEDS) == os.path.join(os.path.realpath(Path.cwd()), SEEDS.name)  # noqa: PTH118
    if SEEDS.is_dir() and not inside:
        raise UsageError(f"{SEEDS} is a link to {os.path.realpath(SEEDS)}: name it, if that is what you mean")
    return [SEEDS] if SEEDS.is_dir() else []


def _needed(paths: list[Path]) -> list[Path]:
    if not paths:
        raise UsageError("no source given: name files or folders, as in: semsearch index articles/")
    return paths


def _finish(report: BuildReport, folder: Path, quiet: bool, seconds: float, *, named: bool = True) -> int:
    for problem in report.problems:
        place = f"{display_path(problem.path)}:{problem.line}" if problem.line else display_path(problem.path)
        say(f"{place}: {problem.said}")
    if not quiet:
        for note in report.notes:
            say(note)
        if not named and len(report.new_files):
            for source, count in report.new_files.items():
                say(f"{display_path(source)}: {count} new file{'' if count == 1 else 's'}")
        say(_summary(report, folder, seconds))
    return SKIPPED if report.problems else DONE


def _summary(report: BuildReport, folder: Path, seconds: float) -> str:
    counts = [
        (report.added, "added"),
        (report.changed, "changed"),
        (report.unchanged, "unchanged"),
        (report.removed, "removed"),
    ]
    parts = [f"{number} {what}" for number, what in counts if number] or ["no changes"]
    extra = [
        f"{report.encoded} passage{'' if report.encoded == 1 else 's'} encoded"
        + (f" ({report.engine})" if report.encoded else ""),
        f"{seconds:.1f} s",
    ]
    if len(report.formats) > 1:
        extra.insert(0, "files: " + ", ".join(f"{count} {name}" for name, count in report.formats.most_common()))
    if report.undated:
        extra.insert(0, f"{report.undated} without a date")
    if report.ignored:
        extra.insert(0, f"{report.ignored} files excluded")
    return f"{display_path(str(folder.absolute()))}: {', '.join(parts)}; {', '.join(extra)}"

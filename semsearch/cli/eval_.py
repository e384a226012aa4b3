"""``semsearch eval``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, SKIPPED, emit, say
from semsearch.cli.options import (
    DebugOption,
    DeviceName,
    DeviceOption,
    ModelOption,
    ModeName,
    ModeOption,
    OnOption,
    PrecisionOption,
    QuietOption,
    SinceOption,
    SourceOption,
    UntilOption,
    options_from,
)
from semsearch.cli.progress import build_bar, count_bar

if TYPE_CHECKING:
    from semsearch.dataset import Dataset
    from semsearch.evaluation import Evaluation


class EvalFormat(StrEnum):
    """What ``eval`` can print."""

    text = "text"
    json = "json"
    md = "md"


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "eval",
        epilog=examples(
            "semsearch eval seeds",
            "semsearch eval beir/scifact --mode dense --format json",
        ),
    )(evaluate)


def evaluate(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder in BEIR layout: corpus, queries, qrels.")],
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="Folder for its index. Default: indexes/eval-NAME."),
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    on: OnOption = None,
    source: SourceOption = None,
    mode: ModeOption = ModeName.hybrid,
    model: ModelOption = None,
    device: DeviceOption = DeviceName.auto,
    precision: PrecisionOption = None,
    output_format: Annotated[EvalFormat, typer.Option("--format", help="What comes out.")] = EvalFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Measure the ranking on a judged collection: nDCG@10, R@10, R@100, RR@10, AP@100."""
    from semsearch.dataset import evaluate_dataset, find_dataset
    from semsearch.embedding import EncoderChoice

    defaults = options_from(10, since, until, on, source, per_document=1, mode=mode)
    defaults.query("any")  # refuses options that make no sense
    found = find_dataset(dataset)
    folder = index or Path("indexes", f"eval-{found.name}")
    with build_bar(quiet) as building, count_bar(quiet, "asking") as asking:
        measured, report = evaluate_dataset(
            found,
            folder,
            EncoderChoice(model, device.value, precision.value if precision else None),
            defaults=defaults,
            building=building,
            asking=asking,
        )
    for problem in report.problems:
        say(str(problem))
    emit(_render(found, measured, mode, output_format) + "\n")
    return SKIPPED if report.problems else DONE


def _render(dataset: Dataset, measured: Evaluation, mode: ModeName, output_format: EvalFormat) -> str:
    from semsearch.evaluation import MEASURES

    match output_format:
        case EvalFormat.json:
            return json.dumps(
                {"dataset": dataset.name, "mode": mode, "queries": measured.queries, **measured.means}, indent=2
            )
        case EvalFormat.md:
            head = f"| {dataset.name} | {' | '.join(MEASURES)} |\n| --- |{' ---: |' * len(MEASURES)}"
            return f"{head}\n| {mode} | {' | '.join(f'{measured.means[name]:.4f}' for name in MEASURES)} |"
        case EvalFormat.text:
            cells = "".join(f"{name:>9}" for name in MEASURES)
            values = "".join(f"{measured.means[name]:>9.4f}" for name in MEASURES)
            return f"{dataset.name}, {measured.queries} judged questions\n{'':<8}{cells}\n{mode:<8}{values}"

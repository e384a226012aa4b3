"""``semsearch eval``."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from semsearch.cli.command import refuse_leading_out
from semsearch.cli.examples import examples
from semsearch.cli.exits import DONE, SKIPPED, emit, say
from semsearch.cli.options import (
    DebugOption,
    DeviceName,
    DeviceOption,
    Given,
    ModelOption,
    PrecisionOption,
    QuietOption,
    taking_options,
)
from semsearch.cli.progress import build_bar, count_bar
from semsearch.errors import UsageError
from semsearch.files.whole import refuse_place
from semsearch.records import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semsearch.evaluation.dataset import Dataset
    from semsearch.evaluation.measures import Difference, Evaluation


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
            "semsearch eval seeds --compare dense,lexical,hybrid --per-query values.csv",
        ),
    )(taking_options("eval", evaluate))


def evaluate(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Folder in BEIR layout: corpus, queries, qrels.")],
    index: Annotated[
        Path | None,
        typer.Option("--index", metavar="DIR", help="Folder for its index. Default: indexes/eval-NAME."),
    ] = None,
    *,
    given: Given,
    compare: Annotated[
        str | None,
        typer.Option(metavar="MODES", help="Several modes, with commas; the last is compared with each of the others."),
    ] = None,
    per_query: Annotated[
        Path | None, typer.Option("--per-query", metavar="FILE", help="Write each question's values here, as CSV.")
    ] = None,
    model: ModelOption = None,
    device: DeviceOption = DeviceName.auto,
    precision: PrecisionOption = None,
    output_format: Annotated[EvalFormat, typer.Option("--format", help="Output format.")] = EvalFormat.text,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> int:
    """Measure ranking quality on judged questions.

    nDCG@10, R@10, R@100, RR@10, AP@100, judged@10.
    """
    from semsearch.evaluation.dataset import evaluate_dataset, find_dataset, write_per_query
    from semsearch.indexing.embedding import EncoderChoice

    modes = _modes(compare) if compare is not None else [given.options.choices["mode"]]
    defaults = given.options
    if per_query is not None:
        refuse_place(per_query)
    defaults.query("any")  # refuses options that make no sense
    found = find_dataset(dataset)
    folder = index or Path("indexes", f"eval-{found.name}")
    if index is None:
        refuse_leading_out(folder)
    with build_bar(quiet) as building, count_bar(quiet, "asking") as asking:
        measured, report = evaluate_dataset(
            found,
            folder,
            EncoderChoice(model, device.value, precision.value if precision else None),
            modes=modes,
            defaults=defaults,
            named_events=given.opening["named_events"],
            aliases=given.opening["aliases"],
            building=building,
            asking=asking,
        )
    for problem in report.problems:
        say(str(problem))
    if per_query is not None:
        write_per_query(per_query, measured)
    emit(_render(found, measured, output_format) + "\n")
    return SKIPPED if report.problems else DONE


def _modes(names: str) -> list[Mode]:
    known = {mode: mode for mode in get_args(Mode)}
    wanted = list(dict.fromkeys(name.strip() for name in names.split(",")))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise UsageError(f"--compare {unknown[0]!r}: expected modes with commas, of {', '.join(known)}")
    return [known[name] for name in wanted]


def _render(dataset: Dataset, measured: Mapping[Mode, Evaluation], output_format: EvalFormat) -> str:
    from semsearch.evaluation.measures import MEASURES, difference

    *others, last = measured
    beside = {other: difference(measured[last], measured[other], MEASURES[0]) for other in others}
    questions = measured[last].queries
    match output_format:
        case EvalFormat.json:
            modes = {mode: evaluation.means for mode, evaluation in measured.items()}
            fields: dict[str, object] = {"dataset": dataset.name, "queries": questions}
            if not others:
                return json.dumps({**fields, "mode": last, **modes[last]}, indent=2)
            fields["modes"] = modes
            fields["differences"] = [
                {"measure": MEASURES[0], "of": last, "from": other, **asdict(found)} for other, found in beside.items()
            ]
            return json.dumps(fields, indent=2)
        case EvalFormat.md:
            lines = [f"| {dataset.name} | {' | '.join(MEASURES)} |", f"| --- |{' ---: |' * len(MEASURES)}"]
            for mode, evaluation in measured.items():
                lines.append(f"| {mode} | {' | '.join(f'{evaluation.means[name]:.4f}' for name in MEASURES)} |")
        case EvalFormat.text:
            lines = [f"{dataset.name}, {questions} judged questions"]
            lines.append(" " * 8 + "".join(f"{name:>10}" for name in MEASURES))
            for mode, evaluation in measured.items():
                lines.append(f"{mode:<8}" + "".join(f"{evaluation.means[name]:>10.4f}" for name in MEASURES))
    if others:
        lines.append("")
    lines += [_difference_text(last, other, found, MEASURES[0]) for other, found in beside.items()]
    return "\n".join(lines)


def _difference_text(one: Mode, other: Mode, found: Difference, measure: str) -> str:
    interval = f"95 % interval {found.low:+.4f} to {found.high:+.4f}"
    return f"{one} - {other}: {measure} {found.mean:+.4f}, {interval}, p = {found.p:.4f}"

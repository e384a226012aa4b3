"""The options that several commands share."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from semsearch.search.option_table import Choices, Opening, Option, Presenting, options_of
from semsearch.search.options import DEFAULT_INDEX, Options

if TYPE_CHECKING:
    from semsearch.rendering.text import Style


class DeviceName(StrEnum):
    """What ``--device`` takes."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class HemisphereName(StrEnum):
    """What ``--hemisphere`` takes."""

    north = "north"
    south = "south"


class PrecisionName(StrEnum):
    """What ``--precision`` takes."""

    auto = "auto"
    float32 = "float32"
    bfloat16 = "bfloat16"
    int8 = "int8"


IndexOption = Annotated[
    Path, typer.Option("--index", envvar="SEMSEARCH_INDEX", metavar="DIR", help="Folder of the index.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on standard error.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]
IndexModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="Allow this model to be loaded for a received index; remembered."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Model folder or Hugging Face name; for a new index the packaged all-MiniLM-L6-v2."
    ),
]

DeviceOption = Annotated[
    DeviceName, typer.Option("--device", help="Where passages are encoded; auto takes a GPU that can be used.")
]
PrecisionOption = Annotated[
    PrecisionName | None,
    typer.Option(
        "--precision",
        help="Number format for encoding. Default: the index's; for a new index auto: "
        "bfloat16 where the processor has it, else float32.",
    ),
]

DEFAULT_FOLDER = Path(DEFAULT_INDEX)


class Given(NamedTuple):
    """What was typed of a question: its own options, those that open the index, those of what comes out."""

    options: Options
    opening: Opening
    presenting: Presenting


def taking_options(command: str, function: Callable[..., int]) -> Callable[..., int]:
    """The function as typer reads it: where it takes ``given``, with every option that the table has for a command."""
    found = options_of(command)

    @wraps(function)
    def taking(**typed: Any) -> int:
        values = {option.keyword: option.value(typed.pop(option.parameter)) for option in found}
        return function(given=_given(values), **typed)

    own = inspect.signature(function, eval_str=True)
    parameters = list(own.parameters.values())
    place = list(own.parameters).index("given")
    parameters[place : place + 1] = [_parameter(option, command) for option in found]
    taking.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    return taking


def _given(values: Mapping[str, Any]) -> Given:
    def of(table: type) -> Any:
        return {keyword: value for keyword, value in values.items() if keyword in table.__annotations__}

    return Given(Options(prefix="--", **of(Choices)), of(Opening), of(Presenting))


def _parameter(option: Option, command: str) -> inspect.Parameter:
    """An option of the table as typer knows it."""
    switches = option.kind is bool
    names = [f"--{option.name}", *([f"-{option.letter}"] if option.letter else ())]
    kind = list[str] | None if option.kind is list else option.annotation
    default = option.defaults.get(command, option.default)
    return inspect.Parameter(
        option.parameter,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=Annotated[kind, typer.Option(*names, metavar=option.metavar, help=option.help)],
        default=False if switches else None if option.kind is list else default,
    )


def terminal_style() -> Style:
    """Width and colour for standard output: colour only on a terminal, unless ``NO_COLOR`` is set."""
    import shutil

    from semsearch.rendering.text import Style

    if not sys.stdout.isatty():
        return Style()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(width=min(shutil.get_terminal_size().columns, 120), colour=colour)

"""The parameters of requests, made from the table of options: a new option of a question is one here, too.

Unknown names are refused, and so is a name that is given twice and takes one value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from semsearch.errors import UsageError
from semsearch.records import Query
from semsearch.search.option_table import QUESTION, Choices, Option, Order
from semsearch.search.options import LONGEST_CONDITION, Options
from semsearch.serve.refusals import Refused, told

LONGEST_QUESTION, LONGEST_POSTED = 2_000, 10_000  # characters
MOST_HITS, MOST_PER_DOCUMENT, MOST_NAMES = 100, 10, 20
MOST_QUOTES, QUOTES = 40, frozenset('"“”„«»')  # each phrase is looked for in every passage
LONGEST_NAME = LONGEST_CONDITION  # characters of a date, a name, a condition
NAMES: Mapping[str, str] = {"top": "k", "publishers": "source", "not_publishers": "not_source", "kinds": "kind"}
TOOL_NAMES: Mapping[str, str] = {"source": "sources", "not_source": "not_sources", "kind": "kinds"}
NOT_SERVED = frozenset({"rerank", "rerank_model"})  # takes seconds, and one of them names a model
IN_TIME = frozenset({"use_time", "strict_time"})  # one parameter, ``time``, for both
_MOST = {"top": MOST_HITS, "per_document": MOST_PER_DOCUMENT}
_DAYS = ("since", "until", "on", "event", "as_of", "recency")
TimeUse = Literal["prefer", "strict", "off"]
SearchFormat = Literal["json", "jsonl", "csv", "tsv", "md", "trec"]
Text = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]


class Parameters(BaseModel):
    """What every request's parameters have in common."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def name_of(option: Option) -> str:
    """The parameter's name of an option."""
    return NAMES.get(option.keyword, option.keyword)


def _field(option: Option) -> tuple[Any, Any]:
    """Type and description of a parameter."""
    if option.kind is int:
        return int, Field(option.default, ge=1, le=_MOST[option.keyword], description=option.help)
    if option.kind is list:
        return list[Text], Field(default_factory=list, max_length=MOST_NAMES, description=option.help)
    if option.kind is bool:
        return bool, Field(option.default, description=option.help)
    if option.allowed:
        return Literal[option.allowed], Field(option.default, description=option.help)
    return Text | None, Field(None, description=option.help)


def _served(commands: Iterable[str]) -> dict[str, Any]:
    """The parameters that requests of some commands take."""
    wanted = set(commands)
    options = [option for option in QUESTION if wanted & option.commands]
    found = {name_of(each): _field(each) for each in options if each.keyword not in NOT_SERVED | IN_TIME}
    if any(each.keyword in IN_TIME for each in options):
        found["time"] = (TimeUse, Field("prefer", description="Time words rank, filter, or are ignored."))
    return found


def _model(title: str, commands: Iterable[str], without: Iterable[str] = (), /, **more: Any) -> type[Parameters]:
    fields = {key: field for key, field in _served(commands).items() if key not in set(without)}
    made = create_model(title, __base__=Parameters, **more, **fields)
    made.__doc__ = f"Parameters of a request: {title}."
    return made


def _question(longest: int) -> tuple[Any, Any]:
    return str, Field(min_length=1, max_length=longest, description="The question, in plain words.", examples=[_ASKED])


_ASKED = "why did Russia retreat from Kherson"
_SHOWING: dict[str, Any] = {
    "explain": (bool, Field(False, description="Say of each hit what its score is made of.")),
    "format": (SearchFormat, Field("json", description="Format of the answer.")),
    "sort": (Order, Field("rank", description="Order of the hits shown; never which.")),
}
_PERIOD = Field(max_length=LONGEST_NAME, description="2022-11, 2022-11-09..2022-11-11, or words: last month.")


class DocumentParameters(Parameters):
    """Parameters of a request for an article."""

    at: Annotated[str, StringConstraints(pattern=r"^\d{1,9}-\d{1,9}$")] | None = Field(
        None, description="A passage: characters of the text.", examples=["120-861"]
    )
    sha: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8,64}$")] | None = Field(
        None, description="Beginning of the passage's SHA-256, as a link has it."
    )


class DatesParameters(Parameters):
    """Parameters of a request for the dates of articles."""

    only: Literal["undated", "ambiguous", "suspicious", "repeated"] | None = Field(
        None, description="What is wrong with them."
    )


class StoriesParameters(Parameters):
    """Parameters of a request for stories."""

    k: int = Field(20, ge=1, le=MOST_HITS, description="Stories at most, the largest first.")


if TYPE_CHECKING:
    SearchParameters: TypeAlias = Parameters
    SearchBody: TypeAlias = Parameters
    SaveBody: TypeAlias = Parameters
    DossierBody: TypeAlias = Parameters
    TimelineParameters: TypeAlias = Parameters
    CompareParameters: TypeAlias = Parameters
    SimilarParameters: TypeAlias = Parameters
else:
    SearchParameters = _model("Search", ["ask"], q=_question(LONGEST_QUESTION), **_SHOWING)
    SearchBody = _model("SearchBody", ["ask"], q=_question(LONGEST_POSTED), **_SHOWING)
    SaveBody = _model(
        "SaveBody",
        ["ask"],
        ["k"],
        q=_question(LONGEST_POSTED),
        name=(str, Field(min_length=1, max_length=80, description="Name to find it by.")),
    )
    DossierBody = _model(
        "DossierBody",
        ["ask"],
        q=_question(LONGEST_POSTED),
        hits=(
            list[tuple[str, int]],
            Field(
                min_length=1,
                max_length=MOST_HITS,
                description="Ids of articles, each with a passage's first character.",
            ),
        ),
    )
    TimelineParameters = _model(
        "Timeline",
        ["timeline"],
        q=_question(LONGEST_QUESTION),
        by=(Literal["day", "week", "month", "year"] | None, Field(None, description="Length of a bar.")),
        peaks=(bool, Field(False, description="Say of each peak which passage answers best.")),
        window=(Literal["filter", "band"], Field("band", description="What the window does to the bars.")),
        stories=(bool, Field(False, description="Count stories, too.")),
        bars=(int, Field(400, ge=1, le=400, description="Bars at most.")),
    )
    CompareParameters = _model(
        "Compare", ["compare"], ["k"], q=_question(LONGEST_QUESTION), a=(str, _PERIOD), b=(str, _PERIOD),
        k=(int, Field(3, ge=1, le=MOST_HITS, description="Hits of each period.")),
    )  # fmt: skip
    SimilarParameters = _model(
        "Similar",
        ["similar"],
        id=(str, Field(min_length=1, max_length=LONGEST_QUESTION, description="Id of an article.")),
    )


def tool_model(name: str, command: str, **more: Any) -> type[Parameters]:
    """The arguments of a tool: those of a command, publishers under their plural names."""
    model = _model(name, [command], more)
    fields = {TOOL_NAMES.get(key, key): (field.annotation, field) for key, field in model.model_fields.items()}
    return create_model(name, __base__=Parameters, **cast(Any, {**more, **fields}))


def choices_of(given: BaseModel) -> dict[str, Any]:
    """The keywords of the library that parameters stand for."""
    values = given.model_dump()
    time = values.get("time", "prefer")
    found: dict[str, Any] = {"use_time": time != "off", "strict_time": time == "strict"}
    for option in QUESTION:
        for name in (name_of(option), TOOL_NAMES.get(name_of(option), "")):
            if name in values:
                found[option.keyword] = values[name]
    return found


def query_of(given: BaseModel, text: str) -> Query:
    """The query of a request. Raises Refused, naming the parameter."""
    choices = cast(Choices, choices_of(given))
    if sum(sign in QUOTES for sign in text) > MOST_QUOTES:
        raise Refused(422, "bad_value", f"more than {MOST_QUOTES} quotation marks in a question", field="q")
    try:
        Options(**choices).query(text)
    except UsageError as error:
        raise told(error, _blamed(choices, text)) from None
    return Options(prefix="--", **choices).query(text)


def _blamed(choices: Choices, text: str) -> str:
    """The parameter that alone makes no sense; the question where each does, or the window."""
    for option in QUESTION:
        if not _makes_sense({option.keyword: choices.get(option.keyword, option.default)}, "words"):
            return name_of(option)
    return "q" if not _makes_sense({}, text) else "since"


def _makes_sense(choices: Mapping[str, Any], text: str) -> bool:
    try:
        Options(**cast(Choices, choices)).query(text)
    except UsageError:
        return False
    return True


def refuse_repeated(items: Iterable[tuple[str, str]], given: BaseModel) -> None:
    """Raise Refused for a name that takes one value and is given twice."""
    seen = set[str]()
    for name, _ in items:
        if name in seen and not isinstance(getattr(given, name, None), list):
            raise Refused(422, "repeated", f"{name} is given twice and takes one value", field=name)
        seen.add(name)


def first_of(errors: Iterable[Mapping[str, Any]]) -> Refused:
    """What a client is told of values that do not fit."""
    for error in errors:
        place = [str(part) for part in error["loc"]]
        place = place[1:] if len(place) > 1 and place[0] in ("query", "body", "path") else place
        field, kind = (place[0] if place else None), error["type"]
        if kind == "extra_forbidden":
            return Refused(422, "unknown_name", f"there is no parameter {field or ''}"[:120], field=field)
        if kind == "json_invalid":
            return Refused(400, "not_json", "the body is no JSON")
        return Refused(422, "bad_value", f"{field or 'the body'}: {error['msg']}"[:300], field=field)
    return Refused(422, "bad_value", "a value makes no sense")

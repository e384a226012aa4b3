"""Many questions in one request."""

from __future__ import annotations

import json
from typing import Any, cast

from pydantic import Field

from semsearch.errors import SemsearchError
from semsearch.rendering.fields import answer_fields
from semsearch.search.engine import Engine
from semsearch.serve.fields import encoded, paths_of
from semsearch.serve.parameters import Parameters, SearchBody, first_of, query_of
from semsearch.serve.reader import Reader
from semsearch.serve.refusals import Refused, told

MOST_QUESTIONS = 100


class BatchBody(Parameters):
    """Questions with the parameters of a search, ``text`` for ``q``, and an ``id`` each."""

    questions: list[dict[str, Any]] = Field(
        max_length=MOST_QUESTIONS,
        description="Questions: an id, a text, and any parameter of /api/search.",
        examples=[[{"id": "1", "text": "grain deal", "since": "2022-11"}]],
    )


async def batch_answers(reader: Reader, given: BatchBody) -> bytes:
    """The answers in their order, one asked at a time so that others come in between."""
    found = [await _answer(reader, number, question) for number, question in enumerate(given.questions, 1)]
    return b"[" + b",".join(found) + b"]"


async def _answer(reader: Reader, number: int, question: dict[str, Any]) -> bytes:
    """One answer, or what is wrong with its question."""
    query_id = str(question.get("id", number))[:200]
    try:
        return await _asked(reader, query_id, question)
    except SemsearchError as error:
        refusal = told(error)
    except Refused as error:
        if error.status == 503:  # noqa: PLR2004  the whole request may come again
            raise
        refusal = error
    return encoded({"query_id": query_id, **cast(dict[str, object], json.loads(refusal.body()))})


async def _asked(reader: Reader, query_id: str, question: dict[str, Any]) -> bytes:
    from pydantic import ValidationError

    own = {("q" if name == "text" else name): value for name, value in question.items() if name != "id"}
    try:
        parameters = SearchBody.model_validate(own)
    except ValidationError as error:
        raise first_of(cast(Any, error.errors())) from None
    shown = parameters.model_dump()
    query = query_of(parameters, shown["q"])

    def ask(engine: Engine) -> bytes:
        (answer,) = engine.answer_all([query])
        return encoded(answer_fields(paths_of(engine).answer(answer), query_id, explain=shown["explain"]))

    return await reader.ask(ask)

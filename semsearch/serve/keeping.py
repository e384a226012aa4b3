"""What a person keeps of the answers, and its addresses: saved questions, and dossiers of chosen hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeVar, cast
from urllib.parse import urlencode

from fastapi import Body, FastAPI, Query
from fastapi.responses import Response
from pydantic import Field

from semsearch.errors import UsageError
from semsearch.records import Answer
from semsearch.rendering.dossier import dossier_html
from semsearch.rendering.fields import Fields, answer_fields, hit_fields
from semsearch.search import standing
from semsearch.search.engine import Engine
from semsearch.search.local import LocalIndex
from semsearch.search.option_table import Choices
from semsearch.search.options import Options
from semsearch.serve.fields import Paths, encoded, paths_of
from semsearch.serve.parameters import NAMES, DossierBody, Parameters, SaveBody, choices_of, query_of
from semsearch.serve.reader import Reader
from semsearch.serve.refusals import Refused

T = TypeVar("T")
DONE = b'{"done": true}'
MOST_NEW = 20  # hits of a question that are listed


class NameBody(Parameters):
    """The name of a saved question."""

    name: str = Field(min_length=1, max_length=standing.LONGEST_NAME, description="Name of a saved question.")


class Keeping:
    """The endpoints over one reader, for the index of a folder."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self._folder = folder

    def add_to(self, app: FastAPI) -> None:
        """Add the addresses."""
        app.add_api_route("/api/questions", self.questions, methods=["GET"], response_class=Response)
        for path, endpoint in (
            ("/api/questions", self.save),
            ("/api/questions/seen", self.seen),
            ("/api/questions/forget", self.forget),
            ("/api/dossier", self.dossier),
        ):
            app.add_api_route(path, endpoint, methods=["POST"], response_class=Response)

    async def questions(self, _: Annotated[Parameters, Query()]) -> Response:
        """Saved questions, each with the passages that have come in since the last look."""
        found = [
            await self._asked(lambda index, each=each: _told(self._folder, index, each, paths_of(index)))  # type: ignore[misc]
            for each in standing.saved(self._folder)
        ]
        return Response(encoded({"questions": found}), media_type="application/json")

    async def save(self, given: Annotated[SaveBody, Body()]) -> Response:
        """Save a question under a name; what answers now is not news."""
        name = given.model_dump()["name"]
        return await self._reply(lambda index: _save(self._folder, index, name, given))

    async def seen(self, given: Annotated[NameBody, Body()]) -> Response:
        """Say that what is new of a question was looked at."""
        return await self._reply(lambda index: _seen(self._folder, index, given.name))

    async def forget(self, given: Annotated[NameBody, Body()]) -> Response:
        """Delete a saved question."""
        return await self._reply(lambda _: _forget(self._folder, given.name))

    async def dossier(self, given: Annotated[DossierBody, Body()]) -> Response:
        """Chosen hits of a question as one page that stands alone."""
        values = given.model_dump()
        query = query_of(given, values["q"])

        def ask(engine: Engine) -> bytes:
            (answer,) = engine.answer_all([query])
            found = _chosen(answer, values["hits"])
            if not found.hits:
                raise Refused(422, "bad_value", "none of these is a hit of the question", field="hits")
            return _dossier(found, paths_of(engine))

        page = await self._reader.ask(ask)
        headers = {"Content-Disposition": 'attachment; filename="dossier.html"'}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    async def _reply(self, ask: Callable[[LocalIndex], bytes]) -> Response:
        return Response(await self._asked(ask), media_type="application/json")

    async def _asked(self, ask: Callable[[LocalIndex], T]) -> T:
        def asked(engine: Engine) -> T:
            if not isinstance(engine, LocalIndex):
                raise Refused(404, "not_found", "this index keeps no questions")
            return ask(engine)

        return await self._reader.ask(asked)


def _told(folder: Path, index: LocalIndex, each: standing.Standing, paths: Paths) -> Fields:
    """A saved question with what is new; it stays new until it is said to be seen. One that fails says why."""
    failed: Fields = {}
    try:
        hits = standing.news(folder, index, each, peek=True)
    except UsageError as error:  # of a field, for example, that no article has any more
        hits, failed = [], {"error": error.what}
    return {
        **failed,
        "name": each.name,
        "query": each.text,
        "address": address_of(each.text, each.choices),
        "count": len(hits),
        "hits": [hit_fields(paths.hit(hit)) for hit in hits[:MOST_NEW]],
    }


def address_of(text: str, choices: Mapping[str, object]) -> str:
    """The page's address of a question."""
    own = {
        NAMES.get(name, name): value
        for name, value in choices.items()
        if name not in ("use_time", "strict_time", "rerank")
    }
    if choices.get("use_time") is False:
        own["time"] = "off"
    elif choices.get("strict_time"):
        own["time"] = "strict"
    return "/?" + urlencode({"q": text, **{name: _typed(value) for name, value in own.items()}}, doseq=True)


def _typed(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _save(folder: Path, index: LocalIndex, name: str, given: Parameters) -> bytes:
    """Keep a question. Raises UsageError where that cannot be."""
    text = given.model_dump()["q"]
    query_of(given, text)
    standing.save(folder, index, name, text, Options(**cast(Choices, choices_of(given))))
    return DONE


def _forget(folder: Path, name: str) -> bytes:
    """Take a question away. Raises UsageError for an unknown name."""
    standing.forget(folder, name)
    return DONE


def _seen(folder: Path, index: LocalIndex, name: str) -> bytes:
    """What is new of a question is so no more. Raises UsageError for an unknown name."""
    standing.news(folder, index, standing.named(folder, name))
    return DONE


def _chosen(answer: Answer, hits: Sequence[tuple[str, int]]) -> Answer:
    """An answer with some of its hits, named by article and first character."""
    wanted = set(hits)
    return replace(answer, hits=tuple(hit for hit in answer.hits if (hit.document.doc_id, hit.start) in wanted))


def _dossier(answer: Answer, paths: Paths) -> bytes:
    """One page of quotations that stands alone."""
    fields = answer_fields(paths.answer(answer), None)
    return dossier_html([fields], {}, "semsearch verify RESULTS.jsonl").encode("utf-8", "replace")

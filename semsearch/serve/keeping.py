"""The addresses of what a person keeps: saved questions, and dossiers of chosen hits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

from fastapi import Body, FastAPI, Query
from fastapi.responses import Response

from semsearch.search.engine import Engine
from semsearch.search.local import LocalIndex
from semsearch.serve import standing
from semsearch.serve.fields import encoded, paths_of
from semsearch.serve.parameters import DossierBody, Parameters, SaveBody, query_of
from semsearch.serve.problems import Refused
from semsearch.serve.reader import Reader

T = TypeVar("T")


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
            await self._asked(lambda index, each=each: standing.told(self._folder, index, each, paths_of(index)))  # type: ignore[misc]
            for each in standing.saved(self._folder)
        ]
        return Response(encoded({"questions": found}), media_type="application/json")

    async def save(self, given: Annotated[SaveBody, Body()]) -> Response:
        """Save a question under a name; what answers now is not news."""
        name = given.model_dump()["name"]
        return await self._reply(lambda index: standing.save(self._folder, index, name, given))

    async def seen(self, given: Annotated[standing.NameBody, Body()]) -> Response:
        """Say that what is new of a question was looked at."""
        return await self._reply(lambda index: standing.seen(self._folder, index, given.name))

    async def forget(self, given: Annotated[standing.NameBody, Body()]) -> Response:
        """Delete a saved question."""
        return await self._reply(lambda _: standing.forget(self._folder, given.name))

    async def dossier(self, given: Annotated[DossierBody, Body()]) -> Response:
        """Chosen hits of a question as one page that stands alone."""
        values = given.model_dump()
        query = query_of(given, values["q"])

        def ask(engine: Engine) -> bytes:
            (answer,) = engine.answer_all([query])
            found = standing.chosen(answer, values["hits"])
            if not found.hits:
                raise Refused(422, "bad_value", "none of these is a hit of the question", field="hits")
            return standing.dossier(found, paths_of(engine))

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

"""The addresses of the server: the page, its API, and what describes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

import semsearch
from semsearch.errors import SemsearchError
from semsearch.search.engine import Engine
from semsearch.serve import fields
from semsearch.serve.batch import BatchBody, batch_answers
from semsearch.serve.feeds import FEEDS, feed, search_engine
from semsearch.serve.keeping import Keeping
from semsearch.serve.mounted import MountedTools
from semsearch.serve.parameters import (
    CompareParameters,
    DatesParameters,
    DocumentParameters,
    Parameters,
    SearchBody,
    SearchParameters,
    SimilarParameters,
    StoriesParameters,
    TimelineParameters,
    first_of,
    query_of,
    refuse_repeated,
)
from semsearch.serve.reader import Reader
from semsearch.serve.refusals import Refused, refused, told

STATIC = Path(__file__).parent / "static"
TYPES = {"json": "application/json", "jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8",
         "tsv": "text/tab-separated-values; charset=utf-8", "md": "text/markdown; charset=utf-8",
         "trec": "text/plain; charset=utf-8"}  # fmt: skip
_ERROR = {
    "description": "Refused: one shape for every reason.",
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Error"},
            "example": {
                "error": {
                    "code": "bad_date",
                    "message": "no such date: 2022-13",
                    "field": "since",
                    "hint": "2022, 2022-11 or 2022-11-09",
                }
            },
        }
    },
}
ERRORS: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (400, 401, 403, 404, 405, 408, 413, 415, 421, 422, 431, 503), _ERROR
)


class Api:
    """The endpoints over one reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def search(self, request: Request, given: Annotated[SearchParameters, Query()]) -> Response:
        """Passages that answer a question, best first, each with its source and date."""
        return await self._search(request, given)

    async def search_posted(self, request: Request, given: Annotated[SearchBody, Body()]) -> Response:
        """The same for a question of up to 10,000 characters."""
        return await self._search(request, given)

    async def _search(self, request: Request, given: BaseModel) -> Response:
        shown = given.model_dump()
        query, kind = query_of(given, shown["q"]), shown["format"]
        if shown["explain"] and kind not in ("json", "jsonl", "md"):
            raise Refused(422, "bad_value", f"explain has no place in {kind}", field="explain")

        def ask(engine: Engine) -> bytes:
            (answer,) = engine.answer_all([query])
            paths = fields.paths_of(engine)
            return fields.rendered(answer, paths, kind, shown["sort"], explain=shown["explain"])

        headers = {} if kind == "json" else {"Content-Disposition": _attachment(kind)}
        return await self._cached(request, given, ask, TYPES[kind], headers)

    async def batch(self, given: Annotated[BatchBody, Body()]) -> Response:
        """Up to 100 questions; one that makes no sense has an error in its place."""
        return _json(await batch_answers(self._reader, given))

    async def timeline(self, request: Request, given: Annotated[TimelineParameters, Query()]) -> Response:
        """When a question was written about: relevant passages by time, and by publisher."""
        shown = given.model_dump()
        query = query_of(given, shown["q"])

        def ask(engine: Engine) -> bytes:
            found = engine.timeline(
                query, shown["by"], stories=shown["stories"], window=shown["window"], peaks=shown["peaks"]
            )
            if len(found.bars) > shown["bars"]:
                message = f"{len(found.bars)} bars by {found.step}: more than {shown['bars']}"
                raise Refused(422, "bad_value", message, field="by", hint="a longer one, or since and until")
            return fields.encoded(fields.served_timeline(found, fields.paths_of(engine)))

        return await self._cached(request, given, ask)

    async def compare(self, request: Request, given: Annotated[CompareParameters, Query()]) -> Response:
        """Two periods side by side: the best passages of each, what is new and what is gone."""
        shown = given.model_dump()
        query = query_of(given, shown["q"])

        def ask(engine: Engine) -> bytes:
            found = engine.compare(query, shown["a"], shown["b"])
            return fields.encoded(fields.served_comparison(found, fields.paths_of(engine)))

        return await self._cached(request, given, ask)

    async def similar(self, request: Request, given: Annotated[SimilarParameters, Query()]) -> Response:
        """Articles like one of the index."""
        shown = given.model_dump()

        def ask(engine: Engine) -> bytes:
            title = engine.document(shown["id"]).title
            answer = engine.similar(shown["id"], query_of(given, title or shown["id"]))
            return fields.rendered(answer, fields.paths_of(engine), "json", "rank", explain=False)

        return await self._cached(request, given, ask)

    async def document(self, request: Request, id: str, given: Annotated[DocumentParameters, Query()]) -> Response:  # noqa: A002
        """One article as the index holds it, with the days that it names."""
        span = tuple(map(int, given.at.split("-"))) if given.at else None

        def ask(engine: Engine) -> bytes:
            return fields.encoded(fields.served_document(engine, id, span, given.sha))  # type: ignore[arg-type]

        return await self._cached(request, given, ask)

    async def dates(self, request: Request, given: Annotated[DatesParameters, Query()]) -> Response:
        """Where the date of each article came from, and what is doubtful; 1,000 at most."""
        return await self._cached(
            request,
            given,
            lambda engine: fields.encoded(fields.served_dates(engine.dates(), fields.paths_of(engine), given.only)),
        )

    async def stories(self, request: Request, given: Annotated[StoriesParameters, Query()]) -> Response:
        """Articles that tell one thing in the same words, the largest stories first."""
        return await self._cached(
            request,
            given,
            lambda engine: fields.encoded(fields.served_stories(engine, fields.paths_of(engine), given.k)),
        )

    async def info(self, _: Annotated[Parameters, Query()]) -> Response:
        """What the index holds."""
        found = await self._reader.ask(lambda engine: fields.served_info(engine, semsearch.__version__))
        return _json(fields.encoded(found))

    async def health(self, _: Annotated[Parameters, Query()]) -> Response:
        """Whether answers come from the newest state of the index."""
        stale = self._reader.stale if self._reader.alive else "IndexDamaged"
        found = {"status": "stale", "stale": stale} if stale else {"status": "ok"}
        return _json(fields.encoded({**found, "state": self._reader.state}))

    async def feed(
        self, request: Request, kind: Literal["rss", "json"], given: Annotated[SearchParameters, Query()]
    ) -> Response:
        """The answers to a question as a feed, newest first."""
        query = query_of(given, given.model_dump()["q"])
        place = str(request.base_url)

        def ask(engine: Engine) -> bytes:
            (answer,) = engine.answer_all([query])
            return feed(kind, fields.paths_of(engine).answer(answer), place).encode("utf-8", "replace")

        return await self._cached(request, given, ask, FEEDS[kind])

    async def _cached(
        self,
        request: Request,
        given: BaseModel,
        ask: Callable[[Engine], bytes],
        media_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Response:
        """A reply that a browser may keep until the index changes, or the day: "yesterday" is another then."""
        refuse_repeated(request.query_params.multi_items(), given)
        asked = f"{semsearch.__version__} {date.today()} {request.url.path} {given.model_dump_json()}"

        def labels(state: str) -> dict[str, str]:
            tag = hashlib.sha256(f"{state} {asked}".encode()).hexdigest()[:32]
            return {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", "X-Semsearch-State": state}

        known = labels(self._reader.state)
        if known["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=known)
        state, body = await self._reader.ask(lambda engine: (engine.state, ask(engine)))
        return Response(body, media_type=media_type, headers={**labels(state), **(headers or {})})


def make_app(reader: Reader, folder: Path, tools: MountedTools | None = None) -> FastAPI:
    """The application over a reader that was started; with ``tools`` for language models at /mcp."""
    app = FastAPI(
        title="semsearch",
        version=semsearch.__version__,
        summary="Ask dated articles in plain words.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=ERRORS,
        lifespan=tools.lifespan if tools else None,
        generate_unique_id_function=lambda route: route.name,
    )
    api = Api(reader)
    for path, endpoint in (
        ("/api/search", api.search),
        ("/api/timeline", api.timeline),
        ("/api/compare", api.compare),
        ("/api/similar", api.similar),
        ("/api/documents/{id:path}", api.document),
        ("/api/dates", api.dates),
        ("/api/stories", api.stories),
        ("/api/info", api.info),
        ("/api/feed.{kind}", api.feed),
        ("/health", api.health),
    ):
        app.add_api_route(path, endpoint, methods=["GET"], response_class=Response)
    app.add_api_route("/api/search", api.search_posted, methods=["POST"], response_class=Response)
    app.add_api_route("/api/batch", api.batch, methods=["POST"], response_class=Response)
    Keeping(reader, folder).add_to(app)
    app.add_route("/", _page, include_in_schema=False)
    app.add_route("/opensearch.xml", _search_engine, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC))
    if tools is not None:
        app.router.routes.append(Route("/mcp", tools))
    _tell_errors(app, reader.say)
    return app


def _tell_errors(app: FastAPI, say: Callable[[str], None]) -> None:
    """Every refusal in one shape; what is our fault is said to whoever started the server."""

    async def of_refusal(_: Request, error: Exception) -> Response:
        found = error if isinstance(error, Refused) else refused(500)
        return Response(found.body(), found.status, {name.decode(): value.decode() for name, value in found.headers()})

    async def of_values(request: Request, error: Exception) -> Response:
        return await of_refusal(request, first_of(getattr(error, "errors", list)()))

    async def of_router(request: Request, error: Exception) -> Response:
        return await of_refusal(request, refused(getattr(error, "status_code", 500)))

    async def of_ours(request: Request, error: Exception) -> Response:
        found = (
            told(error) if isinstance(error, SemsearchError) else refused(503 if isinstance(error, OSError) else 500)
        )
        if found.status >= 500:  # noqa: PLR2004
            say(f"{type(error).__name__}: {error}")
        return await of_refusal(request, found)

    app.add_exception_handler(Refused, of_refusal)
    app.add_exception_handler(RequestValidationError, of_values)
    app.add_exception_handler(HTTPException, of_router)
    app.add_exception_handler(SemsearchError, of_ours)
    app.add_exception_handler(Exception, of_ours)


async def _page(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _search_engine(request: Request) -> Response:
    return Response(search_engine(str(request.base_url)), media_type="application/opensearchdescription+xml")


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _attachment(kind: str) -> str:
    return f'attachment; filename="semsearch-{date.today()}.{kind}"'

"""The tools within the page's server: loaded after the page is up, which need not wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module

from semsearch.serve.reader import Reader
from semsearch.serve.refusals import Refused, refused
from semsearch.serve.security import App, Receive, Scope, Send, reply
from semsearch.serve.tools import instructions


class MountedTools:
    """An application for one address; it says 503 until it is ready."""

    def __init__(self, reader: Reader, hosts: Sequence[str]) -> None:
        self._reader = reader
        self._hosts = hosts
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":  # a GET would be a stream that never ends, of which there is nothing to say
            await reply(send, refused(405))
            return
        if self._app is None:
            await reply(send, Refused(503, "starting", "the tools are being loaded: ask again in a second"))
            return
        headers = [(name, value.lower() if name == b"host" else value) for name, value in scope["headers"]]
        await self._app({**scope, "headers": headers}, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """Load the tools beside everything else, and let them go at the end."""
        end = asyncio.Event()
        task = asyncio.create_task(self._run(end))
        try:
            yield
        finally:
            end.set()
            await task

    async def _run(self, end: asyncio.Event) -> None:
        module = await asyncio.to_thread(import_module, "semsearch.serve.mcp")
        about = await self._reader.ask(instructions)
        app, manager = module.http_app(self._reader, about, self._hosts)
        async with manager():
            self._app = app
            await end.wait()

"""The tools over the Model Context Protocol: at an address of the server, or by a program's input and output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations
from pydantic import ValidationError

import semsearch
from semsearch.errors import SemsearchError
from semsearch.serve.parameters import first_of
from semsearch.serve.reader import Reader
from semsearch.serve.refusals import Refused, told
from semsearch.serve.security import LARGEST_BODY, LOOPBACK, App
from semsearch.serve.tool_results import output_schema
from semsearch.serve.tools import TOOLS, instructions

_ANNOTATIONS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def make_server(reader: Reader, about: str) -> Server[Any]:
    """The server of the tools, which says ``about`` the index."""

    async def listed(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=_tools())

    async def called(_: object, params: Any) -> CallToolResult:
        return await call(reader, params.name, params.arguments or {})

    return Server(
        "semsearch", version=semsearch.__version__, instructions=about, on_list_tools=listed, on_call_tool=called
    )


def _tools() -> list[Tool]:
    """What there is to call."""
    return [
        Tool(
            name=name,
            description=description,
            input_schema={**arguments.model_json_schema(), "additionalProperties": False},
            output_schema=output_schema(name),
            annotations=_ANNOTATIONS,
        )
        for name, (_, arguments, description) in TOOLS.items()
    ]


async def call(reader: Reader, name: str, arguments: dict[str, Any]) -> CallToolResult:
    """What a tool gives; an error as a result, as the protocol has it."""
    if name not in TOOLS:
        return _error(f"there is no tool {name[:60]!r}: there are {', '.join(TOOLS)}")
    function, model, _ = TOOLS[name]
    try:
        given = model.model_validate(arguments)
        found = await reader.ask(lambda engine: function(engine, given))
    except ValidationError as error:
        return _error(first_of(cast(Any, error.errors())).message)
    except Refused as error:
        return _error(_with_hint(error))
    except SemsearchError as error:
        return _error(_with_hint(told(error)))
    return CallToolResult(content=[TextContent(text=found.text)], structured_content=dict(found.values))


def _with_hint(error: Refused) -> str:
    return f"{error.message}: expected {error.hint}" if error.hint else error.message


def _error(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def http_app(
    reader: Reader, about: str, hosts: Sequence[str]
) -> tuple[App, Callable[[], AbstractAsyncContextManager[None]]]:
    """The application at /mcp, and what must be open while it answers."""
    server = make_server(reader, about)
    names = [*LOOPBACK, *hosts]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*names, *(f"{name}:*" for name in names)],
        allowed_origins=[
            f"{scheme}://{name}{port}" for scheme in ("http", "https") for name in names for port in ("", ":*")
        ],
    )
    app = server.streamable_http_app(
        json_response=True, stateless_http=True, transport_security=security, max_request_body_size=LARGEST_BODY
    )
    return cast(App, app), server.session_manager.run


def run_stdio(reader: Reader) -> None:
    """Answer by standard input and output until the input ends.

    The SDK keeps descriptor 1 for the protocol and points it at standard error, so that nothing else is between frames.
    """
    asyncio.run(_over_stdio(reader))


async def _over_stdio(reader: Reader) -> None:
    server = make_server(reader, await reader.ask(instructions))
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())

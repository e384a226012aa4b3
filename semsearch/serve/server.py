"""The process: an address, an index, and an end."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn

from semsearch.errors import UsageError
from semsearch.search.engine import Engine
from semsearch.serve.app import make_app
from semsearch.serve.connections import LARGEST_REQUEST_LINE, LimitedProtocol
from semsearch.serve.mounted import MountedTools
from semsearch.serve.reader import Reader
from semsearch.serve.security import LEAST_TOKEN, LOOPBACK, Guard

BACKLOG = 128
LAST_PORT = 65_535
LEAVE_WITHIN = 2  # seconds for what is being answered, at the end


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for connections. Raises UsageError where the address cannot be had."""
    if not 0 <= port <= LAST_PORT:
        raise UsageError(f"--port is {port}: expected 0 to {LAST_PORT}")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        found = socket.create_server((host.strip("[]"), port), family=family, backlog=BACKLOG)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a reply waits 40 ms for an acknowledgement
        return found
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"--port {port} is taken: give another, or 0 for any") from None
        raise UsageError(f"--host {host}: {error.strerror or error}") from None


def check_token(host: str, token: str | None) -> None:
    """Raise UsageError for an address that others reach, without a token that keeps them out."""
    if token is not None and (len(token) < LEAST_TOKEN or not token.isascii() or not token.isalnum()):
        raise UsageError(f"SEMSEARCH_TOKEN: expected at least {LEAST_TOKEN} letters and digits")
    if host.strip("[]") not in (*LOOPBACK, "::1") and token is None:
        raise UsageError(
            f"--host {host} can be reached by others: set a token first with: "
            "export SEMSEARCH_TOKEN=$(openssl rand -hex 16)"
        )


def serve(
    folder: Path,
    open_engine: Callable[[Path], Engine],
    listening: socket.socket,
    *,
    name: str,
    hosts: Sequence[str],
    token: str | None,
    tools: bool,
    say: Callable[[str], None],
) -> None:
    """Answer until a signal comes. Raises what opening the index raises."""
    reader = Reader(folder, open_engine, say)
    reader.start()
    try:
        host, port = listening.getsockname()[:2]
        names = [name, host, f"[{host}]", f"[{name}]"]
        app = make_app(reader, folder, MountedTools(reader, [*names, *hosts]) if tools else None)
        shown = f"[{host}]" if ":" in host else host
        say(f"the page is at http://{'127.0.0.1' if host == '0.0.0.0' else shown}:{port}/   (Ctrl-C ends it)")  # noqa: S104
        config = uvicorn.Config(
            Guard(app, [*names, *hosts], token),
            http=LimitedProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=LARGEST_REQUEST_LINE,
            timeout_graceful_shutdown=LEAVE_WITHIN,
        )
        with suppress(KeyboardInterrupt):  # the way to end it
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        reader.stop()

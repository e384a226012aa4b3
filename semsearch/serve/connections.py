"""Connections that keep others waiting are let go: uvicorn's own protocol with limits of number and time.

Whoever comes when all places are taken gets that of a connection that has said nothing, the oldest first: silent ones
lock nobody out.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from semsearch.serve.problems import refused
from semsearch.serve.security import HEADERS

MOST, MOST_OF_ONE = 256, 64  # connections, and those of one address
HEAD_DUE = 10.0  # seconds
LARGEST_REQUEST_LINE = 64 << 10  # bytes, with the headers


class LimitedProtocol(H11Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, if need be that of a silent connection."""
        super().connection_made(transport)
        self._served = False  # a request of it
        self._head_due: asyncio.TimerHandle | None = None
        self._since = self.loop.time()
        others = [each for each in self.connections if isinstance(each, LimitedProtocol) and each is not self]
        others = [each for each in others if not each.transport.is_closing()]
        own = [each for each in others if each.client and self.client and each.client[0] == self.client[0]]
        if not (_make_room(own, MOST_OF_ONE) and _make_room(others, MOST)):
            self._say(refused(503).status)
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes; a head that has begun is to end in time."""
        super().data_received(data)
        if self.answering:
            self._stop_waiting()
            self._served = True
        elif self._head_due is None and not self.transport.is_closing():
            self._wait_for_head()

    @property
    def answering(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def patience(self) -> tuple[bool, float]:
        """Who goes first of those that say nothing: the never served, then the oldest."""
        return self._served, self._since

    def _wait_for_head(self) -> None:
        self._since = self.loop.time()
        self._head_due = self.loop.call_later(HEAD_DUE, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """What is no HTTP, in the shape of every refusal."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", 400)
        self._say(hint if hint in (413, 431) else 400)

    def _say(self, status: int) -> None:
        error = refused(status)
        headers = [*error.headers(), *HEADERS, (b"connection", b"close")]
        events: list[Any] = [
            h11.Response(status_code=error.status, headers=headers, reason=b""),
            h11.Data(data=error.body()),
            h11.EndOfMessage(),
        ]
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _make_room(held: Iterable[LimitedProtocol], most: int) -> bool:
    """Whether there is a place for one more, a silent connection having been closed if need be."""
    held = list(held)
    if len(held) < most:
        return True
    idle = [each for each in held if not each.answering]
    if not idle:
        return False
    min(idle, key=lambda each: each.patience).transport.abort()
    return True

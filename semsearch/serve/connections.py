"""Connections that keep others waiting are let go: uvicorn's own protocol with limits of number and time.

Whoever comes when all places are taken gets that of a connection that keeps us waiting, the oldest first: one that has
said nothing, whose request does not end, or that does not read its reply. They lock nobody out.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from semsearch.serve.refusals import refused
from semsearch.serve.security import HEADERS

MOST, MOST_OF_ONE = 256, 64  # connections, and those of one address
HEAD_DUE, CLOSE_DUE = 10.0, 3.0  # seconds
LARGEST_REQUEST_LINE = 64 << 10  # bytes, with the headers


class LimitedProtocol(H11Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, if need be that of a silent connection."""
        super().connection_made(transport)
        self._served = False  # a request of it
        self._head_due: asyncio.TimerHandle | None = None
        self._since = self.loop.time()
        self._write_due: asyncio.TimerHandle | None = None
        others = [each for each in self.connections if isinstance(each, LimitedProtocol) and each is not self]
        own = [each for each in others if each.client and self.client and each.client[0] == self.client[0]]
        if not (_make_room(own, MOST_OF_ONE) and _make_room(others, MOST)):
            self._say(refused(503).status)
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._stop_waiting()
        self.resume_writing()
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
    def waits_for_us(self) -> bool:
        """Whether it is our turn: its request is whole, and its reply is being made or read."""
        return self.answering and not self.cycle.more_body and self._write_due is None

    def pause_writing(self) -> None:
        """Nobody reads the reply: it is to go on in time."""
        super().pause_writing()
        self._write_due = self._write_due or self.loop.call_later(HEAD_DUE, self.transport.abort)

    def resume_writing(self) -> None:
        """The reply is read."""
        if self._write_due is not None:
            self._write_due.cancel()
            self._write_due = None
        if self.flow is not None:
            super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Let a connection go that asks nothing more, whether or not it reads what is left."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(CLOSE_DUE, self.transport.abort)

    @property
    def patience(self) -> tuple[bool, float]:
        """Who goes first of those that say nothing: the never served, then the oldest."""
        return self._served, self._since

    def _wait_for_head(self) -> None:
        self._since = self.loop.time()
        self._head_due = self.loop.call_later(HEAD_DUE, self.transport.abort)

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
        self.loop.call_later(CLOSE_DUE, self.transport.abort)


def _make_room(held: Iterable[LimitedProtocol], most: int) -> bool:
    """Whether there is a place for one more, one that keeps us waiting having been closed if need be."""
    held = list(held)
    if len(held) < most:
        return True
    idle = [each for each in held if not each.waits_for_us]
    if not idle:
        return False
    min(idle, key=lambda each: each.patience).transport.abort()
    return True

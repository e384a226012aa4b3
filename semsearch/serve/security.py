"""What stands before every address: who may ask, how much may be sent, and what each reply says to a browser.

Other pages in the same browser are the danger of a server on this machine: they can send requests to it, and by a name
of theirs that leads here (DNS rebinding) read what it replies. So host names are known ones, and requests that say they
come from elsewhere are refused.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from semsearch.serve.refusals import Refused, refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LARGEST_HEAD, LARGEST_BODY, LARGEST_BATCH = 16 << 10, 64 << 10, 256 << 10  # bytes
BODY_DUE = 10.0  # seconds
COOKIE = "semsearch_token"
LEAST_TOKEN = 16  # characters
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class Guard:
    """Another application, behind the rules of this module. ``hosts`` are names without a port."""

    def __init__(self, app: App, hosts: Iterable[str], token: str | None = None) -> None:
        self._app = app
        self._hosts = {host.lower() for host in (*LOOPBACK, *hosts)}
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        try:
            location = self._let_in(scope, _headers(scope))
            body = await _body(scope, receive)
        except Refused as error:
            await reply(_with_headers(send), error)
            return
        if location is not None:
            await _redirect(_with_headers(send), location, self._token or "")
            return
        await self._app(scope, _replayed(body, receive), _with_headers(send))

    def _let_in(self, scope: Scope, headers: dict[str, str]) -> str | None:
        """Raise Refused, or give the address to go to with a cookie in place of a token."""
        _refuse_size(scope)
        host = headers.get("host", "")
        if _without_port(host) not in self._hosts:
            raise refused(421)
        _refuse_foreign(scope, headers, host)
        if scope["method"] not in ("GET", "POST"):
            raise refused(405)
        if scope["method"] == "POST" and headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise refused(415)
        return None if self._token is None else self._checked(scope, headers, self._token)

    def _checked(self, scope: Scope, headers: dict[str, str], token: str) -> str | None:
        """Raise Refused where the token is not there; give the address without it where that has it."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and _equal(given.strip(), token):
            return None
        if _equal(_cookie(headers.get("cookie", "")), token):
            return None
        query = parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True)
        if scope["path"] == "/" and any(name == "token" and _equal(value, token) for name, value in query):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            return f"/?{rest}" if rest else "/"
        raise refused(401)


def _headers(scope: Scope) -> dict[str, str]:
    """By name; of several of one name none counts where that could be used to deceive."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        if key in found and key in ("host", "origin", "sec-fetch-site", "content-type", "authorization"):
            raise refused(400)
        found[key] = text
    return found


def _refuse_size(scope: Scope) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEAD:
        raise refused(431)


def _refuse_foreign(scope: Scope, headers: dict[str, str], host: str) -> None:
    """Raise Refused for what another page sent; it may lead here, but not read or send anything."""
    origin = headers.get("origin")
    if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
        raise refused(403)
    site = headers.get("sec-fetch-site", "none")
    leads_here = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    if site not in ("same-origin", "none") and not leads_here:
        raise refused(403)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def _equal(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode("utf-8", "replace"))


def _cookie(header: str) -> str:
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")


async def _body(scope: Scope, receive: Receive) -> bytes:
    """All of a request's body. Raises Refused for one that is too large, or too slow."""
    largest = LARGEST_BATCH if scope["path"] == "/api/batch" else LARGEST_BODY
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length[:20]) > largest:
        raise refused(413)
    try:
        async with asyncio.timeout(BODY_DUE):
            return await _bounded(receive, largest)
    except TimeoutError:
        raise refused(408) from None


async def _bounded(receive: Receive, largest: int) -> bytes:
    found = bytearray()
    while True:
        message = await receive()
        found += message.get("body", b"")
        if len(found) > largest:
            raise refused(413)
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(found)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read, once more; then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            if all(name != b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-cache"))  # a new page never meets old scripts
            message = {**message, "headers": [*headers, *HEADERS]}
        await send(message)

    return sent


async def reply(send: Send, error: Refused) -> None:
    """A refusal as a reply."""
    await send({"type": "http.response.start", "status": error.status, "headers": error.headers()})
    await send({"type": "http.response.body", "body": error.body()})


async def _redirect(send: Send, location: str, token: str) -> None:
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"
    headers = [(b"location", location.encode()), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

"""What a request is refused with: one shape, its texts written here, since an error's own may name a path."""

from __future__ import annotations

import json
from typing import NamedTuple

from semsearch.errors import (
    DateNotUnderstood,
    EncoderUnavailable,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    NotKept,
    SemsearchError,
    UnknownDocument,
    UsageError,
)

DATES = "2022, 2022-11 or 2022-11-09"


class Refused(Exception):
    """A request that is not answered, and why."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.hint = hint

    def body(self) -> bytes:
        """The object of every refusal."""
        fields = {"code": self.code, "message": self.message, "field": self.field, "hint": self.hint}
        return json.dumps({"error": fields}, ensure_ascii=False).encode("utf-8", "replace")

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those of its reply."""
        again = [(b"retry-after", b"1")] if self.status == SERVICE_UNAVAILABLE else []
        return [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body())), *again]


SERVICE_UNAVAILABLE = 503


class _Told(NamedTuple):
    status: int
    code: str
    message: str


_OTHERS: tuple[tuple[type[SemsearchError], _Told], ...] = (
    (IndexMissing, _Told(503, "damaged", "the index is gone")),
    (IndexDamaged, _Told(503, "damaged", "the index is damaged: look at the server's messages")),
    (IndexBusy, _Told(503, "busy", "the index is being written")),
    (EncoderUnavailable, _Told(503, "damaged", "the model of the index is not there: look at the server's messages")),
    (SemsearchError, _Told(503, "damaged", "the index cannot answer: look at the server's messages")),
)
REASONS = {
    400: ("not_json", "the body is no JSON"),
    401: ("no_token", "this server asks for a token"),
    403: ("foreign_origin", "requests of other pages are not answered"),
    404: ("not_found", "there is no such address"),
    405: ("bad_method", "this address takes another method"),
    408: ("too_slow", "the request took too long to come"),
    413: ("too_large", "the request is too large"),
    415: ("not_json", "expected content of the type application/json"),
    421: ("foreign_host", "this server is not known under that name"),
    431: ("too_large", "the head of the request is too large"),
    503: ("busy", "too many connections: ask again in a second"),
    500: ("internal", "something went wrong here: look at the server's messages"),
}


def refused(status: int) -> Refused:
    """A refusal whose status says all."""
    code, message = REASONS.get(status, ("refused", "the request is not answered"))
    return Refused(status, code, message)


def told(error: SemsearchError, field: str | None = None) -> Refused:
    """What a client is told of an error, ``field`` being the parameter that it came from."""
    if isinstance(error, UnknownDocument):
        return Refused(404, "unknown_document", "the index holds no document with this id", field=field)
    if isinstance(error, DateNotUnderstood):
        return Refused(422, "bad_date", error.what, field=field, hint=DATES)
    if isinstance(error, NotKept):
        return Refused(422, "not_kept", "this server cannot keep questions: it has no folder to write in", field=field)
    if isinstance(error, UsageError):
        return Refused(422, "bad_value", error.what, field=field)
    found = next(told for kind, told in _OTHERS if isinstance(error, kind))
    return Refused(found.status, found.code, found.message)

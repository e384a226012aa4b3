"""Mail: one message (EML), a mailbox (MBOX), and a page saved as one (MHTML)."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST, LONGEST_KEPT
from semsearch.readers.formats.boxes import bounded
from semsearch.readers.formats.html import decoded, page_document
from semsearch.readers.input_file import InputFile
from semsearch.readers.markup import html_to_text
from semsearch.records import DateClaim, Place, Problem, RawDocument

LARGEST = 32 << 20  # bytes of a message
MOST_PARTS = 1_000
_NAMED = ("to", "cc")
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError, RecursionError)


def read_eml(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:
    """The one message of a file. Raises InputError where it says nothing."""
    yield message_document(bounded(stream, LARGEST, "a message"), 1, file)


def read_mbox(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The messages of a mailbox, each begun by a line "From " (RFC 4155)."""
    lines, begin, size, record = list[bytes](), 1, 0, 0
    for number, line in enumerate(stream, 1):
        if line.startswith(b"From ") and (not lines or not lines[-1].strip()):
            if lines:
                record += 1
                yield _of_mailbox(lines, begin, record, size, file)
            lines, begin, size = [], number + 1, 0
        elif lines or begin > 1 or number > 1:
            size += len(line)
            if size <= LARGEST:
                lines.append(line[1:] if line.startswith(b">From ") else line)
        else:
            raise InputError("no mailbox: it does not begin with a line 'From '")
    if lines:
        yield _of_mailbox(lines, begin, record + 1, size, file)


def _of_mailbox(lines: list[bytes], begin: int, record: int, size: int, file: InputFile) -> RawDocument | Problem:
    try:
        if size > LARGEST:
            raise InputError(f"a message larger than {LARGEST >> 20} MiB")
        return message_document(b"".join(lines), begin, file, record)
    except InputError as error:
        return Problem(file.path, begin, str(error), record=record)


def message_document(data: bytes, line: int, file: InputFile, record: int = 0) -> RawDocument:
    """A message as an article: its subject, sender, day and text. Raises InputError where it says nothing."""
    header, text, left_out = _read(data, file)
    text = text or header["subject"]
    if not text:
        raise InputError("empty: no text in the message")
    name, address = parseaddr(header["from"])
    return RawDocument(
        own_id=header["message-id"].strip("<> ")[: LONGEST["id"]] or None if record else None,
        title=header["subject"][: LONGEST["title"]],
        text=text,
        claims=(DateClaim(header["date"], "header"),) if header["date"] else (),
        publisher=(name or address)[: LONGEST["source"]] or None,
        url=None,
        place=Place(line),
        record=record,
        doubts=(f"attachments are not read: {', '.join(left_out[:5])}",) if left_out else (),
        kept=tuple((role, (header[role][:LONGEST_KEPT],)) for role in _NAMED if header[role]),
    )


def _read(data: bytes, file: InputFile) -> tuple[dict[str, str], str, list[str]]:
    """The headers of a message, its text, and the attachments. Raises InputError for what is no message."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        header = {name: _header(message, name) for name in ("subject", "from", "date", "message-id", *_NAMED)}
        found = header, _text(message, file), _attachments(message)
    except _UNREADABLE as error:
        told = " ".join(f"{error}".split())[:80]
        raise InputError(f"no message: {type(error).__name__}: {told}") from None
    if not any(header[name] for name in ("subject", "from", "date")):
        raise InputError("no message: it has no subject, sender or date")
    return found


def read_mhtml(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:
    """The page that a browser saved, with the address and the day that the browser noted."""
    data = bounded(stream, LARGEST, "a message")
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        part = next((each for each in _parts(message) if each.get_content_type() == "text/html"), None)
        if part is None:
            raise InputError("no page in it")
        address = _header(part, "content-location") or _header(message, "snapshot-content-location")
        markup = decoded(_payload(part), file, part.get_content_charset() or "")
        fetched = _header(message, "date")
    except _UNREADABLE as error:
        raise InputError(f"no saved page: {type(error).__name__}") from None
    yield page_document(markup, address if address.startswith("http") else "", fetched=fetched)


def _header(message: Message, name: str) -> str:
    """A header as text, its encoded words read; empty where it cannot be."""
    try:
        return " ".join(str(message.get(name) or "").split())
    except _UNREADABLE:
        return ""


def _parts(message: Message) -> Iterator[Message]:
    """The parts that are no container, without recursion: a tree of parts may be deep."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        seen += 1
        part = waiting.pop(0)
        content = part.get_payload()
        if isinstance(content, list):
            waiting = [each for each in content if isinstance(each, Message)] + waiting
        else:
            yield part


def _text(message: Message, file: InputFile) -> str:
    """The plain text of a message; where it has none, what its HTML says."""
    plain, pages = list[str](), list[str]()
    for part in _parts(message):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            content = decoded(_payload(part), file, part.get_content_charset() or "")
            (plain if kind == "text/plain" else pages).append(content.replace("\r\n", "\n"))
    found = "\n\n".join(each.strip() for each in plain if each.strip())
    return found or "\n\n".join(filter(None, map(html_to_text, pages)))


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _attachments(message: Message) -> list[str]:
    return [
        part.get_filename() or part.get_content_type()
        for part in _parts(message)
        if part.get_content_disposition() == "attachment"
    ]

"""Messages as Outlook saves them (MS-OXMSG)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST
from semsearch.readers.formats.boxes import bounded
from semsearch.readers.formats.mail import LARGEST
from semsearch.readers.input_file import InputFile
from semsearch.readers.markup import html_to_text
from semsearch.records import DateClaim, Place, RawDocument


def read_msg(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:  # noqa: ARG001
    """The message. Raises InputError where it holds none."""
    from oxmsg import Message

    data = bounded(stream, LARGEST, "a message")
    try:
        message = Message.load(BytesIO(data))
        text = (message.body or html_to_text(message.html_body or "")).replace("\r\n", "\n").strip("\0 \n")
        subject, sender, sent = message.subject or "", message.sender or "", message.sent_date
    except Exception as error:  # olefile's and oxmsg's have no common kind
        raise InputError(f"damaged message: {type(error).__name__}: {str(error)[:80]}") from None
    if not (text or subject):
        raise InputError("empty: no text in the message")
    yield RawDocument(
        own_id=None,
        title=" ".join(subject.split())[: LONGEST["title"]],
        text=text or subject,
        claims=(DateClaim(sent.date().isoformat(), "header"),) if sent else (),
        publisher=sender[: LONGEST["source"]] or None,
        url=None,
        place=Place(1),
    )

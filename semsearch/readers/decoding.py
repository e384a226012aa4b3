"""Bytes to text: UTF-8, UTF-16 and UTF-32 by their marks, anything else as the user says, or guessed."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from semsearch.errors import InputError, UsageError

SAMPLE = 1 << 18  # bytes looked at to detect the encoding of a file that is read record by record
LARGEST_TEXT = 1 << 28  # bytes of one text read whole; more is no article
LONGEST_LINE = 1 << 26  # characters of a record in one line: a text of ten million, each as \\uXXXX

FEW_ZEROS = 100  # bytes to one zero byte, or more

AUTOMATIC = "auto"  # an encoding that is to be guessed
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x7f]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")
_NO_TEXTS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"}
_ESCAPES = {b"\x1b$B": "iso2022_jp_2", b"\x1b$@": "iso2022_jp_2", b"\x1b$)C": "iso2022_kr"}  # in bytes that are ASCII

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def parse_encoding(name: str) -> str:
    """An encoding as typed for ``--encoding``, by Python's name for it; empty for ``auto``.

    Raises UsageError where there is none of that name.
    """
    if name.lower() == AUTOMATIC:
        return ""
    try:
        found = codecs.lookup(name) if _NAME.fullmatch(name) else None
    except LookupError:
        found = None
    if found is None or not found._is_text_encoding or found.name in _NO_TEXTS:
        raise UsageError(
            f"encoding {name[:40]!r} is not known: expected one such as utf-8, cp1252, cp1250, iso8859-2, shift_jis, "
            f"or {AUTOMATIC}"
        )
    return found.name


class RestLeftOut(InputError):
    """A file of which the rest cannot, or must not, be read, from a line on (0: it is not known which)."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class TooLong(InputError):
    """A line, record or field that is longer than any article."""


def bounded_lines(lines: TextIO) -> Iterator[str | None]:
    """Lines with their ends, one after the other; None for one of more than :data:`LONGEST_LINE` characters.

    Of such a line no more is held than that. Raises RestLeftOut where it does not end within the bytes of a text.
    """
    number = 0
    while line := lines.readline(LONGEST_LINE):
        number += 1
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            yield line
            continue
        skipped = len(line)
        while len(more := lines.readline(SAMPLE)) == SAMPLE and not more.endswith(("\n", "\r")):
            skipped += SAMPLE
            if skipped > LARGEST_TEXT:
                raise RestLeftOut(number, f"a line of more than {LARGEST_TEXT >> 20} million characters")
        yield None


def undecodable(text: str) -> bool:
    """True where ``text`` holds lone surrogates: bytes that :func:`text_lines` could not decode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def plain_encoding(data: bytes, *, whole: bool = True, records: bool = False) -> str:
    """The encoding of what is UTF-8, or marked, or shows it by its zeros or escapes; empty for anything else.

    Of ``records`` some may hold a zero byte, which costs these. Raises InputError for binary data.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data:
        encoding = _encoding_with_zeros(data)
        if encoding:
            return encoding
        if not records or not _is_text_with_few_zeros(data):
            raise InputError(f"binary data: a zero byte at {data.index(0)}")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError:
        return "utf-8" if _is_mostly_utf8(data) else ""
    escapes = [encoding for escape, encoding in _ESCAPES.items() if escape in data] if b"\x1b$" in data else []
    return escapes[0] if escapes else "utf-8"


def _is_mostly_utf8(data: bytes) -> bool:
    """True where valid UTF-8 sequences far outnumber bytes that fit none: a few damaged bytes."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - wrong >= 2 * wrong


def _encoding_with_zeros(data: bytes) -> str:
    """UTF-16 without a mark: its zeros, from blanks and ASCII, are all on one side of each pair; else nothing."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if here > len(head) // 64 and not there and _is_text(head, encoding):
            return encoding
    return ""


def _is_text_with_few_zeros(data: bytes) -> bool:
    """Whether zeros are as few as those that a database leaves in a cell, and there are no other control signs."""
    return data.count(0) * FEW_ZEROS < len(data) and not _CONTROL.search(data)


def _is_text(head: bytes, encoding: str) -> bool:
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    return not any(character < " " and character not in "\t\n\r\f" for character in text)


class Rejoined(io.RawIOBase):
    """A sample already taken from a stream, then the rest of that stream."""

    def __init__(self, sample: bytes, stream: BinaryIO) -> None:
        self._sample = memoryview(sample)
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Some more of it."""
        taken = bytes(self._sample[: len(buffer)]) or self._stream.read(len(buffer))
        self._sample = self._sample[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

r"""Bytes to text: UTF-8, UTF-16, UTF-32 by their marks, anything else by charset-normalizer.

Line ends of a text become ``\\n`` here; those inside records stay as they are. Every later offset is exact.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, TextIO

from semsearch.errors import InputError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

SAMPLE = 1 << 18  # bytes looked at to detect the encoding of a file that is read record by record
LARGEST_TEXT = 1 << 28  # bytes of one text read whole; more is no article
LONGEST_LINE = 1 << 26  # characters of a record in one line: a text of ten million, each as \\uXXXX

MUCH_CHAOS = 0.1  # as charset-normalizer measures it, 0 to 1
_SINGLE_BYTE = ["cp1252", "cp1251", "cp1250", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"]  # looked at first

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(stream: BinaryIO) -> str:
    r"""The whole stream as text with ``\n`` line ends, what does not fit its encoding as U+FFFD.

    Raises InputError where it is no text.
    """
    data = stream.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise InputError(f"larger than {LARGEST_TEXT >> 20} MiB for one text: split it, or use JSON lines")
    text = data.decode(detect_encoding(data), "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_lines(stream: BinaryIO) -> TextIO:
    """The stream as text to be read line by line, in any memory.

    Bytes that do not fit the encoding come out as lone surrogates, so that only their line is
    refused (:func:`undecodable`). Line ends are left as they are.
    """
    sample = stream.read(SAMPLE)
    encoding = detect_encoding(sample, whole=len(sample) < SAMPLE)
    rest = io.BufferedReader(_Rejoined(sample, stream), buffer_size=1 << 16)
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(rest, encoding=encoding, errors=errors, newline="")


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


def detect_encoding(data: bytes, *, whole: bool = True) -> str:
    """Name of the encoding of ``data``. Raises InputError for binary data."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data:
        return _encoding_with_zeros(data)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError as error:
        return "utf-8" if _is_mostly_utf8(data) else _guess(data, error.start)
    return "utf-8"


def _is_mostly_utf8(data: bytes) -> bool:
    """True where valid UTF-8 sequences far outnumber bytes that fit none: a few damaged bytes."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - wrong >= 2 * wrong


def _encoding_with_zeros(data: bytes) -> str:
    """UTF-16 without a mark: its zeros, from blanks and ASCII, are all on one side of each pair."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, here, there in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if here > len(head) // 64 and not there and _is_text(head, encoding):
            return encoding
    raise InputError(f"binary data: a zero byte at {data.index(0)}")


def _is_text(head: bytes, encoding: str) -> bool:
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    return not any(character < " " and character not in "\t\n\r\f" for character in text)


def _guess(data: bytes, first: int) -> str:
    """The encoding of text that is not UTF-8, judged from where ``first`` does not fit on."""
    import charset_normalizer

    sample = data[max(first - 200, 0) :][:SAMPLE]
    for encodings in (_SINGLE_BYTE, None):
        found = charset_normalizer.from_bytes(sample, cp_isolation=encodings)
        likely = [match for match in found if match.chaos < MUCH_CHAOS]
        if likely:
            return min(likely, key=_likelihood).encoding
    raise InputError("binary data, or text in an unknown encoding: save it as UTF-8")


def _likelihood(match: CharsetMatch) -> tuple[float, float, int]:
    """Sorts the likeliest first; of those alike, the more usual encoding."""
    usual = _SINGLE_BYTE.index(match.encoding) if match.encoding in _SINGLE_BYTE else len(_SINGLE_BYTE)
    return round(match.chaos, 2), -round(match.coherence, 1), usual


class _Rejoined(io.RawIOBase):
    """A sample already taken from a stream, then the rest of that stream."""

    def __init__(self, sample: bytes, stream: BinaryIO) -> None:
        self._sample = memoryview(sample)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        taken = bytes(self._sample[: len(buffer)]) or self._stream.read(len(buffer))
        self._sample = self._sample[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

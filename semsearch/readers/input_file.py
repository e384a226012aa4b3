r"""A file that is being read: how its bytes become text, and what was decided or lost meanwhile.

Line ends of a text become ``\\n`` here; those inside records stay as they are. Every later offset is exact.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

from semsearch.errors import InputError
from semsearch.readers.decoding import LARGEST_TEXT, SAMPLE, Rejoined, plain_encoding
from semsearch.readers.fields import NoText, Roles
from semsearch.readers.names import FieldNames
from semsearch.records import Problem


@dataclass(slots=True)
class InputFile:
    """A file that is being read: how, and what was decided or lost meanwhile.

    ``encoding`` is that of files that are neither UTF-8 nor marked, as the user named it, or as it was guessed when
    the file was indexed; empty: to be guessed. ``others`` gives, for a guess in doubt, how many files of the folder
    are in which encoding.
    """

    path: str
    names: FieldNames = field(default_factory=FieldNames)
    encoding: str = ""
    others: Callable[[], Mapping[str, int]] = dict
    guessed: str = ""  # the encoding that was guessed
    doubtful: bool = False  # other files of the folder decided
    told: list[Problem] = field(default_factory=list)  # what was lost
    notes: Counter[str] = field(default_factory=Counter)  # what was decided, with how many texts it concerns

    likely: Counter[Roles] = field(default_factory=Counter)  # of records that have no text, fields that may have it

    def refused(self, line: int, error: InputError, record: int = 0) -> Problem:
        """What is reported of a record that cannot be used."""
        if isinstance(error, NoText) and error.likely:
            self.likely[error.likely] += 1
        return Problem(self.path, line, str(error), record=record)

    def read_text(self, stream: BinaryIO) -> str:
        r"""The whole stream as text with ``\n`` line ends, what does not fit its encoding as U+FFFD, which is told.

        Raises InputError where it is no text.
        """
        data = stream.read(LARGEST_TEXT + 1)
        if len(data) > LARGEST_TEXT:
            raise InputError(f"larger than {LARGEST_TEXT >> 20} MiB for one text: split it, or use JSON lines")
        encoding = self._encoding(data, whole=True)
        text = data.decode(encoding, "replace")
        if "\ufffd" in text:
            wrong = text.count("\ufffd") - data.decode(encoding, "ignore").count("\ufffd")
            if wrong:
                self.told.append(
                    Problem(
                        self.path,
                        0,
                        f"{wrong} character{' is' if wrong == 1 else 's are'} no {encoding}: read as U+FFFD",
                    )
                )
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def text_lines(self, stream: BinaryIO) -> TextIO:
        """The stream as text to be read line by line, in any memory.

        Bytes that do not fit the encoding come out as lone surrogates, so that only their line is
        refused (:func:`undecodable`). Line ends are left as they are.
        """
        sample = stream.read(SAMPLE)
        encoding = self._encoding(sample, whole=len(sample) < SAMPLE, records=True)
        rest = io.BufferedReader(Rejoined(sample, stream), buffer_size=1 << 16)
        errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        return io.TextIOWrapper(rest, encoding=encoding, errors=errors, newline="")

    def member(self, name: str) -> InputFile:
        """A file within this one, which is read like it."""
        return InputFile(name, self.names, self.encoding)

    def tick(self) -> None:
        """Say that the reader goes on, where it gives nothing for long."""

    def encoding_of(self, data: bytes) -> str:
        """The encoding that bytes are in, guessed where they are not UTF-8. Raises InputError."""
        return self._encoding(data, whole=True)

    def _encoding(self, data: bytes, *, whole: bool, records: bool = False) -> str:
        plain = plain_encoding(data, whole=whole, records=records)
        if plain and not (self.encoding and data.isascii()):
            return plain
        if self.encoding:
            return self.encoding
        from semsearch.readers.encodings import guess_encoding

        self.guessed, self.doubtful = guess_encoding(data, self.others)
        if not self.guessed:
            raise InputError(
                "binary data, or text in an unknown encoding: save it as UTF-8, or name it with --encoding"
            )
        return self.guessed


def text_lines(stream: BinaryIO) -> TextIO:
    """A stream of another kind than articles, to be read line by line."""
    return InputFile("").text_lines(stream)

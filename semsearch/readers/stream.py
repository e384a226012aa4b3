"""A file opened as a stream of documents, its reader chosen by suffix."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from semsearch.errors import InputError
from semsearch.files.regular import open_regular, stream_of
from semsearch.readers.child import ReaderDied, children
from semsearch.readers.day_order import is_column, is_open, month_first
from semsearch.readers.decoding import RestLeftOut
from semsearch.readers.input_file import InputFile
from semsearch.readers.names import FieldNames
from semsearch.readers.registry import format_of, lacking, reader_of, suffixes
from semsearch.records import Problem, RawDocument

HOPELESS, MANY_TIMES = 100_000, 10  # records that cannot be used, and how many times those that can: no such file
UNPACKED_FREELY = 1 << 22  # bytes of a gzip file, whatever its size
MOST_PACKED = 100  # times the size of the file, beyond that

_REMEDIES = {  # how what has no reader becomes text
    ".fb2 .tex": ", convert it with: pandoc -t plain FILE -o FILE.txt",
    ".doc .ppt .pptx": ", save it as plain text (UTF-8)",
    ".xls .ods": ", save it as CSV (UTF-8)",
    ".7z .rar": ", unpack it",
    ".parquet .feather .arrow": ", write its rows as JSON lines",
}


def supported_suffixes() -> tuple[str, ...]:
    """Suffixes that have a reader; each may be followed by ``.gz``."""
    return suffixes()


def said_of_unknown(suffix: str) -> str:
    """Why a file without a reader is left out, and what to do about it."""
    known = " ".join(supported_suffixes())
    remedy = next((said for suffixes, said in _REMEDIES.items() if suffix.lower() in suffixes.split()), "")
    return f"unknown format {suffix or '(no suffix)'}{remedy}: known are {known}"


def is_supported(path: Path) -> bool:
    """True where a reader is known for the file's suffix."""
    return format_of(_format_suffix(path)) is not None


def needed_for(path: Path) -> str:
    """What a supported file needs and is not installed, with the command that installs it; empty for nothing."""
    return lacking(_format_suffix(path))


def format_name(path: Path) -> str:
    """The name of a file's format; empty for an unknown one."""
    found = format_of(_format_suffix(path))
    return "" if found is None else found.name


def _format_suffix(path: Path) -> str:
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


class DocumentStream:
    """The documents and problems of one file, and how far in it the reader is (for progress).

    ``broken`` becomes true where reading failed before the end: what follows is not known to be gone. ``file`` knows
    how its bytes were read, and what was decided meanwhile.
    """

    def __init__(self, path: Path, file: InputFile, descriptor: int) -> None:
        self._path = path
        self.file = file
        self._descriptor = descriptor
        self._raw: BinaryIO = stream_of(descriptor)
        found = format_of(_format_suffix(path))
        self._in_child = found is not None and found.in_child
        self._order: list[bool | None] = []  # of day and month in its dates, once that was asked
        self.broken = False

    def __enter__(self) -> DocumentStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return 0 if self._raw.closed else self._raw.tell()

    def __iter__(self) -> Iterator[RawDocument | Problem]:
        path, told, good = str(self._path), 0, 0
        for item in self.unordered():
            if isinstance(item, RawDocument):
                good += 1
                if item.markup and not self._in_child:
                    self.file.notes["HTML in fields, read as the text that it shows"] += 1
                yield self._ordered(item) if is_column(item.claims) else item
                continue
            told += 1
            if told > HOPELESS and told > MANY_TIMES * good:
                self.broken = True
                yield Problem(path, 0, f"{told} of its records cannot be used, {good} can: the rest is left out")
                return
            yield item
        yield from self.file.told
        if not told and not good:
            yield Problem(path, 1, "empty: no article in it")

    def _ordered(self, raw: RawDocument) -> RawDocument:
        """A document whose numeric dates are read in the order that others of the file show."""
        if not self._order:
            self._order.append(self._look_at_order())
        order = self._order[0]
        if order is None:
            return raw
        claims = [replace(claim, month_first=order) if is_open(claim) else claim for claim in raw.claims]
        first = "month" if order else "day"
        self.file.notes[f"dates in numbers read {first} first, as others of the file show"] += 1
        return replace(raw, claims=tuple(claims))

    def _look_at_order(self) -> bool | None:
        """Go through the file once more, beside what is being read."""
        before = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        again = DocumentStream(self._path, replace(self.file, told=[], notes=Counter()), os.dup(self._descriptor))
        try:
            with again, suppress(OSError):
                return month_first(again.unordered())
            return None
        finally:
            os.lseek(self._descriptor, before, os.SEEK_SET)

    def unordered(self) -> Iterator[RawDocument | Problem]:
        """The items as their reader gives them."""
        path, suffix = str(self._path), _format_suffix(self._path)
        found = format_of(suffix)
        if found is None:
            yield Problem(path, 0, said_of_unknown(self._path.suffix))
            return
        try:
            if found.in_child and not os.fstat(self._descriptor).st_size:
                return
            if found.in_child:
                yield from self._read_by_a_child(suffix)
            else:
                yield from reader_of(suffix)(self.content(), self.file)
        except ReaderDied as error:
            yield self.file.refused(0, error)
        except RestLeftOut as error:
            self.broken = True
            yield Problem(path, error.line, f"{error}; the rest is left out")
        except InputError as error:
            yield self.file.refused(0, error)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = True
            yield Problem(path, 0, f"damaged gzip: {error}; what was read before is kept")
        except OSError as error:
            self.broken = True
            yield Problem(path, 0, f"unreadable: {error.strerror or error}")

    def _read_by_a_child(self, suffix: str) -> Iterator[RawDocument | Problem]:
        if self._path.name.lower().endswith(".gz") and suffix not in (".warc", ".arc", ".tar"):
            raise InputError(f"{suffix} packed with gzip: unpack it, or pack it with zip")
        yield from children.documents(self._descriptor, suffix, self.file)

    def content(self) -> BinaryIO:
        """The bytes of the file, unpacked."""
        if self._path.name.lower().endswith(".gz"):
            return cast(BinaryIO, io.BufferedReader(Unpacked(self._raw), 1 << 16))
        return self._raw


class Unpacked(io.RawIOBase):
    """What a gzip file holds, as long as it is no bomb: text is packed tenfold, and seldom fiftyfold."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._stream = gzip.GzipFile(fileobj=raw)
        self._given = 0  # bytes

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Some more of what it holds. Raises RestLeftOut for a bomb."""
        found = self._stream.read1(len(buffer))
        self._given += len(found)
        if self._given > UNPACKED_FREELY and self._given > MOST_PACKED * self._raw.tell():
            raise RestLeftOut(0, f"unpacks to more than {MOST_PACKED} times its size, which no text does")
        buffer[: len(found)] = found
        return len(found)


def open_documents(
    path: Path,
    names: FieldNames,
    descriptor: int | None = None,
    *,
    encoding: str = "",
    others: Callable[[], Mapping[str, int]] = dict,
) -> DocumentStream:
    """Open ``path`` for reading its documents, or read it from its ``descriptor``, which is closed at the end.

    ``encoding`` and ``others`` are those of :class:`InputFile`. Raises OSError where it cannot be opened, or is no
    regular file.
    """
    file = InputFile(str(path), names, encoding, others)
    return DocumentStream(path, file, open_regular(path, follow=True) if descriptor is None else descriptor)

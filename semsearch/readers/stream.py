"""A file opened as a stream of documents, its reader chosen by suffix."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from semsearch.errors import InputError
from semsearch.files.regular import open_regular, stream_of
from semsearch.readers.decoding import RestLeftOut
from semsearch.readers.fields import FieldNames
from semsearch.readers.formats.delimited import read_csv, read_tsv
from semsearch.readers.formats.json import read_json, read_json_lines
from semsearch.readers.formats.markdown import read_markdown
from semsearch.readers.formats.plain import read_plain
from semsearch.records import Problem, RawDocument

HOPELESS, MANY_TIMES = 100_000, 10  # records that cannot be used, and how many times those that can: no such file
UNPACKED_FREELY = 1 << 22  # bytes of a gzip file, whatever its size
MOST_PACKED = 100  # times the size of the file, beyond that

Reader = Callable[[BinaryIO, str, FieldNames], Iterator[RawDocument | Problem]]

_READERS: dict[str, Reader] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_tsv,
}


def supported_suffixes() -> tuple[str, ...]:
    """Suffixes that have a reader; each may be followed by ``.gz``."""
    return tuple(_READERS)


def is_supported(path: Path) -> bool:
    """True where a reader is known for the file's suffix."""
    return _format_suffix(path) in _READERS


def _format_suffix(path: Path) -> str:
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


class DocumentStream:
    """The documents and problems of one file, and how far in it the reader is (for progress).

    ``broken`` becomes true where reading failed before the end: what follows is not known to be gone.
    """

    def __init__(self, path: Path, names: FieldNames, descriptor: int) -> None:
        self._path = path
        self._names = names
        self._raw: BinaryIO = stream_of(descriptor)
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
        for item in self._items():
            told, good = told + isinstance(item, Problem), good + isinstance(item, RawDocument)
            if told > HOPELESS and told > MANY_TIMES * good:
                self.broken = True
                yield Problem(path, 0, f"{told} of its records cannot be used, {good} can: the rest is left out")
                return
            yield item
        if not told and not good:
            yield Problem(path, 1, "empty: no article in it")

    def _items(self) -> Iterator[RawDocument | Problem]:
        path, read = str(self._path), _READERS.get(_format_suffix(self._path))
        if read is None:
            yield Problem(path, 0, f"unknown format {self._path.suffix or '(no suffix)'}")
            return
        try:
            yield from read(self._content(), path, self._names)
        except RestLeftOut as error:
            self.broken = True
            yield Problem(path, error.line, f"{error}; the rest is left out")
        except InputError as error:
            yield Problem(path, 0, str(error))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = True
            yield Problem(path, 0, f"damaged gzip: {error}; what was read before is kept")
        except OSError as error:
            self.broken = True
            yield Problem(path, 0, f"unreadable: {error.strerror or error}")

    def _content(self) -> BinaryIO:
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


def open_documents(path: Path, names: FieldNames, descriptor: int | None = None) -> DocumentStream:
    """Open ``path`` for reading its documents, or read it from its ``descriptor``, which is closed at the end.

    Raises OSError where it cannot be opened, or is no regular file.
    """
    return DocumentStream(path, names, open_regular(path, follow=True) if descriptor is None else descriptor)

"""A file opened as a stream of documents, its reader chosen by suffix."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from semsearch.errors import InputError
from semsearch.readers.delimited import read_csv, read_tsv
from semsearch.readers.fields import FieldNames
from semsearch.readers.json_records import read_json, read_json_lines
from semsearch.readers.markdown import read_markdown
from semsearch.readers.text import read_plain
from semsearch.records import Problem, RawDocument

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

    def __init__(self, path: Path, names: FieldNames) -> None:
        self._path = path
        self._names = names
        self._raw: BinaryIO = path.open("rb")
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
        path, read = str(self._path), _READERS[_format_suffix(self._path)]
        try:
            yield from read(self._content(), path, self._names)
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
            return cast(BinaryIO, gzip.GzipFile(fileobj=self._raw))
        return self._raw


def open_documents(path: Path, names: FieldNames) -> DocumentStream:
    """Open ``path`` for reading its documents. Raises OSError where it cannot be opened."""
    return DocumentStream(path, names)

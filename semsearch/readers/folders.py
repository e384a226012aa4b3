"""What the files of a folder are in: a short text alone does not always tell its encoding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from semsearch.errors import InputError
from semsearch.readers.decoding import SAMPLE, RestLeftOut, plain_encoding
from semsearch.readers.encodings import sample_of, votes
from semsearch.readers.names import FieldNames
from semsearch.readers.stream import open_documents
from semsearch.readers.walking import open_found

MOST_FILES, MOST_SAMPLES = 1_000, 30  # of a folder that are looked at; of these not in UTF-8


class FolderEncodings:
    """Counts, folder by folder, which encodings the files of some sources are surely in."""

    def __init__(self) -> None:
        self._files: dict[Path, list[tuple[Path, Path]]] = defaultdict(list)  # by folder: source and file
        self._votes: dict[Path, Mapping[str, int]] = {}

    def add(self, source: Path, files: Iterable[Path]) -> None:
        """Take up the files of a source."""
        for file in files:
            self._files[file.parent].append((source, file))

    def of(self, folder: Path) -> Mapping[str, int]:
        """How many files of a folder are surely in which encoding."""
        if folder not in self._votes:
            self._votes[folder] = votes(self._samples(folder))
        return self._votes[folder]

    def _samples(self, folder: Path) -> list[bytes]:
        samples = list[bytes]()
        for source, file in sorted(set(self._files[folder]))[:MOST_FILES]:
            with suppress(OSError, EOFError, RestLeftOut):
                data = _beginning(source, file)
                with suppress(InputError):
                    if not plain_encoding(data, whole=len(data) < SAMPLE):
                        samples.append(sample_of(data))
            if len(samples) == MOST_SAMPLES:
                break
        return samples


def _beginning(source: Path, file: Path) -> bytes:
    with open_documents(file, FieldNames(), open_found(source, file)) as stream:
        return stream.content().read(SAMPLE)

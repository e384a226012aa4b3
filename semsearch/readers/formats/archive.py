"""ZIP and tar: what is in them is read like the files of a folder, in bounds, and nothing is written."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.formats.boxes import FREELY, LARGEST_MEMBER, MOST_MEMBERS, MOST_PACKED, Box
from semsearch.readers.input_file import InputFile
from semsearch.readers.registry import format_of, reader_of
from semsearch.records import Problem, RawDocument

_ARCHIVES = ("ZIP", "tar", "WARC", "ARC")  # not looked into within another
_BESIDE = {"__MACOSX", "Thumbs.db", "desktop.ini"}


def read_zip(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The articles of what is in a ZIP file."""
    box, articles = Box(stream), _Articles(file)
    for info in box.members():
        if articles.wants(info.filename):
            try:
                yield from articles.of(info.filename, box.read(info))
            except InputError as error:
                yield articles.problem(info.filename, str(error))
    yield from articles.unknown()


def read_tar(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The articles of what is in a tar file, packed or not; links and devices are passed over."""
    articles, given, seen = _Articles(file), 0, 0
    size = stream.seek(0, 2)
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:*") as tar:
            for info in tar:
                seen += 1
                if seen > MOST_MEMBERS:
                    yield Problem(file.path, 0, f"more than {MOST_MEMBERS} members: the rest is left out")
                    return
                given += info.size
                if given > max(FREELY, MOST_PACKED * size) or info.size > LARGEST_MEMBER:
                    raise InputError("unpacks to more than articles have: a bomb?")
                content = tar.extractfile(info) if info.isreg() and articles.wants(info.name) else None
                if content is not None:
                    yield from articles.of(info.name, content.read())
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise InputError(f"damaged: {error}; what was read before is kept") from None
    yield from articles.unknown()


class _Articles:
    """The articles of members, numbered through the archive."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._record = 0
        self._unknown = dict[str, int]()

    def wants(self, name: str) -> bool:
        """True for a file that has a reader; those that have none are counted."""
        path = PurePosixPath(name.replace("\\", "/"))
        if any((part.startswith(".") and part.strip(".")) or part in _BESIDE for part in path.parts) or name.endswith(
            "/"
        ):
            return False
        suffix = path.suffix.lower()
        found = format_of(suffix)
        if found is None or found.name in _ARCHIVES:
            self._unknown[suffix or "no suffix"] = self._unknown.get(suffix or "no suffix", 0) + 1
            return False
        return True

    def of(self, name: str, data: bytes) -> Iterator[RawDocument | Problem]:
        """The articles of one member; what cannot be read of it is a problem of its own."""
        own = self._file.member(name)
        try:
            for item in reader_of(PurePosixPath(name).suffix.lower())(BytesIO(data), own):
                yield self._numbered(item, name)
            for told in own.told:
                yield self._numbered(told, name)
        except InputError as error:
            yield self.problem(name, str(error))
        for note, count in own.notes.items():
            self._file.notes[note] += count
        if own.guessed:
            self._file.notes[f"members read as {own.guessed}, guessed"] += 1

    def _numbered(self, item: RawDocument | Problem, name: str) -> RawDocument | Problem:
        if isinstance(item, Problem):
            return self.problem(name, item.reason, item.line)
        self._record += 1
        own_id = f"{name}#{item.own_id or item.record}" if item.own_id or item.record else name
        return replace(item, own_id=own_id, record=self._record, place=replace(item.place, member=name))

    def problem(self, name: str, reason: str, line: int = 0) -> Problem:
        """What is told of a member."""
        return Problem(self._file.path, 0, f"{name}{f':{line}' if line else ''}: {reason}")

    def unknown(self) -> Iterator[Problem]:
        """What was left out for want of a reader."""
        for suffix, count in sorted(self._unknown.items()):
            yield Problem(
                self._file.path, 0, f"{count} member{'s' if count > 1 else ''} left out: {suffix} has no reader here"
            )

"""Which id a document gets, and which of two that want the same keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from semsearch.indexing.batches import Batches
from semsearch.indexing.changes import Changes
from semsearch.indexing.preparing import ids_of, possible_ids
from semsearch.records import Problem, RawDocument
from semsearch.storage.known import FileState, KnownDocument, SourceRecord
from semsearch.storage.writer import Writer


class Naming:
    """Gives ids in the order of sources and files, whatever order they are read in."""

    def __init__(self, writer: Writer, batches: Batches, changes: Changes) -> None:
        self._writer = writer
        self._batches = batches
        self._changes = changes
        self.contested: dict[Path, SourceRecord] = {}  # files to be read again: an id that they want became free
        self.again = False  # that is being done
        self._given: dict[str, str] = {}  # ids by the own ids of the file that is being read

    def begin_file(self) -> None:
        """Own ids are counted anew."""
        self._given = {}

    def free_id(self, source: SourceRecord, file: FileState, raw: RawDocument) -> str | None:
        """The document's own id, else that with its file before it, else its place; None where all are taken.

        An own id counts within its file: the second that has it there gets none.
        """
        if raw.own_id and raw.own_id in self._given:
            return None
        found = self._free_id(source, file, raw)
        if raw.own_id and found is not None:
            self._given[raw.own_id] = found
        return found

    def _free_id(self, source: SourceRecord, file: FileState, raw: RawDocument) -> str | None:
        for doc_id in possible_ids(source.path, file.path, raw):
            known = self._writer.find_document(doc_id)
            if self._batches.waiting(doc_id) or (known is not None and known.seen):
                continue
            if known is None or known.path == file.path:
                return doc_id
            if place_of(file.source_id, file.path) < place_of(known.source_id, known.path):
                self._displace(known)
                return doc_id
        return None

    def _displace(self, known: KnownDocument) -> None:
        """Of two records with one id the first has it, as in a clean build; read the other's file again."""
        with self._writer.transaction():
            self._writer.forget_state(known.path)
        source = next(source for source in self._writer.sources() if source.source_id == known.source_id)
        if (
            known.path in self._changes.found and known.source_id in self._changes.roots
        ):  # what an index says of other files is not followed
            self.contested[Path(known.path)] = source

    def taken(self, file: FileState, raw: RawDocument) -> Problem:
        """What is reported of a document whose id another of its file has."""
        place = f"{file.path}:{self._line(self._given[raw.own_id or ''])}"
        reason = f"id {raw.own_id!r} is used already in {place}; this one is left out"
        return Problem(file.path, raw.place.line, reason)

    def _line(self, doc_id: str) -> int:
        waiting = self._batches.waiting(doc_id)
        known = self._writer.find_document(doc_id)
        return waiting[1] if waiting else known.line if known else 0

    def freed(self, sources: Sequence[SourceRecord]) -> list[tuple[SourceRecord, Path]]:
        """Files to be read again, in order: those displaced, and those with an article whose better id became free."""
        of_source = {source.source_id: source for source in sources}
        for doc_id, own_id, source_id, path in self._writer.renamed(by_place=len(self._writer.sources()) > 1):
            source = of_source.get(source_id)
            if source is not None and path in self._changes.found and Path(path) not in self.contested:
                better = better_ids(doc_id, source.path, path, own_id)
                if any(self._is_free(each, place_of(source_id, path)) for each in better):
                    self.contested[Path(path)] = source
        again = [(source, path) for path, source in self.contested.items()]
        self.contested, self.again = {}, True
        return sorted(again, key=lambda item: place_of(item[0].source_id, str(item[1])))

    def _is_free(self, doc_id: str, place: tuple[int, tuple[str, ...]]) -> bool:
        """Whether no document that stands before a place has an id."""
        known = self._writer.find_document(doc_id)
        return known is None or place < place_of(known.source_id, known.path)


def better_ids(doc_id: str, source: str, path: str, own_id: str | None) -> list[str]:
    """The ids that would have come before the one that a document has."""
    known = ids_of(source, path, own_id)
    if own_id is not None:
        return list(takewhile(doc_id.__ne__, known))
    record = doc_id.rpartition("#")[2] if "#" in doc_id else ""
    names = [known, [f"{name}#{record}" for name in known]]
    return next((list(takewhile(doc_id.__ne__, each)) for each in names if doc_id in each), [])


def place_of(source_id: int, path: str) -> tuple[int, tuple[str, ...]]:
    """Sorts files as they are read: sources as they were added, folders by name."""
    return source_id, Path(path).parts

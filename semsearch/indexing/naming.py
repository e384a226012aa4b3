"""Which id a document gets, and which of two that want the same keeps it."""

from __future__ import annotations

from pathlib import Path

from semsearch.indexing.batches import Batches
from semsearch.indexing.changes import Changes
from semsearch.indexing.preparing import possible_ids
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

    def free_id(self, source: SourceRecord, file: FileState, raw: RawDocument) -> str | None:
        """The document's own id, else its place under the source; None where another has it."""
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
            not self.again and known.path in self._changes.found and known.source_id in self._changes.roots
        ):  # what an index says of other files is not followed
            self.contested[Path(known.path)] = source

    def taken(self, file: FileState, raw: RawDocument) -> Problem:
        """What is reported of a document whose id another has."""
        known = self._writer.find_document(raw.own_id or "")
        place = self._batches.waiting(raw.own_id or "") or (known and (known.path, known.line))
        where = f" in {place[0]}:{place[1]}" if place else ""
        return Problem(file.path, raw.place.line, f"id {raw.own_id!r} is used already{where}; this one is left out")


def place_of(source_id: int, path: str) -> tuple[int, tuple[str, ...]]:
    """Sorts files as they are read: sources as they were added, folders by name."""
    return source_id, Path(path).parts

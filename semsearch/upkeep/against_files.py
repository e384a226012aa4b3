"""An index against the files that it was made of: whether each article is what its file says.

Only files of sources that this user has named are opened, and only those that are as they were when they were indexed
can say anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from semsearch.dates.days import Hemisphere
from semsearch.files.regular import sha256_of_descriptor
from semsearch.indexing.named_sources import split_by_naming
from semsearch.indexing.preparing import READING_RULES, content_sha256, event_dates_of, possible_ids, resolve_document
from semsearch.indexing.reading import reading_of
from semsearch.readers import FieldNames, open_documents, open_found
from semsearch.records import Document, EventDate, RawDocument
from semsearch.storage.inspection import Inspection


@dataclass(slots=True)
class AgainstFiles:
    """What a comparison of an index with its files found."""

    compared: int = 0  # files
    others: int = 0  # files that have changed, are gone, or are of a source that this user has not named
    unlike: list[str] = field(default_factory=list)  # articles that are not what their file says, by path and line


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a named source, and what else says how it was read."""

    root: str
    path: str
    sha256: bytes
    encoding: str
    names: FieldNames
    corrections: Mapping[str, str]
    hemisphere: Hemisphere
    events: Callable[[str], set[EventDate]]  # that are stored of a document

    def unlike(self, stored: Iterable[tuple[Document, bytes]]) -> list[str] | None:
        """Stored articles that the file does not hold so, by place; None where it is another now, or unreadable.

        Of each article a digest alone is held: a file may have very many.
        """
        left = {(document.doc_id, document.place.line): _digest(document, content) for document, content in stored}
        with suppress(OSError):
            descriptor = open_found(Path(self.root), Path(self.path))
            with open_documents(Path(self.path), self.names, descriptor, encoding=self.encoding) as stream:
                if bytes.fromhex(sha256_of_descriptor(descriptor)) != self.sha256:
                    return None
                for raw in stream:
                    if isinstance(raw, RawDocument):
                        self._take(raw, left)
                return None if stream.broken else [f"{self.path}:{line} {doc_id}" for doc_id, line in sorted(left)]
        return None

    def _take(self, raw: RawDocument, left: dict[tuple[str, int], bytes]) -> None:
        """Take an article of the file off those that are left, where it is stored as it is."""
        for doc_id in possible_ids(self.root, self.path, raw):
            place = doc_id, raw.place.line
            if place in left and self._is_stored(doc_id, raw, left[place]):
                del left[place]

    def _is_stored(self, doc_id: str, raw: RawDocument, stored: bytes) -> bool:
        """Whether an article is stored as it is, and its text names the periods that are stored of it.

        How many of those there are, and the article's language, are looked at elsewhere.
        """
        correction = self.corrections.get(doc_id)
        document, _ = resolve_document(doc_id, self.path, raw, correction, self.root)
        if _digest(document, content_sha256(raw, correction, self.hemisphere)) != stored:
            return False
        events = self.events(doc_id)
        return not events or events <= set(event_dates_of(document, self.hemisphere)[0])


def _digest(document: Document, content: bytes) -> bytes:
    """Equal for two documents that say the same, whatever is known of their language and file."""
    plain = replace(document, language=None, sha256=None, read_as=None)
    return hashlib.sha256(repr(plain).encode("utf-8", "surrogatepass") + content).digest()


def compare_with_files(truth: Inspection) -> AgainstFiles:
    """Read every file of an index again that can be, and compare its articles with those stored. Raises RowDamaged."""
    named, _ = split_by_naming(truth.index_id, truth.sources())
    sources = {source.source_id: source for source in named}
    if truth.rules != READING_RULES:
        sources.clear()  # what other rules have read differs
    corrections, hemisphere = truth.corrections(), truth.hemisphere
    found = AgainstFiles()
    for known in truth.files():
        state, unlike = known.state, None
        source = sources.get(state.source_id)
        if source is not None and state.size >= 0:
            names, encoding = reading_of(source.fields)
            encoding = encoding or state.encoding.removesuffix("?")
            file = _File(source.path, state.path, state.sha256, encoding, names, corrections, hemisphere, truth.events)
            unlike = file.unlike(truth.documents(known.file_id))
        found.others += unlike is None
        found.compared += unlike is not None
        found.unlike += unlike or []
    return found

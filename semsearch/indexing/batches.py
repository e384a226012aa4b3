"""What was read, batch by batch: while one is encoded the next is read, and each is stored in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from semsearch.errors import TRY_AGAIN, StorageFailed
from semsearch.indexing.embedding import Embedding, Encoded
from semsearch.indexing.report import BuildReport, Progress
from semsearch.records import Document, Problem
from semsearch.storage.known import FileState, NewDocument
from semsearch.storage.writer import Writer

BATCH_CHARACTERS = 150_000  # of new text in one transaction: some 300 passages
BATCH_ITEMS = 2_000  # documents and files in one transaction
BATCH_HELD = 3_000_000  # characters of text, new or not, that are held for one transaction


@dataclass(frozen=True, slots=True)
class Item:
    """A document that was read but is not yet stored, or (without one) the end of a file."""

    file: FileState
    position: int  # bytes of all files read so far
    document: Document | None = None
    content_sha256: bytes = b""
    own_id: str | None = None
    problems: Sequence[Problem] = ()
    broken: bool = False  # the file could not be read to its end
    again: bool = False  # it was read before in this run


@dataclass(slots=True)
class Batch:
    """What is stored in one transaction."""

    items: list[Item] = field(default_factory=list)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)  # path and line by document id
    characters: int = 0  # of text that is new
    held: int = 0  # characters of all texts
    documents: dict[str, NewDocument] = field(default_factory=dict)  # cut into passages
    hashes: list[bytes] = field(default_factory=list)  # of texts that have no vector yet
    coming: Future[Encoded] | None = None  # their vectors

    @property
    def full(self) -> bool:
        """Whether it is time to encode and store it."""
        return self.characters >= BATCH_CHARACTERS or self.held >= BATCH_HELD or len(self.items) >= BATCH_ITEMS


class Batches:
    """Encodes and stores what is added; ``tell`` is called with the progress after each batch."""

    def __init__(
        self, writer: Writer, embedding: Embedding, report: BuildReport, tell: Callable[[Progress], None]
    ) -> None:
        self._writer = writer
        self._embedding = embedding
        self._report = report
        self._tell = tell
        self._state = Progress()
        self._reading = Batch()
        self._encoding: Batch | None = None

    def begin(self, total: int) -> None:
        """Report how many bytes there are to be read."""
        self._state.total = total
        self._tell(self._state)

    def waiting(self, doc_id: str) -> tuple[str, int] | None:
        """Path and line of a document that was read in this run but is not stored yet."""
        encoding = self._encoding.places if self._encoding else {}
        return self._reading.places.get(doc_id) or encoding.get(doc_id)

    def add_document(self, item: Item, document: Document) -> None:
        """Add a document to be stored; its text counts where it is new."""
        if not self.is_stored(document, item.content_sha256):
            self._report.undated += document.published is None
            self._reading.characters += len(document.text)
        self._reading.held += len(document.title) + len(document.text)
        self._reading.places[document.doc_id] = (item.file.path, document.place.line)
        self.add(item)

    def is_stored(self, document: Document, content: bytes) -> bool:
        """Whether the index holds a document already as it is."""
        known = self._writer.find_document(document.doc_id)
        return known is not None and (known.path, known.content_sha256) == (document.path, content)

    def add(self, item: Item) -> None:
        """Add a document, or the end of a file; a full batch is encoded."""
        self._reading.items.append(item)
        if self._reading.full:
            self.encode()

    def encode(self) -> None:
        """Begin to encode what was read, then store the batch before it.

        Raises StorageFailed rather than OSError, which is what an article that cannot be read raises.
        """
        try:
            self._begin_batch()
        except OSError as error:
            raise StorageFailed(f"{error.filename or 'a temporary file'}: {error.strerror}: {TRY_AGAIN}") from error

    def _begin_batch(self) -> None:
        batch, self._reading = self._reading, Batch()
        fresh = [
            (item.document, item.content_sha256, item.own_id)
            for item in batch.items
            if item.document and not self.is_stored(item.document, item.content_sha256)
        ]
        if fresh:
            prepared = self._embedding.prepare(fresh)
            batch.documents = prepared.documents
            self._report.notes += prepared.doubts
            coming = set(self._encoding.hashes) if self._encoding else set()
            batch.hashes = sorted(self._writer.unknown_texts(list(prepared.texts)) - coming)
            if batch.hashes:
                batch.coming = self._embedding.start([prepared.texts[key] for key in batch.hashes])
        self.store()
        self._encoding = batch

    def store(self) -> None:
        """Wait for the batch that is being encoded, and store all of it in one transaction."""
        batch, self._encoding = self._encoding, None
        if batch is None or not batch.items:
            return
        encoded = batch.coming.result() if batch.coming else None
        with self._writer.transaction():
            if batch.documents:
                self._embedding.record(encoded.engine if encoded else "")
            if encoded:
                self._writer.add_vectors(batch.hashes, encoded.spans, [one.sentences for one in encoded.passages])
                self._report.engine = encoded.engine
            self._store_items(batch)
        self._state.encoded = self._report.encoded = self._report.encoded + len(batch.hashes)
        self._state.done = batch.items[-1].position
        self._state.documents += len(batch.places)
        self._tell(self._state)

    def _store_items(self, batch: Batch) -> None:
        """Put every document and end of a file into the transaction."""
        numbers: dict[str, int] = {}
        for item in batch.items:
            path = item.file.path
            if path not in numbers:
                numbers[path] = self._writer.begin_file(item.file.source_id, path)
            if item.document is None:
                self._report.removed += self._writer.finish_file(
                    numbers[path], item.file, item.problems, keep_unseen=item.broken
                )
            elif item.document.doc_id in batch.documents:
                replaced = self._writer.put_document(numbers[path], batch.documents[item.document.doc_id])
                self._report.changed += replaced
                self._report.added += not replaced
            else:
                self._writer.keep_document(item.document.doc_id, item.document.place)
                self._report.unchanged += not item.again

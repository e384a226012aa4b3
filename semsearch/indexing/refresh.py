"""One run over the sources of an index: what changed is read, encoded and committed batch by batch.

What is unchanged is told by size and time, then by hash, then document by document; only texts that
were never seen are encoded. While one batch is encoded the next is read and cut. A stop loses at most the
batch in hand, and the next run goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from semsearch.dates.days import Hemisphere
from semsearch.errors import TRY_AGAIN, StorageFailed, command
from semsearch.files.regular import sha256_of, sha256_of_descriptor
from semsearch.indexing.embedding import Embedding, Encoded, EncoderChoice
from semsearch.indexing.named_sources import name_sources, named_paths, split_by_naming
from semsearch.indexing.preparing import RULES, content_sha256, possible_ids, settle_document
from semsearch.readers import FieldNames, find_files, open_documents, open_found
from semsearch.records import Document, Problem, RawDocument
from semsearch.storage.settled import FileState, KnownDocument, KnownFile, NewDocument, SourceRecord
from semsearch.storage.writer import Writer

BATCH_CHARACTERS = 150_000  # of new text in one transaction: some 300 passages
LONGEST_TEXT = 4_000_000  # characters: more than the longest novels have, and read in seconds whatever they are
BATCH_ITEMS = 2_000  # documents and files in one transaction
MOVED = (
    "is another place, or has other field names, than when you named it, and was not read: name it again if you mean it"
)
FOREIGN = "came with the index and was not read, since you have not named it: semsearch index SOURCE"
BATCH_HELD = 3_000_000  # characters of text, new or not, that are held for one transaction


@dataclass(slots=True)
class Progress:
    """How far a build is. ``total`` and ``done`` count bytes of the files to be read."""

    total: int = 0
    done: int = 0
    documents: int = 0
    encoded: int = 0


@dataclass(slots=True)
class BuildReport:
    """What a build did."""

    added: int = 0  # documents
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    encoded: int = 0  # texts that went through the encoder
    undated: int = 0  # of the documents added or changed
    ignored: int = 0  # files left out by an ignore file or the BEIR layout
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    engine: str = ""  # what computed the vectors; empty where none were needed
    new_files: dict[str, int] = field(default_factory=dict)  # by source: files that were not in the index before


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that was read but is not yet stored, or (without one) the end of a file."""

    file: FileState
    position: int  # bytes of all files read so far
    document: Document | None = None
    content_sha256: bytes = b""
    problems: Sequence[Problem] = ()
    broken: bool = False  # the file could not be read to its end


@dataclass(slots=True)
class _Batch:
    """What is stored in one transaction."""

    items: list[_Read] = field(default_factory=list)
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


class Refresh:
    """Bring an index up to its sources, once."""

    def __init__(self, writer: Writer, choice: EncoderChoice, progress: Callable[[Progress], None] | None) -> None:
        self._writer = writer
        self._progress = progress
        self._state = Progress()
        self._report = BuildReport()
        self._embedding = Embedding(writer, choice)
        self._reading = _Batch()
        self._encoding: _Batch | None = None
        self._position = 0
        self._found: set[str] = set()  # paths of all files of the sources that are read
        self._roots: dict[int, Path] = {}  # of the sources that are read
        self._touched: list[tuple[int, int]] = []  # number and new modification time of unchanged files
        self._contested: dict[Path, SourceRecord] = {}
        self._again = False
        self._hemisphere = writer.hemisphere()

    def run(
        self,
        paths: Sequence[str],
        fields: FieldNames | None,
        only: Sequence[str] | None = None,
        corrections: Sequence[tuple[str, str]] = (),
        hemisphere: Hemisphere | None = None,
    ) -> BuildReport:
        """Read the sources at ``paths`` (none: all that the index has) and report what was done.

        ``fields`` holds for all of them, or for ``only`` some; ``corrections`` are ids with dates. Without a
        ``hemisphere`` it stays as it is.
        """
        try:
            self._correct(corrections)
            self._renew_rules()
            if hemisphere not in (None, self._hemisphere):
                self._hemisphere = hemisphere
                with self._writer.transaction():
                    self._writer.set_hemisphere(hemisphere)
            return self._run(paths, fields, only)
        finally:
            self._embedding.close()

    def _renew_rules(self) -> None:
        """Let every file be read again that was read by other rules than today's."""
        with self._writer.transaction():
            if self._writer.renew_rules(RULES):
                self._report.notes.append(
                    "articles are read by newer rules now: every source is read again, no text is embedded twice"
                )

    def _run(self, paths: Sequence[str], fields: FieldNames | None, only: Sequence[str] | None) -> BuildReport:
        self._embedding.settle()
        sources = self._put_sources(paths, fields, paths if only is None else only)
        self._roots = {source.source_id: Path(source.path) for source in sources}
        todo = self._owned([(source, path) for source in sources for path in self._changed_files(source)])
        self._state.total = sum(path.stat().st_size for _, path in todo if path.exists())
        self._tell()
        self._read_files(todo)
        # An id that was taken may have become free when the file that held it was read.
        contested, self._contested, self._again = self._contested, {}, True
        again = [(source, path) for path, source in contested.items()]
        self._read_files(sorted(again, key=lambda item: _place(item[0].source_id, str(item[1]))))
        self._finish()
        return self._report

    def _correct(self, corrections: Sequence[tuple[str, str]]) -> None:
        with self._writer.transaction():
            unknown = [doc_id for doc_id, date in corrections if not self._writer.correct_date(doc_id, date)]
        if unknown:
            more = f" and {len(unknown) - 1} more" * (len(unknown) > 1)
            self._report.notes.append(
                f"no document {unknown[0]!r}{more} yet: what was given for it holds when it comes"
            )

    def _finish(self) -> None:
        self._embedding.close()  # its memory is needed by what comes
        if self._touched or self._report.removed or self._report.changed:
            with self._writer.transaction():
                for file_id, mtime_ns in self._touched:
                    self._writer.touch_file(file_id, mtime_ns)
                self._writer.drop_unused_vectors()
        if self._report.added or self._report.changed:
            self._report.notes += self._embedding.doubts()
        if self._writer.needs_accelerating():
            self._writer.accelerate()
        self._writer.finish()

    # What there is to do

    def _put_sources(
        self, paths: Sequence[str], fields: FieldNames | None, chosen: Sequence[str]
    ) -> list[SourceRecord]:
        """The sources to be read: those given, or else those that this user has named for this index before."""
        index_id = self._writer.index_id
        own, foreign = split_by_naming(index_id, self._writer.sources())
        if not paths:
            known_before = named_paths(index_id)
            self._report.problems += [
                Problem(source.path, 0, MOVED if source.path in known_before else FOREIGN) for source in foreign
            ]
            return own
        held = {source.path: source.fields for source in own}
        with self._writer.transaction():
            for path in paths:
                known = held.get(path, {})  # those of a source that came with the index are not believed
                self._writer.put_source(path, dict(fields.chosen) if fields and path in chosen else known)
        sources = [source for source in self._writer.sources() if source.path in paths]
        if not name_sources(index_id, sources):
            self._report.notes.append(
                "what was named cannot be remembered, since there is no folder for it that can be written: "
                "name the sources each time, or set XDG_STATE_HOME"
            )
        return sources

    def _changed_files(self, source: SourceRecord) -> list[Path]:
        """Files of a source to be read; what is gone leaves, what is unchanged is counted."""
        known = {file.state.path: file for file in self._writer.files_of(source.source_id)}
        found = find_files(Path(source.path))
        present = {str(path) for path in found.files}
        self._found |= present
        if known and not present:
            self._report.notes.append(
                f"{source.path} is missing or empty: its {len(known)} files stay in the index; "
                f"to take them out: {command('index', '--forget', source.path, index=self._writer.folder)}"
            )
            return []
        if not present and not found.problems:
            self._report.notes.append(f"{source.path} holds no articles")
        self._report.problems += found.problems
        self._report.ignored += found.ignored
        unknown = {problem.path for problem in found.problems}  # files, and folders, that could not be looked at
        gone = [file for path, file in known.items() if path not in present and unknown.isdisjoint(_with_parents(path))]
        self._drop(gone)
        new = len(present - known.keys())
        if new:
            self._report.new_files[source.path] = new
        return [path for path in found.files if not self._is_unchanged(path)]

    def _owned(self, todo: Sequence[tuple[SourceRecord, Path]]) -> list[tuple[SourceRecord, Path]]:
        """Each file once, under the source that held it first: sources may overlap."""
        sources = {source.source_id: source for source in self._writer.sources()}
        owned: dict[Path, SourceRecord] = {}
        for source, path in todo:
            known = self._writer.file_at(str(path))
            if known and known.state.source_id not in self._roots:  # of a source that is not read now
                with self._writer.transaction():
                    self._writer.move_file(known.file_id, source.source_id)
                known = None
            owned.setdefault(path, sources[known.state.source_id] if known else source)
        return [(source, path) for path, source in owned.items()]

    def _drop(self, files: Sequence[KnownFile]) -> None:
        if files:
            with self._writer.transaction():
                self._report.removed += sum(self._writer.drop_file(file.file_id) for file in files)

    def _is_unchanged(self, path: Path) -> bool:
        file = self._writer.file_at(str(path))
        if file is None or file.state.size < 0:
            return False
        known = file.state
        try:
            status = path.stat()
            if (status.st_size, status.st_mtime_ns) != (known.size, known.mtime_ns):
                if status.st_size != known.size or sha256_of(path) != known.sha256.hex():
                    return False
                self._touched.append((file.file_id, status.st_mtime_ns))
        except OSError:
            return False
        self._report.unchanged += self._writer.documents_of(file.file_id)
        self._report.problems += self._writer.problems_of(file)
        return True

    # Reading

    def _read_files(self, todo: Sequence[tuple[SourceRecord, Path]]) -> None:
        if todo:
            self._embedding.warm_up()
        for source, path in todo:
            try:
                self._read_file(source, path)
            except OSError as error:
                self._report.problems.append(Problem(str(path), 0, f"unreadable: {error.strerror or error}"))
        self._encode()
        self._store()

    def _read_file(self, source: SourceRecord, path: Path) -> None:
        descriptor = open_found(Path(source.path), path)
        with open_documents(path, FieldNames(source.fields), descriptor) as stream:
            status, digest = os.fstat(descriptor), bytes.fromhex(sha256_of_descriptor(descriptor))
            file = FileState(source.source_id, str(path), status.st_size, status.st_mtime_ns, digest)
            begin, problems, contested = self._position, list[Problem](), False
            for item in stream:
                self._position = begin + stream.position
                if isinstance(item, Problem):
                    problems.append(item)
                elif (doc_id := self._free_id(source, file, item)) is not None:
                    problems += self._take(doc_id, file, item, source.path)
                else:
                    contested = True
                    problems.append(self._taken(file, item))
            broken = stream.broken
        self._position = begin + file.size
        if contested or broken:  # to be read again in the next run, and where contested later in this one
            file = replace(file, size=-1)
        self._add(_Read(file, self._position, problems=problems, broken=broken))
        if contested and not self._again:
            self._contested[path] = source
        else:
            self._report.problems += problems

    def _free_id(self, source: SourceRecord, file: FileState, raw: RawDocument) -> str | None:
        """The document's own id, else its place under the source; None where another has it."""
        for doc_id in possible_ids(source.path, file.path, raw):
            known = self._writer.find_document(doc_id)
            if self._waiting(doc_id) or (known is not None and known.seen):
                continue
            if known is None or known.path == file.path:
                return doc_id
            if _place(file.source_id, file.path) < _place(known.source_id, known.path):
                self._displace(known)
                return doc_id
        return None

    def _waiting(self, doc_id: str) -> tuple[str, int] | None:
        """Path and line of a document that was read in this run but is not stored yet."""
        encoding = self._encoding.places if self._encoding else {}
        return self._reading.places.get(doc_id) or encoding.get(doc_id)

    def _displace(self, known: KnownDocument) -> None:
        """Of two records with one id the first has it, as in a clean build; read the other's file again."""
        with self._writer.transaction():
            self._writer.forget_state(known.path)
        source = next(source for source in self._writer.sources() if source.source_id == known.source_id)
        if (
            not self._again and known.path in self._found and known.source_id in self._roots
        ):  # what an index says of other files is not followed
            self._contested[Path(known.path)] = source

    def _taken(self, file: FileState, raw: RawDocument) -> Problem:
        known = self._writer.find_document(raw.own_id or "")
        place = self._waiting(raw.own_id or "") or (known and (known.path, known.line))
        where = f" in {place[0]}:{place[1]}" if place else ""
        return Problem(file.path, raw.place.line, f"id {raw.own_id!r} is used already{where}; this one is left out")

    def _take(self, doc_id: str, file: FileState, raw: RawDocument, root: str) -> list[Problem]:
        if len(raw.text) > LONGEST_TEXT:
            reason = f"a text of {len(raw.text)} characters, more than {LONGEST_TEXT}: split it"
            return [Problem(file.path, raw.place.line, reason)]
        correction = self._writer.correction(doc_id)
        document, reasons = settle_document(doc_id, file.path, raw, correction, root)
        content = content_sha256(raw, correction, self._hemisphere)
        if not self._is_stored(document, content):
            self._report.undated += document.published is None
            self._reading.characters += len(raw.text)
        self._reading.held += len(raw.title) + len(raw.text)
        self._reading.places[doc_id] = (file.path, document.place.line)
        self._add(_Read(file, self._position, document, content))
        instead = "kept without a date"
        if document.published:
            instead = f"the {document.published.source} says {document.published}"
        told = [*raw.doubts, *(f"{reason}; {instead}" for reason in reasons)]
        return [Problem(file.path, raw.place.line, reason) for reason in told]

    def _is_stored(self, document: Document, content: bytes) -> bool:
        known = self._writer.find_document(document.doc_id)
        return known is not None and (known.path, known.content_sha256) == (document.path, content)

    # Encoding and storing

    def _add(self, item: _Read) -> None:
        self._reading.items.append(item)
        if self._reading.full:
            self._encode()

    def _encode(self) -> None:
        """Begin to encode what was read, then store the batch before it.

        Raises StorageFailed rather than OSError, which is what an article that cannot be read raises.
        """
        try:
            self._begin_batch()
        except OSError as error:
            raise StorageFailed(f"{error.filename or 'a temporary file'}: {error.strerror}: {TRY_AGAIN}") from error

    def _begin_batch(self) -> None:
        batch, self._reading = self._reading, _Batch()
        fresh = [
            (item.document, item.content_sha256)
            for item in batch.items
            if item.document and not self._is_stored(item.document, item.content_sha256)
        ]
        if fresh:
            prepared = self._embedding.prepare(fresh)
            batch.documents = prepared.documents
            self._report.notes += prepared.doubts
            coming = set(self._encoding.hashes) if self._encoding else set()
            batch.hashes = sorted(self._writer.unknown_texts(list(prepared.texts)) - coming)
            if batch.hashes:
                batch.coming = self._embedding.start([prepared.texts[key] for key in batch.hashes])
        self._store()
        self._encoding = batch

    def _store(self) -> None:
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
        self._tell()

    def _store_items(self, batch: _Batch) -> None:
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
                self._report.unchanged += not self._again

    def _tell(self) -> None:
        if self._progress:
            self._progress(self._state)


def _place(source_id: int, path: str) -> tuple[int, tuple[str, ...]]:
    """Sorts files as they are read: sources as they were added, folders by name."""
    return source_id, Path(path).parts


def _with_parents(path: str) -> set[str]:
    return {path, *map(str, Path(path).parents)}

"""One run over the sources of an index: what changed is read, encoded and committed batch by batch.

What is unchanged is told by size and time, then by hash, then document by document; only texts that
were never seen are encoded. A stop loses at most the batch in hand, and the next run goes on from there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from semsearch.chunking import ChunkingSettings
from semsearch.encoders import DEFAULT_MODEL, Encoder, open_encoder
from semsearch.errors import EncoderMismatch
from semsearch.preparing import content_sha256, prepare, settle_document
from semsearch.readers import FieldNames, find_files, open_documents
from semsearch.records import Document, Problem, RawDocument
from semsearch.storage.recorded import EncoderRecord, FileState, KnownDocument, KnownFile, NewDocument, SourceRecord
from semsearch.storage.writer import Writer

BATCH_CHARACTERS = 150_000  # of new text in one transaction: some 300 passages
BATCH_ITEMS = 2_000  # documents and files in one transaction


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


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that was read but is not yet stored, or (without one) the end of a file."""

    file: FileState
    position: int  # bytes of all files read so far
    document: Document | None = None
    content_sha256: bytes = b""
    problems: Sequence[Problem] = ()
    broken: bool = False  # the file could not be read to its end


class Refresh:
    """Bring an index up to its sources, once."""

    def __init__(self, writer: Writer, model: str | None, progress: Callable[[Progress], None] | None) -> None:
        self._writer = writer
        self._model = model
        self._progress = progress
        self._state = Progress()
        self._report = BuildReport()
        self._encoder: Encoder | None = None
        self._pending: list[_Read] = []
        self._pending_ids: set[str] = set()
        self._pending_characters = 0
        self._position = 0
        self._touched: list[tuple[int, int]] = []  # number and new modification time of unchanged files
        self._contested: dict[Path, SourceRecord] = {}
        self._again = False

    def run(self, paths: Sequence[str], fields: FieldNames | None, only: Sequence[str] | None = None) -> BuildReport:
        """Read the sources at ``paths`` (none: all that the index has) and report what was done.

        ``fields`` holds for all of them, or for ``only`` some.
        """
        self._refuse_other_model()
        sources = self._put_sources(paths, fields, paths if only is None else only)
        todo = self._owned([(source, path) for source in sources for path in self._changed_files(source)])
        self._state.total = sum(path.stat().st_size for _, path in todo if path.exists())
        self._tell()
        self._read_files(todo)
        # An id that was taken may have become free when the file that held it was read.
        contested, self._contested, self._again = self._contested, {}, True
        self._read_files([(source, path) for path, source in contested.items()])
        self._finish()
        return self._report

    def _finish(self) -> None:
        if self._touched or self._report.removed or self._report.changed:
            with self._writer.transaction():
                for file_id, mtime_ns in self._touched:
                    self._writer.touch_file(file_id, mtime_ns)
                self._writer.drop_unused_vectors()
        if self._writer.needs_accelerating():
            self._writer.accelerate()
        self._writer.finish()

    # What there is to do

    def _put_sources(
        self, paths: Sequence[str], fields: FieldNames | None, chosen: Sequence[str]
    ) -> list[SourceRecord]:
        held = {source.path: source for source in self._writer.sources()}
        if not paths:
            return list(held.values())
        with self._writer.transaction():
            for path in paths:
                known = held[path].fields if path in held else {}
                self._writer.put_source(path, dict(fields.chosen) if fields and path in chosen else known)
        return [source for source in self._writer.sources() if source.path in paths]

    def _changed_files(self, source: SourceRecord) -> list[Path]:
        """Files of a source to be read; what is gone leaves, what is unchanged is counted."""
        known = {file.state.path: file for file in self._writer.files_of(source.source_id)}
        found = find_files(Path(source.path))
        present = {str(path) for path in found.files}
        if known and not present:
            self._report.notes.append(
                f"{source.path} is missing or empty: its {len(known)} files stay in the index; "
                f"to take them out: semsearch index --forget {source.path}"
            )
            return []
        if not present and not found.problems:
            self._report.notes.append(f"{source.path} holds no articles")
        self._report.problems += found.problems
        self._report.ignored += found.ignored
        unknown = {problem.path for problem in found.problems}  # files, and folders, that could not be looked at
        gone = [file for path, file in known.items() if path not in present and unknown.isdisjoint(_with_parents(path))]
        self._drop(gone)
        return [path for path in found.files if not self._is_unchanged(path)]

    def _owned(self, todo: Sequence[tuple[SourceRecord, Path]]) -> list[tuple[SourceRecord, Path]]:
        """Each file once, under the source that held it first: sources may overlap."""
        sources = {source.source_id: source for source in self._writer.sources()}
        owned: dict[Path, SourceRecord] = {}
        for source, path in todo:
            known = self._writer.file_at(str(path))
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
                if status.st_size != known.size or _file_sha256(path) != known.sha256:
                    return False
                self._touched.append((file.file_id, status.st_mtime_ns))
        except OSError:
            return False
        self._report.unchanged += self._writer.documents_of(file.file_id)
        self._report.problems += self._writer.problems_of(file)
        return True

    # Reading

    def _read_files(self, todo: Sequence[tuple[SourceRecord, Path]]) -> None:
        for source, path in todo:
            try:
                self._read_file(source, path)
            except OSError as error:
                self._report.problems.append(Problem(str(path), 0, f"unreadable: {error.strerror or error}"))
        self._flush()

    def _read_file(self, source: SourceRecord, path: Path) -> None:
        status = path.stat()
        file = FileState(source.source_id, str(path), status.st_size, status.st_mtime_ns, _file_sha256(path))
        begin, problems, contested = self._position, list[Problem](), False
        with open_documents(path, FieldNames(source.fields)) as stream:
            for item in stream:
                self._position = begin + stream.position
                if isinstance(item, Problem):
                    problems.append(item)
                elif (doc_id := self._free_id(source, file, item)) is not None:
                    problems += self._take(doc_id, file, item)
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
        for doc_id in _possible_ids(source, file, raw):
            known = self._writer.find_document(doc_id)
            if doc_id in self._pending_ids or (known is not None and known.seen):
                continue
            if known is None or known.path == file.path:
                return doc_id
            if raw.own_id and _place(file.source_id, file.path) < _place(known.source_id, known.path):
                self._displace(known)
                return doc_id
        return None

    def _displace(self, known: KnownDocument) -> None:
        """Of two records with one id the first has it, as in a clean build; read the other's file again."""
        with self._writer.transaction():
            self._writer.forget_state(known.path)
        source = next(source for source in self._writer.sources() if source.source_id == known.source_id)
        if not self._again:
            self._contested[Path(known.path)] = source

    def _taken(self, file: FileState, raw: RawDocument) -> Problem:
        known = self._writer.find_document(raw.own_id or "")
        where = f" in {known.path}:{known.line}" if known else " in this file"
        return Problem(file.path, raw.line, f"id {raw.own_id!r} is used already{where}; this one is left out")

    def _take(self, doc_id: str, file: FileState, raw: RawDocument) -> list[Problem]:
        document, reasons = settle_document(doc_id, file.path, raw)
        content = content_sha256(raw)
        if not self._is_stored(document, content):
            self._report.undated += document.published is None
            self._pending_characters += len(raw.text)
        self._pending_ids.add(doc_id)
        self._add(_Read(file, self._position, document, content))
        told = [*raw.doubts, *(f"{reason}; kept without a date" for reason in reasons)]
        return [Problem(file.path, raw.line, reason) for reason in told]

    def _is_stored(self, document: Document, content: bytes) -> bool:
        known = self._writer.find_document(document.doc_id)
        return known is not None and (known.path, known.content_sha256) == (document.path, content)

    # Storing

    def _add(self, item: _Read) -> None:
        self._pending.append(item)
        if self._pending_characters >= BATCH_CHARACTERS or len(self._pending) >= BATCH_ITEMS:
            self._flush()

    def _flush(self) -> None:
        """Encode what is new among the pending documents and store all of them in one transaction."""
        if not self._pending:
            return
        fresh = [
            (item.document, item.content_sha256)
            for item in self._pending
            if item.document and not self._is_stored(item.document, item.content_sha256)
        ]
        prepared = prepare(fresh, self._open(), self._chunking()) if fresh else None
        unknown = sorted(self._writer.unknown_texts(list(prepared.texts))) if prepared else []
        rows = self._open().encode_passages([prepared.texts[key] for key in unknown]) if prepared and unknown else None
        with self._writer.transaction():
            if prepared:
                self._record_encoder()
            if rows is not None:
                self._writer.add_vectors(unknown, rows)
            self._store(prepared.documents if prepared else {})
        self._report.encoded += len(unknown)
        self._advance()

    def _store(self, new: dict[str, NewDocument]) -> None:
        """Put every pending document and end of a file into the transaction."""
        numbers: dict[str, int] = {}
        for item in self._pending:
            path = item.file.path
            if path not in numbers:
                numbers[path] = self._writer.begin_file(item.file.source_id, path)
            if item.document is None:
                self._report.removed += self._writer.finish_file(
                    numbers[path], item.file, item.problems, keep_unseen=item.broken
                )
            elif item.document.doc_id in new:
                replaced = self._writer.put_document(numbers[path], new[item.document.doc_id])
                self._report.changed += replaced
                self._report.added += not replaced
            else:
                self._writer.keep_document(item.document.doc_id, item.document.line)
                self._report.unchanged += not self._again

    def _advance(self) -> None:
        self._state.encoded = self._report.encoded
        self._state.done = self._pending[-1].position
        self._state.documents += len(self._pending_ids)
        self._pending, self._pending_ids, self._pending_characters = [], set(), 0
        self._tell()

    def _tell(self) -> None:
        if self._progress:
            self._progress(self._state)

    # The encoder

    def _refuse_other_model(self) -> None:
        """Refuse a model other than the index's own before anything is read."""
        record = self._writer.encoder()
        if record is not None and self._model not in (None, record.model):
            self._check_identity(record)

    def _open(self) -> Encoder:
        if self._encoder is None:
            record = self._writer.encoder()
            name = self._model or (record.model if record else DEFAULT_MODEL)
            self._encoder = open_encoder(name, record.seen_weights if record else None)
            self._report.engine = self._encoder.engine
        return self._encoder

    def _chunking(self) -> ChunkingSettings:
        record = self._writer.encoder()
        if record is not None:
            self._check_identity(record)
            return record.chunking
        settings = ChunkingSettings()
        return replace(settings, tokens=min(settings.tokens, self._open().max_tokens))

    def _check_identity(self, record: EncoderRecord) -> None:
        encoder = self._open()
        if encoder.identity != record.identity:
            raise EncoderMismatch(
                f"{self._writer.folder} holds vectors of {record.model} ({record.identity}); "
                f"{encoder.model} is {encoder.identity}: embed everything again with: "
                f"semsearch index --rebuild --model {encoder.model} --index {self._writer.folder}"
            )

    def _record_encoder(self) -> None:
        if self._writer.encoder() is None:
            encoder = self._open()
            self._writer.set_encoder(
                EncoderRecord(
                    encoder.model,
                    encoder.identity,
                    encoder.dim,
                    encoder.max_tokens,
                    self._chunking(),
                    encoder.seen_weights,
                )
            )


def _possible_ids(source: SourceRecord, file: FileState, raw: RawDocument) -> list[str]:
    if raw.own_id:
        return [raw.own_id]
    base = source.path if Path(source.path).is_dir() else str(Path(file.path).parent)
    relative = Path(os.path.relpath(file.path, base)).as_posix()
    record = f"#{raw.record}" if raw.record else ""
    return [f"{relative}{record}", f"{Path(base).name}/{relative}{record}", f"{file.path}{record}"]


def _place(source_id: int, path: str) -> tuple[int, tuple[str, ...]]:
    """Sorts files as they are read: sources as they were added, folders by name."""
    return source_id, Path(path).parts


def _with_parents(path: str) -> set[str]:
    return {path, *map(str, Path(path).parents)}


def _file_sha256(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()

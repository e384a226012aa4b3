"""The one writer of an index folder: every method belongs to a transaction of the truth."""

from __future__ import annotations

import json
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import numpy as np

from semsearch.arrays import Span
from semsearch.dates.spans import Hemisphere
from semsearch.encoders.protocol import SpanRows
from semsearch.errors import IndexDamaged
from semsearch.records import Problem
from semsearch.sketches import sketch
from semsearch.storage.accelerating import Accelerating
from semsearch.storage.changes import add, change
from semsearch.storage.database import (
    DATABASE,
    connect_for_writing,
    damage_told,
    meta,
    set_meta,
)
from semsearch.storage.files import publish, tell
from semsearch.storage.lock import WriterLock
from semsearch.storage.recorded import KINDS, EncoderRecord, read_encoder, read_file, read_hemisphere, read_removed
from semsearch.storage.rows import TABLES, fits, insert, sound
from semsearch.storage.seal import Seal, make_seal, read_seal, write_seal
from semsearch.storage.sources import (
    FileState,
    KnownDocument,
    KnownFile,
    NewDocument,
    SourceRecord,
    corrections_in,
    sources_in,
)

IGNORE_FILE = ".semsearchignore"
CHANGED = {"size": -1}  # of a file that is to be read again


class Writer:
    """Exclusive access to an index folder. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._lock = WriterLock(folder)
        try:
            self._db = connect_for_writing(folder)
            self._keep_out_of_walks()
            self._db.execute("CREATE TEMP TABLE seen (document_id INTEGER PRIMARY KEY)")
            self._sealed = _seal_of(folder)
            self._accelerating = Accelerating(folder, self._db, self.transaction)
            self._told = damage_told(folder)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Writer:
        self._told.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._lock.release()
        self._told.__exit__(kind, error, trace)

    def _keep_out_of_walks(self) -> None:
        """An index inside the folder that it indexes is not read as articles."""
        ignore = self._folder / IGNORE_FILE
        if not ignore.exists():
            publish(ignore, lambda partial: partial.write_text("*\n", "ascii"))

    @property
    def folder(self) -> Path:
        """The index folder."""
        return self._folder

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        with damage_told(self._folder):
            self._db.execute("BEGIN IMMEDIATE")
            before = self._db.total_changes
            try:
                yield
                if self._db.total_changes == before:
                    self._db.execute("ROLLBACK")
                    return
                revision = self._revision()
                set_meta(self._db, "revision", str(revision + 1))
                if self._sealed is None or self._sealed.files:
                    self._state(revision)
                tell("commit", self._folder / DATABASE)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._state(revision + 1)

    def _revision(self) -> int:
        return int(meta(self._db, "revision") or 0)

    def _state(self, revision: int) -> None:
        """Break the seal, or say in a broken one what was committed."""
        self._sealed = Seal(meta(self._db, "index_id") or "", revision)
        write_seal(self._folder, self._sealed)

    # The encoder

    def encoder(self) -> EncoderRecord | None:
        """The encoder recorded so far."""
        return read_encoder(self._db)

    def set_encoder(self, record: EncoderRecord) -> None:
        """Record the encoder whose vectors are to come."""
        set_meta(self._db, "encoder", json.dumps(asdict(record)))

    # The seasons

    def hemisphere(self) -> Hemisphere:
        """Whose seasons the articles mean."""
        return read_hemisphere(self._db)

    def set_hemisphere(self, hemisphere: Hemisphere) -> None:
        """Take the seasons of a hemisphere; every file counts as changed."""
        set_meta(self._db, "hemisphere", hemisphere)
        change(self._db, "file", CHANGED)

    # Sources and files

    def sources(self) -> list[SourceRecord]:
        """All sources, in the order in which they were added."""
        return sources_in(self._db)

    def put_source(self, path: str, fields: dict[str, str]) -> int:
        """The number of the source at ``path``, added if it is new.

        Where its field names are others than before, its files count as changed.
        """
        text = json.dumps(fields, sort_keys=True)
        row = self._db.execute("SELECT source_id, fields FROM source WHERE path = ?", (path,)).fetchone()
        if row is None:
            return add(self._db, "source", path, text)
        if row[1] != text:
            change(self._db, "source", {"fields": text}, path=path)
            change(self._db, "file", CHANGED, source_id=row[0])
        return int(row[0])

    def drop_source(self, source_id: int) -> int:
        """Forget a source and all that came from it; the number of documents that left."""
        left = sum(self.drop_file(file.file_id) for file in self.files_of(source_id))
        self._db.execute("DELETE FROM source WHERE source_id = ?", (source_id,))
        return left

    def move_file(self, file_id: int, source_id: int) -> None:
        """Let a file belong to another source."""
        change(self._db, "file", {"source_id": source_id}, file_id=file_id)

    def forget_state(self, path: str) -> None:
        """Let a file count as changed."""
        change(self._db, "file", CHANGED, path=path)

    def files_of(self, source_id: int) -> list[KnownFile]:
        """The files indexed for a source."""
        return self._files("source_id = ? ORDER BY path", source_id)

    def file_at(self, path: str) -> KnownFile | None:
        """The file at an absolute path, if it was indexed."""
        return next(iter(self._files("path = ?", path)), None)

    def _files(self, condition: str, value: object) -> list[KnownFile]:
        rows = self._db.execute(
            f"SELECT {', '.join(TABLES['file'])}, {fits('file')} FROM file WHERE {condition}", (value,)
        )
        return [KnownFile(number, FileState(*state)) for number, *state in sound(rows, "file")]

    def begin_file(self, source_id: int, path: str) -> int:
        """The number of the file at ``path``; until :meth:`finish_file` it counts as changed."""
        known = self.file_at(path)
        if known is None:
            return add(self._db, "file", source_id, path, -1, 0, b"")
        change(self._db, "file", {**CHANGED, "sha256": b""}, file_id=known.file_id)
        return known.file_id

    def touch_file(self, file_id: int, mtime_ns: int) -> None:
        """Remember a new modification time of unchanged content."""
        change(self._db, "file", {"mtime_ns": mtime_ns}, file_id=file_id)

    def finish_file(
        self, file_id: int, state: FileState, problems: Sequence[Problem], *, keep_unseen: bool = False
    ) -> int:
        """Record the file as indexed, drop its documents that were not seen again, and count those."""
        read = {"size": state.size, "mtime_ns": state.mtime_ns, "sha256": state.sha256}
        change(self._db, "file", read, file_id=file_id)
        self._db.execute("DELETE FROM problem WHERE file_id = ?", (file_id,))
        self._db.executemany(
            insert("problem"),
            [(file_id, p.line, p.reason.encode("utf-8", "replace").decode()) for p in problems],
        )
        gone = self._db.execute(
            "SELECT document_id FROM document WHERE file_id = ? AND document_id NOT IN (SELECT document_id FROM seen)",
            (-1 if keep_unseen else file_id,),
        ).fetchall()
        for (document_id,) in gone:
            self._drop_document(document_id)
        self._db.execute("DELETE FROM seen")
        return len(gone)

    def drop_file(self, file_id: int) -> int:
        """Forget a file and its documents; the number of documents that left."""
        rows = self._db.execute("SELECT document_id FROM document WHERE file_id = ?", (file_id,)).fetchall()
        for (document_id,) in rows:
            self._drop_document(document_id)
        self._db.execute("DELETE FROM problem WHERE file_id = ?", (file_id,))
        self._db.execute("DELETE FROM file WHERE file_id = ?", (file_id,))
        return len(rows)

    def problems_of(self, file: KnownFile) -> list[Problem]:
        """What was wrong in a file when it was last read."""
        rows = self._db.execute(
            f"SELECT line, reason, {fits('problem')} FROM problem WHERE file_id = ? ORDER BY line", (file.file_id,)
        )
        return [Problem(file.state.path, line, reason) for line, reason in sound(rows, "problem")]

    def documents_of(self, file_id: int) -> int:
        """How many documents a file holds."""
        return int(self._db.execute("SELECT count(*) FROM document WHERE file_id = ?", (file_id,)).fetchone()[0])

    # Documents

    def languages(self) -> list[tuple[str, int]]:
        """The languages that could be told, with their documents, the most frequent first."""
        rows = self._db.execute(
            "SELECT language, count(*) AS documents FROM document WHERE language IS NOT NULL GROUP BY language "
            "ORDER BY documents DESC, language"
        )
        return [(code, count) for code, count in rows]

    def find_document(self, doc_id: str) -> KnownDocument | None:
        """What is known of a document, if it is in the index."""
        row = self._db.execute(
            "SELECT f.source_id, f.path, d.line, d.content_sha256, "
            "EXISTS (SELECT 1 FROM seen s WHERE s.document_id = d.document_id), "
            f"{fits('document', 'd.')} AND {fits('file', 'f.')} "
            "FROM document d LEFT JOIN file f USING (file_id) WHERE d.doc_id = ?",
            (doc_id,),
        ).fetchone()
        if row is None:
            return None
        ((source_id, path, line, content, seen),) = sound([row], "document")
        return KnownDocument(source_id, path, line, content, bool(seen))

    def keep_document(self, doc_id: str, line: int) -> None:
        """Mark an unchanged document as still there, at this line."""
        known = self.find_document(doc_id)
        if known is not None and known.line != line:
            change(self._db, "document", {"line": line}, doc_id=doc_id)
        self._db.execute("INSERT OR IGNORE INTO seen SELECT document_id FROM document WHERE doc_id = ?", (doc_id,))

    def put_document(self, file_id: int, new: NewDocument) -> bool:
        """Store a document in place of any with its id; true where there was one.

        The vectors of its passages must be stored in the same transaction.
        """
        row = self._db.execute("SELECT document_id FROM document WHERE doc_id = ?", (new.document.doc_id,)).fetchone()
        if row is not None:
            self._drop_document(row[0])
        self._add_document(file_id, new)
        return row is not None

    def _add_document(self, file_id: int, new: NewDocument) -> None:
        first = int(meta(self._db, "next_passage") or 1)
        document, published = new.document, new.document.published
        events = list(_events_of_passages(new, first))
        document_id = add(
            self._db,
            "document",
            document.doc_id,
            file_id,
            document.line,
            document.multiline,
            document.title,
            new.language,
            document.source,
            document.url,
            published and published.first.toordinal(),
            published and published.last.toordinal(),
            published and published.precision,
            published and published.source,
            published and published.raw,
            published and published.ambiguous,
            new.content_sha256,
            first,
            len(new.passages),
            len(events),
            sketch(document.text),
        )
        self._db.execute(insert("body"), (document_id, document.text))
        self._db.executemany(
            insert("passage"),
            [(first + at, document_id, *passage) for at, passage in enumerate(new.passages)],
        )
        self._db.executemany(insert("event"), events)
        self._db.execute("INSERT INTO seen VALUES (?)", (document_id,))
        set_meta(self._db, "next_passage", str(first + len(new.passages)))

    def _drop_document(self, document_id: int) -> None:
        row = self._db.execute(
            f"SELECT first_passage, passage_count, {fits('document')} FROM document WHERE document_id = ?",
            (document_id,),
        )
        ((first, count),) = sound(row, "document")
        span = (first, first + count - 1)
        self._db.executemany(insert("removed"), [(number,) for number in range(first, first + count)])
        set_meta(self._db, "removed", str(int(meta(self._db, "removed") or 0) + count))
        self._db.execute("DELETE FROM passage WHERE number BETWEEN ? AND ?", span)
        self._db.execute("DELETE FROM event WHERE number BETWEEN ? AND ?", span)
        self._db.execute("DELETE FROM body WHERE document_id = ?", (document_id,))
        self._db.execute("DELETE FROM document WHERE document_id = ?", (document_id,))

    # Corrected dates

    def correct_date(self, doc_id: str, date: str) -> bool:
        """Remember the date that a user gives to a document (empty: forget it); true where the document is held.

        Its file counts as changed, so that the next reading settles it.
        """
        self._db.execute("DELETE FROM correction WHERE doc_id = ?", (doc_id,))
        if date:
            self._db.execute(insert("correction"), (doc_id, date))
        known = self.find_document(doc_id)
        if known is not None:
            self.forget_state(known.path)
        return known is not None

    def correction(self, doc_id: str) -> str | None:
        """The date that the user gave to a document."""
        return dict(corrections_in(self._db, "doc_id = ?", doc_id)).get(doc_id)

    # Vectors

    def unknown_texts(self, hashes: Sequence[bytes]) -> set[bytes]:
        """Which of the texts, by hash, have no vector yet."""
        wanted = set(hashes)
        known = {
            digest
            for digest in wanted
            if self._db.execute("SELECT 1 FROM vector WHERE text_sha256 = ?", (digest,)).fetchone()
        }
        return wanted - known

    def add_vectors(self, hashes: Sequence[bytes], encoded: SpanRows, sentences: Sequence[Sequence[Span]]) -> None:
        """Store the vectors of passages that were unknown, and of their sentences."""
        self._db.executemany(
            insert("vector"),
            [(digest, row.astype("<f4").tobytes()) for digest, row in zip(hashes, encoded.rows, strict=True)],
        )
        self._db.executemany(
            insert("sentences"),
            [
                (digest, np.array(spans, "<i4").tobytes(), rows.astype("<f2").tobytes())
                for digest, spans, rows in zip(hashes, sentences, encoded.parts, strict=True)
            ],
        )

    def drop_unused_vectors(self) -> None:
        """Forget the vectors of texts that no passage has any more."""
        for table in ("vector", "sentences"):
            self._db.execute(f"DELETE FROM {table} WHERE text_sha256 NOT IN (SELECT text_sha256 FROM passage)")

    # The accelerators

    def needs_accelerating(self) -> bool:
        """True where an accelerator is missing, damaged or far behind."""
        return self._accelerating.needed()

    def accelerate(self) -> None:
        """Bring the accelerators up to the truth."""
        self._accelerating.run()

    def compact(self) -> None:
        """Give back the room that removed documents took."""
        with self.transaction():
            self.drop_unused_vectors()
        if self.needs_accelerating() or len(read_removed(self._db)):
            self.accelerate()
        self.break_seal()
        with damage_told(self._folder):
            self._db.execute("VACUUM")
        self.finish()

    def break_seal(self) -> None:
        """Let the index count as unsealed; a lost ignore file is made again."""
        self._keep_out_of_walks()
        self._state(self._revision())

    def finish(self) -> None:
        """Empty the write-ahead log, so that the folder is whole without it, and seal the index.

        Where a reader is in the way of that, the index stays unsealed until the next writer.
        """
        if self._sealed is not None and self._sealed.files:
            return
        with damage_told(self._folder):
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                return
            files = [file.name for kind in KINDS if (file := read_file(self._db, kind))]
            names = [DATABASE, IGNORE_FILE, *files]
            write_seal(self._folder, make_seal(self._folder, meta(self._db, "index_id") or "", self._revision(), names))


def _seal_of(folder: Path) -> Seal | None:
    """The seal that a writer finds; one that cannot be read is made anew."""
    try:
        return read_seal(folder)
    except IndexDamaged:
        return None


def _events_of_passages(new: NewDocument, first: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Rows for the periods that lie whole in a passage; passages may share sentences."""
    starts = [start for start, _, _ in new.passages]
    for event in new.events:
        for at in range(bisect_right(starts, event.span[0]) - 1, -1, -1):
            if new.passages[at][1] <= event.span[0]:
                break
            if event.span[1] <= new.passages[at][1]:
                yield first + at, *event.span, event.first.toordinal(), event.last.toordinal()


def open_writer(folder: Path) -> Writer:
    """Open an index folder for writing, made if it is not there yet.

    Raises IndexBusy while another process writes it.
    """
    return Writer(Path(os.path.abspath(folder)))

"""The one writer of an index folder: its lock, its transactions, what it records beside the inputs."""

from __future__ import annotations

import json
import os
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import numpy as np

from semsearch.arrays import Span
from semsearch.dates.days import Hemisphere
from semsearch.encoders.protocol import SpanVectors
from semsearch.errors import IndexDamaged, UsageError
from semsearch.files.whole import publish, tell
from semsearch.records import Mode
from semsearch.storage.accelerators.making import Accelerating
from semsearch.storage.agreement import disagreements
from semsearch.storage.place import DATABASE, IGNORE_FILE, SEAL, SUFFIXES, refuse_strangers, writable_folder
from semsearch.storage.truth.changes import change
from semsearch.storage.truth.connection import connect_for_writing
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.inputs import Inputs
from semsearch.storage.truth.lock import WriterLock
from semsearch.storage.truth.meta import meta, meta_number, set_meta
from semsearch.storage.truth.recorded import (
    EncoderRecord,
    read_encoder,
    read_file,
    read_hemisphere,
    read_removed,
)
from semsearch.storage.truth.rows import insert
from semsearch.storage.truth.seal import Seal, make_seal, read_seal, write_seal
from semsearch.storage.truth.stored_documents import CHANGED
from semsearch.storage.truth.values import SHARES

__all__ = ["Writer", "WriterLock", "open_writer"]


class Writer(Inputs):
    """Exclusive access to an index folder. Use as a context manager."""

    def tell(self, percent: int) -> None:
        """Say how far the writing is, to those who ask meanwhile."""
        self._lock.tell(percent)

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        refuse_strangers(folder)
        _refuse_others_seal(folder)
        self._folder = folder
        self._lock = WriterLock(folder)
        try:
            super().__init__(connect_for_writing(folder))
            self._keep_out_of_walks()
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

    @property
    def index_id(self) -> str:
        """What identifies this index, wherever it is copied."""
        return meta(self._db, "index_id") or ""

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
                    self._write_seal(revision)
                tell("commit", self._folder / DATABASE)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._write_seal(revision + 1)

    def _revision(self) -> int:
        return meta_number(self._db, "revision")

    def _write_seal(self, revision: int) -> None:
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

    def set_strength(self, limits: Mapping[Mode, float]) -> None:
        """Remember the scores, 0 to 1, from which answers are strong."""
        with self.transaction():
            for mode, limit in limits.items():
                set_meta(self._db, f"strength_{mode}", str(round(limit * SHARES)))

    def set_hemisphere(self, hemisphere: Hemisphere) -> None:
        """Take the seasons of a hemisphere; every file counts as changed."""
        set_meta(self._db, "hemisphere", hemisphere)
        change(self._db, "file", CHANGED)

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

    def add_vectors(self, hashes: Sequence[bytes], encoded: SpanVectors, sentences: Sequence[Sequence[Span]]) -> None:
        """Store the vectors of passages that were unknown, and of their sentences."""
        self._db.executemany(
            insert("vector"),
            [(digest, row.astype("<f4").tobytes()) for digest, row in zip(hashes, encoded.vectors, strict=True)],
        )
        self._db.executemany(
            insert("sentences"),
            [
                (digest, np.array(spans, "<i4").tobytes(), rows.astype("<f2").tobytes())
                for digest, spans, rows in zip(hashes, sentences, encoded.span_vectors, strict=True)
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

    def disagreeing(self, damaged: Container[str]) -> list[str]:
        """Accelerator files, but for those known to be ``damaged``, that do not say what the truth says."""
        record = self.encoder()
        return [name for name, _ in disagreements(self._folder, self._db, record.dim, damaged)] if record else []

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
        self._write_seal(self._revision())

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
            files = [file.name for kind in SUFFIXES if (file := read_file(self._db, kind))]
            names = [DATABASE, IGNORE_FILE, *files]
            write_seal(self._folder, make_seal(self._folder, meta(self._db, "index_id") or "", self._revision(), names))


def _refuse_others_seal(folder: Path) -> None:
    """Raise UsageError where a new index would replace a file that is no seal of ours."""
    if not (folder / DATABASE).exists() and (folder / SEAL).exists() and _seal_of(folder) is None:
        raise UsageError(
            "is there already, and of no index", where=folder / SEAL, remedy="name another folder with --index"
        )


def _seal_of(folder: Path) -> Seal | None:
    """The seal that a writer finds; one that cannot be read is built again."""
    try:
        return read_seal(folder)
    except IndexDamaged:
        return None


def open_writer(folder: Path) -> Writer:
    """Open an index folder for writing, made if it is not there yet.

    Raises IndexBusy while another process writes it.
    """
    return Writer(writable_folder(Path(os.path.abspath(folder))))

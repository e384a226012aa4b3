"""The writer's side of the accelerators: when they are rewritten, and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.columns.file import make_columns
from semsearch.storage.accelerators.dense.file import DenseIndex, load_dense
from semsearch.storage.accelerators.lexical.building import Part, join_lexical, lexical_parts
from semsearch.storage.accelerators.lexical.file import LexicalIndex, load_lexical
from semsearch.storage.accelerators.lexical.view import read_lexical_texts
from semsearch.storage.accelerators.record import AcceleratorFile, check_file, record_file, slack
from semsearch.storage.place import SUFFIXES, is_accelerator, is_temporary
from semsearch.storage.truth.meta import Connection, meta_number, set_meta
from semsearch.storage.truth.recorded import (
    COLUMNS,
    DENSE,
    LEXICAL,
    check_tail,
    read_document_columns,
    read_encoder,
    read_event_columns,
    read_file,
    read_removed,
    read_vectors,
)


class Accelerating:
    """The accelerators of an index that is being written."""

    def __init__(
        self, folder: Path, connection: Connection, transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._folder = folder
        self._db = connection
        self._transaction = transaction

    def needed(self) -> bool:
        """True where an accelerator is missing, damaged, or so far behind that questions would notice.

        What it does not hold, a reader searches by itself; so adding an article does not rewrite it.
        """
        for kind in SUFFIXES:
            file = read_file(self._db, kind)
            if file is None or self._damaged(file):
                return True
            behind = self._db.execute(
                "SELECT (SELECT count(*) FROM passage WHERE number > ?) + (SELECT coalesce(sum(1), 0) FROM removed)",
                (file.watermark,),
            ).fetchone()[0]
            if int(behind) > slack(file.count):
                return True
        return False

    def run(self) -> None:
        """Bring the accelerators up to the truth: new files beside the old, then the commit."""
        record = read_encoder(self._db)
        if record is None:
            return
        last = meta_number(self._db, "next_passage", 1) - 1
        removed = read_removed(self._db)
        generation = meta_number(self._db, "generation") + 1
        paths = {kind: self._folder / f"{kind}-{generation:06}{suffix}" for kind, suffix in SUFFIXES.items()}
        with self._transaction():
            dense = self._dense(record.dim)
            dense.save(paths[DENSE])
            files = {DENSE: record_file(paths[DENSE], last, len(dense))}
            del dense  # its memory is needed by what comes
            lexical = self._lexical()
            lexical.save(paths[LEXICAL])
            files[LEXICAL] = record_file(paths[LEXICAL], last, len(lexical))
            columns = make_columns(read_document_columns(self._db, 0), read_event_columns(self._db, 0))
            columns.save(paths[COLUMNS])
            files[COLUMNS] = record_file(paths[COLUMNS], last, len(columns))
            for file in files.values():
                check_tail(self._db, 0, file.count, removed)
            for kind, file in files.items():
                set_meta(self._db, kind, json.dumps(asdict(file)))
            set_meta(self._db, "generation", str(generation))
            purged = meta_number(self._db, "purged") + len(removed)
            self._db.execute("DELETE FROM removed")
            set_meta(self._db, "removed", "0")
            set_meta(self._db, "purged", str(purged))
        self._tidy(generation)

    def _damaged(self, file: AcceleratorFile) -> bool:
        try:
            check_file(self._folder, file)
        except IndexDamaged:
            return True
        return False

    def _removed(self, watermark: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        removed = read_removed(self._db)
        return removed[removed <= watermark]

    def _dense(self, dim: int) -> DenseIndex:
        file, index, watermark = read_file(self._db, DENSE), DenseIndex(dim), 0
        if file is not None:
            with suppress(IndexDamaged):  # what cannot be trusted is made from the truth
                index, watermark = load_dense(self._folder, file, dim, to_change=True), file.watermark
        index.reserve(int(self._db.execute("SELECT coalesce(sum(1), 0) FROM passage").fetchone()[0]))
        index.remove(self._removed(watermark))
        for numbers, rows in read_vectors(self._db, dim, "p.number > ?", (watermark,)):
            index.add(numbers, rows)
        return index

    def _lexical(self) -> LexicalIndex:
        file, parts, watermark = read_file(self._db, LEXICAL), list[Part](), 0
        if file is not None:
            with suppress(IndexDamaged):
                held = load_lexical(self._folder, file, whole=True)
                kept = ~np.isin(held.numbers, self._removed(file.watermark))
                parts, watermark = [Part(held, kept)], file.watermark
        return join_lexical([*parts, *map(Part, lexical_parts(read_lexical_texts(self._db, watermark)))])

    def _tidy(self, generation: int) -> None:
        """Remove accelerators older than the one before this: a reader may still be opening that."""
        for kind in SUFFIXES:
            for name in [path.name for path in self._folder.iterdir()]:
                number = name.removeprefix(f"{kind}-").split(".")[0] if is_accelerator(name) else ""
                old = name.startswith(f"{kind}-") and number.isdigit() and int(number) < generation - 1
                if old or (is_temporary(name) and kind in name):
                    (self._folder / name).unlink(missing_ok=True)

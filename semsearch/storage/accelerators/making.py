"""The writer's side of the accelerators: when they are rewritten, and how."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.kind import kind_of
from semsearch.storage.accelerators.record import AcceleratorFile, Truth, check_file, record_file, slack
from semsearch.storage.place import SUFFIXES, is_accelerator, is_temporary
from semsearch.storage.truth.meta import Connection, meta_number, set_meta
from semsearch.storage.truth.recorded import check_tail, read_encoder, read_file, read_removed


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
            truth = Truth(self._folder, self._db, record.dim, removed)
            files = {}
            for kind, path in paths.items():  # one after the other: each needs memory
                count = kind_of(kind).write(truth, path)
                files[kind] = record_file(path, last, count)
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

    def _tidy(self, generation: int) -> None:
        """Remove accelerators older than the one before this: a reader may still be opening that."""
        for kind in SUFFIXES:
            for name in [path.name for path in self._folder.iterdir()]:
                number = name.removeprefix(f"{kind}-").split(".")[0] if is_accelerator(name) else ""
                old = name.startswith(f"{kind}-") and number.isdigit() and int(number) < generation - 1
                if old or (is_temporary(name) and kind in name):
                    (self._folder / name).unlink(missing_ok=True)

"""Of what kind of file each article is: known from names, so it is read from the truth only where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.arrays import Counts, Ids, Mask
from semsearch.files.kinds import KINDS, kind_of, may_differ_within
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import TABLES, RowDamaged, stored, whole

_FIRST, _FILE, _MEMBER = (TABLES["document"].index(name) for name in ("first_passage", "file_id", "member"))
_CODES = {kind: code for code, kind in enumerate(KINDS)}


class DocumentKinds:
    """The kinds of a snapshot's documents, given by their first passages. Raises RowDamaged while it is made."""

    def __init__(self, connection: Connection, firsts: Ids) -> None:
        files = dict[int, str]()
        for file_id, _, path, *_ in whole(connection.execute(f"SELECT {stored('file')} FROM file"), "file"):
            files[file_id] = path
        kinds = {kind_of(path) for path in files.values()}
        if len(kinds) == 1 and not any(map(may_differ_within, files.values())):
            self._codes = np.full(len(firsts), _CODES[kinds.pop()], np.int32)
        else:
            self._codes = _read(connection, files, firsts)

    def codes(self, documents: Ids) -> Counts:
        """The kinds of some documents, as places in ``KINDS``."""
        return self._codes[documents]

    def among(self, kinds: Sequence[str]) -> Mask:
        """The documents of some kinds."""
        return np.isin(self._codes, [_CODES[kind] for kind in KINDS if kind in kinds])

    def counts(self) -> list[tuple[str, int]]:
        """The kinds and their documents, the most frequent first."""
        counted = np.bincount(self._codes, minlength=len(KINDS)).tolist()
        found = [(str(kind), count) for kind, count in zip(KINDS, counted, strict=True) if count]
        return sorted(found, key=lambda each: (-each[1], each[0]))


def _read(connection: Connection, files: dict[int, str], firsts: Ids) -> Counts:
    """The kind of each document, its row looked at."""
    rows = connection.execute(f"SELECT {stored('document')} FROM document ORDER BY first_passage")
    found = dict[int, int]()
    for row in whole(rows, "document"):
        if row[_FILE] not in files:
            raise RowDamaged("the file of a document is gone")
        found[row[_FIRST]] = _CODES[kind_of(files[row[_FILE]], row[_MEMBER])]
    if any(first not in found for first in firsts.tolist()):
        raise RowDamaged("documents are gone")
    return np.array([found[first] for first in firsts.tolist()], np.int32)

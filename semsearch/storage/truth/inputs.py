"""What a writer does to sources, files, documents and corrections: rows in, rows out.

Every method that changes something belongs to a transaction of the writer's.
"""

from __future__ import annotations

from collections.abc import Sequence

from semsearch.records import Problem
from semsearch.storage.known import (
    FileState,
    KnownFile,
    SourceRecord,
    fields_text,
    sources_in,
)
from semsearch.storage.truth.changes import add, change
from semsearch.storage.truth.meta import meta_number, set_meta
from semsearch.storage.truth.rows import TABLES, fits, insert, sound
from semsearch.storage.truth.stored_documents import CHANGED, StoredDocuments


class Inputs(StoredDocuments):
    """What the truth holds of the inputs: sources, files, and the documents in them."""

    # Sources and files

    def sources(self) -> list[SourceRecord]:
        """All sources, in the order in which they were added."""
        return sources_in(self._db)

    def put_source(self, path: str, fields: dict[str, str]) -> int:
        """The number of the source at ``path``, added if it is new.

        Where its field names are others than before, its files count as changed.
        """
        text = fields_text(fields)
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

    def renew_rules(self, rules: int) -> bool:
        """Remember the rules of reading; true where files were read by others, which all count as changed now."""
        if meta_number(self._db, "rules") == rules:
            return False
        set_meta(self._db, "rules", str(rules))
        return change(self._db, "file", CHANGED) > 0

    def forget_state(self, path: str) -> None:
        """Let a file count as changed."""
        change(self._db, "file", CHANGED, path=path)

    def files_of(self, source_id: int) -> list[KnownFile]:
        """The files indexed for a source."""
        return self._files("source_id = ? ORDER BY path", source_id)

    def files_in_doubt(self) -> list[KnownFile]:
        """The files whose encoding was guessed by other files of their folder."""
        return self._files("encoding LIKE '%?' ORDER BY path")

    def file_at(self, path: str) -> KnownFile | None:
        """The file at an absolute path, if it was indexed."""
        return next(iter(self._files("path = ?", path)), None)

    def _files(self, condition: str, *values: object) -> list[KnownFile]:
        rows = self._db.execute(
            f"SELECT {', '.join(TABLES['file'])}, {fits('file')} FROM file WHERE {condition}", values
        )
        return [KnownFile(number, FileState(*state)) for number, *state in sound(rows, "file")]

    def begin_file(self, source_id: int, path: str) -> int:
        """The number of the file at ``path``; until :meth:`finish_file` it counts as changed."""
        known = self.file_at(path)
        if known is None:
            return add(self._db, "file", source_id, path, -1, 0, b"", "")
        change(self._db, "file", {**CHANGED, "sha256": b""}, file_id=known.file_id)
        return known.file_id

    def touch_file(self, file_id: int, mtime_ns: int) -> None:
        """Remember a new modification time of unchanged content."""
        change(self._db, "file", {"mtime_ns": mtime_ns}, file_id=file_id)

    def finish_file(
        self, file_id: int, state: FileState, problems: Sequence[Problem], *, keep_unseen: bool = False
    ) -> int:
        """Record the file as indexed, drop its documents that were not seen again, and count those."""
        read = {"size": state.size, "mtime_ns": state.mtime_ns, "sha256": state.sha256, "encoding": state.encoding}
        change(self._db, "file", read, file_id=file_id)
        self._db.execute("DELETE FROM problem WHERE file_id = ?", (file_id,))
        self._db.executemany(
            insert("problem"),
            [(file_id, p.line, p.said.encode("utf-8", "replace").decode()) for p in problems],
        )
        gone = self._db.execute(
            "SELECT document_id FROM document WHERE file_id = ? AND document_id NOT IN (SELECT document_id FROM seen)",
            (-1 if keep_unseen else file_id,),
        ).fetchall()
        for (document_id,) in gone:
            self.drop_document(document_id)
        self._db.execute("DELETE FROM seen")
        return len(gone)

    def drop_file(self, file_id: int) -> int:
        """Forget a file and its documents; the number of documents that left."""
        rows = self._db.execute("SELECT document_id FROM document WHERE file_id = ?", (file_id,)).fetchall()
        for (document_id,) in rows:
            self.drop_document(document_id)
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

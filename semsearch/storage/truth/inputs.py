"""What a writer does to sources, files, documents and corrections: rows in, rows out.

Every method that changes something belongs to a transaction of the writer's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from semsearch.records import Place, Problem
from semsearch.storage.documents import write_kept, write_pages
from semsearch.storage.settled import (
    FileState,
    KnownDocument,
    KnownFile,
    NewDocument,
    SourceRecord,
    corrections_in,
    fields_text,
    sources_in,
)
from semsearch.storage.truth.changes import add, change
from semsearch.storage.truth.meta import Connection, meta_number, set_meta
from semsearch.storage.truth.rows import TABLES, RowDamaged, fits, insert, sound
from semsearch.text.sketches import sketch

CHANGED = {"size": -1}  # of a file that is to be read again


class Inputs:
    """What the truth holds of the inputs. ``db`` is a writer's connection."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        db.execute("CREATE TEMP TABLE seen (document_id INTEGER PRIMARY KEY)")

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

    def keep_document(self, doc_id: str, place: Place) -> None:
        """Mark an unchanged document as still there, at this place."""
        now = {
            "line": place.line,
            "multiline": place.multiline,
            "pages": write_pages(place.pages),
            "member": place.member,
        }
        held = self._db.execute(f"SELECT {', '.join(now)} FROM document WHERE doc_id = ?", (doc_id,)).fetchone()
        if held is not None and held != tuple(now.values()):
            change(self._db, "document", now, doc_id=doc_id)
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
        first = meta_number(self._db, "next_passage", 1)
        document, published = new.document, new.document.published
        events = list(_events_of_passages(new, first))
        document_id = add(
            self._db,
            "document",
            document.doc_id,
            file_id,
            document.place.line,
            document.place.multiline,
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
            write_pages(document.place.pages),
            document.place.member,
            write_kept(document.kept),
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
        held = self._db.execute("SELECT count(*) FROM passage WHERE number BETWEEN ? AND ?", span).fetchone()[0]
        if held != count:
            raise RowDamaged(f"a document has {held} passages where {count} were written")
        self._db.executemany(insert("removed"), [(number,) for number in range(first, first + count)])
        set_meta(self._db, "removed", str(meta_number(self._db, "removed") + count))
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


def _events_of_passages(new: NewDocument, first: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Rows for the periods that lie whole in a passage; passages may share sentences."""
    starts = [start for start, _, _ in new.passages]
    for event in new.events:
        for at in range(bisect_right(starts, event.span[0]) - 1, -1, -1):
            if new.passages[at][1] <= event.span[0]:
                break
            if event.span[1] <= new.passages[at][1]:
                yield first + at, *event.span, event.first.toordinal(), event.last.toordinal()

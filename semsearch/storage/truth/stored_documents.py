"""What a writer does to documents and corrections: rows in, rows out.

Every method that changes something belongs to a transaction of the writer's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from semsearch.records import Place
from semsearch.storage.documents import write_kept, write_pages
from semsearch.storage.known import (
    KnownDocument,
    NewDocument,
    corrections_in,
)
from semsearch.storage.truth.changes import add, change
from semsearch.storage.truth.meta import Connection, meta_number, set_meta
from semsearch.storage.truth.rows import RowDamaged, fits, insert, sound
from semsearch.text.sketches import sketch

CHANGED = {"size": -1}  # of a file that is to be read again


class StoredDocuments:
    """What the truth holds of documents. ``db`` is a writer's connection."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        db.execute("CREATE TEMP TABLE seen (document_id INTEGER PRIMARY KEY)")

    def languages(self) -> list[tuple[str, int]]:
        """The languages that were detected, with their documents, the most frequent first."""
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

    def renamed(self, *, by_place: bool) -> list[tuple[str, str | None, int, str]]:
        """Documents that have another id than their file gives them: id, own id, number of the source, path.

        ``by_place``: those without an own id, too, whatever theirs is.
        """
        more = "OR d.own_id IS NULL" if by_place else ""
        rows = self._db.execute(
            f"SELECT d.doc_id, d.own_id, f.source_id, f.path, {fits('document', 'd.')} AND {fits('file', 'f.')} "
            "FROM document d LEFT JOIN file f USING (file_id) "
            f"WHERE d.own_id <> d.doc_id {more}"
        )
        return list(sound(rows, "document"))

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
            self.drop_document(row[0])
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
            document.publisher,
            document.url,
            published and published.first.toordinal(),
            published and published.last.toordinal(),
            published and published.precision,
            published and published.provenance,
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
            new.own_id,
        )
        self._db.execute(insert("body"), (document_id, document.text))
        self._db.executemany(
            insert("passage"),
            [(first + at, document_id, *passage) for at, passage in enumerate(new.passages)],
        )
        self._db.executemany(insert("event"), events)
        self._db.execute("INSERT INTO seen VALUES (?)", (document_id,))
        set_meta(self._db, "next_passage", str(first + len(new.passages)))

    def drop_document(self, document_id: int) -> None:
        """Forget a document and its passages."""
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

        Its file counts as changed, so that the next run reads it again.
        """
        self._db.execute("DELETE FROM correction WHERE doc_id = ?", (doc_id,))
        if date:
            self._db.execute(insert("correction"), (doc_id, date))
        known = self.find_document(doc_id)
        if known is not None:
            change(self._db, "file", CHANGED, path=known.path)
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

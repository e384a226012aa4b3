"""What the truth holds of each file: its documents, to be compared with the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from semsearch.records import Document, EventDate
from semsearch.storage.documents import COLUMNS_OF_DOCUMENT, read_document
from semsearch.storage.known import FileState, KnownFile
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import TABLES, fits, sound


def files_in(connection: Connection) -> list[KnownFile]:
    """All files, by path. Raises RowDamaged."""
    rows = connection.execute(f"SELECT {', '.join(TABLES['file'])}, {fits('file')} FROM file ORDER BY path")
    return [KnownFile(number, FileState(*state)) for number, *state in sound(rows, "file")]


def documents_in(connection: Connection, file_id: int) -> Iterator[tuple[Document, bytes]]:
    """The documents of a file, each with the hash of what the file said of it. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT {COLUMNS_OF_DOCUMENT}, d.content_sha256, "
        f"{fits('document', 'd.')} AND {fits('body', 'b.')} AND {fits('file', 'f.')} AND {fits('source', 's.')} "
        "FROM document d JOIN body b USING (document_id) JOIN file f USING (file_id) "
        "LEFT JOIN source s ON s.source_id = f.source_id WHERE d.file_id = ?",
        (file_id,),
    )
    for *row, content in sound(rows, "document"):
        yield read_document(tuple(row)), content


def events_in(connection: Connection, doc_id: str) -> set[EventDate]:
    """The periods that a document names. Raises RowDamaged."""
    rows = connection.execute(
        f"SELECT e.start, e.end, e.first_day, e.last_day, {fits('document', 'd.')} AND {fits('event', 'e.')} "
        "FROM document d JOIN event e ON e.number BETWEEN d.first_passage AND d.first_passage + d.passage_count - 1 "
        "WHERE d.doc_id = ?",
        (doc_id,),
    )
    return {
        EventDate((start, end), date.fromordinal(first), date.fromordinal(last))
        for start, end, first, last in sound(rows, "event")
    }

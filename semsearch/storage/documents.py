"""Documents and passages of the truth: where they stand, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import getsizeof
from typing import Any

import numpy as np

from semsearch.arrays import Ids
from semsearch.errors import UnknownDocument
from semsearch.files.regular import is_unicode
from semsearch.records import Document, Kept, Place, ReadAs
from semsearch.storage.remembered import Remembered
from semsearch.storage.stored_dates import published_date
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import TABLES, RowDamaged, fits, sound, stored, whole
from semsearch.text.sketches import Sketched, read_sketch

COLUMNS_OF_DOCUMENT = (
    "d.doc_id, d.title, b.text, d.first_day, d.last_day, d.date_precision, d.date_source, d.date_raw, "
    "d.date_ambiguous, d.source, d.url, f.path, d.line, d.multiline, d.pages, d.member, d.language, f.sha256, d.kept, "
    "f.encoding, s.fields"
)  # of document d, body b, file f and its source s
_SOUND = " AND ".join(fits(*each) for each in (("document", "d."), ("body", "b."), ("file", "f."), ("source", "s.")))
_FIRST = len(TABLES["passage"]) + 1  # column of a document's row behind a passage's
_DOC_ID, _TITLE = (_FIRST + TABLES["document"].index(name) for name in ("doc_id", "title"))
OF_PLACES, OF_SKETCHES, OF_DOCUMENTS = 1 << 22, 1 << 23, 1 << 24  # bytes that are remembered
PAGE_BYTES = 4
ENCODING = "encoding"  # beside the roles, in what the truth keeps of a source


def read_document(row: tuple[Any, ...]) -> Document:
    """The document of a row of :data:`COLUMNS_OF_DOCUMENT`."""
    doc_id, title, text, *dated, source, url, path, line, multiline, pages, member, language, sha256, kept = row[:-2]
    published = None if dated[0] is None else published_date(tuple(dated))
    place = Place(line, bool(multiline), read_pages(pages), member)
    digest = sha256.hex() or None
    how = read_as(*row[-2:])
    return Document(doc_id, title, text, published, source, url, path, place, language, digest, read_kept(kept), how)


def read_as(encoding: str, source_fields: str) -> ReadAs | None:
    """How a file was read, by the encoding that was guessed and what the index remembers of its source."""
    if not encoding and source_fields == "{}":
        return None
    fields = json.loads(source_fields)
    named = fields.pop(ENCODING, "")
    return ReadAs(tuple(sorted(fields.items())), named or encoding.removesuffix("?"))


def write_pages(pages: tuple[int, ...]) -> bytes:
    """Beginnings of pages as the truth keeps them: int32, little endian."""
    return b"".join(start.to_bytes(PAGE_BYTES, "little") for start in pages)


def read_pages(stored: bytes) -> tuple[int, ...]:
    """Beginnings of pages, as they were written."""
    return tuple(int.from_bytes(stored[at : at + PAGE_BYTES], "little") for at in range(0, len(stored), PAGE_BYTES))


def write_kept(kept: Kept) -> str:
    """Kept fields as the truth keeps them: JSON of pairs, nothing where there are none."""
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def read_kept(stored: str) -> Kept:
    """Kept fields, as they were written."""
    return tuple((name, tuple(values)) for name, values in json.loads(stored)) if stored else ()


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage stands."""

    number: int
    document_id: int
    doc_id: str
    start: int
    end: int


def _bytes_of_place(place: PassagePlace) -> int:
    return 300 + 4 * len(place.doc_id)


def _bytes_of_sketch(sketched: Sketched) -> int:
    return 700 + 4 * len(sketched.doc_id)


def _bytes_of_document(document: Document) -> int:
    fields = sum(len(value) for _, values in document.kept for value in values)
    return 3_000 + getsizeof(document.text) + 4 * (len(document.title) + fields)


class Documents:
    """The documents and passages of one snapshot."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._db = connection
        self._places = Remembered(self._read_places, _bytes_of_place, OF_PLACES)
        self._sketches = Remembered(self._read_sketches, _bytes_of_sketch, OF_SKETCHES)
        self._documents = Remembered(self._read_documents, _bytes_of_document, OF_DOCUMENTS)

    def places(self, numbers: Ids) -> list[PassagePlace]:
        """Where passages stand, in the order of ``numbers``."""
        return list(self._places.of(numbers.tolist()).values())

    def _read_places(self, numbers: Sequence[int]) -> dict[int, PassagePlace]:
        rows = self._passages(numbers, "passage", "document")
        return {row[0]: PassagePlace(row[0], row[1], row[_DOC_ID], row[2], row[3]) for row in rows}

    def texts(self, numbers: Ids) -> list[tuple[str, str]]:
        """Title and text of passages, in the order of ``numbers``."""
        rows = self._passages(numbers.tolist(), "passage", "document", "body")  # SQL's substr ends at a NUL
        return [(row[_TITLE], self._slice(row[-2], row[2], row[3])) for row in rows]

    def _slice(self, text: str, start: int, end: int) -> str:
        """A passage of a text. Raises IndexDamaged where the text ends before it."""
        self.refuse_outside(end - start, len(text[start:end]), 0)
        return text[start:end]

    def sketches(self, firsts: Ids) -> list[Sketched]:
        """Sketch and first day of documents, given by their first passages, in that order."""
        wanted = firsts.tolist()
        with damage_told(self._folder):
            found = self._sketches.of(wanted)
        return [found[first] for first in wanted]

    def _read_sketches(self, firsts: Sequence[int]) -> dict[int, Sketched]:
        rows = self._db.execute(
            f"SELECT first_passage, doc_id, sketch, first_day, {stored('document')} FROM document "
            "WHERE first_passage IN (SELECT value FROM json_each(?))",
            (json.dumps(firsts),),
        )
        found = {
            first: Sketched(doc_id, read_sketch(own), day)
            for first, doc_id, own, day, *_ in whole(rows, "document", before=4)
        }
        if len(found) != len(firsts):
            raise RowDamaged(f"{len(firsts) - len(found)} documents are gone")
        return found

    def _passages(self, numbers: Sequence[int], *tables: str) -> list[tuple[Any, ...]]:
        """The rows of passages in some tables side by side, as ``stored`` names them, in the order of ``numbers``."""
        columns = ", ".join(stored(table, f"{table}.") for table in tables)
        joined = " ".join(f"JOIN {table} USING (document_id)" for table in tables[1:])
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT {columns} FROM passage {joined} WHERE passage.number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers),),
            )
            by_number = {row[0]: row for row in whole(rows, *tables)}
            if len(by_number) != len(numbers):
                raise RowDamaged(f"{len(numbers) - len(by_number)} of {len(numbers)} passages are gone")
        return [by_number[number] for number in numbers]

    def passage_numbers(self, doc_id: str) -> Ids:
        """The passages of a document. Raises UnknownDocument."""
        self.document(doc_id)
        with damage_told(self._folder):
            first, count = self._db.execute(
                "SELECT first_passage, passage_count FROM document WHERE doc_id = ?", (doc_id,)
            ).fetchone()
        return np.arange(first, first + count, dtype=np.int64)

    def passage_at(self, doc_id: str, start: int) -> int:
        """The number of the passage of a document that begins at a place."""
        with damage_told(self._folder):
            row = self._db.execute(
                f"SELECT p.number, {fits('passage', 'p.')} AND {fits('document', 'd.')} "
                "FROM passage p JOIN document d ON p.number >= d.first_passage "
                "AND p.number < d.first_passage + d.passage_count WHERE d.doc_id = ? AND p.start = ?",
                (doc_id, start),
            )
            found = next(sound(row, "passage"), None)
            if found is None:
                raise RowDamaged("a passage that was found is gone")
        return int(found[0])

    def document(self, doc_id: str, *, found: bool = False) -> Document:
        """One document, whole. Raises UnknownDocument, naming the nearest ids; IndexDamaged if it was ``found``."""
        if not is_unicode(doc_id):
            raise UnknownDocument(f"no document {doc_id[:80]!r} in {self._folder}: ids are in UTF-8")
        with damage_told(self._folder):
            try:
                return self._documents.of([doc_id])[doc_id]
            except UnknownDocument:
                if found:
                    raise RowDamaged("a document that was found is gone") from None
                raise

    def _read_documents(self, doc_ids: Sequence[str]) -> dict[str, Document]:
        return {doc_id: self._read_document(doc_id) for doc_id in doc_ids}

    def _read_document(self, doc_id: str) -> Document:
        row = self._db.execute(
            f"SELECT {COLUMNS_OF_DOCUMENT}, {_SOUND} FROM document d LEFT JOIN body b USING (document_id) "
            "LEFT JOIN file f USING (file_id) LEFT JOIN source s ON s.source_id = f.source_id WHERE d.doc_id = ?",
            (doc_id,),
        ).fetchone()
        if row is None:
            raise UnknownDocument(self._unknown(doc_id))
        (row,) = sound([row], "document")
        return read_document(row)

    def every(self) -> Iterator[Document]:
        """All documents, whole, in the order of their numbers."""
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT {COLUMNS_OF_DOCUMENT}, {_SOUND} FROM document d JOIN body b USING (document_id) "
                "JOIN file f USING (file_id) JOIN source s ON s.source_id = f.source_id ORDER BY d.document_id"
            )
            for row in rows:
                yield from map(read_document, sound([row], "document"))

    def _unknown(self, doc_id: str) -> str:
        import difflib

        known = [name for (name,) in self._db.execute("SELECT doc_id FROM document LIMIT 20000")]
        near = difflib.get_close_matches(doc_id, known, 3, 0.4)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "ids are in the output of: semsearch ask … --format json"
        )
        return f"no document {doc_id[:80]!r} in {self._folder}: {hint}"

    def refuse_outside(self, length: int, found: int, last: int) -> None:
        """Raise IndexDamaged where a passage is not in its text, or its last sentence ends behind it; in characters."""
        with damage_told(self._folder):
            if found != length or last > length:
                raise RowDamaged("a passage is not in its text, or its sentences are not in it")

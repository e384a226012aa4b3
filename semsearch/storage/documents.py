"""Documents and passages of the truth: where they stand, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.arrays import Ids
from semsearch.errors import UnknownDocument
from semsearch.files.regular import is_unicode
from semsearch.records import Document, Kept, Place, ReadAs
from semsearch.storage.stored_dates import published_date
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.rows import RowDamaged, fits, sound
from semsearch.text.sketches import Sketched, read_sketch

COLUMNS_OF_DOCUMENT = (
    "d.doc_id, d.title, b.text, d.first_day, d.last_day, d.date_precision, d.date_source, d.date_raw, "
    "d.date_ambiguous, d.source, d.url, f.path, d.line, d.multiline, d.pages, d.member, d.language, f.sha256, d.kept, "
    "f.encoding, s.fields"
)  # of document d, body b, file f and its source s
_SOUND = " AND ".join(fits(*each) for each in (("document", "d."), ("body", "b."), ("file", "f."), ("source", "s.")))
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


class Documents:
    """The documents and passages of one snapshot."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self._folder = folder
        self._db = connection

    def places(self, numbers: Ids) -> list[PassagePlace]:
        """Where passages stand, in the order of ``numbers``."""
        sound_rows = f"{fits('passage', 'p.')} AND {fits('document', 'd.')}"
        columns = f"p.number, p.document_id, d.doc_id, p.start, p.end, {sound_rows}"
        return [PassagePlace(*row) for row in self._passages(numbers, columns)]

    def texts(self, numbers: Ids) -> list[tuple[str, str]]:
        """Title and text of passages, in the order of ``numbers``."""
        sound_rows = f"{fits('passage', 'p.')} AND {fits('document', 'd.')} AND {fits('body', 'b.')}"
        columns = f"p.number, d.title, b.text, p.start, p.end, {sound_rows}"  # SQL's substr ends at a NUL
        rows = self._passages(numbers, columns, "JOIN body b USING (document_id)")
        return [(title, self._slice(text, start, end)) for _, title, text, start, end in rows]

    def _slice(self, text: str, start: int, end: int) -> str:
        """A passage of a text. Raises IndexDamaged where the text ends before it."""
        self.refuse_outside(end - start, len(text[start:end]), 0)
        return text[start:end]

    def sketches(self, firsts: Ids) -> list[Sketched]:
        """Sketch and first day of documents, given by their first passages, in that order."""
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT d.first_passage, d.doc_id, d.sketch, d.first_day, {fits('document', 'd.')} FROM document d "
                "WHERE d.first_passage IN (SELECT value FROM json_each(?))",
                (json.dumps(firsts.tolist()),),
            )
            found = {
                first: Sketched(doc_id, read_sketch(own), day) for first, doc_id, own, day in sound(rows, "document")
            }
            if len(found) != len(firsts):
                raise RowDamaged(f"{len(firsts) - len(found)} documents are gone")
        return [found[first] for first in firsts.tolist()]

    def _passages(self, numbers: Ids, columns: str, more: str = "") -> list[tuple[Any, ...]]:
        """Columns of passages ``p`` and their documents ``d``, in the order of ``numbers``.

        The number is the first of them, and the last says whether the rows fit.
        """
        with damage_told(self._folder):
            rows = self._db.execute(
                f"SELECT {columns} FROM passage p JOIN document d USING (document_id) {more} "
                "WHERE p.number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers.tolist()),),
            )
            by_number = {row[0]: row for row in sound(rows, "passage")}
            if len(by_number) != len(numbers):
                raise RowDamaged(f"{len(numbers) - len(by_number)} of {len(numbers)} passages are gone")
        return [by_number[number] for number in numbers.tolist()]

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
            row = self._db.execute(
                f"SELECT {COLUMNS_OF_DOCUMENT}, {_SOUND} FROM document d LEFT JOIN body b USING (document_id) "
                "LEFT JOIN file f USING (file_id) "
                "LEFT JOIN source s ON s.source_id = f.source_id WHERE d.doc_id = ?",
                (doc_id,),
            ).fetchone()
            if row is None and found:
                raise RowDamaged("a document that was found is gone")
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

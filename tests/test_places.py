"""Where a passage stands: line, page and name within a container, kept by the index; and the fields kept with it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged
from semsearch.indexing.building import build
from semsearch.records import Place
from semsearch.search.opening import open_index
from semsearch.storage.known import NewDocument
from semsearch.storage.place import DATABASE
from semsearch.storage.writer import open_writer
from semsearch.upkeep.check import check
from tests.promises.forging import forge

TEXT = "one\ntwo\nthree\nfour"


@pytest.mark.parametrize(
    ("place", "span", "lines", "page"),
    [
        (Place(3), (4, 13), (3, 3), None),
        (Place(3, multiline=True), (0, 3), (3, 3), None),
        (Place(3, multiline=True), (4, 13), (4, 5), None),
        (Place(1, multiline=True, pages=(0, 8)), (7, 9), (2, 3), 1),
        (Place(1, multiline=True, pages=(0, 8)), (8, 9), (3, 3), 2),
        (Place(pages=(0, 4, 14)), (18, 18), (1, 1), 3),
    ],
)
def test_a_span_has_lines_and_a_page(
    place: Place, span: tuple[int, int], lines: tuple[int, int], page: int | None
) -> None:
    assert place.lines(TEXT, *span) == lines
    assert place.page(span[0]) == page


@pytest.fixture
def index(articles: Path, tmp_path: Path) -> Path:
    """An index in which one document has pages, stands in a container, and has kept fields."""
    index = tmp_path / "ix"
    build([articles], index, model="hash")
    with open_index(index) as opened:
        document = opened.document("grain.txt")
    place = Place(5, multiline=True, pages=(0, 20), member="mail/7.eml")
    document = replace(document, place=place, kept=(("author", ("A. Writer", "B. Writer")), ("desk", ("",))))
    connection = sqlite3.connect(index / DATABASE)
    query = (
        "SELECT start, end, p.text_sha256 FROM passage p JOIN document USING (document_id) WHERE doc_id = 'grain.txt'"
    )
    passages = connection.execute(query).fetchall()
    connection.close()
    with open_writer(index) as writer, writer.transaction():
        file_id = writer.begin_file(1, document.path)
        writer.put_document(file_id, NewDocument(document, b"c" * 32, "en", passages))
    return index


def test_a_place_and_kept_fields_come_back(index: Path) -> None:
    with open_index(index) as opened:
        document = opened.document("grain.txt")
        (hit,) = opened.search("who signed the grain deal", top=1).hits
    assert document.place == Place(5, multiline=True, pages=(0, 20), member="mail/7.eml")
    assert document.kept == (("author", ("A. Writer", "B. Writer")), ("desk", ("",)))
    assert (hit.document.doc_id, hit.page, hit.line_start) == ("grain.txt", 1, 5)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pages", b"\1\0\0"),
        ("pages", b"\1\0\0\0"),
        ("pages", b"\0\0\0\0\0\0\0\0"),
        ("pages", b"\0\0\0\0\xff\xff\xff\xff"),
        ("member", "m" * (1 << 20) + "m"),
        ("kept", "{}"),
        ("kept", '["a"]'),
        ("kept", '[["a", [1]]]'),
        ("kept", "["),
    ],
)
def test_places_and_fields_that_make_no_sense_are_damage(index: Path, column: str, value: object) -> None:
    forge(index, f"UPDATE document SET {column} = ? WHERE doc_id = 'grain.txt'", values=(value,))  # noqa: S608
    assert not check(index, full=True).whole
    with pytest.raises(IndexDamaged), open_index(index) as opened:
        opened.document("grain.txt")

"""Short and long texts of 24 languages, in the code pages in which they were written: no letter may be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.readers import FieldNames, open_documents, parse_encoding
from semsearch.readers.encodings import guess_encoding
from semsearch.records import RawDocument
from semsearch.search.opening import open_index
from semsearch.upkeep.check import check
from tests.conftest import Program

ROWS = (Path(__file__).parent / "encodings.tsv").read_text("utf-8").splitlines()
LEAST = 0.97


def cases() -> Iterator[tuple[str, str, str, bytes]]:
    """Language, encoding, text and its bytes, of every text that the encoding has."""
    for row in ROWS:
        language, encodings, text = row.split("\t")
        for encoding in encodings.split():
            data = text.encode(encoding, "ignore")
            if data.decode(encoding) == text and data != text.encode():
                yield language, encoding, text, data


def texts_of(folder: Path) -> dict[str, str]:
    """What an index holds, by file."""
    with open_index(folder) as index:
        return {entry.doc_id: index.document(entry.doc_id).text for entry in index.dates()}


def test_almost_every_text_is_read_without_a_wrong_letter(tmp_path: Path) -> None:
    wrong = list[str]()
    found = list(cases())
    for language, encoding, text, data in found:
        path = tmp_path / "a.txt"
        path.write_bytes(data)
        with open_documents(path, FieldNames()) as stream:
            read = [item.text for item in stream if isinstance(item, RawDocument)]
            if read != [text]:
                wrong.append(f"{language} in {encoding} as {stream.file.guessed}: {text[:40]}")
            assert stream.file.guessed or encoding.startswith("iso2022")
    assert len(found) > 550
    assert len(wrong) <= len(found) * (1 - LEAST), wrong


def test_a_named_encoding_is_right_for_every_text(tmp_path: Path) -> None:
    for _, encoding, text, data in cases():
        path = tmp_path / "a.txt"
        path.write_bytes(data)
        with open_documents(path, FieldNames(), encoding=parse_encoding(encoding)) as stream:
            assert [item.text for item in stream if isinstance(item, RawDocument)] == [text]
            assert not stream.file.guessed


def test_a_guess_is_told_with_the_option_that_settles_it_and_a_named_encoding_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    text = "Der Zug fährt über die Brücke."
    for name in ("b.txt", "c.txt"):
        (folder / name).write_bytes(text.encode("mac_roman"))
    report = build([folder], tmp_path / "ix", model="hash")
    (note,) = [note for note in report.notes if "guessed" in note]
    assert note.startswith(f"{folder}: 2 files read as ")
    assert f"semsearch index {folder} --encoding NAME --index {tmp_path / 'ix'}" in note
    report = build([folder], tmp_path / "ix", encoding="macintosh")
    assert not [note for note in report.notes if "guessed" in note]
    assert texts_of(tmp_path / "ix") == {"b.txt": text, "c.txt": text}
    (folder / "d.txt").write_bytes(text.encode("mac_roman"))
    build([], tmp_path / "ix")
    assert texts_of(tmp_path / "ix")["d.txt"] == text
    assert check(tmp_path / "ix", full=True).whole
    build([folder], tmp_path / "ix", encoding="auto")
    assert [each for each in build([folder], tmp_path / "ix", rebuild=True).notes if "guessed" in each]


def test_utf8_stays_utf8_whatever_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "b.txt").write_text("Größe zählt.", "utf-8")
    build([folder], tmp_path / "ix", model="hash", encoding="cp1252")
    assert texts_of(tmp_path / "ix") == {"b.txt": "Größe zählt."}


SHORT = "Košice"  # alone it is Koąice in cp1250
CZECH = "Městská rada včera večer odložila stavbu přívozu přes řeku, řekla starostka."


def test_the_other_files_of_a_folder_decide_where_one_alone_does_not(tmp_path: Path) -> None:
    data = SHORT.encode("iso8859_2")
    alone, in_doubt = guess_encoding(data)
    assert in_doubt
    others = {"iso8859_2": 3}
    assert guess_encoding(data, lambda: others) == ("iso8859_2", True)
    assert guess_encoding(CZECH.encode("cp1250"), lambda: others) == ("cp1250", False)
    assert alone == "cp1250"


def test_a_folder_that_grew_is_read_as_a_clean_build_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "short.txt").write_bytes(SHORT.encode("iso8859_2"))
    build([folder], tmp_path / "ix", model="hash")
    for number in range(3):
        (folder / f"long{number}.txt").write_bytes(f"{CZECH} {number}".encode("iso8859_2"))
    report = build([], tmp_path / "ix")
    assert (report.added, report.removed) == (3, 0)
    build([folder], tmp_path / "clean", model="hash")
    assert texts_of(tmp_path / "ix") == texts_of(tmp_path / "clean")
    assert texts_of(tmp_path / "ix")["short.txt"] == SHORT
    for number in range(3):
        (folder / f"long{number}.txt").unlink()
    build([], tmp_path / "ix")
    build([folder], tmp_path / "alone", model="hash")
    assert texts_of(tmp_path / "ix") == texts_of(tmp_path / "alone")


@pytest.mark.parametrize("name", ["zip", "rot13", "unicode_escape", "../x", "", "cp99999", "x" * 100, "idna"])
def test_what_is_no_encoding_of_texts_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is not known: expected one such as"):
        parse_encoding(name)


def test_the_option_is_there_for_index(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Größe".encode("cp850"))
    assert program("index", path, "--encoding", "cp850", "--model", "hash", "--index", tmp_path / "ix").status == 0
    shown = program("show", "a.txt", "--index", tmp_path / "ix", "--format", "json")
    assert json.loads(shown.out)["text"] == "Größe"

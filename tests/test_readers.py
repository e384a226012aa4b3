"""Every format, every encoding, and what is wrong with bad input, with its line."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.errors import UsageError
from semsearch.readers import FieldNames, find_files, open_documents, parse_field_names, supported_suffixes
from semsearch.readers.decoding import plain_encoding
from semsearch.records import DateClaim, Problem, RawDocument


def read(path: Path, **fields: str) -> list[RawDocument | Problem]:
    with open_documents(path, FieldNames(fields)) as stream:
        return list(stream)


def document(path: Path, **fields: str) -> RawDocument:
    (found,) = read(path, **fields)
    assert isinstance(found, RawDocument), found
    return found


def problem(path: Path) -> Problem:
    (found,) = read(path)
    assert isinstance(found, Problem), found
    return found


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_the_seed_format(tmp_path: Path) -> None:
    found = document(write(tmp_path / "a.txt", " date 2022-12-30 Moscow says no. More.\n\nSecond paragraph.\n"))
    assert found.text == "Moscow says no. More.\n\nSecond paragraph."
    assert found.claims == (DateClaim("2022-12-30", "header"),)
    assert (found.place.line, found.place.multiline, found.own_id) == (1, True, None)


@pytest.mark.parametrize("text", ["date 2022-12-30 Body", " date 2022-12-30\nBody", "date  2022-12-30\r\n\r\nBody\r\n"])
def test_the_header_may_have_its_blank_or_not(tmp_path: Path, text: str) -> None:
    found = document(write(tmp_path / "a.txt", text))
    assert (found.text, found.claims) == ("Body", (DateClaim("2022-12-30", "header"),))


@pytest.mark.parametrize("text", ["dated 2022-12-30 Body", "The date 2022-12-30 is set.", "date soon Body"])
def test_what_only_looks_like_a_header_stays_in_the_text(tmp_path: Path, text: str) -> None:
    found = document(write(tmp_path / "a.txt", text))
    assert (found.text, found.claims) == (text, ())


def test_the_article_of_the_seed_reads_as_its_file_has_it() -> None:
    from tests.conftest import shared

    (path,) = shared("seed").glob("*.txt")
    found = document(path)
    whole = path.read_text("utf-8")
    assert found.claims == (DateClaim("2022-12-30", "header"),)
    assert found.text == whole.removeprefix(" date 2022-12-30 ").strip()
    assert re.search(r"^\S+ \S+/AP The war is now", found.text, re.MULTILINE)  # the credit stays


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("cp1251", b""),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, mark: bytes) -> None:
    text = (
        "Министр обороны приказал войскам отойти на левый берег реки. Мосты разрушены, снабжение города "
        "прекратилось.\r\nЖители города вышли на площадь с флагами, многие плакали."
    )
    found = document(write(tmp_path / "a.txt", mark + text.encode(encoding)))
    assert found.text == text.replace("\r\n", "\n")


def test_latin_1_is_told_by_its_bytes(tmp_path: Path) -> None:
    text = (
        "Le président a déclaré que la présence de l'armée était nécessaire à la sécurité du pays. Où était-il allé ?"
    )
    assert document(write(tmp_path / "a.txt", text.encode("latin-1"))).text == text


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    assert "binary" in problem(write(tmp_path / "a.txt", b"\x7fELF\x02\x01\x00\x00" + os.urandom(500))).reason
    assert "binary" in problem(write(tmp_path / "b.txt", b"text " * 2000 + b"\0 more")).reason


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in supported_suffixes()), "a.txt.gz"])
def test_an_empty_file_is_told(tmp_path: Path, name: str) -> None:
    data = gzip.compress(b"") if name.endswith(".gz") else b""
    assert problem(write(tmp_path / name, data)).reason.startswith("empty")


@pytest.mark.parametrize(("name", "text"), [("a.json", "[]"), ("a.csv", "text,date\n"), ("a.jsonl", "\n\n")])
def test_a_file_without_records_is_told(tmp_path: Path, name: str, text: str) -> None:
    assert problem(write(tmp_path / name, text)).reason == "empty: no article in it"


@pytest.mark.parametrize("text", ['[{"text": "one"}', '[{"text": "one"},', '[{"text": "one"},\n', "["])
def test_a_list_that_was_cut_off_is_told(tmp_path: Path, text: str) -> None:
    """A comma at its end, or nothing, was taken for the end of the list."""
    *found, cut = read(write(tmp_path / "a.json", text))
    assert isinstance(cut, Problem) and "not JSON" in cut.reason
    assert len(found) == text.count("one")


def test_a_damaged_gzip_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"_id": "1", "text": "One."}\n' * 5000)
    found = read(write(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2]))
    assert "gzip" in str(found[-1])


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    text = "---\ntitle: A title\ndate: 2022-11-09\npublisher: Agency\nlink: x:y\n---\n\n# Heading\n\nBody.\n"
    found = document(write(tmp_path / "a.md", text))
    assert (found.title, found.publisher, found.url) == ("A title", "Agency", "x:y")
    assert found.claims == (DateClaim("2022-11-09", "front matter"),)
    assert (found.text, found.place.line) == ("# Heading\n\nBody.", 8)


def test_markdown_without_front_matter_takes_its_heading_for_title(tmp_path: Path) -> None:
    found = document(write(tmp_path / "a.md", "# The heading #\n\nBody.\n"))
    assert (found.title, found.claims) == ("The heading", ())


def test_front_matter_that_is_not_yaml_loses_nothing_else(tmp_path: Path) -> None:
    told, found = read(write(tmp_path / "a.md", "---\ntitle: [\n---\nBody.\n"))
    assert isinstance(told, Problem)
    assert "front matter" in told.reason
    assert isinstance(found, RawDocument)
    assert found.text == "Body."


def test_json_lines_keep_the_text_exactly_and_go_on_after_a_bad_line(tmp_path: Path) -> None:
    lines = [
        json.dumps({"_id": 7, "headline": "T", "body": " a\r\nb ", "pubdate": "2022-11-09", "publisher": "P"}),
        "{bad",
        "",
        json.dumps({"id": "8", "title": "no text"}),
        json.dumps(["no record"]),
        json.dumps({"id": "9", "text": ""}),
        json.dumps({"id": "10", "title": "Only a title", "text": ""}),
    ]
    first, *rest = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert isinstance(first, RawDocument)
    assert (first.own_id, first.title, first.text, first.publisher) == ("7", "T", " a\r\nb ", "P")
    assert (first.place.line, first.place.multiline) == (1, False)
    told = [(item.line, item.reason) for item in rest if isinstance(item, Problem)]
    assert [line for line, _ in told] == [2, 4, 5, 6]
    assert [
        word in reason for (_, reason), word in zip(told, ["JSON", "no text field", "record", "empty"], strict=True)
    ]
    last = rest[-1]
    assert isinstance(last, RawDocument)
    assert last.text == "Only a title"


def test_bytes_that_are_no_text_far_inside_json_lines_lose_one_line(tmp_path: Path) -> None:
    good = b'{"_id": "1", "text": "One."}\n' * 10_000
    found = read(write(tmp_path / "a.jsonl", good + b'{"_id": "2", "text": "\xff"}\n' + good))
    (told,) = [item for item in found if isinstance(item, Problem)]
    assert (told.line, "UTF-8" in told.reason, len(found)) == (10_001, True, 20_001)


def test_a_json_array_has_a_line_for_each_record(tmp_path: Path) -> None:
    text = '[\n{"text": "One."},\n{"txt": "Two."},\n\n{"text": "Three.",\n"date": 2022}\n]'
    one, two, three = read(write(tmp_path / "a.json", text))
    assert isinstance(one, RawDocument)
    assert isinstance(three, RawDocument)
    assert (one.place.line, one.text, three.place.line, three.claims) == (2, "One.", 5, (DateClaim("2022", "field"),))
    assert isinstance(two, Problem)
    assert (two.line, "no text field" in two.reason) == (3, True)


def test_json_may_be_one_record_or_hold_an_array(tmp_path: Path) -> None:
    assert document(write(tmp_path / "a.json", '{"text": "One."}')).text == "One."
    found = read(write(tmp_path / "b.json", '{"count": 2, "articles": [{"text": "One."}, {"text": "Two."}]}'))
    assert [item.text for item in found if isinstance(item, RawDocument)] == ["One.", "Two."]
    assert "JSON" in problem(write(tmp_path / "c.json", "{")).reason
    assert "recursion" in problem(write(tmp_path / "d.json", "[" * 100_000)).reason


def test_csv_with_line_breaks_and_delimiters_in_quotes(tmp_path: Path) -> None:
    text = 'id;title;text;date\n1;"A; b";"first\nsecond";2022-11-09\n2;short\n3;C;third;\n'
    one, two, three = read(write(tmp_path / "a.csv", text))
    assert isinstance(one, RawDocument)
    assert (one.own_id, one.title, one.text, one.place.line) == ("1", "A; b", "first\nsecond", 2)
    assert isinstance(two, RawDocument)
    assert (two.place.line, two.text) == (4, "short")  # cells that are not there are empty, as spreadsheets leave them
    assert isinstance(three, RawDocument)
    assert (three.place.line, three.claims) == (5, ())


def test_fields_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "article\tday\tid\nBody\t2022-11-09\tx\n")
    names = parse_field_names("text=article, date=day")
    found = document(path, **dict(names.chosen))
    assert (found.text, found.claims[0].raw, found.own_id) == ("Body", "2022-11-09", "x")
    for wrong in ("text", "body=x", "text="):
        with pytest.raises(UsageError):
            parse_field_names(wrong)


def test_a_lone_surrogate_does_not_stay_in_a_text(tmp_path: Path) -> None:
    found = document(write(tmp_path / "a.jsonl", '{"text": "a\\ud800b"}'))
    assert (len(found.text), found.text.encode()) == (3, b"a?b")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    for suffix in (*supported_suffixes(), ".txt.gz"):
        for item in read(write(folder / f"a{suffix}", data)):
            assert isinstance(item, Problem) or item.text


def test_the_walk_is_sorted_and_stays_inside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    for name in ("b.txt", "a.md", ".hidden.txt", "sub/c.txt", "sub/deep/d.jsonl.gz", "picture.png"):
        (root / name).write_text("x")
    (root / "loop").symlink_to(root)
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "in.txt").symlink_to(root / "b.txt")
    os.mkfifo(root / "pipe.txt")
    found = find_files(root)
    assert [path.relative_to(root).as_posix() for path in found.files] == [
        "a.md",
        "b.txt",
        "in.txt",
        "sub/c.txt",
        "sub/deep/d.jsonl.gz",
    ]
    reasons = {Path(item.path).name: item.reason for item in found.problems}
    assert set(reasons) == {"out.txt", "picture.png", "pipe.txt"}
    assert "unknown format" in reasons["picture.png"]
    assert "link out" in reasons["out.txt"]


def test_an_ignore_file_and_the_beir_layout_keep_files_out(tmp_path: Path) -> None:
    for name in ("a.txt", "notes.md", "corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".semsearchignore").write_text("notes.*\n")
    found = find_files(tmp_path)
    assert [path.name for path in found.files] == ["a.txt", "corpus.jsonl"]
    assert (found.ignored, found.problems) == (3, [])


def test_ignore_files_hold_for_what_is_below_them_and_the_nearest_decides(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / ".semsearchignore").write_text("b.txt\n/sub/c.txt\n")
    (tmp_path / "sub" / ".semsearchignore").write_text("!b.txt\n/a.txt\n")
    for folder in ("", "sub/", "sub/deep/"):
        for name in ("a.txt", "b.txt", "c.txt"):
            (tmp_path / f"{folder}{name}").write_text("x")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path).files]
    assert found == ["a.txt", "c.txt", "sub/b.txt", "sub/deep/a.txt", "sub/deep/b.txt", "sub/deep/c.txt"]


def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("x")
    (told,) = find_files(tmp_path).problems
    assert (told.path, "not UTF-8" in told.reason) == (f"{tmp_path}/\\xff.txt", True)


def test_queries_alone_are_articles_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text("{}")
    assert [path.name for path in find_files(tmp_path).files] == ["queries.jsonl"]


def test_globs(tmp_path: Path) -> None:
    for name in ("a1.txt", "a2.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in find_files(tmp_path / "a*.txt").files] == ["a1.txt", "a2.txt"]


def test_utf_8_cut_at_the_end_of_a_sample_is_still_utf_8() -> None:
    assert plain_encoding("é".encode()[:1], whole=False) == "utf-8"

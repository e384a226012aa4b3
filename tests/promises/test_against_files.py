"""``check --full`` compares every article with its file: what nothing else in an index contradicts, its file does."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.readers import FieldNames
from semsearch.upkeep.check import CheckReport, check
from tests.promises.forging import forge

RECORDS = [
    {
        "id": "a1",
        "title": "Grain deal signed",
        "text": "The grain deal was signed.",
        "date": "2022-07-22",
        "url": "u:1",
    },
    {"id": "a2", "title": "Port reopened", "text": "The port of Odesa reopened.", "date": "2022-08-01", "url": "u:2"},
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two records on two lines, and an article of its own."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in RECORDS), "utf-8")
    (articles / "2022-09-01-bridge.md").write_text("# The bridge\n\nIt was closed on Monday.\n", "utf-8")
    build([articles], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


def compared(report: CheckReport) -> tuple[list[str], int, int]:
    return [finding.what for finding in report.findings], report.compared, report.not_compared


@pytest.mark.parametrize(
    ("column", "value", "doc_id"),
    [
        ("doc_id", "a9", "a9"),
        ("line", 7, "a1"),
        ("url", "u:3", "a1"),
        ("url", None, "a1"),
        ("date_raw", "2022-07-21", "a1"),
        ("date_source", "file name", "a1"),
        ("multiline", 1, "a1"),
        ("content_sha256", b"\0" * 32, "a1"),
    ],
)
def test_what_a_forged_row_says_is_not_what_its_file_says(index: Path, column: str, value: object, doc_id: str) -> None:
    forge(index, f"UPDATE document SET {column} = ?1 WHERE doc_id = 'a1'", values=(value,))  # noqa: S608
    found, files, others = compared(check(index, full=True))
    line = 7 if column == "line" else 1
    place = f"{index.parent / 'articles' / 'a.jsonl'}:{line} {doc_id}"
    assert (found, files, others) == ([f"1 article is not what the file says: {place}"], 2, 0)
    assert check(index).whole  # the quick look reads no source


def test_a_forged_event_day_that_no_accelerator_holds_is_told(index: Path) -> None:
    """Found by the 2,000 forged values: what is too new for the columns' file was compared with nothing."""
    path = index.parent / "articles" / "late.txt"
    path.write_text("date 2022-10-10\n\nIt fell in April 2022, and again on 3 May 2022.", "utf-8")
    build([], index)
    assert check(index, full=True).whole
    forge(index, "UPDATE event SET last_day = last_day + 1 WHERE number = (SELECT max(number) FROM event)")
    (finding,) = check(index, full=True).findings
    assert finding.what == f"1 article is not what the file says: {path}:3 late.txt"


def test_a_rebuild_mends_it(index: Path) -> None:
    forge(index, "UPDATE document SET doc_id = 'z' || doc_id")
    (finding,) = check(index, full=True).findings
    assert finding.what.startswith("3 articles are not what the file says: ")
    assert finding.command == f"semsearch index --rebuild --index {index}"
    build([], index, rebuild=True)
    assert compared(check(index, full=True)) == ([], 2, 0)


def test_only_files_that_are_as_they_were_can_say_anything(index: Path) -> None:
    forge(index, "UPDATE document SET line = 7 WHERE doc_id = 'a1'")
    (index.parent / "articles" / "a.jsonl").write_text(json.dumps(RECORDS[1]) + "\n", "utf-8")
    assert compared(check(index, full=True)) == ([], 1, 1)
    shutil.rmtree(index.parent / "articles")
    assert compared(check(index, full=True)) == ([], 0, 2)


def test_a_link_that_leads_out_of_the_source_is_not_followed(index: Path) -> None:
    path = index.parent / "articles" / "a.jsonl"
    path.rename(index.parent / "elsewhere.jsonl")
    path.symlink_to(index.parent / "elsewhere.jsonl")
    assert compared(check(index, full=True)) == ([], 1, 1)


def test_sources_that_this_user_has_not_named_are_not_opened(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another user"))
    forge(index, "UPDATE document SET line = 7 WHERE doc_id = 'a1'")
    assert compared(check(index, full=True)) == ([], 0, 2)


def test_no_false_alarm(tmp_path: Path) -> None:
    """Corrections, seasons, packed files, tables, a glob, ids that stand twice, a renamed file, another's copy."""
    articles = tmp_path / "in"
    (articles / "2022" / "07").mkdir(parents=True)
    (articles / "one.jsonl").write_text("".join(json.dumps(each) + "\n" for each in RECORDS), "utf-8")
    (articles / "two.jsonl").write_text(json.dumps({**RECORDS[0], "text": "Another text."}) + "\n", "utf-8")
    (articles / "2022" / "07" / "note.txt").write_text("The harvest began in spring.\n\nIt ended late.\n", "utf-8")
    with gzip.open(articles / "packed.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps({"title": "Packed", "text": "A packed text.", "date": "2022-01-02"}) + "\n")
    (articles / "t.csv").write_text('headline,body,day\nRow,"Of a\nbody",2022-03-04\nNext,More of it,\n', "utf-8")
    (tmp_path / "dates.csv").write_text("doc_id,date\na2,2022-05-05\nin/none,2022-05-05\n", "utf-8")
    names = FieldNames({"title": "headline", "text": "body", "date": "day"})
    index = tmp_path / "ix"
    build([articles / "*.csv"], index, model="hash", fields=names)
    build([articles], index, dates=tmp_path / "dates.csv", hemisphere="south")
    assert compared(check(index, full=True))[0] == []
    (articles / "2022" / "07" / "note.txt").rename(articles / "2022" / "note.txt")
    (articles / "one.jsonl").write_text("".join(json.dumps(each) + "\n" for each in reversed(RECORDS)), "utf-8")
    build([], index)
    found, files, others = compared(check(index, full=True))
    assert (found, files + others) == ([], 5)
    assert files >= 3

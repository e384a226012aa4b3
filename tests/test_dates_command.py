"""Where dates come from, what is doubtful, and how users correct them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from semsearch.dates.claims import fallback_claims
from semsearch.indexing.building import build
from semsearch.records import DateClaim, Place, RawDocument
from semsearch.search.opening import open_index
from tests.conftest import Program, write_articles


def raw(text: str = "Bread.", url: str | None = None, record: int = 0) -> RawDocument:
    return RawDocument(None, "", text, (), None, url, Place(1, multiline=True), record)


@pytest.mark.parametrize(
    ("document", "path", "claims"),
    [
        (raw(), "/news/a.txt", []),
        (raw(), "/news/2022-11-09-kherson.txt", [("2022-11-09", "file name")]),
        (raw(), "/news/20221109_kherson.txt", [("2022-11-09", "file name")]),
        (raw(), "/news/report-1234567890.txt", []),
        (raw(), "/news/20221399.txt", []),
        (raw(), "/news/2022/11/09/kherson.txt", [("2022/11/09", "folder")]),
        (raw(), "/news/2022-11/kherson.txt", [("2022-11", "folder")]),
        (raw(), "/news/2022/Nov/09/kherson.txt", [("2022/Nov/09", "folder")]),
        (raw(), "/news/2022/novembre/kherson.txt", [("2022/novembre", "folder")]),
        (raw(), "/news/2022/sport/kherson.txt", [("2022", "folder")]),
        (raw(), "/news/2022-11_kherson.txt", [("2022-11", "file name")]),
        (raw(), "/news/season 2010-11.txt", []),  # of two years
        (raw(), "/news/v1.2022-11.txt", []),
        (raw(record=3), "/news/2022-11-09.jsonl", []),  # the day of an export is not that of its records
        (raw(url="https://example.org/2022/11/09/kherson"), "/a.txt", [("2022/11/09", "URL")]),
        (raw(url="https://example.org/world/2022/nov"), "/a.txt", []),
        (raw(url="https://example.org/story-20221109"), "/a.txt", []),  # an article's number
        (raw(url="https://example.org/20221109/story"), "/a.txt", [("20221109", "URL")]),
        (raw(url="https://example.org/vote-2024-11-05-preview"), "/a.txt", []),  # what it is about
        (raw(url="https://example.org/a/2022-11-09-vote"), "/a.txt", [("2022-11-09", "URL")]),
        (raw(url="https://example.org/2022/Nov/9/vote"), "/a.txt", [("2022/Nov/9", "URL")]),
        (raw(url="example.org/2022/11/09/vote"), "/a.txt", [("2022/11/09", "URL")]),
        (raw(url="https://web.archive.org/web/20221201/https://example.org/a"), "/a.txt", []),  # a day of capture
        (
            raw(url="https://archive.ph/2022.12.01-101010/https://example.org/2022/11/09/a"),
            "/a.txt",
            [("2022/11/09", "URL")],
        ),
        (raw(url="https://archive.is/2022.12.01/x"), "/a.txt", []),
        (raw(url="https://example.org/2023/01/15/remembering-2022-02-24"), "/a.txt", [("2023/01/15", "URL")]),
        (raw(url="https://example.org/2022/2/30/x"), "/a.txt", []),
        (raw(url="https://example.org/articles/2022-1109"), "/a.txt", []),
        (raw("Date 9 May 1945 remains sacred in Russia."), "/a.txt", []),
        (raw("Issued on 5 May 2020, the warrant is still open."), "/a.txt", []),
        (
            raw("Updated: 12 January 2023\nPublished: 10 November 2022"),
            "/a.txt",
            [("10 November 2022", "visible text")],
        ),
        (raw(url="https://["), "/a.txt", []),
        (raw("Kherson\n9 November 2022\n\nBread."), "/a.txt", [("9 November 2022", "visible text")]),
        (raw("Published: 9 November 2022, 10:30\nBread."), "/a.txt", [("9 November 2022", "visible text")]),
        (raw("On 9 November 2022 the army left."), "/a.txt", []),  # what it speaks of
        (raw("Yesterday\nBread."), "/a.txt", []),
        (raw("November 2022\nBread."), "/a.txt", []),
        (
            raw("9 November 2022\n", url="https://example.org/2022/11/10/"),
            "/2022/11/2022-11-11.txt",
            [
                ("2022/11/10", "URL"),
                ("2022-11-11", "file name"),
                ("2022/11", "folder"),
                ("9 November 2022", "visible text"),
            ],
        ),
    ],
)
def test_claims_beside_the_inputs_own(document: RawDocument, path: str, claims: list[tuple[str, str]]) -> None:
    assert [
        (claim.raw, claim.provenance)
        for claim in fallback_claims(document, path, "/news" if path.startswith("/news") else "/")
    ] == claims


def test_the_inputs_own_date_comes_first(tmp_path: Path) -> None:
    texts = {"2022-11-09-a.txt": " date 2022-11-08 Bread.\n", "2022-11-09-b.txt": "Bread.\n", "c.txt": "Bread.\n"}
    build([write_articles(tmp_path / "news", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        found = {entry.doc_id: entry.published for entry in index.dates()}
    assert str(found["2022-11-09-a.txt"]) == "2022-11-08"
    b = found["2022-11-09-b.txt"]
    assert b is not None and (str(b), b.provenance, b.confidence) == ("2022-11-09", "file name", 0.8)
    assert found["c.txt"] is None


def test_dates_out_of_range_are_told(tmp_path: Path) -> None:
    lines = (
        '{"_id": "a", "text": "Bread.", "date": "0001-01-01"}\n{"_id": "b", "text": "Bread.", "date": "9999-12-31"}\n'
    )
    report = build([write_articles(tmp_path / "news", {"a.jsonl": lines})], tmp_path / "ix", model="hash")
    assert ["out of range" in problem.reason for problem in report.problems] == [True, True]
    assert report.undated == 2


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """Ten articles on ten days; one from a year long before, one of the future, one unknown, one ambiguous."""
    texts = {f"{n:02}.txt": f" date {date(2022, 11, 1) + timedelta(n)} Bread.\n" for n in range(10)}
    texts["04.txt"] = " date 2012-11-05 Bread.\n"
    texts["20.txt"] = " date 2031-01-01 Bread.\n"
    texts["21.txt"] = " date 1970-01-01 Bread.\n"
    texts["22.txt"] = "Bread.\n"
    articles = write_articles(tmp_path / "news", texts)
    (articles / "z.jsonl").write_text('{"_id": "=z", "text": "Bread.", "date": "05/11/2022"}\n', "utf-8")
    build([articles], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


def test_doubtful_dates_are_listed(doubtful: Path) -> None:
    with open_index(doubtful, today=date(2023, 1, 1)) as index:
        entries = {entry.doc_id: entry for entry in index.dates()}
    assert {doc_id: entry.doubt for doc_id, entry in entries.items() if entry.doubt} == {
        "04.txt": "far from its neighbours, 2022-11-03 to 2022-11-07",
        "20.txt": "in the future",
        "21.txt": "a day that often stands for unknown",
    }
    ambiguous = entries["=z"].published
    assert ambiguous is not None and ambiguous.ambiguous and ambiguous.confidence == 0.5


def test_the_command_counts_and_lists(doubtful: Path, program: Program) -> None:
    ran = program("dates", "--index", str(doubtful))
    assert ran.status == 0
    assert "      12  header         day\n" in ran.out
    assert "undated: 1\n  22.txt  undated" in ran.out
    assert "suspicious: 3" in ran.out
    assert "ambiguous: 1" in ran.out
    assert "semsearch index --dates FILE" in ran.err
    ran = program("dates", "--index", str(doubtful), "--only", "undated", "--format", "csv")
    assert [row["doc_id"] for row in csv.DictReader(io.StringIO(ran.out))] == ["22.txt"]
    rows = json.loads(program("dates", "--index", str(doubtful), "--format", "json").out)
    assert len(rows) == 14
    assert rows[0] == {
        "doc_id": "00.txt",
        "date": "2022-11-01",
        "precision": "day",
        "source": "header",
        "raw": "2022-11-01",
        "ambiguous": False,
        "confidence": 1.0,
        "doubt": None,
        "others": [],
        "path": rows[0]["path"],
        "line": 1,
    }


def test_corrections_hold_and_are_remembered(doubtful: Path, program: Program, tmp_path: Path) -> None:
    exported = program("dates", "--index", str(doubtful), "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(exported)))
    new = {"04.txt": "2022-11-05", "22.txt": "2022-12", "'=z": "2022-05-11"}
    lines = ["doc_id,date", *(f"{row['doc_id']},{new.get(row['doc_id'], '')}" for row in rows if row["doc_id"] in new)]
    path = tmp_path / "corrected.csv"
    path.write_text("\n".join([*lines, "nobody.txt,2022-01-01", "00.txt,soon"]) + "\n", "utf-8")
    ran = program("index", "--index", str(doubtful), "--dates", str(path))
    assert ran.status == 3
    assert "corrected.csv:6: date 'soon' not understood" in ran.err
    assert "no article 'nobody.txt' yet" in ran.err
    assert "3 changed" in ran.err and "0 passages encoded" in ran.err

    def found() -> dict[str, str]:
        with open_index(doubtful) as index:
            return {e.doc_id: f"{e.published} {e.published.provenance if e.published else ''}" for e in index.dates()}

    assert found()["04.txt"] == "2022-11-05 correction"
    assert found()["22.txt"] == "2022-12 correction"
    assert found()["=z"] == "2022-05-11 correction"
    assert found()["00.txt"] == "2022-11-01 header"
    assert program("index", "--index", str(doubtful)).err.startswith("semsearch: ")
    assert found()["04.txt"] == "2022-11-05 correction"
    program("index", "--index", str(doubtful), "--rebuild")
    assert found()["04.txt"] == "2022-11-05 correction"
    path.write_text("doc_id,date\n04.txt,\n", "utf-8")
    program("index", "--index", str(doubtful), "--dates", str(path))
    assert found()["04.txt"] == "2012-11-05 header"


@pytest.mark.parametrize("text", ["", "id,day\na,2022\n"])
def test_a_table_of_corrections_needs_its_columns(doubtful: Path, program: Program, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_text(text, "utf-8")
    ran = program("index", "--index", str(doubtful), "--dates", str(tmp_path / "x.csv"))
    assert ran.status == 2
    assert "x.csv" in ran.err
    assert program("index", "--index", str(doubtful), "--dates", "none.csv").status == 2


def test_a_document_with_a_claim_that_is_no_date_falls_back(tmp_path: Path) -> None:
    line = '{"_id": "a", "text": "Bread.", "date": "soon", "url": "https://example.org/2022/11/09/x"}\n'
    report = build([write_articles(tmp_path / "news", {"a.jsonl": line})], tmp_path / "ix", model="hash")
    assert report.problems[0].reason.endswith("the URL says 2022-11-09")
    assert DateClaim("2022-11-09", "URL").provenance == "URL"

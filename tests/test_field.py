"""Small inputs as the field hands them over, with what must come of each and what must be said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from semsearch.indexing.building import BuildReport, build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import ROOT

FIELD = Path(__file__).parent / "field"
CASES = [json.loads(line) for line in (FIELD / "cases.jsonl").read_text("utf-8").splitlines()]
SAID = {  # what must be said of an input of which something was decided, or is lost; all others pass without a word
    "40-merge/tweets.tsv": ["a quote opened in line 2 is closed in line 4, over 3 rows: each is read as one"],
    "10-quotes/open.tsv": ["a quote opened in line 2 is never closed, over 4 rows: each is read as one"],
    "54-mojibake/cs.txt": ["1 file read as cp1250, guessed; if letters are wrong: semsearch index"],
    "07-us-dates/us.csv": ["us.csv: 2 texts: dates in numbers read month first, as others of the file show"],
    "41-visible/slash.txt": ["1 date could be month first: semsearch dates --only ambiguous"],
    "01b-nexis-many/nexis.txt": ["nexis.txt: an export of 2 articles, split"],
    "15-telegram/result.json": ["2 records, number 1 the first: empty text"],
    "36-front/bad.md": ["front matter is not YAML in line 2; it is read line by line"],
    "24-rsscsv/feed.csv": ["feed.csv: HTML in fields, read as the text that it shows"],
    "70-points/unsettled.csv": ["a quote opened in line 2 takes in lines that look like rows of their own"],
    "70-points/otherdate.csv": [
        "articles without a date have one in the field 'day_it_ran': read it with: semsearch index"
    ],
    "70-points/range.jsonl": ["date 'November 9-10, 2022' is more than a day"],
    "70-points/forms.jsonl": ["date '44874' not understood: a spreadsheet's number of 2022-11-09? Save it as a date"],
    "70-points/notdate.jsonl": ["date 'some time last week' not understood"],
    "70-points/nul.csv": ["a zero byte in a cell: delete it"],
    "70-points/comment.csv": ["what stands above the header in line 2 is left out"],
    "70-points/escaped.csv": ['\\" read as a quotation mark'],
    "70-points/unicode.txt": ["read as a table"],
    "70-points/nan.json": ["1 article consists of the title alone"],
    "70-points/formats": ["unknown format .doc, save it as plain text (UTF-8)"],
    "70-points/names": ["1 date could be month first"],
}


def said(report: BuildReport) -> list[str]:
    """All that a user is told of a build."""
    return [*(problem.said for problem in report.problems), *report.notes]


def titled(index: Index, case: dict[str, Any], ids: list[str]) -> None:
    """Titles of all articles, or their beginnings."""
    titles = sorted(index.document(doc_id).title for doc_id in ids)
    assert len(titles) == len(case["titles"])
    for title, wanted in zip(titles, sorted(case["titles"]), strict=True):
        assert title.startswith(wanted[:-1]) if wanted.endswith("…") else title == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["in"]))
def test_an_input_of_the_field_is_read_right_and_a_decision_is_told(case: dict[str, Any], tmp_path: Path) -> None:
    report = build([FIELD / case["in"]], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        entries = index.dates()
        dates = [entry.published and str(entry.published) for entry in entries]
        assert sorted(dates, key=str) == sorted(case["dates"], key=str)
        ids = [entry.doc_id for entry in entries]
        if "titles" in case:
            titled(index, case, ids)
        texts = [index.document(doc_id).text for doc_id in ids]
        for phrase in case.get("has", []):
            assert any(phrase in text for text in texts)
        for phrase in case.get("lacks", []):
            assert not any(phrase in text for text in [*texts, *(index.document(doc_id).title for doc_id in ids)])
        for words in case.get("find", []):
            assert index.search(words, mode="lexical", use_time=False).hits
        published = [entry.published for entry in entries if entry.published]
        assert all(each.ambiguous == case.get("ambiguous", each.ambiguous) for each in published)
        assert all(each.raw == case.get("raw", each.raw) for each in published)
    for wanted in SAID.get(case["in"], []):
        assert [each for each in said(report) if wanted in each], said(report)
    if case["in"] not in SAID:
        assert said(report) == []


ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/inputs.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| what is handed"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[2]))
def test_the_table_of_inputs_says_what_is_done(row: list[str], tmp_path: Path) -> None:
    _, done, example, words = row
    name = example.strip("`")
    assert done
    assert name in [case["in"] for case in CASES]  # which the test above compares
    told = said(build([FIELD / name], tmp_path / "ix", model="hash"))
    assert [each for each in told if words in each] if words else not told

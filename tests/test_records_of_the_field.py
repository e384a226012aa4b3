"""Records as exports have them: other names, nested fields, no values, containers told by their content.

In words of our own, written before the code: 4 of 32 were right before it, 29 when it first ran.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from semsearch.indexing.building import build
from semsearch.search.opening import open_index

TRAM = "The tram on line five stops at the harbour again. Drivers had asked for a longer break."
BREAD = "Bakers in the old town sell rye bread for four crowns. Flour became dearer after the summer."


class Case(NamedTuple):
    """An input, and what must come of it: title, publication day and beginning of the text of each article."""

    name: str
    data: object  # written as JSON, or as it is
    articles: list[tuple[str, str | None, str]]
    said: str = ""  # what of the problems must be said; nothing else may be
    fields: str = ""


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


CASES = {
    # names, tried in order until one is usable
    "publish date": Case(
        "a.jsonl",
        lines({"headline": "Tram", "publish-date": "2022-11-09", "body": TRAM}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "camel case": Case(
        "a.jsonl",
        lines({"Title": "Tram", "datePublished": "2022-11-09T10:00:00+01:00", "articleBody": TRAM}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "a null text beside a body": Case(
        "a.json", {"title": "Tram", "text": None, "body": TRAM, "date": "2022-11-09"}, [("Tram", "2022-11-09", TRAM)]
    ),
    "an empty text beside content": Case(
        "a.json", {"title": "Tram", "text": " ", "content": TRAM, "date": "2022-11-09"}, [("Tram", "2022-11-09", TRAM)]
    ),
    "a description where content is null": Case(
        "a.json",
        {"title": "Tram", "content": None, "description": TRAM, "publishedAt": "2022-11-09T01:00:00Z"},
        [("Tram", "2022-11-09", TRAM)],
    ),
    "published true beside a date": Case(
        "a.json",
        {"title": "Tram", "published": True, "date": "2022-11-09", "text": TRAM},
        [("Tram", "2022-11-09", TRAM)],
    ),
    "published yes beside created at": Case(
        "a.jsonl",
        lines({"title": "Tram", "published": False, "created_at": "2022-11-09", "text": TRAM}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "no published at beside a date": Case(
        "a.csv", f"title,published_at,date,text\nTram,n/a,2022-11-09,{TRAM}\n", [("Tram", "2022-11-09", TRAM)]
    ),
    "a day of download is none": Case(
        "a.json", {"title": "Tram", "text": TRAM, "date_download": "2023-02-01"}, [("Tram", None, TRAM)]
    ),
    "an unknown name of a date is named": Case(
        "a.jsonl",
        lines({"title": "Tram", "erschienen": "2022-11-09", "text": TRAM}),
        [("Tram", None, TRAM)],
        said="--fields date=erschienen",
    ),
    "several names of a role": Case(
        "a.jsonl",
        lines({"t": TRAM, "d1": "", "d2": "2022-11-09"}, {"t": BREAD, "d1": "2022-11-10"}),
        [
            ("The tram on line five stops at the harbour again.", "2022-11-09", TRAM),
            ("Bakers in the old town sell rye bread for four crowns.", "2022-11-10", BREAD),
        ],
        fields="text=t,date=d1|d2",
    ),
    "a dotted name": Case(
        "a.jsonl",
        lines({"meta": {"when": "2022-11-09"}, "parts": {"main": TRAM}}),
        [("The tram on line five stops at the harbour again.", "2022-11-09", TRAM)],
        fields="text=parts.main,date=meta.when",
    ),
    "a name that is nowhere": Case(
        "a.jsonl",
        lines({"title": "Tram", "text": TRAM, "date": "2022-11-09"}),
        [("Tram", None, TRAM)],
        said="dat",
        fields="date=dat",
    ),
    # no value
    "nan for a text": Case(
        "a.csv",
        f"title,text,date\nTram,nan,2022-11-09\nBread,{BREAD},2022-11-10\n",
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", "Tram")],
        said="title alone",
    ),
    "None for a date": Case("a.csv", f"title,text,date\nTram,{TRAM},None\n", [("Tram", None, TRAM)]),
    "unknown for a source, null for an id": Case(
        "a.csv",
        f"id,title,text,date,source\nnull,Tram,{TRAM},2022-11-09,unknown\nnull,Bread,{BREAD},2022-11-10,N/A\n",
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", TRAM)],
    ),
    "a number that is none": Case(
        "a.jsonl",
        json.dumps({"title": "Tram", "text": float("nan"), "body": TRAM, "date": "2022-11-09"}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    # containers
    "lines in a .json": Case(
        "a.json",
        lines(
            {"title": "Tram", "text": TRAM, "date": "2022-11-09"},
            {"title": "Bread", "text": BREAD, "date": "2022-11-10"},
        ),
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", TRAM)],
    ),
    "a list in a .jsonl": Case(
        "a.jsonl",
        json.dumps(
            [
                {"title": "Tram", "text": TRAM, "date": "2022-11-09"},
                {"title": "Bread", "text": BREAD, "date": "2022-11-10"},
            ],
            indent=1,
        ),
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", TRAM)],
    ),
    "one record over many lines in a .jsonl": Case(
        "a.jsonl",
        json.dumps({"title": "Tram", "text": TRAM, "date": "2022-11-09"}, indent=1),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "the largest list at any depth": Case(
        "a.json",
        {
            "status": "ok",
            "facets": [{"name": "harbour", "count": 1}],
            "payload": {
                "page": 1,
                "items": [
                    {"title": "Tram", "text": TRAM, "date": "2022-11-09"},
                    {"title": "Bread", "text": BREAD, "date": "2022-11-10"},
                ],
            },
        },
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", TRAM)],
    ),
    "hits of a search engine": Case(
        "a.json",
        {
            "took": 1,
            "hits": {
                "total": 1,
                "hits": [
                    {"_index": "n", "_id": "x1", "_source": {"title": "Tram", "body": TRAM, "pub_date": "2022-11-09"}}
                ],
            },
        },
        [("Tram", "2022-11-09", TRAM)],
    ),
    "an unwrapped record": Case(
        "a.jsonl",
        lines({"_id": "x1", "_source": {"title": "Tram", "content": TRAM, "timestamp": "2022-11-09T08:00:00Z"}}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "records under their ids": Case(
        "a.json",
        {
            "a1": {"title": "Tram", "text": TRAM, "date": "2022-11-09"},
            "a2": {"title": "Bread", "text": BREAD, "date": "2022-11-10"},
        },
        [("Bread", "2022-11-10", BREAD), ("Tram", "2022-11-09", TRAM)],
    ),
    "rendered": Case(
        "a.json",
        [
            {
                "id": 7,
                "date": "2022-11-09T05:01:00",
                "title": {"rendered": "Tram"},
                "content": {"rendered": TRAM, "protected": False},
            }
        ],
        [("Tram", "2022-11-09", TRAM)],
    ),
    "main of a headline": Case(
        "a.json",
        {
            "response": {
                "docs": [
                    {
                        "_id": "n1",
                        "pub_date": "2022-11-09T05:01:00+0000",
                        "headline": {"main": "Tram", "kicker": None},
                        "lead_paragraph": TRAM,
                    }
                ]
            }
        },
        [("Tram", "2022-11-09", TRAM)],
    ),
    "fields of a record": Case(
        "a.jsonl",
        lines({"webTitle": "Tram", "webPublicationDate": "2022-11-09T05:01:00Z", "fields": {"body": TRAM}}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "spans": Case(
        "a.json",
        {
            "name": "n",
            "messages": [
                {"id": 1, "type": "service", "date": "2022-11-08T01:00:00", "text": ""},
                {
                    "id": 2,
                    "type": "message",
                    "date": "2022-11-09T01:00:00",
                    "text": ["The tram ", {"type": "bold", "text": "on line five"}, " stops at the harbour again."],
                },
            ],
        },
        [
            (
                "The tram on line five stops at the harbour again.",
                "2022-11-09",
                "The tram on line five stops at the harbour again.",
            )
        ],
        said="record 1: empty text",
    ),
    "paragraphs": Case(
        "a.json",
        {"title": "Tram", "date": "2022-11-09", "text": ["The tram stops.", "Drivers asked."]},
        [("Tram", "2022-11-09", "The tram stops.\n\nDrivers asked.")],
    ),
    "a date of a database": Case(
        "a.jsonl",
        lines({"title": "Tram", "text": TRAM, "date": {"$date": "2022-11-09T05:01:00Z"}, "_id": {"$oid": "636b"}}),
        [("Tram", "2022-11-09", TRAM)],
    ),
    "the text of a user is not the article's": Case(
        "a.jsonl",
        lines(
            {
                "full_text": TRAM,
                "created_at": "2022-11-09",
                "user": {"name": "harbour", "description": "News of the harbour"},
            }
        ),
        [("The tram on line five stops at the harbour again.", "2022-11-09", TRAM)],
    ),
    "lines in a .json, the first of them broken": Case(
        "a.json",
        '{"title": "Bread", "text": }\n' + lines({"title": "Tram", "text": TRAM, "date": "2022-11-09"}),
        [("Tram", "2022-11-09", TRAM)],
        said="a.json:1: not JSON",
    ),
    "one record, broken over lines": Case("a.json", '{\n "title": "Tram",\n "text": }\n}\n', [], said="not JSON"),
    # messages
    "one line for many": Case(
        "a.jsonl", lines(*({"title": f"T{n}"} | ({"n": n}) for n in range(40))), [], said="40 records"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_record_is_read_right_or_said(tmp_path: Path, case: Case) -> None:
    from semsearch.readers import parse_field_names

    (tmp_path / "in").mkdir()
    text = case.data if isinstance(case.data, str) else json.dumps(case.data, indent=1)
    (tmp_path / "in" / case.name).write_text(text, "utf-8")
    fields = parse_field_names(case.fields) if case.fields else None
    report = build([tmp_path / "in"], tmp_path / "ix", model="hash", fields=fields)
    said = "\n".join([*map(str, report.problems), *report.notes])
    found = []
    if case.articles:
        with open_index(tmp_path / "ix") as index:
            for entry in index.dates():
                document = index.document(entry.doc_id)
                found.append((document.title, str(entry.published) if entry.published else None, document.text))
    assert sorted(found, key=str) == sorted(case.articles, key=str), said
    assert case.said in said
    assert bool(case.said) == bool(report.problems or report.notes), said
    assert len(said.splitlines()) <= 2

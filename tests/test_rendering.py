"""What comes out: the fields that are promised, round trips, and nothing that steers a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.records import Answer, DateRange, Document, Hit, Place, PublishedDate, Query, Signal
from semsearch.rendering.formats import FORMATS, make_renderer
from semsearch.rendering.tables import trec_id
from semsearch.rendering.text import Style
from semsearch.rendering.visible import visible
from semsearch.search.option_table import AnswerFormat

TEXT = "First one here.  The second is best. Third."
PUBLISHED = PublishedDate(date(2022, 11, 9), date(2022, 11, 9), "day", "header", "2022-11-09")


def make_document(**changes: object) -> Document:
    document = Document(
        "a.txt", "A title", TEXT, PUBLISHED, "Agency", "x:y", str(Path.cwd() / "in" / "a.txt"), Place(3, multiline=True)
    )
    return replace(document, **changes)  # type: ignore[arg-type]


def make_answer(document: Document, question: str = "what is best") -> Answer:
    signals = (Signal("passage", 0.8, 0.5, 0.4), Signal("words", 7.0, 0.5, 0.35))
    words = ((31, 35),)
    hit = Hit(1, 0.75, 0.8, 7.0, signals, document, 0, len(TEXT), document.text, 3, 5, (17, 36), words)
    window = DateRange(date(2022, 11, 1), None)
    return Answer(Query(question, window=window, window_words="--since 2022-11"), (hit,), True)


def render(name: AnswerFormat, answer: Answer, *, many: bool = False, colour: bool = False) -> str:
    renderer = make_renderer(name, many=many, style=Style(60, colour))
    return renderer.begin() + renderer.answer("q1", answer, first=True) + renderer.end()


def test_json_has_the_fields_that_are_promised() -> None:
    found = json.loads(render("json", make_answer(make_document())))
    assert found == {
        "query": "what is best",
        "window": ["2022-11-01", None, "--since 2022-11"],
        "time": None,
        "strong": True,
        "notes": [],
        "also_read": [],
        "hits": [
            {
                "rank": 1,
                "score": 0.75,
                "dense": 0.8,
                "lexical": 7.0,
                "doc_id": "a.txt",
                "title": "A title",
                "published": "2022-11-09",
                "date_source": "header",
                "date_precision": "day",
                "source": "Agency",
                "url": "x:y",
                "path": "in/a.txt",
                "sha256": None,
                "date_ambiguous": False,
                "kept": {},
                "read_as": None,
                "line_start": 3,
                "line_end": 5,
                "start": 0,
                "end": 43,
                "text": TEXT,
                "best_sentence": [17, 36],
                "words": [[31, 35]],
                "copies": [],
                "events": [],
            }
        ],
    }


def test_many_answers_are_one_json_array_or_one_line_each() -> None:
    answer = make_answer(make_document())
    renderer = make_renderer("json", many=True)
    whole = (
        renderer.begin() + "".join(renderer.answer(f"q{n}", answer, first=n == 0) for n in range(3)) + renderer.end()
    )
    assert [item["query_id"] for item in json.loads(whole)] == ["q0", "q1", "q2"]
    (line,) = render("jsonl", answer, many=True).splitlines()
    assert json.loads(line)["query_id"] == "q1"


def test_text_for_people() -> None:
    assert render("text", make_answer(make_document())) == (
        "published from 2022-11-01  (--since 2022-11)\n"
        "\n"
        " 1  2022-11-09  0.750  A title\n"
        "    Agency · in/a.txt:3-5\n"
        "    First one here. **The second is best.** Third.\n"
    )


def test_colour_marks_the_best_sentence() -> None:
    text = render("text", make_answer(make_document()), colour=True)
    assert "\x1b[1mThe second is \x1b[4mbest\x1b[24m.\x1b[22m" in text
    assert "**" not in text


def test_undated_is_said() -> None:
    answer = make_answer(make_document(published=None))
    assert " 1  undated     0.750  A title" in render("text", answer)
    assert json.loads(render("json", answer))["hits"][0]["published"] is None


def test_markdown_escapes_what_it_quotes() -> None:
    text = render("md", make_answer(make_document(title="A *bold* [link](x)"), "# no heading"))
    assert text.splitlines()[0] == r"## \# no heading"
    assert r"A \*bold\* \[link\](x)" in text
    assert "> First one here. **The second is best.** Third." in text


def test_a_trec_line_a_document() -> None:
    document = make_document(doc_id="two words")
    hits = tuple(replace(make_answer(document).hits[0], rank=n, score=1 / n) for n in (1, 2))
    lines = render("trec", Answer(Query("x"), hits, True)).splitlines()
    assert lines == ["q1 Q0 two%20words 1 1.0 semsearch"]


@given(st.text(min_size=1, max_size=30))
def test_trec_ids_have_no_blanks_and_come_back(text: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in text):
        return
    assert re.fullmatch(r"\S+", trec_id(text))
    assert unquote(trec_id(text)) == text


CELLS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'x", "a,b", 'a"b', "a\nb", "plain", "'=x", "", "é 😀"]


@pytest.mark.parametrize("cell", CELLS)
def test_csv_cells_come_back_and_are_never_formulas(cell: str) -> None:
    (row,) = csv.DictReader(io.StringIO(render("csv", make_answer(make_document(title=cell)))))
    assert not row["title"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert row["title"].removeprefix("'") == cell
    assert (row["rank"], row["score"], row["published"], row["text"]) == ("1", "0.75", "2022-11-09", TEXT)


def test_tsv_has_one_line_a_hit() -> None:
    head, line = render("tsv", make_answer(make_document(title="a\tb\nc"))).splitlines()
    row = dict(zip(head.split("\t"), line.split("\t"), strict=True))
    assert row["title"] == "a b c"


HOSTILE = [
    "\x1b[2J",
    "\x1b]52;c;eA==\x07",
    "\x9b31m",
    "\u202edrawkcab",
    "\u2066x\u2069",
    "a\rb",
    "\0",
    "\x08",
    "\u2028",
    "\ufeff",
]


@pytest.mark.parametrize("name", ["text", "md"])
@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_steers_the_terminal(name: AnswerFormat, payload: str) -> None:
    document = make_document(
        title=f"T{payload}", text=TEXT[:20] + payload + TEXT[20:], publisher=f"S{payload}", path=f"/x{payload}/a.txt"
    )
    out = render(name, make_answer(document, f"Q{payload}"), many=True)
    bad = [
        c
        for c in out
        if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\u202e\u2066\u2069\ufeff")
    ]
    assert bad == []


@given(st.text())
def test_visible_text_is_printable_and_plain_text_is_unchanged(text: str) -> None:
    assert all(c.isprintable() or c in "\u200c\u200d" for c in visible(text))
    if text.isprintable():
        assert visible(text) == text


def test_every_format_renders_an_answer_without_hits() -> None:
    empty = Answer(Query("x"), (), False)
    for name in FORMATS:
        assert isinstance(render(name, empty), str)
    assert json.loads(render("json", empty)) == {
        "query": "x",
        "window": None,
        "time": None,
        "strong": False,
        "notes": [],
        "also_read": [],
        "hits": [],
    }

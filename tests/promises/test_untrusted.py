"""Promises 17 and 18: no control sequence reaches a terminal; exports cannot inject."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.conftest import Program

PAYLOADS = [
    *(f"a{chr(number)}[31mz" for number in (0x1B, 0x9B, 0x9D, 0x90, 0x98, 0x9E, 0x9F, 0x07, 0x08, 0x0C, 0x7F, 0x85)),
    *(f"\x1b{rest}" for rest in ("[2J", "[1;1H", "]0;title\x07", "]52;c;cm0gLXJm\x07", "P+q544e\x1b\\", "c", "#8")),
    "\x1b_x\x1b\\",
    *(f"x{sign}y" for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"),
    *(f"x{sign}y" for sign in "\u2028\u2029\u00ad\ufeff\u180e\u2060\u2061\u2062\u2063\u2064\u206a\u206f\ufff9\ufffb"),
    *(f"{sign}cmd|' /C calc'!A0" for sign in "=+-@\t"),
    "\r\rSemsearch: no hits", "a\x00b", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "%1b%5b31m", "\ud83d",
    "e\u0301" * 40,
    "<script>alert(1)</script>", "[link](javascript:1)", "`rm -rf`", "${HOME}", "$(id)", "'; DROP TABLE document; --",
    "\U000e0041\U000e0042", "🏴\U000e0067\U000e007f", "\u0600\u0601",
]  # fmt: skip
COMMANDS = (
    ["ask", "QUESTION"],
    ["ask", "QUESTION", "--explain", "-k", "3"],
    ["ask", "QUESTION", "--format", "md"],
    ["ask", "QUESTION", "--format", "csv"],
    ["ask", "QUESTION", "--format", "tsv"],
    ["ask", "QUESTION", "--format", "trec"],
    ["timeline", "QUESTION"],
    ["compare", "QUESTION", "--a", "2022-11", "--b", "2022-12"],
    ["show", "DOC"],
    ["similar", "DOC"],
    ["dates", "--only", "undated"],
    ["dates", "--format", "csv"],
    ["info"],
    ["index"],
    ["ask", "x", "--source", "QUESTION"],
    ["show", "QUESTION"],
    ["ask", "x", "--on", "QUESTION"],
)
HARMLESS = {"\n", "\r", "\t"}  # line ends, and what stands between the columns of TSV


def harmful(text: str) -> set[str]:
    """Characters that steer a terminal or turn a line around."""
    return {
        sign
        for sign in text
        if sign not in HARMLESS
        and (unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(sign) in BIDI)
    }


BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def as_argument(payload: str) -> str:
    """What a shell can hand over: no zero byte, and bytes instead of a lone surrogate."""
    return payload.replace("\0", "").encode("utf-8", "replace").decode()


def test_sixty_four_payloads(program: Program, tmp_path: Path) -> None:
    assert len(PAYLOADS) >= 64
    folder = tmp_path / "articles"
    folder.mkdir()
    rows = [
        {
            "_id": f"id{payload}{number}",
            "title": f"Title {payload} {number}",
            "text": f"The river {payload} rose. {payload}",
            "source": f"agency {payload}",
            "url": f"http://x/{payload}",
            **({"date": f"2022-1{number % 2 + 1}-05"} if number % 3 else {"date": payload}),
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for number, payload in enumerate(PAYLOADS):
        name = re.sub(r"[\0/]", "", as_argument(payload))[:40]
        (folder / f"{name}{number}.txt").write_bytes(f" date 2022-11-05 The river {payload}".encode("utf-8", "replace"))
    ran = program("index", "articles", "--model", "hash")
    assert ran.status in (0, 3)
    assert not harmful(ran.out + ran.err)
    found = json.loads(program("ask", "the river", "-k", "200", "--expand", "--format", "json").out)
    assert len(found["hits"]) > 100
    ids = [hit["doc_id"] for hit in found["hits"]]
    for number, payload in enumerate(PAYLOADS):
        for command in COMMANDS if number % 16 == 0 else COMMANDS[:1]:
            question = as_argument(payload)
            arguments = [{"QUESTION": question, "DOC": ids[number]}.get(word, word) for word in command]
            if question.startswith("-"):
                arguments = [word for word in arguments if word != question] + ["--", question]
            ran = program(*arguments)
            assert ran.status in (0, 1, 2, 3)
            assert not harmful(ran.out + ran.err), (command, payload, harmful(ran.out + ran.err))
            assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["csv", "tsv"])
def test_tables_neutralise_formulas_and_give_every_cell_back(program: Program, tmp_path: Path, name: str) -> None:
    rows = [
        {"_id": f"{payload}{number}", "title": f"{payload} t", "text": f"{payload} river", "source": payload}
        for number, payload in enumerate(PAYLOADS)
        if payload.isprintable() or name == "csv"
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert program("index", "a.jsonl", "--model", "hash").status in (0, 3)
    asked = ("ask", "river", "-k", "200", "--expand", "--format")
    plain = json.loads(program(*asked, "json").out)["hits"]
    out = program(*asked, name).out
    table = list(csv.DictReader(io.StringIO(out, newline=""), delimiter="\t" if name == "tsv" else ","))
    assert len(table) == len(plain) > 10
    for row, hit in zip(table, plain, strict=True):
        for column in ("doc_id", "title", "text", "source"):
            cell = row[column]
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            if hit[column].isprintable():
                assert cell.removeprefix("'") if cell.startswith("'") else cell == hit[column]
                assert (cell[1:] if cell.startswith("'") else cell) == hit[column]


def test_ids_in_runs_come_back(program: Program, tmp_path: Path) -> None:
    rows = [{"_id": f"{payload} {number}", "text": "river"} for number, payload in enumerate(PAYLOADS)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert program("index", "a.jsonl", "--model", "hash").status in (0, 3)
    asked = ("ask", "river", "-k", "200", "--expand", "--format")
    plain = [hit["doc_id"] for hit in json.loads(program(*asked, "json").out)["hits"]]
    lines = program(*asked, "trec").out.splitlines()
    assert [len(line.split(" ")) for line in lines] == [6] * len(plain)
    assert [unquote(line.split(" ")[2]) for line in lines] == plain

"""B4 of the attack: ``verify`` cannot be told that anything is fine, and nothing stops it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.conftest import Program, write_articles


@pytest.fixture
def hit(program: Program, tmp_path: Path) -> dict[str, object]:
    """A true quotation."""
    write_articles(tmp_path / "articles")
    assert program("index", "articles", "--model", "hash").status == 0
    ran = program("ask", "who signed the grain deal", "-k", "1", "--format", "json")
    found: dict[str, object] = json.loads(ran.out)["hits"][0]
    return found


def verified(program: Program, tmp_path: Path, *lines: object) -> tuple[int, list[dict[str, object]], str]:
    text = "\n".join(line if isinstance(line, str) else json.dumps({"hits": [line]}) for line in lines)
    (tmp_path / "r.jsonl").write_text(text, "utf-8")
    ran = program("verify", "r.jsonl", "--format", "json")
    return ran.status, json.loads(ran.out), ran.err


def test_b4_a_correction_does_not_count_as_what_a_file_says(
    program: Program, tmp_path: Path, hit: dict[str, object]
) -> None:
    forged = {**hit, "published": "1999-01-01", "date_source": "correction"}
    status, found, _ = verified(program, tmp_path, forged)
    assert status == 2
    assert [(each["state"], each["holds"]) for each in found] == [("date not in the file (a correction)", False)]
    assert found[0]["detail"] == "1999-01-01"


@pytest.mark.parametrize(
    "forged",
    [
        {"start": 0, "end": 0, "text": ""},
        {"start": 5, "end": 5, "text": ""},
        {"start": 10**9, "end": 10**9 + 5, "text": ""},
        {"start": -5, "end": -1, "text": "port"},
        {"start": 0, "end": 1, "text": " "},
    ],
)
def test_b4_nothing_quoted_is_no_quotation(
    program: Program, tmp_path: Path, hit: dict[str, object], forged: dict[str, object]
) -> None:
    status, found, _ = verified(program, tmp_path, {**hit, **forged})
    assert (status, [each["state"] for each in found]) == (2, ["no such text"])


def test_b4_what_cannot_be_read_stops_nothing_and_blocks_nothing(
    program: Program, tmp_path: Path, hit: dict[str, object]
) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "bad.json").write_text("[" * 100_000, "utf-8")
    paths = {
        "/etc/passwd": "no file",
        "x": "no file",
        "a\0b.txt": "no file",
        "fifo.txt": "no file",
        "zero.txt": "no file",
        "articles": "no file",
        "articles.txt/x.txt": "no file",
        "bad.json": "unreadable",
        "\udc80.txt": "no file",
        "x" * 5000 + ".txt": "unreadable",
    }
    broken = ["no JSON at all", "[1, 2]", '{"hits": 3}', '{"hits": [3]}', '{"hits": [{"doc_id": 3}]}', "[" * 100_000]
    begun = time.monotonic()
    forged = [{**hit, "path": path} for path in paths]
    status, found, _ = verified(program, tmp_path, hit, *forged, *broken, hit)
    assert time.monotonic() - begun < 5
    assert status == 2
    states = [each["state"] for each in found]
    assert states == ["ok", *paths.values(), *["unreadable"] * len(broken), "ok"]


@pytest.mark.parametrize(
    ("forged", "state"),
    [
        ({"doc_id": "nonexistent"}, "another document"),
        ({"doc_id": "2022-11-11-entry.txt"}, "another document"),
        ({"source": "New York Times"}, "another source"),
        ({"url": "x"}, "another source"),
        ({"sha256": None}, "file changed"),
        ({"sha256": "0" * 64}, "file changed"),
    ],
)
def test_b4_what_else_a_hit_says_of_its_document(
    program: Program, tmp_path: Path, hit: dict[str, object], forged: dict[str, object], state: str
) -> None:
    _, found, _ = verified(program, tmp_path, {**hit, **forged})
    assert [each["state"] for each in found] == [state]


def test_b4_a_true_quotation_under_the_id_of_another_record(program: Program, tmp_path: Path) -> None:
    said = "The president said that the harbour was open."
    lines = [json.dumps({"_id": f"r{n}", "text": said, "date": f"2022-05-0{n}"}) for n in (1, 2)]
    write_articles(tmp_path / "two", {"r.jsonl": "\n".join(lines)})
    assert program("index", "two", "--model", "hash", "--index", "two.ix").status == 0
    ran = program("ask", "harbour", "--format", "json", "--expand", "--index", "two.ix")
    hits = {hit["doc_id"]: hit for hit in json.loads(ran.out)["hits"]}
    assert verified(program, tmp_path, hits["r1"], hits["r2"])[0] == 0
    swapped = {**hits["r1"], "published": hits["r2"]["published"]}
    status, found, _ = verified(program, tmp_path, swapped, {**hits["r1"], "doc_id": "r3"})
    assert (status, [each["state"] for each in found]) == (2, ["another date", "another document"])


def test_b4_a_quotation_may_hold_any_line_separator(program: Program, tmp_path: Path) -> None:
    """JSON lines end at line feeds alone."""
    write_articles(tmp_path / "odd", {"a.txt": "Grain\u2028came by\u0085ship and\x0bby rail.\n"})
    assert program("index", "odd", "--model", "hash", "--index", "odd.ix").status == 0
    (tmp_path / "q.txt").write_text("grain\n", "utf-8")
    assert program("batch", "q.txt", "-o", "r.jsonl", "--index", "odd.ix").status == 0
    ran = program("verify", "r.jsonl")
    assert (ran.status, ran.out) == (0, "1 quotations: 1 ok\n")

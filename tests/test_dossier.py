"""A dossier: what was quoted, with all it takes to check it, on a page that asks nothing of anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import Program, write_articles


@pytest.fixture
def results(program: Program, tmp_path: Path) -> Path:
    texts = {
        "2022-11-09-ice.txt": "The ferry was stopped by ice. <script>alert(1)</script> \u202eHidden.\n",
        "2022-11-10-bread.txt": "Bread is *dear* this winter, the baker said.\n",
    }
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    (tmp_path / "q.jsonl").write_text(
        '{"id": "1", "text": "ferry ice", "since": "2022-11"}\n{"id": "2", "text": "bread"}\n'
    )
    ran = program("batch", tmp_path / "q.jsonl", "--index", tmp_path / "ix", "--format", "jsonl", "--mode", "lexical")
    (tmp_path / "r.jsonl").write_text(ran.out)
    return tmp_path / "r.jsonl"


def test_a_dossier_holds_what_is_needed_to_check_it(program: Program, results: Path, tmp_path: Path) -> None:
    ran = program("dossier", results, "-o", tmp_path / "d")
    assert (ran.status, "2 quotations to 2 questions, 0 not as quoted" in ran.err) == (0, True)
    page, text = ((tmp_path / "d" / f"dossier.{kind}").read_text("utf-8") for kind in ("html", "md"))
    hit = json.loads(results.read_text().splitlines()[0])["hits"][0]
    for whole in (page, text):
        for needed in (
            "ferry ice",
            "2022-11-09, from the file name",
            hit["sha256"],
            "checked: ok",
            "time asked: 2022-11-01 to …",
        ):
            assert needed in whole.replace("\\", "")
    command = re.search(r"<code>(.*?)</code>", page)
    assert command and program(*command[1].split()[1:]).status == 0


def test_a_page_asks_nothing_of_anywhere_and_runs_nothing(program: Program, results: Path, tmp_path: Path) -> None:
    program("dossier", results, "-o", tmp_path / "d")
    page = (tmp_path / "d" / "dossier.html").read_text("utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page
    assert not re.search(r"<[^>]*\b(?:src|href|action)\s*=|url\(|@import", page)
    assert "default-src 'none'" in page


def test_after_an_edit_exactly_that_quotation_fails(program: Program, results: Path, tmp_path: Path) -> None:
    program("dossier", results, "-o", tmp_path / "d")
    (tmp_path / "a" / "2022-11-10-bread.txt").write_text("Bread is cheap.\n")
    states = json.loads(program("verify", tmp_path / "d" / "results.jsonl", "--format", "json").out)
    assert [each["state"] for each in states] == ["ok", "no such text"]
    ran = program("dossier", results, "-o", tmp_path / "d")
    assert ran.status == 2 and "1 not as quoted" in ran.err
    assert 'class="bad">checked: no such text' in (tmp_path / "d" / "dossier.html").read_text("utf-8")


def test_what_is_no_answer_is_refused(program: Program, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"hits": 3}\n')
    ran = program("dossier", tmp_path / "x.jsonl", "-o", tmp_path / "d")
    assert (ran.status, "no answer" in ran.err, (tmp_path / "d").exists()) == (2, True, False)
    ran = program("dossier", tmp_path / "x.jsonl", "-o", tmp_path / "x.jsonl")
    assert ran.status == 2 and "is no folder" in ran.err

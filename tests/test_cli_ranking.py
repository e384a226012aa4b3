"""The options that belong to ranking, as they are typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import Program, write_articles

TEXTS = {
    "deal.txt": " date 2022-07-22 The grain deal was signed in Istanbul by two ministers on Friday.",
    "storm.txt": " date 2022-08-01 A storm damaged several roofs in the harbour town overnight.",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index by the default model: only for that is a match called weak."""
    root = tmp_path_factory.mktemp("ranking")
    build([write_articles(root / "a", TEXTS)], root / "ix", precision="float32")
    return root / "ix"


def test_strict_makes_a_weak_match_a_status(program: Program, real: Path) -> None:
    good = ("ask", "who signed the grain deal in Istanbul", "--index", real)
    assert [program(*good).status, program(*good, "--strict").status] == [0, 0]
    bad = ("ask", "which enzyme repairs broken strands of DNA in the cells of mice", "--index", real)
    ran = program(*bad)
    assert (ran.status, ran.out.startswith("no strong match"), ran.err) == (0, True, "")
    saved = program(*bad, "--format", "md")
    assert "\nNo strong match: nothing in the index seems to answer this.\n" in saved.out
    assert "no strong match" in program(*bad, "--format", "tsv").err
    assert [program(*asked, "--format", "csv").out.splitlines()[1][-3:] for asked in (good, bad)] == ["yes", ",no"]
    assert program(*bad, "--strict").status == 1
    assert json.loads(program(*bad, "--format", "json").out)["strong"] is False


def test_strict_in_a_batch_asks_for_one_strong_match(program: Program, real: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("which enzyme repairs broken strands of DNA in the cells of mice\n")
    (tmp_path / "one.txt").write_text(
        "which enzyme repairs broken strands of DNA in the cells of mice\nwho signed the grain deal in Istanbul\n"
    )
    statuses = [
        program("batch", name, "--index", real, *strict).status
        for name in ("bad.txt", "one.txt")
        for strict in ((), ("--strict",))
    ]
    assert statuses == [0, 1, 0, 0]


def test_every_mode_says_what_its_scores_are_made_of(program: Program, real: Path) -> None:
    expected = {
        "hybrid": ["passage", "sentence", "words", "article"],
        "dense": ["passage"],
        "lexical": ["words", "article"],
    }
    for mode, names in expected.items():
        asked = ("ask", "grain deal", "--index", real, "--mode", mode, "--explain", "-k", 1)
        hit = json.loads(program(*asked, "--format", "json").out)["hits"][0]
        assert [part["signal"] for part in hit["explain"]] == names
        assert sum(part["share"] for part in hit["explain"]) == pytest.approx(hit["score"])
        assert ((hit["dense"] is None), (hit["lexical"] is None)) == (mode == "lexical", mode == "dense")
        assert [hit["text"][a - hit["start"] : b - hit["start"]] for a, b in hit["words"]] == ["grain", "deal"]
        line = program(*asked).out.splitlines()[2]
        total, parts = line.split(" = ")
        shares = [float(share) for share in re.findall(r"\b\w+ (\d\.\d+) \(", parts)]
        assert float(total) == pytest.approx(sum(shares), abs=0.003)
        assert f"{hit['score']:.3f}" == total.strip()


def test_explaining_needs_a_format_with_room(program: Program, real: Path) -> None:
    for name in ("csv", "tsv", "trec"):
        ran = program("ask", "grain", "--index", real, "--explain", "--format", name)
        assert (ran.status, ran.out) == (2, "")
        assert f"--explain has no place in {name}" in ran.err


def test_words_that_nothing_holds_are_no_hits(program: Program, real: Path) -> None:
    ran = program("ask", "zebra", "--index", real, "--mode", "lexical")
    assert (ran.status, ran.out) == (1, "")
    assert "no hits" in ran.err
    assert program("ask", "grain +zebra", "--index", real).status == 1
    ran = program("ask", 'grain "zebra crossing"', "--index", real)
    assert (ran.status, 'no passage holds "zebra crossing"' in ran.err) == (0, True)

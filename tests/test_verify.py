"""``verify``: saved quotations against the files that they came from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.conftest import Program, write_articles


@pytest.fixture
def saved(program: Program, tmp_path: Path) -> Path:
    """Results of two questions over files of several kinds, and how many quotations they hold."""
    folder = write_articles(tmp_path / "articles")
    (folder / "2021" / "05").mkdir(parents=True)
    (folder / "2021" / "05" / "note.md").write_text("# Bridge\n\nThe bridge over the river was closed.\n", "utf-8")
    lines = [json.dumps({"_id": f"r{n}", "text": f"Report {n} of the river.", "date": "2022-05-06"}) for n in range(3)]
    (folder / "r.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (folder / "t.csv").write_text("id,text,date\nc1,The river rose.,2022-05-07\n", "utf-8")
    assert program("index", "articles", "--model", "hash").status == 0
    (tmp_path / "q.txt").write_text("the river\nwho signed the grain deal\n", "utf-8")
    assert program("batch", "q.txt", "-o", "results.jsonl").status == 0
    return tmp_path / "results.jsonl"


def states(program: Program, *options: str) -> dict[str, str]:
    ran = program("verify", "results.jsonl", "--format", "json", *options)
    return {each["doc_id"]: each["state"] for each in json.loads(ran.out)}


def test_what_was_quoted_is_there(program: Program, saved: Path) -> None:
    found = states(program)
    assert {"2021/05/note.md", "r1", "c1", "grain.txt", "undated.txt"} <= found.keys()
    assert set(found.values()) == {"ok"}
    ran = program("verify", saved)
    assert (ran.status, ran.out) == (0, "20 quotations: 20 ok\n")


def test_what_is_no_longer_so_is_told(program: Program, saved: Path) -> None:
    folder = saved.parent / "articles"
    (folder / "grain.txt").write_text(
        " date 2022-07-23 Two ministers signed the grain deal. Ships may leave three ports.\n"
    )
    order = (folder / "2022-11-09-order.txt").read_text("utf-8")
    (folder / "2022-11-09-order.txt").write_text(order.replace("minister", "general"), "utf-8")
    (folder / "2022-11-11-entry.txt").unlink()
    shelling = (folder / "2022-12-24-shelling.txt").read_text("utf-8")
    (folder / "2022-12-24-shelling.txt").write_text(f"{shelling}\n", "utf-8")
    (folder / "2021").rename(folder / "2020")
    found = states(program)
    assert found["grain.txt"] == "another date"
    assert found["2022-11-09-order.txt"] == "no such text"
    assert found["2022-11-11-entry.txt"] == "no file"
    assert found["2022-12-24-shelling.txt"] == "file changed"
    assert found["2021/05/note.md"] == "no file"
    assert found["r1"] == "ok"
    ran = program("verify", saved)
    assert ran.status == 2
    assert "2022-07-23, not 2022-07-22" in ran.out


def test_a_forged_quotation_is_told(program: Program, saved: Path) -> None:
    answers = [json.loads(line) for line in saved.read_text("utf-8").splitlines()]
    answers[0]["hits"][0]["text"] = "Something else entirely."
    answers[1]["hits"][0]["published"] = "2022-07-29"
    saved.write_text("\n".join(map(json.dumps, answers)), "utf-8")
    ran = program("verify", saved)
    assert ran.status == 2
    assert {"1 no such text", "18 ok", "1 another date"} == set(ran.out.splitlines()[-1].partition(": ")[2].split(", "))


def test_corrected_dates_are_the_users_own(program: Program, saved: Path) -> None:
    (saved.parent / "dates.csv").write_text("doc_id,date\nundated.txt,2022-01-02\n", "utf-8")
    assert program("index", "--dates", "dates.csv").status == 0
    assert program("batch", "q.txt", "-o", "results.jsonl").status == 0
    found = states(program)
    assert found.pop("undated.txt") == "date not in the file (a correction)"
    assert set(found.values()) == {"ok"}
    assert program("verify", saved).status == 2  # a date that no file says does not stand as evidence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not JSON"),
        ('{"hits": 3}', "no answer"),
        ('{"hits": [{"doc_id": 3}]}', "doc_id is '3'"),
        ("[1]", "no answer"),
    ],
)
def test_what_is_no_result_is_told(program: Program, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.jsonl").write_text(text, "utf-8")
    ran = program("verify", "x.jsonl")
    assert ran.status == 2
    assert said in ran.err
    assert "x.jsonl:1" in ran.err
    assert program("verify", "none.jsonl").status == 2

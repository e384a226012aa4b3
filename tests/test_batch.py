"""``batch``: every format of questions, the answers of ``ask``, bad lines told, stops gone on with."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from semsearch.cli.batching import ResumableFile, answer_questions
from semsearch.errors import UsageError
from semsearch.records import Problem
from semsearch.rendering.formats import FORMATS, make_renderer
from semsearch.search.opening import open_index
from semsearch.search.option_table import OPTIONS, AnswerFormat
from semsearch.search.options import Options
from semsearch.search.question_files import FiledQuestion, QuestionFile
from tests.conftest import Program

QUESTIONS = [
    "who ordered, the army?",
    "soldiers in the town",
    'the "grain" deal',
    "bread\tand salt",
    "shells hit",
    "river",
]


def write_questions(folder: Path) -> dict[str, Path]:
    """The same questions in every format."""
    paths = {suffix: folder / f"q{suffix}" for suffix in (".txt", ".csv", ".tsv", ".jsonl")}
    flat = [question.replace("\t", " ") for question in QUESTIONS]
    paths[".txt"].write_text("\n".join(flat) + "\n")
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], *([str(n), q] for n, q in enumerate(flat, 1))])
    paths[".csv"].write_text(out.getvalue())
    paths[".tsv"].write_text(
        "question\tid\n" + "".join(f'"{q.replace(chr(34), chr(34) * 2)}"\t{n}\n' for n, q in enumerate(flat, 1))
    )
    paths[".jsonl"].write_text("\n".join(json.dumps({"_id": n, "text": q}) for n, q in enumerate(flat, 1)))
    return paths


@pytest.fixture
def indexed(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    return program


def test_every_format_gives_the_answers_of_ask(
    indexed: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = write_questions(tmp_path)
    alone = [json.loads(indexed("ask", q.replace("\t", " "), "--format", "json").out) for q in QUESTIONS]
    expected = [{"query_id": str(n), **answer} for n, answer in enumerate(alone, 1)]
    for path in paths.values():
        ran = indexed("batch", path)
        assert (ran.status, [json.loads(line) for line in ran.out.splitlines()]) == (0, expected), path.name
    for path in (paths[".txt"], paths[".jsonl"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
        ran = indexed("batch", "-")
        assert [json.loads(line) for line in ran.out.splitlines()] == expected


def test_a_line_has_its_own_settings(indexed: Program, tmp_path: Path) -> None:
    lines = [
        {"_id": "a", "text": "town", "k": 1},
        {"_id": "b", "text": "town", "on": "2022-12"},
        {"_id": "c", "text": "town", "since": "2022-12-01", "until": 2022},
        {"_id": "d", "text": "town"},
        {"_id": "e", "text": "town", "source": "nobody"},
    ]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    ran = indexed("batch", path, "--on", "2022-11", "-k", 2)
    found = {answer["query_id"]: answer for answer in map(json.loads, ran.out.splitlines())}
    dates = {name: [hit["published"] for hit in answer["hits"]] for name, answer in found.items()}
    assert len(dates["a"]) == 1
    assert dates["b"] == dates["c"] == ["2022-12-24"]
    assert sorted(dates["d"]) == ["2022-11-09", "2022-11-11"]
    assert dates["e"] == []
    assert found["b"]["window"] == ["2022-12-01", "2022-12-31", "on 2022-12"]
    assert found["d"]["window"] == ["2022-11-01", "2022-11-30", "--on 2022-11"]
    assert ran.status == 0


def test_bad_lines_are_told_and_the_others_answered(indexed: Program, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        "\n".join(
            [
                '{"_id": "a", "text": "town"}',
                "{bad",
                '{"_id": "a", "text": "again"}',
                '{"_id": "c", "text": " "}',
                '{"_id": "d"}',
                '{"_id": "e", "text": "x", "since": "soon"}',
                '{"_id": "f", "text": "x", "recency": "soon"}',
                '{"_id": "g", "text": "x", "k": "many"}',
                '{"_id": "h", "text": "river", "note": 1}',
            ]
        )
    )
    ran = indexed("batch", path)
    assert ran.status == 3
    assert [json.loads(line)["query_id"] for line in ran.out.splitlines()] == ["a", "h"]
    told = [line for line in ran.err.splitlines() if f"{path}:" in line]
    assert [int(line.split(f"{path}:")[1].split(":")[0]) for line in told] == [2, 3, 4, 5, 6, 7, 8]
    assert "unknown fields: note" in ran.err


def test_csv_questions_may_hold_commas_and_line_breaks(tmp_path: Path) -> None:
    data = b'id,text,k\n1,"a, b\nc",3\n2\n3,d,\n'
    items = list(QuestionFile(data, "q.csv", Options()))
    assert isinstance(items[0], FiledQuestion)
    assert (items[0].query.text, items[0].query.top) == ("a, b\nc", 3)
    assert isinstance(items[1], Problem)
    assert items[1].line == 4
    assert isinstance(items[2], FiledQuestion)
    assert items[2].query.top == 10


def test_an_empty_table_of_questions_is_told(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("")
    ran = indexed("batch", "q.csv")
    assert (ran.status, ran.out) == (3, "")
    assert "q.csv: empty" in ran.err


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("stop_at", [1, 17, 40])
def test_a_stopped_batch_goes_on_to_the_same_file(
    indexed: Program, tmp_path: Path, name: AnswerFormat, stop_at: int
) -> None:
    path = tmp_path / "q.txt"
    path.write_text("\n".join(f"town {n} river soldiers" for n in range(45)))
    assert indexed("batch", path, "-o", "whole", "--format", name).status == 0
    questions = QuestionFile(path.read_bytes(), str(path), Options())
    out = ResumableFile(tmp_path / "out", "same", resume=False)

    def stop(number: int) -> None:
        out.answered(number)
        if number == stop_at:
            out.write("half a line of the next ans")
            raise KeyboardInterrupt

    with open_index(tmp_path / "indexes/default") as index:
        with pytest.raises(KeyboardInterrupt):
            answer_questions(index, questions, make_renderer(name, many=True), out.write, answered=stop)
        out.abandon()
        assert not (tmp_path / "out").exists()
        again = ResumableFile(tmp_path / "out", "same", resume=True)
        assert again.done == stop_at // 16 * 16
        report = answer_questions(
            index, questions, make_renderer(name, many=True), again.write, skip=again.done, answered=again.answered
        )
        again.finish()
    assert (report.asked, report.resumed) == (45, stop_at // 16 * 16)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    assert sorted(p.name for p in tmp_path.glob("out*")) == ["out"]


def test_resume_refuses_another_batch(tmp_path: Path) -> None:
    out = ResumableFile(tmp_path / "out", "one", resume=False)
    for number in range(1, 33):
        out.write("answer\n")
        out.answered(number)
    out.abandon()
    with pytest.raises(UsageError, match="without --resume"):
        ResumableFile(tmp_path / "out", "other", resume=True)
    again = ResumableFile(tmp_path / "out", "one", resume=True)
    again.abandon()
    assert again.done == 32


def test_resume_needs_an_output(indexed: Program, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("town\n")
    assert indexed("batch", "q.txt", "--resume").status == 2
    assert indexed("batch", "nowhere.txt").status == 2


def test_r5_a_line_may_have_every_option_or_is_told_why_not(indexed: Program, tmp_path: Path) -> None:
    """``top``, ``mode``, ``per_document``, ``expand``, ``strict_time``, ``no_time`` were passed over."""
    values: dict[type, object] = {int: 2, bool: True, str: "2022-11", Path: "events.toml"}
    special = {"mode": "lexical", "recency": "30d", "source": ["nobody"]}
    for option in OPTIONS:
        value = special.get(option.name, values.get(option.kind))
        path = tmp_path / "q.jsonl"
        path.write_text(json.dumps({"_id": "a", "text": "town", option.parameter: value}))
        ran = indexed("batch", path)
        if option.why_not:
            assert (ran.status, option.why_not in ran.err, ran.out) == (3, True, "")
        else:
            assert (ran.status == 3, "unknown fields" in ran.err) == (False, False), (option.name, ran.err)
    table = tmp_path / "q.csv"
    table.write_text("id,text,top,mode,no_time,expand,per_document\na,town in December 2022,1,lexical,yes,0,1\n")
    (answer,) = map(json.loads, indexed("batch", table).out.splitlines())
    assert (len(answer["hits"]), answer["hits"][0]["dense"], answer["time"]) == (1, None, None)
    table.write_text("id,text,mode,expand\na,town,loud,\nb,town,,perhaps\n")
    ran = indexed("batch", table)
    assert (ran.status, ran.out) == (3, "")
    assert "mode is 'loud'" in ran.err
    assert "expand is 'perhaps'" in ran.err

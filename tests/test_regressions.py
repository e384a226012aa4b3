"""A test for each way in which an attack once broke semsearch."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.dates.published import parse_published
from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.indexing.building import build, forget
from semsearch.readers import FieldNames, open_documents
from semsearch.records import DateClaim, Problem, RawDocument
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE
from tests.conftest import Program, write_articles
from tests.promises.states import assert_whole


def held(index: Path) -> dict[str, str]:
    """Every document of an index: id and text."""
    with open_index(index) as opened:
        hits = opened.search("anything", top=1000).hits
        return {hit.document.doc_id: hit.document.text for hit in hits}


def indexed(folder: Path, files: dict[str, str], index: Path) -> dict[str, str]:
    build([write_articles(folder, files)], index, model="hash")
    return held(index)


@pytest.mark.parametrize("text", ["[{}]", '{{"articles": [{}]}}'])
def test_records_without_ids_on_one_line_are_all_kept(tmp_path: Path, text: str) -> None:
    records = ", ".join(json.dumps({"text": f"Article {n}."}) for n in range(6))
    assert len(indexed(tmp_path / "a", {"a.json": text.format(records)}, tmp_path / "ix")) == 6


def test_rebuild_refuses_to_lose_a_source_that_is_away(articles: Path, tmp_path: Path) -> None:
    other = write_articles(tmp_path / "other", {"b.txt": "Another."})
    build([articles, other], tmp_path / "ix", model="hash")
    other.rename(tmp_path / "away")
    other.mkdir()
    with pytest.raises(UsageError, match="--forget"):
        build([], tmp_path / "ix", rebuild=True)
    assert len(held(tmp_path / "ix")) == 6


def test_rebuild_keeps_the_field_names(tmp_path: Path) -> None:
    path = write_articles(tmp_path / "a", {"t.csv": "article,day\nHello there.,2022-01-02\n"}) / "t.csv"
    build([path], tmp_path / "ix", model="hash", fields=FieldNames({"text": "article", "date": "day"}))
    for sources in ([path], []):
        build(sources, tmp_path / "ix", rebuild=True)
        assert held(tmp_path / "ix") == {"t.csv#2": "Hello there."}
    with pytest.raises(UsageError, match="sources"):
        build([], tmp_path / "ix", fields=FieldNames({"text": "article"}))


def test_rebuild_replaces_an_index_that_cannot_be_read(articles: Path, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    build([articles], index, model="hash")
    (index / DATABASE).write_bytes(b"garbage" * 1000)
    with pytest.raises(UsageError, match="name them"):
        build([], index, rebuild=True)
    build([articles], index, model="hash", rebuild=True)
    assert len(held(index)) == 5


def test_articles_below_a_folder_that_cannot_be_looked_at_stay(tmp_path: Path) -> None:
    root = write_articles(tmp_path / "a", {"a.txt": "One."})
    write_articles(root / "sub", {"b.txt": "Two."})
    build([root], tmp_path / "ix", model="hash")
    (root / "sub").rename(tmp_path / "elsewhere")
    (root / "sub").symlink_to(tmp_path / "elsewhere")
    report = build([root], tmp_path / "ix")
    assert (report.removed, len(report.problems)) == (0, 1)


def read(path: Path, data: bytes) -> list[RawDocument | Problem]:
    path.write_bytes(data)
    with open_documents(path, FieldNames()) as stream:
        return list(stream)


def test_one_bad_byte_costs_one_line(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"Статья {n} – é."}, ensure_ascii=False).encode() for n in range(100)]
    lines[50] = lines[50].replace(b".", b"\xff")
    found = read(tmp_path / "a.jsonl", b"\n".join(lines))
    assert [item.line for item in found if isinstance(item, Problem)] == [51]
    assert len(found) == 100


def test_one_bad_byte_in_a_text_is_shown_as_such(tmp_path: Path) -> None:
    found, told = read(tmp_path / "a.txt", "The café – the mayor’s – is open.".encode() + b"\xff")
    assert isinstance(found, RawDocument)
    assert isinstance(told, Problem)
    assert told.reason == "1 character is no utf-8: read as U+FFFD"
    assert found.text == "The café – the mayor’s – is open.\ufffd"


def test_a_letter_far_into_a_text_decides_its_encoding(tmp_path: Path) -> None:
    text = "Plain words only. " * 20_000 + "Le président a déclaré que la présence était nécessaire."
    (found,) = read(tmp_path / "a.txt", text.encode("latin-1"))
    assert isinstance(found, RawDocument)
    assert found.text == text


def test_short_cyrillic_is_cyrillic(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.txt", "Херсон освобождён. Мост разрушен.".encode("cp1251"))
    assert isinstance(found, RawDocument)
    assert found.text == "Херсон освобождён. Мост разрушен."


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path) -> None:
    found = read(tmp_path / "u.csv", b'id,date,text\n0,,Good.\n1,2022-01-01,"He said\n2,2022-01-02,Second\n')
    assert isinstance(found[0], RawDocument)
    assert [(item.line, "never closed" in item.reason) for item in found if isinstance(item, Problem)] == [(3, True)]
    assert [item.text for item in found if isinstance(item, RawDocument)] == ["Good.", '"He said', "Second"]


def test_a_column_that_stands_twice_is_told(tmp_path: Path) -> None:
    (told,) = read(tmp_path / "u.csv", b"id,text,Text\n0,a,\n")
    assert "'text' twice" in str(told)


@pytest.mark.parametrize("raw", ["Q3 2022", "H1 2022", "1 Jan 2022 00:00:00 +99999999999999", "2022-11-09T99:99:99"])
def test_no_part_of_a_date_comes_from_the_clock(raw: str) -> None:
    with pytest.raises(DateNotUnderstood):
        parse_published(DateClaim(raw, "field"))


def test_two_digits_of_a_year_do_not_hide_that_a_date_is_ambiguous() -> None:
    found = parse_published(DateClaim("05/11/22", "field"))
    assert (str(found), found.ambiguous) == ("2022-11-05", True)


def test_an_odd_field_costs_only_itself(tmp_path: Path) -> None:
    record = {
        "text": "Body.",
        "title": False,
        "source": {"id": None, "name": "Agency"},
        "date": {"$date": "2022-11-09"},
        "_id": {"$oid": "abc"},
        "url": {"a": 1, "b": 2},
    }
    (found,) = read(tmp_path / "a.jsonl", json.dumps(record).encode())
    assert isinstance(found, RawDocument)
    assert (found.publisher, found.claims[0].raw, found.own_id, found.url) == ("Agency", "2022-11-09", "abc", None)
    assert [doubt.split()[0] for doubt in found.doubts] == ["title", "url"]
    report = build([tmp_path / "a.jsonl"], tmp_path / "ix", model="hash")
    assert (report.added, len(report.problems)) == (1, 2)


def test_of_two_files_with_one_id_the_first_has_it_whatever_came_before(tmp_path: Path) -> None:
    def line(text: str) -> str:
        return json.dumps({"_id": "X", "text": text}) + "\n"

    folder = write_articles(tmp_path / "a", {"a.jsonl": line("From a."), "b.jsonl": line("From b.")})
    build([folder], tmp_path / "ix", model="hash")
    assert held(tmp_path / "ix") == {"X": "From a.", "b.jsonl#X": "From b."}
    (folder / "a.jsonl").write_text(json.dumps({"_id": "Y", "text": "Why."}))
    assert build([folder], tmp_path / "ix").problems == []
    assert held(tmp_path / "ix") == {"Y": "Why.", "X": "From b."}
    (folder / "a.jsonl").write_text(line("From a."))
    assert build([folder], tmp_path / "ix").problems == []
    assert held(tmp_path / "ix") == {"X": "From a.", "b.jsonl#X": "From b."}


def test_forgetting_a_source_keeps_what_another_names(articles: Path, tmp_path: Path) -> None:
    build([articles, articles / "grain.txt"], tmp_path / "ix", model="hash")
    assert forget([articles], tmp_path / "ix").removed == 4
    assert list(held(tmp_path / "ix")) == ["grain.txt"]


HOSTILE_FILES = {
    "digits.json": '[{"text": "a", "n": 1' + "0" * 5000 + "}]",
    "surrogate.jsonl": '{"\\ud800": 1}\n',
    "tag.md": "---\ntitle: !!int abc\ndate: !!timestamp foo\n---\nBody.\n",
    "nested.md": "---\ntitle: " + "[" * 3000 + "\n---\nBody.\n",
    "zone.jsonl": '{"text": "Zone.", "date": "1 Jan 2022 00:00:00 +99999999999999"}\n',
    "heading.md": "# a " + "#" * 200_000 + "x\n\nBody.\n",
    ".semsearchignore": "!\n\\\nnothing-here\n",
}


def test_one_hostile_file_never_stops_the_others(program: Program, articles: Path) -> None:
    write_articles(articles, HOSTILE_FILES)
    (articles / "loop.txt").symlink_to(articles / "loop.txt")
    (articles / "through.txt").symlink_to(articles / "grain.txt" / "deeper")
    began = time.monotonic()
    ran = program("index", articles, "--model", "hash")
    assert ran.status == 3, ran.err
    assert time.monotonic() - began < 20
    found = json.loads(program("ask", "grain", "-k", 50, "--format", "json").out)
    assert {"grain.txt", "tag.md", "nested.md", "heading.md", "zone.jsonl#1"} <= {
        hit["doc_id"] for hit in found["hits"]
    }


@pytest.fixture
def asked(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    return program


def test_a_batch_writes_neither_through_links_nor_over_folders(asked: Program, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("town\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    ran = asked("batch", "q.txt", "-o", "link")
    assert (ran.status, "is a link to" in ran.err) == (2, True)
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "real").exists()
    ran = asked("batch", "q.txt", "-o", "articles")
    assert (ran.status, "no regular file" in ran.err) == (2, True)
    os.mkfifo(tmp_path / "fifo")
    assert asked("batch", "q.txt", "-o", "fifo").status == 2


def test_a_batch_is_not_gone_on_with_over_another_index(asked: Program, articles: Path, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("\n".join(f"town {n}" for n in range(40)))
    code = (
        "import sys; from semsearch.cli import batching; from semsearch.cli.main import run\n"
        "def stop(self, number, was=batching.ResumableFile.answered):\n"
        "    was(self, number)\n"
        "    if number == 20: raise SystemExit(9)\n"
        "batching.ResumableFile.answered = stop; run(sys.argv[1:])"
    )
    arguments = ["batch", "q.txt", "-o", "out"]
    ran = subprocess.run([sys.executable, "-c", code, *arguments], cwd=tmp_path, check=False)
    assert ran.returncode == 9
    assert (tmp_path / "out.progress").exists()
    shutil.rmtree(tmp_path / "indexes")
    assert asked("index", articles, "--model", "hash").status == 0
    again = asked(*arguments, "--resume")
    assert (again.status, "another state of the index" in again.err) == (2, True)


def test_eval_never_writes_into_the_users_index(asked: Program, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "set", {"corpus.jsonl": '{"_id": "d", "text": "Grain."}\n'})
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n')
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n")
    (tmp_path / "semsearch.toml").write_text('index = "indexes/default"\n')
    assert asked("eval", folder, "--model", "hash").status == 0
    assert json.loads(asked("info", "--format", "json").out)["documents"] == 5


def test_a_line_and_the_options_make_one_window(asked: Program, tmp_path: Path) -> None:
    lines = [{"_id": "a", "text": "town", "since": "2022-11-10"}, {"_id": "b", "text": "town", "since": False}]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ran = asked("batch", "q.jsonl", "--until", "2022-11")
    answer = json.loads(ran.out)
    assert answer["window"][:2] == ["2022-11-10", "2022-11-30"]
    assert [hit["published"] for hit in answer["hits"]] == ["2022-11-11"]
    assert (ran.status, ":2: since is bool" in ran.err) == (3, True)


@pytest.mark.parametrize("option", ["--since", "--until", "--on"])
def test_an_empty_date_is_no_filter_and_not_taken_for_one(asked: Program, option: str) -> None:
    assert asked("ask", "town", option, "").status == 2


def test_odd_files_of_questions(asked: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "q.jsonl.gz").write_bytes(gzip.compress(b'{"_id": "a", "text": "town"}\n' * 500)[:40])
    ran = asked("batch", "q.jsonl.gz")
    assert (ran.status, "damaged gzip" in ran.err) == (2, True)
    (tmp_path / "q.json").write_text("{}")
    ran = asked("batch", "q.json")
    assert (ran.status, "unknown format" in ran.err) == (2, True)
    (tmp_path / "q.jsonl").write_text(
        '{"_id": "\\ud800", "text": "town"}\n{"text": "no id"}\n{"_id": 2, "text": "x"}\n'
    )
    assert asked("batch", "q.jsonl", "--format", "csv").status == 3
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf{"_id": "a", "text": "town"}\n')))
    assert json.loads(asked("batch", "-").out)["query"] == "town"


@pytest.mark.parametrize("name", ["csv", "tsv", "text", "md"])
def test_no_format_but_json_lets_control_sequences_through(asked: Program, articles: Path, name: str) -> None:
    (articles / "bad.jsonl").write_text(
        json.dumps({"_id": "b", "text": "zebra \x1b[31m \x9b2J \u202e end", "title": "t\x1b]0;x\x07"})
    )
    asked("index")
    out = asked("ask", "zebra", "-k", 1, "--format", name).out
    assert "zebra" in out
    assert not [c for c in out if c in "\x1b\x9b\x07\u202e"]


def test_sources_fold_case_in_every_script(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"_id": n, "text": "Text.", "source": n}) for n in ("Известия", "Reuters"))
    build([write_articles(tmp_path / "a", {"a.jsonl": lines})], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        for name in ("известия", "REUTERS"):
            assert len(opened.search("text", publishers=[name]).hits) == 1


def test_a_glob_in_a_folder_with_brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_articles(tmp_path / "g[1]", {"a.txt": "One.", "b.txt": "Two.", "c.md": "Three."})
    monkeypatch.chdir(folder)
    assert build(["*.txt"], tmp_path / "ix", model="hash").added == 2
    assert build([], tmp_path / "ix").unchanged == 2


def test_the_program_alone_shows_its_help(program: Program) -> None:
    ran = program()
    assert (ran.status, "Commands:" in ran.out, ran.err) == (0, True, "")


@pytest.mark.parametrize(
    "line", ["top = true", "quiet = 1", "source = 3", "[similar]\nmode = 'dense'", "[eval]\nindex = 'x'"]
)
def test_settings_of_the_wrong_kind_are_refused(program: Program, tmp_path: Path, line: str) -> None:
    (tmp_path / "semsearch.toml").write_text(line + "\n")
    ran = program("--version")
    assert (ran.status, ran.err.count("\n")) == (2, 1)


def test_a_pipe_that_closes_is_no_error(asked: Program, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("town\n" * 3000)
    for command in ("batch q.txt -q", "ask town -k 5 --format jsonl", "show grain.txt"):
        shell = f"set -o pipefail; {sys.executable} -m semsearch {command} | head -c 1 >/dev/null"
        ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, ""), command


def test_closed_standard_streams_are_no_error(asked: Program, tmp_path: Path) -> None:
    for closed in (">&-", "2>&-"):
        shell = f"{sys.executable} -m semsearch ask town {closed}"
        ran = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (ran.returncode, "error" in ran.stdout + ran.stderr) == (0, False), closed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    lines = "\n".join(json.dumps({"_id": n, "text": f"word{n} " * 400}) for n in range(8000))
    path = write_articles(tmp_path / "a", {"a.jsonl": lines}) / "a.jsonl"
    command = [sys.executable, "-m", "semsearch", "index", str(path), "--model", "hash", "--index", "ix"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "ix" / DATABASE).exists():
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(number)
    began = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "semsearch: interrupted; what was committed is kept\n"
    assert time.monotonic() - began < 10
    assert_whole(tmp_path / "ix", "interrupted")

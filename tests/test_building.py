"""``index``: what changed is read, nothing is lost, and incremental equals clean."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semsearch.errors import EncoderMismatch, IndexBusy, IndexMissing, UsageError
from semsearch.indexing.building import BuildReport, build, forget
from semsearch.indexing.changes import size_of
from semsearch.indexing.report import Progress
from semsearch.readers import FieldNames
from semsearch.search.opening import open_index
from semsearch.storage.writer import open_writer
from tests.conftest import ARTICLES, write_articles

Answer = list[tuple[str, int, int, str, str, float]]


def index_hash(source: Path, index: Path, **options: object) -> BuildReport:
    return build([source], index, model="hash")


def answers(index: Path, questions: tuple[str, ...] = ("soldiers town", "grain deal", "bread river")) -> list[Answer]:
    with open_index(index) as opened:
        return [
            [
                (h.document.doc_id, h.start, h.end, h.text, str(h.document.published), round(h.score, 6))
                for h in opened.search(question, top=20, per_document=5).hits
            ]
            for question in questions
        ]


def counts(report: BuildReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed, report.encoded


def test_a_second_run_does_nothing(articles: Path, tmp_path: Path) -> None:
    assert counts(index_hash(articles, tmp_path / "ix")) == (5, 0, 0, 0, 5)
    before = answers(tmp_path / "ix")
    assert counts(build([], tmp_path / "ix")) == (0, 0, 5, 0, 0)
    assert answers(tmp_path / "ix") == before


def test_a_file_that_goes_after_it_was_found_stops_nothing(tmp_path: Path) -> None:
    """Found by a folder that is exchanged all the time: it was there when asked, and not when measured."""
    (tmp_path / "a.txt").write_text("five!", "utf-8")
    assert (size_of(tmp_path / "a.txt"), size_of(tmp_path / "gone.txt")) == (5, 0)


def test_a_touched_file_is_known_by_its_hash(articles: Path, tmp_path: Path) -> None:
    index_hash(articles, tmp_path / "ix")
    os.utime(articles / "grain.txt", (1, 1))
    assert counts(index_hash(articles, tmp_path / "ix")) == (0, 0, 5, 0, 0)


def test_edit_add_and_delete(articles: Path, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    index_hash(articles, index)
    (articles / "grain.txt").write_text(" date 2022-07-23 The grain deal was signed by two ministers.\n")
    (articles / "new.txt").write_text(" date 2023-01-01 A new year.\n")
    (articles / "undated.txt").unlink()
    assert counts(index_hash(articles, index)) == (1, 1, 3, 1, 2)
    index_hash(articles, tmp_path / "clean")
    assert answers(index) == answers(tmp_path / "clean")
    with open_index(index) as opened:
        assert "undated.txt" not in [hit.document.doc_id for hit in opened.search("bread flour", top=50).hits]


def test_an_edit_of_one_passage_encodes_only_that(tmp_path: Path) -> None:
    paragraphs = [" ".join(f"Word {n} of part {p} is here." for n in range(30)) for p in range(6)]
    path = tmp_path / "long.jsonl"
    record = {"_id": "a", "title": "Title", "text": "\n\n".join(paragraphs)}
    path.write_text(json.dumps(record))
    first = index_hash(path, tmp_path / "ix")
    assert first.encoded > 6
    record["text"] = str(record["text"]).replace("Word 29 of part 5", "Word 30 of part 5")
    path.write_text(json.dumps(record))
    assert counts(index_hash(path, tmp_path / "ix")) == (0, 1, 0, 0, 1)


def test_equal_texts_are_encoded_once(tmp_path: Path) -> None:
    text = " date 2022-11-09 The same words.\n"
    write_articles(tmp_path / "a", {f"{n}.txt": text for n in range(10)})
    report = index_hash(tmp_path / "a", tmp_path / "ix")
    assert (report.added, report.encoded) == (10, 1)
    with open_index(tmp_path / "ix") as opened:
        hits = opened.search("same words", top=20).hits
    assert [hit.document.doc_id for hit in hits] == [f"{n}.txt" for n in range(10)]  # ties by id


def test_a_renamed_file_is_not_encoded_again(articles: Path, tmp_path: Path) -> None:
    index_hash(articles, tmp_path / "ix")
    (articles / "grain.txt").rename(articles / "wheat.txt")
    assert counts(index_hash(articles, tmp_path / "ix")) == (1, 0, 4, 1, 0)


def records(path: Path, numbers: list[int], suffix: str = "") -> Path:
    lines = [
        json.dumps({"_id": f"d{n}", "text": f"Article {n} says {n * n}.{suffix}", "date": "2022-11-09"})
        for n in numbers
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()) if path.suffix == ".gz" else "\n".join(lines).encode())
    return path


def test_a_record_removed_from_a_file_leaves_and_nothing_else_changes(tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl.gz", list(range(50)))
    index = tmp_path / "ix"
    index_hash(path, index)
    with open_index(index) as opened:
        before = {d: opened.document(f"d{d}") for d in range(50)}
    records(path, [n for n in range(50) if n != 17])
    assert counts(index_hash(path, index)) == (0, 0, 49, 1, 0)
    with open_index(index) as opened:
        found = opened.search("Article 17 says 289.", top=100).hits
        assert len(found) == 49
        assert "d17" not in [hit.document.doc_id for hit in found]
        assert replace(opened.document("d3"), sha256=None) == replace(before[3], sha256=None)  # of the file
        assert opened.document("d30").place.line == before[30].place.line - 1  # where it stands is kept true
        assert opened.document("d30").text == before[30].text


def test_ids_that_collide_in_one_file_are_told(tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl", [1, 2, 1])
    report = index_hash(path, tmp_path / "ix")
    assert report.added == 2
    (told,) = report.problems
    assert (told.line, "'d1'" in told.reason) == (3, True)
    again = build([], tmp_path / "ix")
    assert [str(p) for p in again.problems] == [str(told)]


def test_a_record_that_moves_to_another_file_is_never_lost(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    records(folder / "a.jsonl", [1])
    records(folder / "b.jsonl", [2, 3])
    index_hash(folder, tmp_path / "ix")
    records(folder / "a.jsonl", [1, 3])  # read before b.jsonl, which still held it
    records(folder / "b.jsonl", [2])
    report = index_hash(folder, tmp_path / "ix")
    assert report.problems == []
    with open_index(tmp_path / "ix") as opened:
        assert opened.info().documents == 3
        assert opened.document("d3").path.endswith("a.jsonl")


def test_files_of_one_name_in_two_sources_keep_apart(tmp_path: Path) -> None:
    for year in ("2021", "2022"):
        write_articles(tmp_path / year, {"jan.txt": f" date {year}-01-01 January of {year}.\n"})
    build([tmp_path / "2021", tmp_path / "2022"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        assert opened.document("jan.txt").text == "January of 2021."
        assert opened.document("2022/jan.txt").text == "January of 2022."


def test_a_source_that_vanished_as_a_whole_is_kept_until_it_is_forgotten(articles: Path, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    index_hash(articles, index)
    shutil.rmtree(articles)
    report = build([], index)
    assert report.removed == 0
    assert "--forget" in report.notes[0]
    articles.mkdir()  # an unmounted folder is empty, not gone
    assert build([], index).removed == 0
    with open_index(index) as opened:
        assert opened.info().documents == 5
    assert forget([articles], index).removed == 5
    with open_index(index) as opened:
        assert opened.info().documents == 0
        assert opened.search("grain").hits == ()


def test_bad_inputs_are_told_and_the_rest_is_indexed(articles: Path, tmp_path: Path) -> None:
    (articles / "bad.txt").write_text(" date 2022-02-30 The day does not exist.\n")
    (articles / "empty.txt").write_text("")
    (articles / "binary.txt").write_bytes(bytes(range(256)))
    (articles / "lines.jsonl").write_text('{"text": "Good."}\n{bad\n{"title": "x"}\n')
    (articles / "picture.png").write_bytes(b"x")
    report = index_hash(articles, tmp_path / "ix")
    assert report.added == 7
    told = {f"{Path(p.path).name}:{p.line}": p.reason for p in report.problems}
    assert set(told) == {"bad.txt:1", "empty.txt:0", "binary.txt:0", "lines.jsonl:2", "lines.jsonl:3", "picture.png:0"}
    assert told["bad.txt:1"] == "no such date: 2022-02-30; kept without a date"
    with open_index(tmp_path / "ix") as opened:
        assert opened.document("bad.txt").published is None
        assert opened.document("lines.jsonl#1").text == "Good."
    assert sorted(map(str, build([], tmp_path / "ix").problems)) == sorted(map(str, report.problems))


def test_an_index_inside_its_source_is_not_read(articles: Path) -> None:
    for _ in range(2):
        report = index_hash(articles, articles / "indexes" / "default")
        assert (report.problems, report.added + report.unchanged) == ([], 5)


def test_unreadable_files_keep_what_was_indexed(articles: Path, tmp_path: Path) -> None:
    index_hash(articles, tmp_path / "ix")
    (articles / "grain.txt").unlink()
    (articles / "grain.txt").symlink_to(articles / "nowhere.txt")
    report = index_hash(articles, tmp_path / "ix")
    assert [Path(p.path).name for p in report.problems] == ["grain.txt"]
    assert report.removed == 0


def test_field_names_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("article,day\nBody.,2022-11-09\n")
    build([path], tmp_path / "ix", model="hash", fields=FieldNames({"text": "article", "date": "day"}))
    path.write_text("article,day\nOther body.,2022-11-10\n")
    build([], tmp_path / "ix")
    with open_index(tmp_path / "ix") as opened:
        document = opened.document("a.csv#2")
    assert (document.text, str(document.published)) == ("Other body.", "2022-11-10")


def test_other_field_names_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,article,summary\n1,Long body.,Short.\n")
    for field in ("article", "summary"):
        build([path], tmp_path / "ix", model="hash", fields=FieldNames({"text": field}))
    with open_index(tmp_path / "ix") as opened:
        assert opened.document("1").text == "Short."


def test_sources_may_overlap(articles: Path, tmp_path: Path) -> None:
    write_articles(articles / "sub", {"deep.txt": " date 2022-01-01 Deep words.\n"})
    for sources in ([articles, articles / "sub"], [articles / "sub", articles], [articles / "grain.txt"]):
        report = build(sources, tmp_path / "ix", model="hash")
    assert counts(report) == (0, 0, 1, 0, 0)
    with open_index(tmp_path / "ix") as opened:
        assert opened.info().documents == 6
        assert opened.document("sub/deep.txt").text == "Deep words."


def test_a_file_that_breaks_off_keeps_what_is_not_known_to_be_gone(tmp_path: Path) -> None:
    path = records(tmp_path / "a.jsonl.gz", list(range(2000)))
    index_hash(path, tmp_path / "ix")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    report = index_hash(path, tmp_path / "ix")
    assert (report.removed, len(report.problems)) == (0, 1)
    with open_index(tmp_path / "ix") as opened:
        assert opened.info().documents == 2000
    path.write_bytes(whole)
    assert counts(index_hash(path, tmp_path / "ix")) == (0, 0, 2000, 0, 0)


def test_sources_that_do_not_exist_are_refused(articles: Path, tmp_path: Path) -> None:
    index_hash(articles, tmp_path / "ix")
    with pytest.raises(UsageError, match="empty"):
        build([""], tmp_path / "ix")
    with pytest.raises(UsageError, match="no such file"):
        build([tmp_path / "nowhere"], tmp_path / "ix")
    with pytest.raises(IndexMissing):
        forget([tmp_path / "nowhere"], tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(UsageError, match="is no source"):
        forget([tmp_path / "nowhere"], tmp_path / "ix")


def test_another_encoder_is_refused_and_rebuild_takes_it(articles: Path, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    index_hash(articles, index)
    with pytest.raises(EncoderMismatch, match="--rebuild"):
        build([articles], index, model="all-MiniLM-L6-v2")
    report = build([], index, model="all-MiniLM-L6-v2", rebuild=True)
    assert (report.added, report.encoded) == (5, 5)
    with open_index(index) as opened:
        assert opened.info().encoder.model == "all-MiniLM-L6-v2"
        assert opened.search("why were troops told to withdraw").hits[0].document.doc_id == "2022-11-09-order.txt"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "ix"]


def test_one_writer_at_a_time(articles: Path, tmp_path: Path) -> None:
    with open_writer(tmp_path / "ix"), pytest.raises(IndexBusy, match=f"pid {os.getpid()}"):
        index_hash(articles, tmp_path / "ix")
    assert index_hash(articles, tmp_path / "ix").added == 5


def test_progress_ends_at_its_total(articles: Path, tmp_path: Path) -> None:
    states: list[tuple[int, int, int]] = []

    def note(state: Progress) -> None:
        states.append((state.total, state.done, state.documents))

    build([articles], tmp_path / "ix", model="hash", progress=note)
    size = sum(len(text.encode()) for text in ARTICLES.values())
    assert states[0] == (size, 0, 0)
    assert states[-1] == (size, size, 5)


def test_a_stop_keeps_what_was_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_ITEMS", 10)
    path = records(tmp_path / "a.jsonl", list(range(100)))

    def stop(state: Progress) -> None:
        if state.documents >= 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([path], tmp_path / "ix", model="hash", progress=stop)
    with open_index(tmp_path / "ix") as opened:
        assert opened.info().documents == 50
        assert not opened.info().accelerated
        assert opened.search("Article 7 says 49.").hits[0].document.doc_id == "d7"
    assert counts(build([], tmp_path / "ix")) == (50, 0, 50, 0, 50)
    index_hash(path, tmp_path / "clean")
    questions = ("Article 7 says 49.", "Article 93")
    assert answers(tmp_path / "ix", questions) == answers(tmp_path / "clean", questions)


WORDS = st.lists(
    st.sampled_from(["town", "river", "soldiers", "grain", "deal", "bread", "bridge", "shells"]),
    min_size=1,
    max_size=12,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "put", "delete", "touch", "rename"]), st.integers(0, 7), WORDS), max_size=8
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(STEPS, min_size=1, max_size=3), batch=st.sampled_from([1, 100, 150_000]))
def test_incremental_equals_clean(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    rounds: list[list[tuple[str, int, list[str]]]],
    batch: int,
) -> None:
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_CHARACTERS", batch)
    root = tmp_path_factory.mktemp("incremental")
    folder = write_articles(root / "articles", {"always.txt": " date 2022-01-01 Always here.\n"})
    for steps in rounds:
        for step, number, words in steps:
            path = folder / f"{number}.txt"
            if step == "put":
                path.write_text(f" date 2022-11-{number + 1:02} {' '.join(words)}.\n")
            elif path.exists() and step == "delete":
                path.unlink()
            elif path.exists() and step == "touch":
                os.utime(path, (number, number))
            elif path.exists():
                path.rename(folder / f"{number}-{words[0]}.txt")
        index_hash(folder, root / "incremental")
    index_hash(folder, root / "clean")
    assert answers(root / "incremental") == answers(root / "clean")
    with open_index(root / "incremental") as one, open_index(root / "clean") as other:
        assert (one.info().documents, one.info().passages) == (other.info().documents, other.info().passages)
        assert one.info().accelerated


def test_ids_and_texts_of_the_batch_that_is_still_being_encoded_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One document a batch, so that each meets the one before it on its way through the encoder."""
    monkeypatch.setattr("semsearch.indexing.batches.BATCH_CHARACTERS", 1)
    path = tmp_path / "a.jsonl"
    records = [("1", "One text."), ("1", "Another text."), ("2", "The same text."), ("3", "The same text.")]
    path.write_text("".join(json.dumps({"_id": i, "text": text}) + "\n" for i, text in records), "utf-8")
    report = build([path], tmp_path / "ix", model="hash")
    assert (report.added, report.encoded) == (3, 2)
    assert [str(problem) for problem in report.problems] == [
        f"{path}:2: id '1' is used already in {path}:1; this one is left out"
    ]
    with open_index(tmp_path / "ix") as index:
        assert {hit.document.doc_id: hit.text for hit in index.search("text").hits} == {
            "1": "One text.",
            "2": "The same text.",
            "3": "The same text.",
        }

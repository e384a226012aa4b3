"""Promise 32, C3 and C9 to C11 of the attack: misuse and bad input are told as what they are."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

import semsearch
from semsearch.errors import SemsearchError, UsageError
from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import Program, write_articles

SEED = 20221111


@pytest.fixture
def index(articles: Path, tmp_path: Path) -> Path:
    build([articles], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


USES: dict[str, Callable[[Index], object]] = {
    "search": lambda opened: opened.search("grain"),
    "words": lambda opened: opened.search("grain", mode="lexical"),
    "similar": lambda opened: opened.similar("grain.txt"),
    "document": lambda opened: opened.document("grain.txt"),
    "dates": lambda opened: opened.dates(),
    "info": lambda opened: opened.info(),
    "state": lambda opened: opened.state,
    "model": lambda opened: opened.model,
    "period": lambda opened: opened.period("last month", "--a"),
}


def in_a_thread(work: Callable[[], object]) -> BaseException | None:
    """What a piece of work raises in another thread."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # handed over
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("warm", [True, False])
def test_c3_another_thread_is_misuse(index: Path, use: Callable[[Index], object], warm: bool) -> None:
    with open_index(index) as opened:
        if warm:
            use(opened)
        error = in_a_thread(lambda: use(opened))
        assert isinstance(error, UsageError)
        assert "another thread" in str(error)
        use(opened)  # and nothing is spoilt


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_c3_a_closed_index_is_misuse(index: Path, use: Callable[[Index], object]) -> None:
    with open_index(index) as opened:
        use(opened)
    with pytest.raises(UsageError, match="closed"):
        use(opened)
    opened.close()


def test_c3_an_answer_that_is_read_too_late(index: Path) -> None:
    with open_index(index) as opened:
        answers = opened.answer_all([semsearch.make_query("grain"), semsearch.make_query("town")])
        assert next(answers).hits
    with pytest.raises(UsageError, match="closed"):
        next(answers)


def test_c3_asyncio_says_the_same(index: Path) -> None:
    async def ask() -> None:
        with open_index(index) as opened, pytest.raises(UsageError, match="another thread"):
            await asyncio.to_thread(opened.search, "grain")

    asyncio.run(ask())


def test_c3_a_thousand_misuses_are_never_damage(index: Path) -> None:
    rng = random.Random(SEED)
    uses = list(USES.values())
    with open_index(index) as opened:
        closed = open_index(index)
        closed.close()
        for _ in range(1_000):
            use = rng.choice(uses)
            if rng.random() < 0.5:
                error = in_a_thread(lambda use=use: use(opened))  # type: ignore[misc]
            else:
                with pytest.raises(UsageError) as told:
                    use(closed)
                error = told.value
            assert type(error) is UsageError


def test_an_index_a_thread_works(index: Path) -> None:
    def ask() -> None:
        with open_index(index) as opened:
            assert opened.search("grain").hits

    assert in_a_thread(ask) is None


CHOICES: list[dict[str, object]] = [
    {"publishers": "Reuters"},
    {"publishers": [3]},
    {"publishers": None},
    {"since": date(2022, 11, 9)},
    {"until": 2022},
    {"on": True},
    {"event": date(2022, 11, 9)},
    {"as_of": date(2022, 11, 9)},
    {"recency": 30},
    {"top": "5"},
    {"top": 2.5},
    {"top": True},
    {"per_document": None},
    {"mode": None},
    {"mode": "semantic"},
    {"rerank": 3},
    {"use_time": "no"},
    {"expand": 1},
]


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_c9_a_value_of_another_type_is_told(index: Path, choice: dict[str, object]) -> None:
    with open_index(index) as opened, pytest.raises(UsageError, match="expected"):
        opened.search("grain", **choice)  # type: ignore[arg-type]


@pytest.mark.parametrize("question", [None, 3, b"grain", ["grain"]])
def test_c9_so_is_a_question_that_is_no_text(index: Path, question: object) -> None:
    with open_index(index) as opened, pytest.raises(UsageError, match="expected text"):
        opened.search(question)  # type: ignore[arg-type]


@pytest.mark.parametrize("sources", ["articles", "/", b"articles", Path("articles"), 3, None, [3], [None]])
def test_c9_sources_are_several_names(tmp_path: Path, articles: Path, sources: object) -> None:
    with pytest.raises(UsageError, match="expected"):
        build(sources, tmp_path / "ix", model="hash")  # type: ignore[arg-type]
    assert not (tmp_path / "ix").exists()


OF_BUILD: list[dict[str, object]] = [
    {"model": 5},
    {"model": ""},
    {"dates": 5},
    {"dates": "a\0"},
    {"progress": 5},
    {"device": "gpu"},
    {"precision": "half"},
    {"fields": "text=x"},
    {"hemisphere": "east"},
]


@pytest.mark.parametrize("choice", OF_BUILD, ids=str)
def test_c9_so_is_what_build_takes(tmp_path: Path, articles: Path, choice: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="expected"):
        build([articles], tmp_path / "ix", **choice)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "choice",
    [{"model": 5}, {"today": "2022"}, {"today": datetime(2022, 1, 1)}, {"named_events": 5}, {"named_events": "a\0"}],
    ids=str,
)
def test_c9_so_is_what_open_takes(index: Path, choice: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="expected"):
        open_index(index, **choice)  # type: ignore[arg-type]


ODD_USES: dict[str, Callable[[Index], object]] = {
    "similar": lambda opened: opened.similar(5),  # type: ignore[arg-type]
    "similar to a question": lambda opened: opened.similar("grain.txt", "q"),  # type: ignore[arg-type]
    "no document": lambda opened: opened.document(None),  # type: ignore[arg-type]
    "a number": lambda opened: opened.document(10**30),  # type: ignore[arg-type]
    "a list": lambda opened: opened.document(["a"]),  # type: ignore[arg-type]
    "no UTF-8": lambda opened: opened.document("\ud800"),
    "a question as it is": lambda opened: opened.answer("grain"),  # type: ignore[arg-type]
    "a period": lambda opened: opened.period(5, "a"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("use", ODD_USES.values(), ids=ODD_USES)
def test_c9_so_is_what_an_index_is_asked(index: Path, use: Callable[[Index], object]) -> None:
    with open_index(index) as opened, pytest.raises(SemsearchError) as told:
        use(opened)
    assert "thread" not in str(told.value)


def test_an_id_that_is_no_text_is_unknown(program: Program, articles: Path) -> None:
    assert program("index", articles, "--model", "hash").status == 0
    for command in ("show", "similar"):
        ran = program(command, "a\udcff")
        assert (ran.status, "internal error" in ran.err) == (2, False)


@pytest.mark.parametrize("name", ["a\0b", "", " ", 3, None, b"x"])
def test_c9_an_index_is_a_name_of_a_folder(name: object) -> None:
    for use in (open_index, lambda index: build([], index)):
        with pytest.raises(UsageError, match="expected the name of a folder"):
            use(name)  # type: ignore[arg-type]


# C10: commands


@pytest.fixture
def asked(program: Program, articles: Path) -> Program:
    assert program("index", articles, "--model", "hash").status == 0
    return program


def questions(folder: Path) -> Path:
    (folder / "q.txt").write_text("town\n" * 20, "utf-8")
    return folder / "q.txt"


@pytest.mark.parametrize("kind", ["deep", "FIFO", "endless", "folder", "list", "numbers"])
def test_c10_a_progress_file_may_be_anything(asked: Program, tmp_path: Path, kind: str) -> None:
    progress = tmp_path / "out.progress"
    questions(tmp_path)
    if kind == "FIFO":
        os.mkfifo(progress)
    elif kind == "endless":
        progress.symlink_to("/dev/zero")
    elif kind == "folder":
        progress.mkdir()
    else:
        said = {"deep": "[" * 9_000, "list": "[]", "numbers": '{"of": "semsearch batch", "done": "x"}'}
        progress.write_text(said[kind], "utf-8")
    for options in ([], ["--resume"]):
        ran = asked("batch", "q.txt", "-o", "out", *options)
        assert (ran.status, ran.err.count("\n")) == (2, 1)
        assert "out.progress" in ran.err
    assert not (tmp_path / "out").exists()


def test_c10_a_progress_file_names_no_other_file(asked: Program, tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("mine", "utf-8")
    note = {"of": "semsearch batch", "identity": "x", "done": 16, "bytes": 0}
    for name in ("thesis", "../thesis", f"{tmp_path}/thesis", ".out.abc.partial"):
        (tmp_path / "out.progress").write_text(json.dumps({**note, "in": name}), "utf-8")
        ran = asked("batch", str(questions(tmp_path)), "-o", "out")
        assert ran.status == 2
        assert (tmp_path / "thesis").read_text("utf-8") == "mine"


def test_c10_standard_input_that_is_closed(asked: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    ran = asked("batch", "-")
    assert (ran.status, "standard input is closed" in ran.err) == (2, True)


def test_c10_events_at_the_end_of_the_calendar(asked: Program, tmp_path: Path) -> None:
    (tmp_path / "ev.toml").write_text(
        '[[event]]\nname = "grain"\nwords = ["grain"]\nfirst = 0001-01-01\nlast = 9999-12-31\n', "utf-8"
    )
    for question in ("two weeks after grain", "before grain", "since grain", "a year before the grain", "after grain"):
        ran = asked("ask", question, "--named-events", "ev.toml")
        assert ran.status in (0, 1), ran.err


@pytest.mark.parametrize("output", ["/dev/stdout", "/dev/null", "articles", "none/out"])
def test_c10_an_output_that_is_no_file(asked: Program, tmp_path: Path, output: str) -> None:
    ran = asked("batch", questions(tmp_path), "-o", output)
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert output in ran.err or "none is no folder" in ran.err
    assert "partial" not in ran.err


@pytest.mark.parametrize(
    "command",
    [["index", "--dates", "fifo"], ["batch", "fifo"], ["ask", "x", "--named-events", "fifo"], ["verify", "fifo"]],
)
def test_c10_a_fifo_that_nobody_writes_to(asked: Program, tmp_path: Path, command: list[str]) -> None:
    os.mkfifo(tmp_path / "fifo")
    ran = asked(*command)
    assert (ran.status, "a FIFO" in ran.err) == (2, True)


def test_c10_a_pipe_of_the_shell_is_read(asked: Program) -> None:
    read, write = os.pipe()
    os.write(write, b"who signed the grain deal\n")
    os.close(write)
    ran = asked("batch", f"/dev/fd/{read}")
    os.close(read)
    assert (ran.status, len(ran.out.splitlines())) == (0, 1)


# C11: judgements


@pytest.fixture
def judged(program: Program, tmp_path: Path) -> Path:
    folder = write_articles(tmp_path / "set", {"corpus.jsonl": '{"_id": "d", "text": "Grain."}\n'})
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n', "utf-8")
    return folder


@pytest.mark.parametrize(
    ("qrels", "status", "told"),
    [
        ("q\td\t1\nq\td\t0\nq\td\t3\n", 3, "judged already in line 2 (grade 1)"),
        ("q\td\t1\nq\te\t-2\n", 3, "grade -2 counts as not relevant"),
        ("q\td\n", 2, "expected: query-id corpus-id score"),
        ("q\td\t\n", 2, "expected: query-id corpus-id score"),
        ("q\td\t99999999999999999999\n", 2, "expected: query-id corpus-id score"),
        ("q\td\t1.5\n", 2, "expected: query-id corpus-id score"),
        ("q\td\t1\n", 0, ""),
    ],
)
def test_c11_doubtful_judgements_are_told(program: Program, judged: Path, qrels: str, status: int, told: str) -> None:
    (judged / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{qrels}", "utf-8")
    ran = program("eval", judged, "--model", "hash")
    assert ran.status == status, ran.err
    assert told in ran.err


def test_c11_a_question_id_twice_is_told(program: Program, judged: Path) -> None:
    (judged / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    (judged / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n{"_id": "q", "text": "corn"}\n', "utf-8")
    ran = program("eval", judged, "--model", "hash")
    assert (ran.status, "used already in line 1" in ran.err) == (3, True)


@pytest.mark.parametrize("name", ["queries.jsonl", "qrels.tsv", "corpus.jsonl"])
def test_a_dataset_does_not_lead_out_of_its_folder(program: Program, judged: Path, tmp_path: Path, name: str) -> None:
    (judged / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    (judged / name).rename(tmp_path / "secret.jsonl")
    (judged / name).symlink_to(tmp_path / "secret.jsonl")
    ran = program("eval", judged, "--model", "hash")
    assert (ran.status, "a link out of the folder" in ran.err) == (2, True)


def test_every_error_is_one_of_ours(index: Path) -> None:
    """What :func:`open_index` raises for a folder of anything."""
    for name in ("truth.sqlite", "seal.json"):
        (index / name).write_bytes(io.BytesIO(b"anything").getvalue() * 100)
        with pytest.raises(SemsearchError):
            open_index(index)

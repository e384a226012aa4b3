"""B5 to B7 and C8 of the attack: one small file takes neither all memory nor all time, and costs itself alone."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.readers import find_files, open_found
from semsearch.readers.ignoring import IgnoreRules, read_ignore_file
from semsearch.search.opening import open_index
from tests.conftest import ROOT, Program, write_articles

MEGABYTES = 1_000
SECONDS = 10.0  # of the processor: the machine may be busy
SEED = 20221111
MEASURED = (
    "import json, resource, subprocess, sys\n"
    "ran = subprocess.run([sys.executable, '-P', '-m', 'semsearch', *sys.argv[1:]], capture_output=True, text=True,"
    " timeout=300, check=False)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(json.dumps([ran.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, ran.stderr]))\n"
)


def packed(path: Path, parts: Iterable[bytes]) -> None:
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for part in parts:
            stream.write(part)


MB = 1 << 20
BOMBS: dict[str, tuple[Callable[[Path], object], str]] = {
    # B5
    "blanks without a line end, 3 GB": (
        lambda folder: packed(folder / "b.jsonl.gz", [b" " * MB] * 3_000),
        "times its size",
    ),
    "a quoted field of 2 GB": (
        lambda folder: packed(folder / "b.csv.gz", [b'id,text\n1,"', *[b"a" * MB] * 2_000]),
        "times its size",
    ),
    "an endless ignore file": (lambda folder: (folder / ".semsearchignore").symlink_to("/dev/zero"), "a link, not"),
    # B6
    "a pattern of many stars": (
        lambda folder: (
            (folder / ".semsearchignore").write_text("*a*a*a*a*a*a*a*ab\n"),
            (folder / f"{'a' * 60}.txt").write_text("More."),
        ),
        "",
    ),
    "a FIFO for an ignore file": (lambda folder: os.mkfifo(folder / ".semsearchignore"), "a FIFO, not"),
    "a range without characters": (
        lambda folder: (folder / ".semsearchignore").write_text("[z-a].txt\n"),
        "the range z-a has no characters",
    ),
    "200,000 patterns": (
        lambda folder: (folder / ".semsearchignore").write_text("".join(f"{n:x}*\n" for n in range(150_000))),
        "more than 500 patterns with wildcards",
    ),
    # C8
    "a header of a million columns": (
        lambda folder: (folder / "b.csv").write_text(
            "text," + ",".join(f"c{n}" for n in range(1_000_000)) + "\nWords" + ",x" * 1_000_000 + "\n"
        ),
        "",
    ),
    "2 MB of front matter": (
        lambda folder: (folder / "b.md").write_text(
            "---\n" + "".join(f"k{n}: [v]\n" for n in range(180_000)) + "---\nWords.\n"
        ),
        "front matter of more than",
    ),
    "9.9 MB of quotation marks": (lambda folder: (folder / "b.txt").write_text('."' * 4_950_000), "split it"),
    "3.9 MB of them": (lambda folder: (folder / "b.txt").write_text('."' * 1_950_000), ""),
    "100,000 days": (lambda folder: (folder / "b.txt").write_text("on 5 May 2022 " * 100_000), "too many dates"),
    # our own
    "a field that goes on over many lines": (
        lambda folder: (folder / "b.csv").write_bytes(b'id,text\n1,"' + b"a b c d e\n" * 5_000_000),
        "a field of more than",
    ),
    "a billion empty lines": (lambda folder: packed(folder / "b.jsonl.gz", [b"\n" * MB] * 1_000), "times its size"),
    "a record of many lists": (
        lambda folder: (folder / "b.json").write_bytes(b'{"text": [' + b"[]," * 20_000_000 + b"[]]}"),
        "values in one record",
    ),
    "a line of many objects": (
        lambda folder: (folder / "b.jsonl").write_bytes(b'{"text":[' + b'{"a":1},' * 5_000_000 + b"1]}\n"),
        "values in one record",
    ),
    "five million bad lines": (lambda folder: (folder / "b.jsonl").write_text("x\n" * 5_000_000), "the rest is left"),
    "five million bad rows": (
        lambda folder: (folder / "b.csv").write_text("id,text\n" + "x\n" * 5_000_000),
        "the rest is left",
    ),
    "a line of 100 MB": (
        lambda folder: (folder / "b.jsonl").write_text(f'{{"text": "{"a " * 50_000_000}"}}\n'),
        "a line of",
    ),
    "deep YAML": (lambda folder: (folder / "b.md").write_text(f"---\n{'[' * 40_000}\n---\nWords.\n"), "front matter"),
    "front matter that is never closed": (
        lambda folder: (folder / "b.md").write_text("---\n" + "- a\n" * 950_000),
        "too many dates",
    ),
    "aliases in front matter": (
        lambda folder: (folder / "b.md").write_text(
            f'---\nx: &a "{"a " * 9_000}"\nl: &l [{", ".join(["*a"] * 7_000)}]\ntitle: *l\nurl: *l\n---\nWords.\n'
        ),
        "front matter",
    ),
    "a record of an array with many lists": (
        lambda folder: (folder / "b.json").write_bytes(b'[{"text": "x", "a":[' + b"[]," * 20_000_000 + b"[]]}]"),
        "values in one record",
    ),
    "a title of 15 MB": (
        lambda folder: packed(
            folder / "b.jsonl.gz", [b'{"text": "Words.", "title": "', *[b"a b c " * 50_000] * 50, b'"}']
        ),
        "times its size",
    ),
    "a title of 15 MB as it is": (
        lambda folder: (folder / "b.jsonl").write_text(f'{{"text": "Words.", "title": "{"a " * 7_500_000}"}}\n'),
        "title of 14999999 characters",
    ),
    "an id of 2 MB": (
        lambda folder: (folder / "b.jsonl").write_text(f'{{"text": "W", "_id": "{"a" * 2_000_000}"}}\n'),
        "an id of",
    ),
    "many ones": (lambda folder: (folder / "b.txt").write_text("1 " * 1_950_000), "too many dates"),
    "3.9 MB of short words": (lambda folder: (folder / "b.txt").write_text("ab " * 1_300_000), ""),
    "a text of one word": (lambda folder: (folder / "b.txt").write_text("a" * 3_900_000), ""),
    "2 GB of one letter": (lambda folder: packed(folder / "b.txt.gz", [b"a" * MB] * 2_000), "times its size"),
}
QUICK = ("blanks without a line end, 3 GB", "a quoted field of 2 GB", "a pattern of many stars", "deep YAML")


def measured(folder: Path, *arguments: object) -> tuple[int, float, int, str]:
    command = [sys.executable, "-c", MEASURED, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=environment())
    status, seconds, megabytes, err = json.loads(ran.stdout)
    return status, seconds, megabytes, err


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    ("plant", "told"),
    [pytest.param(*BOMBS[name], marks=[] if name in QUICK else pytest.mark.slow, id=name) for name in BOMBS],
)
def test_a_bomb_costs_itself_alone(tmp_path: Path, plant: Callable[[Path], object], told: str) -> None:
    folder = write_articles(tmp_path / "a", {"good.txt": " date 2022-01-01 A good article on grain.\n"})
    plant(folder)
    status, seconds, megabytes, err = measured(tmp_path, "index", "a", "--index", "ix", "--model", "hash")
    assert status == (3 if told and "dates" not in told else 0), err[-500:]
    assert told in err
    assert megabytes <= MEGABYTES
    assert seconds <= SECONDS
    with open_index(tmp_path / "ix") as index:
        assert "good.txt" in {entry.doc_id for entry in index.dates()}


@pytest.mark.parametrize("rest", ["link", "FIFO", "folder", "gone"])
@pytest.mark.parametrize("named", ["race", "race/*.txt"])
def test_b7_a_file_that_changes_between_walk_and_reading(
    tmp_path: Path, rest: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as the first file is opened, the other becomes something else."""
    folder = write_articles(tmp_path / "race", {"a.txt": "A harmless text.", "z.txt": "Another one."})
    outside = write_articles(tmp_path, {"outside.txt": "RACECANARY of the user."}) / "outside.txt"

    def swap(root: Path, path: Path) -> int:
        victim = folder / "z.txt"
        if path.name == "a.txt" and victim.is_file():
            victim.unlink()
            if rest == "link":
                victim.symlink_to(outside)
            elif rest == "FIFO":
                os.mkfifo(victim)
            elif rest == "folder":
                victim.mkdir()
        return open_found(root, path)

    monkeypatch.setattr("semsearch.indexing.refresh.open_found", swap)
    monkeypatch.chdir(tmp_path)
    report = build([named], tmp_path / "ix", model="hash")
    assert report.added == 1
    assert "z.txt" in str(report.problems[0])
    with open_index(tmp_path / "ix") as index:
        assert not any("CANARY" in index.document(entry.doc_id).text for entry in index.dates())


def test_b7_folders_that_change_all_the_time(tmp_path: Path) -> None:
    """A folder is exchanged for a link out, again and again, while it is read."""
    folder = write_articles(tmp_path / "race" / "in", {f"{n}.txt": f"Harmless {n}." for n in range(60)})
    secret = write_articles(tmp_path / "home", {f"{n}.txt": "RACECANARY of the user." for n in range(60)})
    ended = threading.Event()

    def exchange() -> None:
        while not ended.is_set():
            folder.rename(tmp_path / "aside")
            folder.symlink_to(secret)
            folder.unlink()
            (tmp_path / "aside").rename(folder)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for turn in range(10):
            build([tmp_path / "race"], tmp_path / f"ix{turn}", model="hash")
    finally:
        ended.set()
        thread.join()
    for turn in range(10):
        if (tmp_path / f"ix{turn}" / "seal.json").exists():
            try:
                index = open_index(tmp_path / f"ix{turn}")
            except Exception:  # noqa: S112  (nothing was there)
                continue
            with index:
                assert not any("CANARY" in index.document(each.doc_id).text for each in index.dates())


def test_a_glob_does_not_go_in_circles(program: Program, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "in", {"a.txt": "A text."})
    write_articles(folder / "deep" / "er", {"b.txt": "Another.", ".hidden.txt": "Not this."})
    for name in "xyz":
        (folder / name).symlink_to(folder)
    began = time.process_time()
    ran = program("index", "in/**/*.txt", "--model", "hash")
    assert time.process_time() - began < 5
    assert (ran.status, "2 added" in ran.err) == (0, True)
    ran = program("index", "in/**/er/*.txt", "--model", "hash", "--index", "other")
    assert (ran.status, "1 added" in ran.err) == (0, True)


def test_patterns_of_many_folders_are_counted_together(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for depth in range(12):
        write_articles(folder, {".semsearchignore": "".join(f"*[ab]{n}*[c]*\n" for n in range(100))})
        write_articles(folder, {f"{'a' * 200}{depth}.txt": "Words."})
        folder = folder / "d"
    found = find_files(tmp_path / "in")
    assert len(found.files) == 12
    assert len(found.problems) == 7
    assert "folders above" in found.problems[0].reason


def test_small_files_of_questions_and_results_take_no_time(program: Program, tmp_path: Path) -> None:
    write_articles(tmp_path / "a", {"a.txt": "Words."})
    assert program("index", "a", "--model", "hash").status == 0
    packed(tmp_path / "q.txt.gz", [b"\n" * MB] * 100)
    packed(tmp_path / "q.jsonl.gz", [b"a\n" * (MB // 2)] * 50)
    packed(tmp_path / "r.jsonl.gz", [b'{"text":"a"}\n' * 80_000] * 30)
    hit = {"doc_id": "x", "path": "r.jsonl.gz", "start": 0, "end": 1, "text": "b"}
    (tmp_path / "r.jsonl").write_text(json.dumps({"hits": [hit]}), "utf-8")
    (tmp_path / "q.jsonl").write_text("x\n" * 1_000_000, "utf-8")
    for command in (["batch", "q.txt.gz"], ["batch", "q.jsonl.gz"], ["batch", "q.jsonl"], ["verify", "r.jsonl"]):
        began = time.process_time()
        ran = program(*command)
        assert time.process_time() - began < 20, command
        assert ran.status in (2, 3), command


def test_a_glob_does_not_lead_out_of_its_folder(program: Program, tmp_path: Path) -> None:
    write_articles(tmp_path / "home", {"secret.txt": "CANARY."})
    folder = write_articles(tmp_path / "cloned", {"a.txt": "A harmless text."})
    (folder / "b.txt").symlink_to(tmp_path / "home" / "secret.txt")
    (folder / "sub").symlink_to(tmp_path / "home")
    ran = program("index", "cloned/**/*.txt", "cloned/*.txt", "--model", "hash")
    assert ran.status == 3
    assert "a link out of the folder" in ran.err
    assert "1 added" in ran.err


# The patterns, against git's own


def by_git(folder: Path, patterns: str, paths: list[str]) -> set[str]:
    (folder / ".gitignore").write_text(patterns, "utf-8")
    ran = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=folder,
        input="\0".join(paths),
        capture_output=True,
        text=True,
        check=False,
    )
    return set(filter(None, ran.stdout.split("\0")))


def by_rules(rules: IgnoreRules, path: str) -> bool:
    """As the walk asks: a folder that is ignored is not entered."""
    names = path.split("/")
    for end in range(1, len(names) + 1):
        verdict = rules.verdict("/".join(names[:end]), is_folder=end < len(names))
        if verdict:
            return True
    return False


PIECES = (
    "a",
    "b",
    "ab",
    "*",
    "?",
    "**",
    "[ab]",
    "[!a]",
    "[a-c]",
    "[[:digit:]]",
    "\\*",
    "\\a",
    "1",
    ".",
    "-",
)  # git counts bytes where we count characters


def some_pattern(rng: random.Random) -> str:
    names = ["".join(rng.choices(PIECES, k=rng.randint(1, 3))) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    if rng.random() < 0.3:
        names.insert(rng.randrange(len(names) + 1), "**")
    text = "/".join(names)
    text = rng.choice(["", "", "", "/"]) + text + rng.choice(["", "", "", "/", " ", "\\ "])
    return rng.choice(["", "", "", "!"]) + text


def test_patterns_mean_what_git_says(tmp_path: Path) -> None:
    if subprocess.run(["git", "init", "-q", str(tmp_path)], check=False).returncode:
        pytest.skip("git is not here")
    rng = random.Random(SEED)
    letters = "aab1c.-*"
    wrong = []
    for _ in range(150):
        lines = [some_pattern(rng) for _ in range(rng.randint(1, 4))] + rng.choice([[], ["# a"], [""], ["\\#a"]])
        text = "\n".join(lines) + "\n"
        (tmp_path / ".semsearchignore").write_text(text, "utf-8")
        rules = read_ignore_file(tmp_path / ".semsearchignore")
        if rules.problems:
            continue
        names = ["".join(rng.choices(letters, k=rng.randint(1, 3))).strip(".") or "a" for _ in range(12)]
        paths = sorted({"/".join(rng.sample(names, k=rng.randint(1, 3))) for _ in range(30)})
        mine = {path for path in paths if by_rules(rules, path)}
        git = by_git(tmp_path, text, paths)
        wrong += [(text, path) for path in mine ^ git]
    assert wrong == []


def test_no_pattern_takes_long() -> None:
    rng = random.Random(SEED)
    for _ in range(200):
        rules = IgnoreRules()
        pattern = "".join(rng.choices("aab*?/", k=240))
        rules.add(1, f"{pattern}b")
        rules.add(2, "**/" * 75 + "a*a*a*b")
        path = "/".join(["a" * 200] * 20)
        began = time.perf_counter()
        rules.verdict(path, is_folder=False)
        assert time.perf_counter() - began < 0.5, pattern

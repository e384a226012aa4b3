"""Promise 3: damage is told, never served."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged, SemsearchError
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE, LOCK_FILE
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.writer import open_writer
from semsearch.upkeep.check import check
from tests.conftest import ROOT
from tests.promises.corpora import records, write_records
from tests.promises.states import QUESTIONS, answers, shown

SEED = 20221111
KINDS = ("bit", "bit", "byte", "zeros", "zeros", "cut", "missing", "swapped")
ZEROS = (512, 4096)


def sealed(folder: Path) -> Path:
    """An index at rest."""
    source = write_records(folder / "articles" / "a.jsonl", records(random.Random(SEED), 90))
    build([source], folder / "sealed", model="hash")
    return folder / "sealed"


def unsealed(folder: Path) -> Path:
    """The same with more articles, copied while its writer had committed but not ended."""
    source = folder / "articles" / "a.jsonl"
    shutil.copytree(sealed(folder), folder / "work")
    with source.open("a", encoding="utf-8") as stream:
        stream.write('\n{"_id": "later", "text": "Soldiers left the bridge on Thursday.", "date": "2022-11-11"}')
    with open_writer(folder / "work") as writer:
        (file,) = writer.files_of(1)
        with writer.transaction():
            writer.drop_file(file.file_id)
        with writer.transaction():
            writer.put_source("/nowhere", {})
        shutil.copytree(folder / "work", folder / "unsealed")
    return folder / "unsealed"


def dump(folder: Path) -> list[str]:
    connection = connect_for_reading(folder)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def harm(folder: Path, rng: random.Random) -> str:
    """Damage one file; what was done."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.stat().st_size)
    names = [name for name in names if name != LOCK_FILE and not name.endswith("-shm")]
    name = rng.choice(names)
    path = folder / name
    data = bytearray(path.read_bytes())
    at, kind = rng.randrange(len(data)), rng.choice(KINDS)
    if kind == "bit":
        data[at] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        data[at] = (data[at] + rng.randrange(1, 256)) % 256
    elif kind == "zeros":
        count = rng.choice(ZEROS)
        if not any(data[at : at + count]):
            return harm(folder, rng)
        data[at : at + count] = bytes(len(data[at : at + count]))
    elif kind == "cut":
        at = rng.choice([0, 1, len(data) // 2, len(data) - 1])
        if at == len(data):
            return harm(folder, rng)
        data = data[:at]
    elif kind == "missing":
        path.unlink()
        return f"{name} missing"
    else:
        other = folder / rng.choice([one for one in names if one != name])
        other_data = other.read_bytes()
        if other_data == data:
            return harm(folder, rng)
        other.write_bytes(data)
        data = bytearray(other_data)
        kind = f"swapped with {other.name}"
    path.write_bytes(data)
    return f"{name} {kind} at {at}"


@dataclass(frozen=True)
class Right:
    """What an index without damage says."""

    answers: list[list[tuple[object, ...]]]
    dump: list[str]
    brought_up: list[list[tuple[object, ...]]]  # its answers after the next run of ``index``


def trial(original: Path, folder: Path, seed: int, right: Right, *, is_sealed: bool) -> list[str]:
    """What is wrong with how one harmed copy is met, by readers and then by a writer."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    done = harm(folder, random.Random(seed))
    wrong = []
    try:
        report = check(folder, full=True)
        told = not report.whole
    except SemsearchError:
        told = True
    if not told and (is_sealed or dump(folder) != right.dump):
        wrong.append("check --full finds nothing")
    wrong += asked(folder, right.answers)
    try:
        build([], folder)
    except SemsearchError as error:
        wrong += untold(folder, error)
    else:
        wrong += [f"after index: {what}" for what in asked(folder, right.brought_up)]
    return [f"seed {seed}, {done}: {what}" for what in wrong]


def untold(folder: Path, error: SemsearchError) -> list[str]:
    """An error that names neither the file nor what to type."""
    return [] if str(folder) in str(error) and "semsearch " in str(error) else [f"said only: {error}"]


def asked(folder: Path, expected: list[list[tuple[object, ...]]]) -> list[str]:
    """What is wrong with the answers: neither right nor refused with a reason."""
    wrong = []
    for (question, options), right in zip(QUESTIONS, expected, strict=True):
        try:
            with open_index(folder) as index:
                found = index.search(question, **options)  # type: ignore[arg-type]
        except SemsearchError as error:
            wrong += untold(folder, error)
            continue
        if shown(found) != right:
            wrong.append(f"answers {question!r} {options} otherwise")
    return wrong


def run_trials(original: Path, first: int, count: int, is_sealed: bool) -> list[str]:
    """In a process of its own: a signal would end it."""
    program = "import sys; from tests.promises.test_damage import work; work(*sys.argv[1:])"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(original), str(first), str(count), str(int(is_sealed))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"ended with {ran.returncode} after: {ran.stderr[-2000:]}"
    return list(json.loads(ran.stdout))


def work(original: str, first: str, count: str, is_sealed: str) -> None:
    """The trials of one process, their faults printed as JSON."""
    folder = Path(original)
    copy = folder.with_name(f"{folder.name}-{first}")
    shutil.copytree(folder, copy)
    build([], copy)
    right, wrong = Right(answers(folder), dump(folder), answers(copy)), []
    for seed in range(int(first), int(first) + int(count)):
        sys.stderr.write(f"{seed}\n")
        wrong += trial(folder, copy, seed, right, is_sealed=is_sealed == "1")
    sys.stdout.write(json.dumps(wrong))


@pytest.mark.parametrize("make", [sealed, unsealed])
def test_damage_is_told_and_never_served(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert run_trials(make(tmp_path), SEED, 20, make is sealed) == []


@pytest.mark.slow
@pytest.mark.parametrize("make", [sealed, unsealed])
def test_a_thousand_kinds_of_damage(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert run_trials(make(tmp_path), SEED + 1_000, 1_000, make is sealed) == []


CHANGES = {
    "a word of a text": "UPDATE body SET text = replace(text, 'grain', 'bread')",
    "a title": "UPDATE document SET title = upper(title)",
    "a day": "UPDATE document SET first_day = first_day + 1, last_day = last_day + 1",
    "where a passage begins": "UPDATE passage SET start = start + 1",
    "whose text a vector is": "UPDATE passage SET text_sha256 = (SELECT max(text_sha256) FROM vector)",
    "a vector": "UPDATE vector SET row = (SELECT row FROM vector ORDER BY text_sha256 DESC LIMIT 1)",
    "sentences": "UPDATE sentences SET spans = (SELECT spans FROM sentences ORDER BY length(spans) LIMIT 1)",
    "days that a passage speaks of": "UPDATE event SET first_day = first_day - 1",
    "a file's path": "UPDATE file SET path = path || 'x'",
    "a setting": "UPDATE meta SET value = value || '0' WHERE key = 'revision'",
    "a passage that is gone": "DELETE FROM passage WHERE number = 5",
    "a document that is gone": "DELETE FROM document",
    "a text that is gone": "DELETE FROM body",
    "a vector that is gone": "DELETE FROM vector",
    "days that are gone": "DELETE FROM event",
}


def change_rows(index: Path, change: str) -> None:
    """Through SQL, so that no page is damaged: the rows alone can tell."""
    connection = sqlite3.connect(index / DATABASE)
    connection.execute(change)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_to_any_row_is_told_and_not_served(tmp_path: Path, change: str) -> None:
    index = sealed(tmp_path)
    expected, counted = answers(index), overview(index)
    change_rows(index, change)
    assert not check(index, full=True).whole
    refused = 0
    for (question, options), right in zip(QUESTIONS, expected, strict=True):
        try:
            with open_index(index) as opened:
                assert shown(opened.search(question, **options)) == right  # type: ignore[arg-type]
        except SemsearchError as error:
            refused += "truth.sqlite" in str(error)
    with suppress(SemsearchError):
        assert overview(index) == counted
    assert refused >= 3  # a question of words alone needs no vector, and not every question comes upon a passage


OF_WRITERS = {
    "a file's size": "UPDATE file SET size = size + 1",
    "whose a file is": "UPDATE file SET source_id = source_id + 1",
    "a source's fields": """UPDATE source SET fields = '{"title": "place"}'""",
    "a source that is gone": "DELETE FROM source",
    "a correction": "UPDATE correction SET date = '2021-01-01'",
}


@pytest.mark.parametrize("change", [*CHANGES.values(), *OF_WRITERS.values()], ids=[*CHANGES, *OF_WRITERS])
def test_a_writer_never_vouches_for_damage(tmp_path: Path, change: str) -> None:
    """Every line of the file moves, so each row of it is written again, or would be."""
    index = sealed(tmp_path)
    dates = tmp_path / "dates.csv"
    dates.write_text("doc_id,date\nd003,2022-05-05\n", encoding="utf-8")
    source = tmp_path / "articles" / "a.jsonl"
    with source.open("a", encoding="utf-8") as stream:
        stream.write("\nno JSON\n")
    build([], index, dates=dates)
    assert check(index, full=True).whole
    change_rows(index, change)
    before = findings(index)
    first = '{"_id": "first", "text": "Soldiers left the bridge on Thursday.", "date": "2022-11-11"}'
    source.write_text(f"{first}\n{source.read_text('utf-8')}", encoding="utf-8")
    with suppress(IndexDamaged):
        build([], index)
    assert before
    assert before <= findings(index)


def overview(index: Path) -> tuple[object, ...]:
    """What ``info`` and ``dates`` say."""
    with open_index(index) as opened:
        info = opened.info()
        days = [(entry.doc_id, str(entry.published)) for entry in opened.dates()]
    return info.documents, info.passages, info.undated, info.earliest, info.latest, info.sources, days


def findings(index: Path) -> set[str]:
    """What ``check --full`` finds in the rows, without its numbers; a seal is made anew by every writer."""
    told = {re.sub(r"[0-9]+", "", finding.what) for finding in check(index, full=True).findings}
    return {what for what in told if "sha" not in what}

"""Hostile folders, made by the forging kit, and a run of every command over them in one process that is watched.

``python -m tests.promises.hostile FOLDER COUNT`` makes the cases in FOLDER and prints what was wrong with any.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType

from semsearch.indexing.building import build
from tests.conftest import ARTICLES, ROOT, write_articles
from tests.promises.forging import connect, forge, forge_meta, forge_seal, forge_seal_id, record_of, snapshot

SEED = 20221111
CANARY = "CANARY"
LONGEST = 5  # seconds of a command
Case = tuple[str, Callable[[Path], object]]  # its name, and what it does to a work folder
OWN = ("truth.sqlite", "truth.sqlite-wal", "truth.sqlite-shm", "seal.json", "writer.lock", ".semsearchignore")
ACCELERATORS = ("dense-000001.faiss", "lexical-000001.safetensors", "columns-000001.safetensors")
OTHERS = ("seal.json.partial", "dense-000002.faiss.partial", "truth.sqlite-journal", "damaged", "dense-1.dir")
KINDS = ("link", "link to a folder", "link to nothing", "FIFO", "folder", "second name", "endless", "garbage")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ask", "grain"),
    ("ask", "grain", "--mode", "lexical", "--format", "json"),
    ("info",),
    ("dates",),
    ("show", "grain.txt"),
    ("similar", "grain.txt"),
    ("timeline", "town", "--plot", "h.svg"),
    ("compare", "town", "--a", "2022-11", "--b", "2022-12"),
    ("check",),
    ("check", "--full"),
    ("batch", "q.txt", "-o", "out.jsonl"),
    ("batch", "q.txt", "-o", "out.jsonl", "--resume"),
    ("verify", "out.jsonl"),
    ("index",),
    ("index", "articles"),
    ("repair",),
    ("compact",),
    ("index", "--forget", "articles"),
    ("index", "--rebuild"),
    ("index", "--rebuild", "articles"),
    ("eval", "ev", "--model", "hash"),
    ("trust", "--list"),
)


def user(folder: Path) -> Path:
    """Fifty files of the user's own."""
    home = folder / "home"
    for number in range(10):
        write_articles(home / "notes", {f"n{number}.txt": f"{CANARY} note {number} on grain.\n"})
        write_articles(home / ".ssh", {f"id{number}": f"{CANARY} key {number}\n"})
        write_articles(home / "Documents", {f"d{number}.md": f"# {CANARY}\n\nA diary {number}.\n"})
        write_articles(home / "work", {f"r{number}.jsonl": json.dumps({"_id": f"r{number}", "text": CANARY}) + "\n"})
        write_articles(home / ".config", {f"c{number}.json": json.dumps({"private_key": f"{CANARY} {number}"})})
    return home


def prototype(folder: Path) -> Path:
    """A work folder as it is cloned: articles, their index, questions, a judged collection."""
    work = folder / "prototype"
    write_articles(work / "articles")
    before = Path.cwd()
    os.environ["XDG_STATE_HOME"] = str(folder / "theirs")
    try:
        os.chdir(work)
        build(["articles"], "indexes/default", model="hash")
    finally:
        os.chdir(before)
    (work / "q.txt").write_text("grain\n" * 18, "utf-8")
    write_articles(work / "ev", {"corpus.jsonl": '{"_id": "d", "text": "Grain."}\n'})
    (work / "ev" / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n', "utf-8")
    (work / "ev" / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    return work


def put(path: Path, kind: str, home: Path) -> None:
    """Something else under a name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    match kind:
        case "link":
            path.symlink_to(home / "notes" / "n1.txt")
        case "link to a folder":
            path.symlink_to(home / "Documents")
        case "link to nothing":
            path.symlink_to(home / "new-file")
        case "FIFO":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "second name":
            os.link(home / ".ssh" / "id1", path)
        case "endless":
            path.symlink_to("/dev/zero")
        case _:
            path.write_bytes(b"garbage" * 99)


INDEX = Path("indexes/default")
SETTLING = ("semsearch.toml", "pyproject.toml", "seeds", "indexes/eval-ev/writer.lock", "articles/.semsearchignore")
SOURCES = ("articles/x.txt", "articles/x.jsonl", "articles/sub", "ev/corpus.jsonl", "ev/queries.jsonl", "ev/qrels.tsv")
OUTPUTS = ("out.jsonl", "out.jsonl.partial", "out.jsonl.progress", "h.svg", "h.svg.new", "indexes/default.rebuilding")


def cases(home: Path) -> list[Case]:
    """All hostile work folders, each told by its name."""
    return [*names_of_others(home), *what_the_truth_names(home), *settings(home)]


def names_of_others(home: Path) -> Iterator[Case]:
    """Something else in the place of every file that a command reads or writes."""
    inside = [(str(INDEX / name), kind) for name in (*OWN, *ACCELERATORS, *OTHERS) for kind in KINDS]
    inside += [(name, kind) for name in SETTLING for kind in ("link", "link to a folder", "FIFO", "folder", "endless")]
    inside += [(name, kind) for name in SOURCES for kind in ("link", "link to a folder", "FIFO", "endless")]
    inside += [(name, kind) for name in OUTPUTS for kind in ("link", "link to a folder", "link to nothing", "FIFO")]
    for name, kind in inside:
        yield f"{name} is {kind}", partial(put_in, name=name, kind=kind, home=home)


def put_in(work: Path, name: str, kind: str, home: Path) -> None:
    put(work / name, kind, home)


def what_the_truth_names(home: Path) -> Iterator[Case]:
    """Files, models, sources and statements in an index, under hashes that fit."""
    for kind in ("dense", "lexical", "columns"):
        for place in ("../../../home/notes/n1.txt", f"{home}/.ssh/id1", "/dev/zero", "seal.json"):
            yield f"the {kind} file is {place}", partial(name_file, kind=kind, place=place)
    for place in ("../../../home/notes", f"{home}/.ssh/id1", "/dev/zero", "writer.lock"):
        yield f"the seal names {place}", partial(name_in_seal, place=place)
    yield "an id that is code", partial(name_id, index_id="$(touch RAN)")
    for model in ("evil-org/evil-model", "indexes/default", "./ev", f"{home}/Documents", "~/model"):
        yield f"the model is {model}", partial(name_model, model=model)
    for path, fields in (
        (home / ".config/c1.json", '{"text": "private_key"}'),
        (home / "Documents", "{}"),
        (home / ".ssh" / "*", "{}"),
        (home / "work" / "*.jsonl", "{}"),
        (home, "{}"),
    ):
        yield f"a source is {path.name}", partial(name_source, path=path, fields=fields)
    for statement in (
        "CREATE TRIGGER t AFTER INSERT ON document BEGIN UPDATE body SET text = 'x'; END",
        "CREATE VIEW v AS SELECT * FROM body",
        "CREATE TABLE more (x)",
    ):
        yield statement[:20], partial(run_statement, statement=statement)


def name_file(work: Path, kind: str, place: str) -> None:
    forge_meta(work / INDEX, kind, json.dumps({**record_of(work / INDEX, kind), "name": place, "size": 0}))


def name_in_seal(work: Path, place: str) -> None:
    forge_seal(work / INDEX, {place: (0, "0" * 64)})


def name_id(work: Path, index_id: str) -> None:
    forge_seal_id(work / INDEX, index_id)


def name_model(work: Path, model: str) -> None:
    (work / INDEX / "modules.json").write_text('[{"idx":0,"name":"0","path":"","type":"evilmod.Evil"}]', "utf-8")
    (work / INDEX / "evilmod.py").write_text("open('RAN', 'w')\n", "utf-8")
    connection = connect(work / INDEX)
    (text,) = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    connection.close()
    forge_meta(work / INDEX, "encoder", json.dumps({**json.loads(text), "model": model}))


def name_source(work: Path, path: Path, fields: str) -> None:
    connection = connect(work / INDEX)
    connection.execute("INSERT INTO source (path, fields, hash) VALUES (?, ?, x'')", (str(path), fields))
    connection.close()
    forge(work / INDEX)


def run_statement(work: Path, statement: str) -> None:
    forge(work / INDEX, statement)


def settings(home: Path) -> Iterator[Case]:
    """Settings files of somebody else's."""
    for text in (
        f'index = "{home}/ix"\n',
        'index = "../home/notes"\n',
        f'named-events = "{home}/notes/n1.txt"\n',
        'model = "evil-org/evil-model"\n',
        'quiet = true\nindex = "indexes/default"\nsince = "2022"\n',
        "a=" + "[" * 5000,
    ):
        yield f"settings {text[:20]!r}", partial(settle, text=text)


def settle(work: Path, text: str) -> None:
    (work / "semsearch.toml").write_text(text, "utf-8")


class Hung(BaseException):
    """A command took too long."""


def hung(number: int, frame: FrameType | None) -> None:
    raise Hung


class Watch:
    """What the program does to the world, by an audit hook."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.on = False
        self._fine = ("<", sys.prefix, sys.base_prefix, str(ROOT))
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event.startswith(
            ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess", "os.system", "os.exec")
        ):
            self.events.append(f"{event} {arguments!r:.200}")
        elif event == "exec" and not str(getattr(arguments[0], "co_filename", "<")).startswith(self._fine):
            self.events.append(f"exec {arguments[0]!r:.200}")
        elif event == "compile" and not str(arguments[1]).startswith(self._fine):
            self.events.append(f"compile {arguments[1]!r:.200}")


def meet(work: Path, watch: Watch) -> Iterator[str]:
    """Run every command in a work folder; what went wrong."""
    from semsearch.cli.main import run

    for command in COMMANDS:
        out, err = io.StringIO(), io.StringIO()
        began = time.monotonic()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                signal.setitimer(signal.ITIMER_REAL, LONGEST)
                watch.on = True
                status = run(list(command))
        except Hung:
            yield f"{command}: over {LONGEST} s"
            continue
        except BaseException as error:
            yield f"{command}: {type(error).__name__}: {error}"
            continue
        finally:
            watch.on = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        if time.monotonic() - began > LONGEST:
            yield f"{command}: {time.monotonic() - began:.1f} s"
        if status not in (0, 1, 2, 3) or "internal error" in err.getvalue() or "Traceback" in err.getvalue():
            yield f"{command}: status {status}: {err.getvalue()[-300:]}"
        if CANARY in out.getvalue():
            yield f"{command}: {CANARY} in its answer"


def copied(folder: Path) -> Iterator[str]:
    """Files that hold a canary and are none of the user's own by another name."""
    for path in folder.rglob("*"):
        if (
            path.is_file()
            and not path.is_symlink()
            and path.stat().st_nlink == 1
            and CANARY.encode() in path.read_bytes()
        ):
            yield str(path)


def main(folder: Path, count: int) -> list[str]:
    """Meet ``count`` of the cases (0: all); what was wrong."""
    home, made = user(folder), prototype(folder)
    assert len([path for path in home.rglob("*") if path.is_file()]) == 50
    os.environ["XDG_STATE_HOME"] = str(folder / "mine")
    os.environ["HOME"] = str(home)
    os.environ["MPLCONFIGDIR"] = str(folder / "matplotlib")
    __import__("matplotlib.font_manager")  # which asks the system for its fonts, once
    everything = cases(home)
    chosen = random.Random(SEED).sample(everything, count) if count else everything
    before, watch, wrong = snapshot(home), Watch(), list[str]()
    times = {path: path.lstat().st_mtime_ns for path in home.rglob("*")}
    signal.signal(signal.SIGALRM, hung)
    for number, (name, plant) in enumerate(chosen):
        work = folder / f"work{number}"
        shutil.copytree(made, work, symlinks=True)
        plant(work)
        times |= {path: path.lstat().st_mtime_ns for path in home.rglob("*")}
        os.chdir(work)
        wrong += [f"{name}: {what}" for what in meet(work, watch)]
        signal.signal(signal.SIGALRM, hung)
        os.chdir(folder)
        if snapshot(home) != before or times != {path: path.lstat().st_mtime_ns for path in home.rglob("*")}:
            wrong.append(f"{name}: a file of the user's has changed")
            before = snapshot(home)
        wrong += [f"{name}: copied into {path}" for path in copied(work)]
        wrong += [f"{name}: {event}" for event in watch.events]
        wrong += [f"{name}: code ran" for _ in folder.rglob("RAN")]
        watch.events.clear()
        shutil.rmtree(work)
    wrong += [f"state: copied into {path}" for path in copied(folder / "mine")]
    sys.stderr.write(f"{len(chosen)} hostile folders, {len(COMMANDS)} commands each\n")
    return wrong


if __name__ == "__main__":
    assert len(ARTICLES) == 5
    sys.stdout.write("".join(f"{line}\n" for line in main(Path(sys.argv[1]), int(sys.argv[2]))))

"""Promise 37, A4, B1, B2 and C5 of the attack: an index that came from elsewhere is data."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged, ModelNotNamed
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE
from semsearch.storage.truth.schema import FORMAT
from tests.conftest import ROOT, Program, write_articles
from tests.promises.forging import connect, forge, forge_circles, forge_meta, reseal, snapshot
from tests.promises.states import assert_whole
from tests.promises.watching import events_of


@pytest.fixture
def received(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index that another user made, on this machine."""
    with monkeypatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
        build([articles], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


# A4: models


def name_model_in(index: Path, model: str) -> None:
    connection = connect(index)
    try:
        (text,) = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    finally:
        connection.close()
    forge_meta(index, "encoder", json.dumps({**json.loads(text), "model": model}))


@pytest.mark.parametrize("model", ["evil-org/evil-model", "./ix", "ix", "../model", "~/model", "/nowhere/model"])
def test_a4_a_model_that_the_user_has_not_named_is_not_looked_for(
    received: Path, tmp_path: Path, model: str, program: Program
) -> None:
    name_model_in(received, model)
    with open_index(received) as index, pytest.raises(ModelNotNamed) as told:
        index.search("grain")
    assert model in str(told.value)
    assert "--model" in str(told.value)
    for command in (["ask", "grain"], ["check"], ["timeline", "grain"]):
        ran = program(*command, "--index", received)
        assert ran.status == 2, command
        assert model in ran.err + ran.out
    assert program("ask", "grain", "--mode", "lexical", "--index", received).status == 0


def test_a4_nothing_connects_and_nothing_is_loaded(received: Path, tmp_path: Path) -> None:
    name_model_in(received, "evil-org/evil-model")
    for arguments in (["ask", "grain"], ["check"], ["check", "--full"], ["info"], ["repair"], ["index", "articles"]):
        ran, events = events_of([*arguments, "--index", str(received)], tmp_path)
        assert ran.returncode in (0, 2, 3), ran.stderr
        assert not [event for event in events if event.startswith(("socket", "subprocess"))]
        assert not [event for event in events if "torch" in event or "huggingface" in event]


def test_a4_an_index_is_not_its_own_model(received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (received / "modules.json").write_text('[{"idx":0,"name":"0","path":"","type":"evilmod.Evil"}]', "utf-8")
    (received / "config.json").write_text('{"model_type": "distilbert"}', "utf-8")
    (received / "evilmod.py").write_text("import pathlib; pathlib.Path('RAN').touch()\nclass Evil: pass\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for model in (str(received), "ix", "./ix"):
        name_model_in(received, model)
        with open_index(received) as index, pytest.raises(ModelNotNamed):
            index.search("grain")
    assert not list(tmp_path.rglob("RAN"))


def test_a4_even_when_the_user_has_named_the_folder(received: Path, tmp_path: Path) -> None:
    from semsearch.encoders import name_model

    name_model(str(received))
    name_model_in(received, str(received))
    with open_index(received) as index, pytest.raises(ModelNotNamed, match="inside of"):
        index.search("grain")


# B1: sources


def secret(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".config").mkdir(parents=True)
    (home / ".config" / "adc.json").write_text('{"private_key": "CANARYKEY of a long story"}', "utf-8")
    write_articles(home / "Documents", {"diary.txt": "CANARYDIARY of today."})
    write_articles(home / ".ssh", {"notes.txt": "CANARYSSH notes."})
    return home


def name_sources_in(index: Path, home: Path) -> None:
    rows = [(str(home / ".config/adc.json"), '{"text": "private_key"}'), (str(home / "Documents"), "{}")]
    rows.append((str(home / ".ssh" / "*"), "{}"))
    connection = connect(index)
    connection.executemany("INSERT INTO source (path, fields, hash) VALUES (?, ?, x'')", rows)
    connection.close()
    forge(index)


def held(index: Path) -> str:
    with open_index(index) as opened:
        return "\n".join(opened.document(entry.doc_id).text for entry in opened.dates())


@pytest.mark.parametrize("command", [["index"], ["index", "--rebuild"], ["repair"], ["compact"]], ids=" ".join)
def test_b1_the_sources_of_a_received_index_are_not_read(
    received: Path, tmp_path: Path, program: Program, command: list[str]
) -> None:
    home = secret(tmp_path)
    name_sources_in(received, home)
    ran = program(*command, "--index", received)
    assert "CANARY" not in held(received)
    if command == ["index"]:
        assert ran.status == 3
        assert "is a source that you never added (it came with the index); not read" in ran.err
        assert str(home / "Documents") in ran.err or "home/Documents" in ran.err
    if command == ["index", "--rebuild"]:
        assert (ran.status, "has sources that you never added" in ran.err) == (2, True)


def test_b1_what_is_named_is_read_and_nothing_else(
    received: Path, tmp_path: Path, program: Program, articles: Path
) -> None:
    home = secret(tmp_path)
    name_sources_in(received, home)
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    assert program("index", articles, "--index", received).status == 0
    assert "One more" in held(received)
    assert "CANARY" not in held(received)
    (articles / "newer.txt").write_text(" date 2022-12-31 And one.\n", "utf-8")
    ran = program("index", "--index", received)
    assert ran.status == 3
    assert "articles: 1 new file" in ran.err
    assert "CANARY" not in held(received)
    assert program("index", "--forget", home / "Documents", "--index", received).status == 0


def test_b1_named_with_other_fields_than_the_user_gave(received: Path, tmp_path: Path, program: Program) -> None:
    """The user names a file; which of its fields is the text is not for the index to say."""
    home = secret(tmp_path)
    name_sources_in(received, home)
    ran = program("index", home / ".config/adc.json", "--index", received)
    assert (ran.status, "no text field" in ran.err) == (3, True)
    assert "CANARYKEY" not in held(received)


def test_b1_a_file_that_the_index_says_is_a_sources_is_not_read(
    received: Path, tmp_path: Path, program: Program
) -> None:
    """A document whose id another has is read again from where the index says that it stands."""
    home = secret(tmp_path)
    (home / "Documents" / "diary.jsonl").write_text(
        '{"_id": "shared", "text": "Not this."}\n{"_id": "other", "text": "CANARYDIARY"}', "utf-8"
    )
    mine = write_articles(tmp_path / "mine", {"a.jsonl": '{"_id": "shared", "text": "My own words."}'})
    connection = connect(received)
    connection.execute("UPDATE source SET path = ? WHERE source_id = 1", (str(mine),))
    connection.execute("INSERT INTO source VALUES (2, ?, '{}', x'')", (str(home / "Documents"),))
    first = "(SELECT min(file_id) FROM file)"
    diary = str(home / "Documents" / "diary.jsonl")
    connection.execute(f"UPDATE file SET path = ?, source_id = 2 WHERE file_id = {first}", (diary,))  # noqa: S608
    connection.execute(f"UPDATE document SET doc_id = 'shared' WHERE file_id = {first}")  # noqa: S608
    connection.close()
    forge(received)
    program("index", mine, "--index", received)
    assert "CANARYDIARY" not in held(received)


def test_an_index_of_ones_own_that_came_back_changed(tmp_path: Path, articles: Path, program: Program) -> None:
    """Its id is known to be the user's, its new source is not."""
    build([articles], tmp_path / "ix", model="hash")
    home = secret(tmp_path)
    name_sources_in(tmp_path / "ix", home)
    ran = program("index", "--index", tmp_path / "ix")
    assert ran.status == 3
    assert "CANARY" not in held(tmp_path / "ix")


# B2: the schema

SCHEMAS = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON document "
    "BEGIN UPDATE body SET text = replace(text, 'grain', 'arms'); END",
    "a view": "CREATE VIEW v AS SELECT * FROM body",
    "a table": "CREATE TABLE more (x)",
    "an index": "CREATE INDEX more ON body (text)",
    "a column": "ALTER TABLE body ADD COLUMN more TEXT",
    "a generated column": "ALTER TABLE body ADD COLUMN more TEXT AS (text || 'x') VIRTUAL",
    "a missing index": "DROP INDEX passage_text",
    "an endless view": "DROP TABLE removed; CREATE VIEW removed AS WITH RECURSIVE c(number) AS "
    "(SELECT 1 UNION ALL SELECT number + 1 FROM c) SELECT number, x'' AS hash FROM c",
    "a virtual table": "CREATE VIRTUAL TABLE more USING fts5(x)",
}


@pytest.mark.parametrize("statements", SCHEMAS.values(), ids=SCHEMAS)
def test_b2_another_schema_is_damage_before_the_first_query(
    received: Path, articles: Path, program: Program, statements: str
) -> None:
    connection = connect(received)
    try:
        for statement in statements.split("; ") if "DROP TABLE" in statements else [statements]:
            connection.execute(statement)
    except sqlite3.OperationalError as error:
        pytest.skip(f"not in this SQLite: {error}")
    finally:
        connection.close()
    if "removed" not in statements:
        reseal(received)
    before = snapshot(received)
    for command in (["ask", "grain"], ["info"], ["check"], ["check", "--full"], ["index", articles], ["repair"]):
        began = time.monotonic()
        ran = program(*command, "--index", received)
        assert ran.status == 2, command
        assert "none of semsearch's" in ran.err + ran.out or "is missing" in ran.err + ran.out, ran.err
        assert time.monotonic() - began < 5
    kept = {name: what for name, what in snapshot(received).items() if not name.endswith((".lock", "-shm", "-wal"))}
    assert kept == {name: before[name] for name in kept}


TABLES = "CREATE TABLE body (document_id INTEGER PRIMARY KEY, text TEXT NOT NULL, hash BLOB NOT NULL)"


@pytest.mark.parametrize(
    "forged",
    [
        TABLES.replace("INTEGER PRIMARY KEY", "INTEGERPRIMARYKEY"),
        TABLES.replace("text TEXT", "text TEXT COLLATE NOCASE"),
        TABLES.replace("NOT NULL)", "NOT NULL CHECK (row_hash('x')))"),
        TABLES.replace("NOT NULL)", "NOT NULL /* */)"),
        TABLES.replace("text TEXT", '"text" TEXT'),
    ],
)
def test_b2_a_statement_that_only_looks_the_same(received: Path, forged: str) -> None:
    connection = connect(received)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'body'", (forged,))
    connection.close()
    with pytest.raises(IndexDamaged):
        open_index(received)


# C5: another program's database


@pytest.mark.parametrize("linked", [True, False])
def test_c5_a_foreign_database_is_left_as_it_is(tmp_path: Path, articles: Path, program: Program, linked: bool) -> None:
    foreign, folder = tmp_path / "notes.db", tmp_path / "x"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE note (text)")
    connection.execute("INSERT INTO note VALUES ('mine')")
    connection.commit()
    connection.close()
    folder.mkdir()
    (folder / DATABASE).symlink_to(foreign) if linked else shutil.copy(foreign, folder / DATABASE)
    before = snapshot(tmp_path)
    for command in (["index", articles], ["ask", "grain"], ["repair"], ["check"], ["compact"]):
        ran = program(*command, "--index", folder)
        assert ran.status == 2, command
        assert "Traceback" not in ran.err
    after = {name: what for name, what in snapshot(tmp_path).items() if name in before}
    assert after == before
    assert not (tmp_path / "notes.db-wal").exists()


def test_c5_nor_is_one_made_where_a_link_leads(tmp_path: Path, articles: Path, program: Program) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / DATABASE).symlink_to(tmp_path / "elsewhere.sqlite")
    assert program("index", articles, "--index", tmp_path / "x").status == 2
    assert not (tmp_path / "elsewhere.sqlite").exists()


def test_a_signal_is_obeyed_while_sqlite_works(tmp_path: Path) -> None:
    """A row by row count of very many rows: the progress handler lets the interrupt in."""
    program = (
        "import sys; from pathlib import Path; from semsearch.storage.truth.connection import _opened\n"
        "from semsearch.storage.truth.damage import damage_told\n"
        "connection = _opened(Path(sys.argv[1]), 'mode=rwc')\n"
        "print('begun', flush=True)\n"
        "with damage_told(Path(sys.argv[1]).parent):\n"
        "    connection.execute('WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
        "SELECT count(*) FROM c').fetchone()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "x")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(2) != 0
        finally:
            process.kill()
        assert process.stderr is not None
        assert "KeyboardInterrupt" in process.stderr.read()


def test_a_default_source_that_is_a_link_is_not_taken(tmp_path: Path, program: Program) -> None:
    home = secret(tmp_path)
    (tmp_path / "seeds").symlink_to(home / "Documents")
    ran = program("index", "--model", "hash")
    assert (ran.status, "seeds is a link to" in ran.err) == (2, True)
    assert program("index", "seeds", "--model", "hash").status == 0
    assert_whole(tmp_path / "indexes" / "default", "named")


CIRCLES = ("problem_of_file", "file_of_source", "document_of_passage", "event_of_passage", "document_of_file")


@pytest.mark.parametrize("name", CIRCLES)
def test_a_table_that_goes_in_circles_is_told(received: Path, program: Program, name: str, articles: Path) -> None:
    """A tree of a few pages that has a billion rows, sealed."""
    connection = connect(received)
    connection.execute("INSERT INTO problem VALUES (1, 1, 'x', x'')")
    connection.close()
    forge(received)
    forge_circles(received, name)
    for command in (["ask", "grain"], ["info"], ["check"], ["check", "--full"], ["index", articles], ["repair"]):
        began = time.process_time()
        ran = program(*command, "--index", received)
        assert time.process_time() - began < 15, command
        assert ran.status in (0, 2, 3), (command, ran.err)
        assert "internal error" not in ran.err
    assert program("check", "--full", "--index", received).status == 2


def test_a_text_that_passages_hold_many_times_over_takes_no_memory(tmp_path: Path, program: Program) -> None:
    write_articles(tmp_path / "long", {"x.txt": "Grain deal words. " * 55_000})
    build([tmp_path / "long"], tmp_path / "ix", model="hash")
    forge(
        tmp_path / "ix",
        "UPDATE passage SET start = 0, end = (SELECT length(text) FROM body)",
        "DELETE FROM meta WHERE key IN ('lexical', 'columns', 'dense')",
        "DELETE FROM event",
        "UPDATE document SET event_count = 0",
    )
    ran = program("ask", "grain", "--index", "ix")
    assert (ran.status, "many times over" in ran.err) == (2, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document SET passage_count = 1000000",
        "UPDATE sqlite_sequence SET seq = 9223372036854775807",
        "UPDATE meta SET value = '9999999999999999' WHERE key = 'revision'",
        "UPDATE meta SET value = '9999999999999999' WHERE key = 'generation'; DELETE FROM meta WHERE key = 'lexical'",
    ],
)
def test_numbers_without_end_are_told_before_anything_is_written(
    received: Path, program: Program, statement: str, articles: Path
) -> None:
    forge(received, *statement.split("; "))
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n" * 900, "utf-8")
    (articles / "grain.txt").unlink()
    ran = program("index", articles, "--index", received)
    assert ran.status == 2
    assert "damaged" in ran.err or "more than there can be" in ran.err
    assert "NOT NULL" not in ran.err


def test_a_truth_in_another_encoding_is_told(received: Path, program: Program) -> None:
    connection = connect(received)
    dump = list(connection.iterdump())
    connection.close()
    (received / DATABASE).unlink()
    made = connect(received)
    made.execute("PRAGMA encoding = 'UTF-16'")
    for statement in dump:
        if not statement.startswith(("BEGIN", "COMMIT", 'DELETE FROM "sqlite', 'INSERT INTO "sqlite')):
            made.execute(statement)
    made.execute("PRAGMA application_id = 1397050707")
    made.execute(f"PRAGMA user_version = {FORMAT}")
    made.execute("PRAGMA journal_mode = WAL")
    made.close()
    reseal(received)
    ran = program("ask", "grain", "--index", received)
    assert (ran.status, "is not in UTF-8" in ran.err) == (2, True)


# Sources that become others


@pytest.mark.parametrize("named", ["articles", "articles/*.txt"])
def test_a_source_that_became_a_link_is_not_read_again(
    program: Program, articles: Path, tmp_path: Path, named: str
) -> None:
    home = secret(tmp_path)
    assert program("index", named, "--model", "hash").status == 0
    if named == "articles":
        articles.rename(tmp_path / "old")
        articles.symlink_to(home / "Documents")
    else:
        (articles / "*.txt").symlink_to(home / "Documents")
    ran = program("index")
    assert ran.status == 3
    assert "has moved" in ran.err
    assert "not read" in ran.err
    assert "CANARY" not in held(tmp_path / "indexes" / "default")
    assert program("index", named).status in (0, 3)  # named again, it is what the user means

"""Promise 37, A1 to A3, B3, C4, C6, C13 of the attack: nothing that lies in a folder is followed or written over."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged
from semsearch.indexing.building import build
from semsearch.storage.place import strangers
from semsearch.upkeep.check import check
from tests.conftest import Program, write_articles
from tests.promises.forging import forge_meta, forge_seal, forge_seal_id, record_of, snapshot
from tests.promises.states import assert_whole


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Files of the user's own."""
    return write_articles(tmp_path / "home", {".profile": "export A=1\n", "keys": "secret\n", "thesis": "my thesis\n"})


@pytest.fixture
def received(program: Program, articles: Path) -> Path:
    """An index that lies where the program looks for one, sealed and whole."""
    assert program("index", articles, "--model", "hash").status == 0
    return Path("indexes/default").resolve()


def test_a1_a_link_beside_the_seal_is_not_written_through(
    program: Program, received: Path, home: Path, articles: Path
) -> None:
    forge_seal_id(received, "$(touch RAN)")
    for name in ("seal.json.partial", "dense-000002.faiss.partial", ".semsearchignore.partial"):
        (received / name).symlink_to(home / ".profile")
    before = snapshot(home)
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    ran = program("index", articles)
    assert ran.status == 2
    assert "is a link to" in ran.err
    assert snapshot(home) == before
    checked = program("check", "--full")
    assert checked.status == 2
    assert "seal.json.partial: is a link to" in checked.out
    assert "it does no harm" not in checked.out


def test_a1_an_id_that_is_no_id_is_damage(program: Program, received: Path) -> None:
    forge_seal_id(received, "$(touch RAN)")
    for command in (["index"], ["ask", "grain"], ["repair"], ["compact"]):
        assert program(*command).status == 2, command
    assert program("check").status == 2


def test_a_name_that_nobody_can_foresee_is_written_to(received: Path, articles: Path, home: Path) -> None:
    """Regular files of such names, that an earlier version had left, are in nobody's way."""
    (received / "seal.json.partial").write_text("left behind", "utf-8")
    build([articles], received, rebuild=False)
    assert (received / "seal.json.partial").read_text("utf-8") == "left behind"
    assert_whole(received, "beside what was left behind")


@pytest.mark.parametrize("command", [["repair"], ["index"], ["compact"], ["index", "--rebuild"]], ids=" ".join)
def test_a2_a_lock_that_is_a_link_empties_nothing(
    program: Program, received: Path, home: Path, command: list[str]
) -> None:
    (received / "writer.lock").unlink()
    (received / "writer.lock").symlink_to(home / "keys")
    before = snapshot(home)
    ran = program(*command)
    assert (ran.status, "writer.lock: is a link" in ran.err) == (2, True)
    assert snapshot(home) == before


def test_a2_nor_one_that_is_a_second_name_of_a_file(program: Program, received: Path, home: Path) -> None:
    (received / "writer.lock").unlink()
    os.link(home / "keys", received / "writer.lock")
    before = snapshot(home)
    assert program("repair").status == 2
    assert snapshot(home) == before


def test_a2_nor_by_way_of_settings_or_eval(program: Program, received: Path, home: Path, tmp_path: Path) -> None:
    shutil.move(received, tmp_path / ".ix")
    (tmp_path / ".ix" / "writer.lock").unlink()
    (tmp_path / ".ix" / "writer.lock").symlink_to(home / "keys")
    (tmp_path / "semsearch.toml").write_text('index = ".ix"\n', "utf-8")
    folder = write_articles(tmp_path / "ev", {"corpus.jsonl": '{"_id": "d", "text": "Grain."}\n'})
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    planted = tmp_path / "indexes" / "eval-ev"
    planted.mkdir(parents=True)
    (planted / "writer.lock").symlink_to(home / "keys")
    before = snapshot(home)
    assert program("index", tmp_path / "articles").status == 2
    assert program("eval", folder, "--model", "hash").status == 2
    assert snapshot(home) == before


def test_a3_repair_moves_nothing_that_lies_elsewhere(program: Program, received: Path, home: Path) -> None:
    record = record_of(received, "dense")
    forge_meta(received, "dense", json.dumps({**record, "name": "../../home/thesis", "size": 10}))
    before = snapshot(home)
    for command in ("check", "repair", "index"):
        ran = program(command)
        assert ran.status == 2, command
        assert "moved aside" not in ran.err
    assert snapshot(home) == before


@pytest.mark.parametrize("name", ["../../home", "../../home/thesis", "{home}/keys", "damaged/../../home/keys"])
def test_a3_nor_what_a_seal_names(program: Program, received: Path, home: Path, name: str) -> None:
    forge_seal(received, {name.format(home=home): (5, "0" * 64)})
    before = snapshot(home)
    for command in (["check"], ["check", "--full"], ["ask", "grain"]):
        assert program(*command).status == 2, command
    program("repair")  # the seal is damaged, and is made anew
    assert snapshot(home) == before
    assert program("check", "--full").status == 0


def test_a3_a_folder_of_damaged_files_that_leads_elsewhere_is_not_followed(
    program: Program, received: Path, home: Path
) -> None:
    (received / "damaged").symlink_to(home)
    (received / "lexical-000001.safetensors").write_bytes(b"")
    before = snapshot(home)
    assert program("repair").status == 2
    assert snapshot(home) == before


def questions(folder: Path, count: int = 20) -> Path:
    path = folder / "q.txt"
    path.write_text("".join(f"grain {number}\n" for number in range(count)), "utf-8")
    return path


@pytest.mark.parametrize("planted", ["out.jsonl.partial", "out.jsonl.progress.new", "out.jsonl.new"])
def test_b3_links_beside_an_output_are_not_followed(
    program: Program, received: Path, home: Path, tmp_path: Path, planted: str
) -> None:
    (tmp_path / planted).symlink_to(home / "thesis")
    before = snapshot(home)
    assert program("batch", questions(tmp_path), "-o", "out.jsonl").status == 0
    assert snapshot(home) == before
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 20
    assert not (tmp_path / "out.jsonl").is_symlink()


def test_b3_a_plot_beside_a_link(program: Program, received: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "h.svg.new").symlink_to(home / "thesis")
    before = snapshot(home)
    assert program("timeline", "town", "--plot", "h.svg").status == 0
    assert snapshot(home) == before
    (tmp_path / "k.svg").symlink_to(home / "thesis")
    ran = program("timeline", "town", "--plot", "k.svg")
    assert (ran.status, "is a link to" in ran.err) == (2, True)
    assert snapshot(home) == before


def test_b3_files_of_the_users_own_beside_an_output_stay(program: Program, received: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.partial").write_text("my thesis\n", "utf-8")
    assert program("batch", questions(tmp_path), "-o", "thesis").status == 0
    assert (tmp_path / "thesis.partial").read_text("utf-8") == "my thesis\n"
    (tmp_path / "notes.progress").write_text("my notes\n", "utf-8")
    ran = program("batch", questions(tmp_path), "-o", "notes")
    assert (ran.status, "no progress of semsearch" in ran.err) == (2, True)
    assert (tmp_path / "notes.progress").read_text("utf-8") == "my notes\n"


@pytest.mark.parametrize("name", ["q.txt", "./q.txt", "same"])
def test_b3_answers_do_not_replace_the_questions(program: Program, received: Path, tmp_path: Path, name: str) -> None:
    path = questions(tmp_path)
    os.link(path, tmp_path / "same")
    before = path.read_text("utf-8")
    ran = program("batch", "q.txt", "-o", name)
    assert (ran.status, "holds the questions" in ran.err) == (2, True)
    assert path.read_text("utf-8") == before


def test_b3_a_rebuild_deletes_no_folder_that_lies_there(program: Program, received: Path, articles: Path) -> None:
    notes = received.with_name("default.rebuilding")
    notes.mkdir()
    (notes / "notes.txt").write_text("mine", "utf-8")
    (received / "readme.md").write_text("what this index is for", "utf-8")
    assert program("index", "--rebuild").status == 0
    assert (notes / "notes.txt").read_text("utf-8") == "mine"
    assert (received / "readme.md").read_text("utf-8") == "what this index is for"
    assert {path.name for path in received.parent.iterdir()} == {"default", "default.rebuilding"}


def test_a_rebuild_that_fails_at_the_last_step_leaves_what_lies_there(
    received: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes in an index folder are moved along only when the new index is in its place."""
    (received / "notes.txt").write_text("mine", "utf-8")

    def fail(one: Path, other: Path) -> None:
        raise OSError(5, "injected", str(other))

    monkeypatch.setattr("semsearch.indexing.building.exchange", fail)
    with pytest.raises(OSError, match="injected"):
        build([], received, rebuild=True)
    assert (received / "notes.txt").read_text("utf-8") == "mine"
    assert [path.name for path in received.parent.iterdir()] == ["default"]
    assert_whole(received, "not rebuilt")


def test_what_a_killed_rebuild_left_is_taken_away(program: Program, received: Path) -> None:
    left = received.with_name(".default.abcd_012.rebuilding")
    shutil.copytree(received, left)
    assert program("index", "--rebuild").status == 0
    assert not left.exists()


def test_c4_a_link_to_an_index_stays_one(program: Program, received: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(received)
    (received / "mark.txt").write_text("the same folder", "utf-8")
    assert program("index", "--rebuild", "--index", link).status == 0
    assert link.is_symlink()
    assert (link / "mark.txt").exists()
    assert {path.name for path in received.parent.iterdir()} == {"default"}
    assert {path.name for path in tmp_path.iterdir()} == {"articles", "indexes", "link"}
    assert_whole(received, "by a link")


OWN = ("truth.sqlite", "truth.sqlite-wal", "truth.sqlite-shm", "seal.json", "writer.lock", ".semsearchignore")
ACCELERATORS = ("dense-000001.faiss", "lexical-000001.safetensors", "columns-000001.safetensors")
KINDS = ("link", "FIFO", "folder", "endless")


def put(index: Path, name: str, kind: str, target: Path) -> None:
    """Something else in the place of a file of an index."""
    path = index / name
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(target)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "FIFO":
        os.mkfifo(path)
    else:
        path.mkdir()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [*OWN, *ACCELERATORS, "truth.sqlite-journal", "dense-1.dir"])
def test_c6_c13_what_is_no_regular_file_is_told_and_never_opened(
    received: Path, home: Path, name: str, kind: str, articles: Path
) -> None:
    put(received, name, kind, home / "thesis")
    before = snapshot(home)
    with pytest.raises(IndexDamaged, match=r"is a|no lock of ours"):
        build([articles], received)
    report = check(received, full=True)
    assert name in {finding.name for finding in report.findings}
    assert [each.name for each in strangers(received) if not each.harmless] == [name]
    assert snapshot(home) == before


def test_a_journal_makes_sqlite_delete_nothing(program: Program, received: Path, home: Path) -> None:
    """A journal may name another journal, which SQLite deletes when it has played this one back."""
    (received / "truth.sqlite-journal").write_bytes(bytes(512))
    before = snapshot(home)
    for command in (["ask", "grain"], ["index"], ["repair"], ["info"]):
        ran = program(*command)
        assert (ran.status, "is a rollback journal" in ran.err) == (2, True), command
    assert program("check").status == 2
    assert snapshot(home) == before


@pytest.mark.parametrize("planted", ["indexes/default", "indexes"])
@pytest.mark.parametrize(
    "command", [["index", "articles"], ["index", "--rebuild"], ["repair"], ["compact"]], ids=" ".join
)
def test_the_usual_place_is_not_followed_out_of_the_folder(
    program: Program, tmp_path: Path, articles: Path, planted: str, command: list[str]
) -> None:
    """Only a place that the user types may be a link: a cloned folder can hold any."""
    own = tmp_path / "home" / "default"
    build([articles], own, model="hash")
    (tmp_path / planted).parent.mkdir(exist_ok=True)
    (tmp_path / planted).symlink_to(own if planted == "indexes/default" else own.parent)
    before = snapshot(own)
    ran = program(*command)
    assert (ran.status, f"--index {own}" in ran.err) == (2, True)
    assert snapshot(own) == before
    assert program("ask", "grain").status == 0
    assert program(*command, "--index", "indexes/default").status == 0


def test_nor_is_that_of_an_evaluation(program: Program, tmp_path: Path, home: Path) -> None:
    folder = write_articles(tmp_path / "ev", {"corpus.jsonl": '{"_id": "d", "text": "Grain."}\n'})
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "grain"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("q\td\t1\n", "utf-8")
    (tmp_path / "indexes").mkdir()
    (tmp_path / "indexes" / "eval-ev").symlink_to(home)
    before = snapshot(home)
    ran = program("eval", folder, "--model", "hash")
    assert (ran.status, "leads to" in ran.err) == (2, True)
    assert snapshot(home) == before


@pytest.mark.parametrize("linked", [True, False])
def test_a_folder_that_only_looks_replaced_stays(
    program: Program, tmp_path: Path, articles: Path, home: Path, linked: bool
) -> None:
    replaced = tmp_path / "ix.replaced"
    if linked:
        replaced.symlink_to(home)
    else:
        replaced.mkdir()
        (replaced / "n.txt").write_text("notes", "utf-8")
    before = snapshot(home)
    assert program("index", articles, "--index", "ix", "--model", "hash").status == 0
    assert snapshot(home) == before
    assert replaced.is_symlink() == linked
    assert linked or (replaced / "n.txt").read_text("utf-8") == "notes"


def test_a_file_of_the_users_own_is_no_seal(program: Program, tmp_path: Path, articles: Path) -> None:
    folder = write_articles(tmp_path / "d", {"seal.json": "mine"})
    ran = program("index", articles, "--index", folder, "--model", "hash")
    assert (ran.status, "name another folder" in ran.err) == (2, True)
    assert (folder / "seal.json").read_text("utf-8") == "mine"

"""Honest use stays as easy as it was: copies, links, models and settings of one's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.upkeep.check import check
from tests.conftest import Program, write_articles
from tests.models import tiny_model
from tests.promises.states import assert_whole


def small_model(folder: Path) -> Path:
    return tiny_model(folder / "model", "bert", pooling="mean", limit=32, dtype="float32", prompts={})


def test_an_index_is_refreshed_without_a_word_where_it_was_made_and_where_it_was_copied(
    program: Program, articles: Path, tmp_path: Path
) -> None:
    assert program("index", articles, "--model", "hash").status == 0
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    ran = program("index")
    assert (ran.status, "1 added" in ran.err) == (0, True)
    shutil.copytree(tmp_path / "indexes", tmp_path / "copies")
    (articles / "newer.txt").write_text(" date 2022-12-31 And one.\n", "utf-8")
    ran = program("index", "--index", tmp_path / "copies" / "default")
    assert (ran.status, "1 added" in ran.err) == (0, True)
    assert program("index", "--rebuild", "--index", tmp_path / "copies" / "default").status == 0
    assert program("index").status == 0  # the rebuilt one has another id: this one is still known
    assert_whole(tmp_path / "copies" / "default", "copied")


def test_an_index_of_another_machine_is_refreshed_with_its_sources_named(
    program: Program, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
        build([articles], tmp_path / "ix", model="hash")
    assert program("ask", "grain", "--index", "ix").status == 0
    assert program("check", "--full", "--index", "ix").status == 0
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    ran = program("index", "--index", "ix")
    assert (ran.status, "came with the index" in ran.err, "5 unchanged" in ran.err) == (3, True, False)
    ran = program("index", articles, "--index", "ix")
    assert (ran.status, "1 added" in ran.err, "5 unchanged" in ran.err) == (0, True, True)
    assert program("index", "--index", "ix").status == 0
    assert program("index", "--rebuild", "--index", "ix").status == 0
    assert_whole(tmp_path / "ix", "of another machine")


def test_a_model_folder_is_named_once(program: Program, articles: Path, tmp_path: Path) -> None:
    model = small_model(tmp_path)
    assert program("index", articles, "--model", model).status == 0
    for command in (["ask", "grain"], ["check", "--full"], ["index"], ["index", "--rebuild"], ["timeline", "town"]):
        ran = program(*command)
        assert ran.status in (0, 1), (command, ran.err)


def test_a_received_index_and_its_model_in_another_place(
    program: Program, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small_model(tmp_path)
    with monkeypatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
        build([articles], tmp_path / "ix", model=str(model))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    ran = program("ask", "grain", "--index", "ix")
    assert (ran.status, f"--model {model}" in ran.err) == (2, True)
    assert not check(tmp_path / "ix").whole
    assert program("ask", "grain", "--index", "ix", "--model", model).status == 0
    assert program("ask", "grain", "--index", "ix").status == 0  # named once is enough
    assert program("check", "--full", "--index", "ix").status == 0
    moved = model.rename(tmp_path / "moved")
    assert program("ask", "grain", "--index", "ix").status == 2
    assert program("ask", "grain", "--index", "ix", "--model", moved).status == 0


def test_links_outside_of_an_index(program: Program, articles: Path, tmp_path: Path) -> None:
    real = tmp_path / "disk" / "ix"
    real.mkdir(parents=True)
    (tmp_path / "indexes").symlink_to(tmp_path / "disk")
    (tmp_path / "named").symlink_to(real)
    (tmp_path / "sources").symlink_to(articles)
    one = tmp_path / "one.txt"
    one.symlink_to(articles / "grain.txt")
    for index in ("indexes/ix", "named"):
        ran = program("index", "sources", one, "--index", index, "--model", "hash")
        assert ran.status == 0, ran.err
        assert f"{index} is a link to {real}" in ran.err
        assert program("ask", "grain", "--index", index).status == 0
        assert program("index", "--index", index).status == 0
        assert program("index", "--rebuild", "--index", index).status == 0
        assert program("compact", "--index", index).status == 0
        assert program("repair", "--index", index).status == 0
    assert (tmp_path / "named").is_symlink()
    assert_whole(real, "by links")
    with open_index(real) as opened:
        assert len(opened.dates()) == 6


def test_links_inside_a_source_are_followed(program: Program, articles: Path, tmp_path: Path) -> None:
    (articles / "deep").mkdir()
    (articles / "deep" / "again.txt").symlink_to(articles / "grain.txt")
    (articles / "also").symlink_to(articles / "deep")
    ran = program("index", articles, "--model", "hash")
    assert (ran.status, "6 added" in ran.err) == (0, True)


def test_nothing_is_lost_where_nothing_can_be_remembered(
    program: Program, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    ran = program("index", articles, "--model", "hash")
    assert ran.status == 0
    assert "cannot be remembered" in ran.err
    assert program("ask", "grain").status == 0
    ran = program("index")
    assert (ran.status, "came with the index" in ran.err) == (3, True)
    assert program("index", articles).status == 0
    assert program("trust").status == 2


def test_a_backup_of_hard_links_is_searched_and_not_changed(program: Program, articles: Path, tmp_path: Path) -> None:
    assert program("index", articles, "--model", "hash").status == 0
    shutil.copytree("indexes/default", "backup", copy_function=os.link)
    before = (tmp_path / "backup" / "truth.sqlite").read_bytes()
    assert program("ask", "grain", "--index", "backup").status == 0
    (articles / "new.txt").write_text(" date 2022-12-30 One more.\n", "utf-8")
    ran = program("index")
    assert (ran.status, "has 2 names" in ran.err, "copy the index" in ran.err) == (2, True, True)
    assert (tmp_path / "backup" / "truth.sqlite").read_bytes() == before


def test_settings_of_ones_own_after_a_word_of_trust(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_articles(folder / "articles")
    os.chdir(folder)
    Path("semsearch.toml").write_text('index = "../shelf/ix"\nmodel = "hash"\n', "utf-8")
    assert program("trust").status == 0
    assert program("index", "articles").status == 0
    assert (tmp_path / "shelf" / "ix" / "truth.sqlite").exists()
    assert program("ask", "grain").status == 0
    assert not (folder / "indexes").exists()

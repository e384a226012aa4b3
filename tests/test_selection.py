"""``--include`` and ``--exclude``: which files of a source are read, remembered until something else is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.indexing.selection import Selection
from semsearch.search.opening import open_index
from tests.conftest import Program, write_articles

NAMES = ("a.txt", "b.md", "drafts/c.txt", "news/2022/d.txt", "news/e.md")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in NAMES:
        (tmp_path / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        write_articles(tmp_path / "a", {name: f"An article of {name}.\n"})
    return tmp_path


def held(place: Path) -> set[str]:
    with open_index(place / "ix") as index:
        return {entry.doc_id for entry in index.dates()}


@pytest.mark.parametrize(
    ("include", "exclude", "read"),
    [
        ((), ("drafts/",), {"a.txt", "b.md", "news/2022/d.txt", "news/e.md"}),
        ((), ("*.md",), {"a.txt", "drafts/c.txt", "news/2022/d.txt"}),
        (("*.md",), (), {"b.md", "news/e.md"}),
        (("/news",), ("*.md",), {"news/2022/d.txt"}),
        (("news/**/*.txt", "a.txt"), (), {"a.txt", "news/2022/d.txt"}),
        (("nothing",), (), set()),
    ],
)
def test_patterns_are_those_of_gitignore(
    include: tuple[str, ...], exclude: tuple[str, ...], read: set[str], tmp_path: Path
) -> None:
    chosen = Selection(include, exclude).chosen(tmp_path, [tmp_path / name for name in NAMES])
    assert {path.relative_to(tmp_path).as_posix() for path in chosen} == read


def test_a_selection_is_remembered_by_refreshes_and_rebuilds(place: Path, program: Program) -> None:
    ran = program(
        "index", place / "a", "--index", place / "ix", "--model", "hash", "--exclude", "drafts/", "--exclude", "*.md"
    )
    assert "3 files excluded" in ran.err
    assert held(place) == {"a.txt", "news/2022/d.txt"}
    write_articles(place / "a" / "drafts", {"new.txt": "A draft.\n"})
    for again in ((), ("--rebuild",), ()):
        assert program("index", *again, "--index", place / "ix").status == 0
        assert held(place) == {"a.txt", "news/2022/d.txt"}
    program("index", place / "a", "--index", place / "ix", "--exclude", "")
    assert held(place) == {*NAMES, "drafts/new.txt"}
    build([place / "a"], place / "ix", include=["*.md"])
    assert held(place) == {"b.md", "news/e.md"}


def test_what_is_no_pattern_or_has_no_source_is_refused(place: Path) -> None:
    with pytest.raises(UsageError, match="--include or --exclude needs the sources"):
        build([], place / "ix", exclude=["*.md"])
    with pytest.raises(UsageError, match="is no pattern"):
        build([place / "a"], place / "ix", exclude=["x" * 5_000])

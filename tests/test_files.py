"""Files that may be anything: one way to read, one way to write, what a user said."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.errors import StorageFailed, UsageError
from semsearch.files.regular import (
    NotRegular,
    TooLarge,
    kind_of,
    open_below,
    open_regular,
    read_bounded,
    read_typed,
    sha256_of,
    stream_of,
)
from semsearch.files.state import recall, remember, state_folder
from semsearch.files.whole import USUAL, NewFile, publish, refuse_place


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "notes").write_text("mine", "utf-8")
    return folder


MADE: dict[str, Callable[[Path, Path], object]] = {
    "a link": lambda path, home: path.symlink_to(home / "notes"),
    "a folder": lambda path, _: path.mkdir(),
    "a FIFO": lambda path, _: os.mkfifo(path),
    "a device": lambda path, _: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("what", MADE)
def test_only_a_regular_file_is_opened(tmp_path: Path, home: Path, what: str) -> None:
    path = tmp_path / "x"
    MADE[what](path, home)
    with pytest.raises(NotRegular):
        open_regular(path)
    if what == "a link":
        assert read_bounded(path, 10, follow=True) == b"mine"  # the user may type one
    else:
        with pytest.raises(NotRegular, match=what):
            open_regular(path, follow=True)


def test_a_file_that_becomes_a_link_between_the_looks(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, plain = tmp_path / "x", os.open
    path.write_text("harmless", "utf-8")

    def late(name: str, *arguments: object, **options: object) -> int:
        if os.fspath(name) == str(path):
            path.unlink()
            path.symlink_to(home / "notes")
        return plain(name, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(NotRegular, match="a link"):
        open_regular(path)


def test_no_more_is_read_than_may_be(home: Path) -> None:
    assert read_bounded(home / "notes", 4) == b"mine"
    with pytest.raises(TooLarge, match="3 bytes"):
        read_bounded(home / "notes", 3)
    assert sha256_of(home / "notes") == hashlib.sha256(b"mine").hexdigest()


def test_a_way_below_a_folder_does_not_leave_it(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "a.txt").write_text("inside", "utf-8")
    (folder / "link").symlink_to(folder / "deep")
    (folder / "out").symlink_to(home)
    for inside in ("deep/er/a.txt", "link/er/a.txt", "deep/../deep/er/a.txt"):
        with stream_of(open_below(str(folder), str(folder / inside))) as stream:
            assert stream.read() == b"inside"
    for outside in ("out/notes", "../home/notes"):
        with pytest.raises(OSError, match="link out of the folder") as told:
            open_below(str(folder), str(folder / outside))
        assert told.value.errno == errno.EXDEV
    for nothing in ("deep/none.txt", "deep/er", "none/a.txt"):
        with pytest.raises(OSError, match=r"No such|a folder"):
            open_below(str(folder), str(folder / nothing))


def test_a_pipe_of_the_shell_is_read_and_a_fifo_is_not(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"piped")
    os.close(write)
    assert read_typed(Path(f"/dev/fd/{read}"), 100) == b"piped"
    os.close(read)
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotRegular):
        read_typed(tmp_path / "fifo", 100)


def test_what_is_written_takes_the_place_of_a_regular_file_alone(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "out"
    publish(path, lambda beside: beside.write_text("one", "utf-8"))
    publish(path, lambda beside: beside.write_text("two", "utf-8"))
    assert (path.read_text("utf-8"), stat.S_IMODE(path.stat().st_mode)) == ("two", 0o600)
    for what, make in MADE.items():
        path.unlink()
        make(path, home)
        before = path.lstat()
        with pytest.raises(StorageFailed, match="a link" if what == "a device" else what):
            publish(path, lambda beside: beside.write_text("three", "utf-8"))
        assert (path.lstat().st_mode, path.lstat().st_ino) == (before.st_mode, before.st_ino)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            path.touch()
    assert (home / "notes").read_text("utf-8") == "mine"
    assert {each.name for each in tmp_path.iterdir()} == {"home", "out"}


def test_something_that_comes_in_between_is_not_written_over(tmp_path: Path, home: Path) -> None:
    new = NewFile(tmp_path / "out", USUAL)
    (tmp_path / "out").symlink_to(home / "notes")
    with pytest.raises(NotRegular, match="a link"):
        new.put()
    new.drop()
    new.close()
    assert (tmp_path / "out").is_symlink()
    assert (home / "notes").read_text("utf-8") == "mine"


def test_the_name_of_a_new_file_is_never_the_same_and_never_there(tmp_path: Path) -> None:
    names = set()
    for _ in range(20):
        new = NewFile(tmp_path / "out")
        names.add(new.beside.name)
        new.drop()
        new.close()
    assert len(names) == 20
    assert not list(tmp_path.iterdir())


def test_a_place_is_refused_before_the_work(tmp_path: Path, home: Path) -> None:
    refuse_place(tmp_path / "new")
    refuse_place(home / "notes")
    (tmp_path / "link").symlink_to(home / "notes")
    for path, told in (
        (tmp_path / "link", "is a link to"),
        (home, "is a folder"),
        (tmp_path / "none" / "x", "no folder"),
    ):
        with pytest.raises(UsageError, match=told):
            refuse_place(path)


def test_what_a_user_said_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert recall("things.json") is None
    assert remember("things.json", lambda before: [before, 1])
    assert remember("things.json", lambda before: [before, 2])
    assert recall("things.json") == [[None, 1], 2]
    folder = state_folder()
    assert folder == tmp_path / "state" / "semsearch"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "things.json").stat().st_mode) == 0o600
    (folder / "things.json").write_text("[" * 100_000, "utf-8")
    assert recall("things.json") is None


@pytest.mark.parametrize("value", ["", "relative/state", "."])
def test_a_relative_state_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """As the XDG specification has it: else it would lie in whatever folder one stands in."""
    monkeypatch.setenv("XDG_STATE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder() == tmp_path / ".local" / "state" / "semsearch"


def test_kinds_have_names() -> None:
    assert kind_of(Path(__file__).stat().st_mode) == "a regular file"
    assert kind_of(Path("/dev/null").stat().st_mode) == "a device"

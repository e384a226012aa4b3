"""Sources as a user or a program gives them: names of files and folders, and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from semsearch.errors import UsageError, command
from semsearch.files.regular import is_unicode


def as_sources(sources: object) -> list[str | os.PathLike[str]]:
    """The sources that a program gave. Raises UsageError for anything but several names: one text is many letters."""
    if isinstance(sources, str | bytes | os.PathLike) or not isinstance(sources, Iterable):
        raise UsageError(f"sources is {sources!r:.60}: expected a list of names, as in: build(['articles'])")
    found = list(sources)
    if not all(isinstance(source, str | os.PathLike) for source in found):
        raise UsageError("a source is neither text nor Path: expected names of files and folders")
    return found


def absolute(source: str | os.PathLike[str]) -> str:
    """The source as it is remembered: absolute; of a glob only what the user typed stays a pattern."""
    name = os.fspath(source)
    if not name.strip():
        raise UsageError("a source is empty: name files or folders, as in: semsearch index articles/")
    if not is_unicode(name):
        raise UsageError(f"{os.fsencode(name)!r} is no UTF-8: rename it, or name the folder above it")
    if not os.path.lexists(name) and glob.has_magic(name):
        return os.path.normpath(os.path.join(glob.escape(str(Path.cwd())), name))  # noqa: PTH118
    return os.path.abspath(name)


def check_source(path: str, folder: Path) -> None:
    """Raise UsageError for what is no source."""
    if path == str(folder):
        raise UsageError(f"{path} is the index itself: name the folder of the articles")
    if not os.path.lexists(path) and not glob.has_magic(path):
        raise UsageError(
            f"no such file or folder: {path}",
            remedy="to take a source that is gone out of the index: "
            f"{command('index', '--forget', path, index=folder)}",
        )

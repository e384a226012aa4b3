"""The files of a source: a file, a glob, or a folder walked without leaving it.

Left out in silence, as ripgrep does: hidden files, and what a ``.semsearchignore`` (the syntax of
``.gitignore``) names. A folder in the BEIR layout keeps its queries and judgements out as well.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from semsearch.readers.files import is_supported, supported_suffixes
from semsearch.records import Problem

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".semsearchignore"
DEEPEST = 100  # folders within folders
_JUDGEMENTS = ("queries.jsonl", "qrels.tsv", "qrels")


@dataclass(slots=True)
class FoundFiles:
    """What a source holds: files to read, in order, and what cannot be read."""

    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: int = 0  # files left out because an ignore file, or the BEIR layout, says so


def find_files(root: Path) -> FoundFiles:
    """The files of ``root``, sorted by name; ``root`` is absolute and may be a glob."""
    found = FoundFiles()
    if root.is_dir():
        _Walk(root, found).walk(root, 0)
    elif not root.exists() and glob.has_magic(str(root)):
        for path in map(Path, sorted(glob.glob(str(root), recursive=True))):  # noqa: PTH207  (any folder)
            if not path.is_dir():
                _add(path, found)
    else:
        _add(root, found)
    return found


def _add(path: Path, found: FoundFiles) -> None:
    if not is_unicode(str(path)):
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        found.problems.append(Problem(shown, 0, "a name that is not UTF-8: rename the file"))
        return
    try:
        mode = path.stat().st_mode
    except OSError as error:
        found.problems.append(Problem(str(path), 0, f"unreadable: {error.strerror}"))
        return
    if not stat.S_ISREG(mode):
        found.problems.append(Problem(str(path), 0, "not a regular file"))
    elif not is_supported(path):
        known = " ".join(supported_suffixes())
        found.problems.append(
            Problem(str(path), 0, f"unknown format {path.suffix or '(no suffix)'}: known are {known}")
        )
    else:
        found.files.append(path)


def is_unicode(name: str) -> bool:
    """True for a file name that is UTF-8; Python reads the bytes of others as lone surrogates."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


Rules = tuple[tuple[Path, "GitIgnoreSpec"], ...]  # each holds for what is below its folder


class _Walk:
    def __init__(self, root: Path, found: FoundFiles) -> None:
        self._real_root = os.path.realpath(root)
        self._found = found
        self._seen: set[str] = set()

    def walk(self, folder: Path, depth: int, rules: Rules = ()) -> None:
        real = os.path.realpath(folder)
        if real in self._seen:
            return
        self._seen.add(real)
        if depth > DEEPEST:
            self._found.problems.append(Problem(str(folder), 0, f"more than {DEEPEST} folders deep"))
            return
        rules += self._ignore_rules(folder)
        for entry in self._entries(folder):
            self._visit(folder / entry.name, entry, depth, rules)

    def _entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._found.problems.append(Problem(str(folder), 0, f"unreadable: {error.strerror}"))
            return
        names = {entry.name for entry in entries}
        judged = "queries.jsonl" in names and bool({"qrels.tsv", "qrels"} & names)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if judged and entry.name in _JUDGEMENTS:
                self._found.ignored += 1
            else:
                yield entry

    def _visit(self, path: Path, entry: os.DirEntry[str], depth: int, rules: Rules) -> None:
        try:
            is_folder = entry.is_dir()
        except OSError as error:  # a link in a circle, or through what is no folder
            self._found.problems.append(Problem(str(path), 0, f"unreadable: {error.strerror}"))
            return
        if _is_ignored(path, is_folder, rules):
            self._found.ignored += 1
        elif entry.is_symlink() and not self._inside(path):
            self._found.problems.append(Problem(str(path), 0, "a link out of the folder: not followed"))
        elif is_folder:
            self.walk(path, depth + 1, rules)
        else:
            _add(path, self._found)

    def _ignore_rules(self, folder: Path) -> Rules:
        path = folder / IGNORE_FILE
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ()
        import pathspec

        good = []
        for number, line in enumerate(lines, 1):
            try:
                pathspec.GitIgnoreSpec.from_lines([line])
                good.append(line)
            except ValueError:
                self._found.problems.append(Problem(str(path), number, f"not a pattern: {line[:60]!r}"))
        return ((folder, pathspec.GitIgnoreSpec.from_lines(good)),)

    def _inside(self, path: Path) -> bool:
        real = os.path.realpath(path)
        return os.path.commonpath([real, self._real_root]) == self._real_root


def _is_ignored(path: Path, is_folder: bool, rules: Rules) -> bool:
    """What the nearest ignore file that speaks of ``path`` says."""
    for folder, spec in reversed(rules):
        verdict = spec.check_file(path.relative_to(folder).as_posix() + "/" * is_folder).include
        if verdict is not None:
            return verdict
    return False

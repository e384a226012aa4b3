"""The files of a source: a file, a glob, or a folder walked without leaving it.

Left out in silence, as ripgrep does: hidden files, and what a ``.semsearchignore`` (the syntax of
``.gitignore``) names. A folder in the BEIR layout keeps its queries and judgements out as well.
"""

from __future__ import annotations

import glob
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from semsearch.files.regular import is_unicode, open_below, open_regular
from semsearch.readers.ignoring import MOST_WILD, IgnoreRules, path_pattern, read_ignore_file
from semsearch.readers.stream import is_supported, needed_for, said_of_unknown
from semsearch.records import Problem

IGNORE_FILE = ".semsearchignore"
DEEPEST = 100  # folders within folders
GONE = "gone"
LEADS_OUT = "a link out of the folder: not followed"
MOST_REPORTED = 20  # lines of an ignore file that are no patterns
_ESCAPED = re.compile(r"\[([*?[])\]")  # as glob.escape writes it
_JUDGEMENTS = ("queries.jsonl", "qrels.tsv", "qrels")


@dataclass(slots=True)
class FoundFiles:
    """What a source holds: files to read, in order, and what cannot be read."""

    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)  # files whose reader is not installed, by what it needs
    ignored: int = 0  # files left out because an ignore file, or the BEIR layout, says so


def find_files(root: Path) -> FoundFiles:
    """The files of ``root``, sorted by name; ``root`` is absolute and may be a glob."""
    found = FoundFiles()
    if root.is_dir():
        _Walk(root, found).walk(root, 0)
    elif _is_glob(root):
        base = os.path.realpath(_fixed_part(root))
        for path in sorted(_matching(root)):
            if not _lies_in(path, base):
                found.problems.append(Problem(str(path), 0, LEADS_OUT))
            elif not path.is_dir():
                _add(path, found)
    else:
        _add(root, found)
    for needed, count in found.unread.items():  # once for all of a format
        found.problems.append(Problem(str(root), 0, f"{count} file{'' if count == 1 else 's'} not read: {needed}"))
    return found


def open_found(root: Path, path: Path) -> int:
    """A descriptor of a file that :func:`find_files` has found for a source, whatever it has become since.

    Raises OSError where it is no regular file, or leads out of the folder of the source.
    """
    if _is_glob(root):
        return open_below(str(_fixed_part(root)), str(path))
    if root == path:
        return open_regular(path, follow=True)
    return open_below(str(root), str(path))


def watched_folder(root: Path) -> Path:
    """The folder in which files of a source come and go."""
    if root.is_dir():
        return root
    return _fixed_part(root) if _is_glob(root) else root.parent


def real_place(source: str) -> str:
    """Where a source lies, links followed, and whether it is a pattern; :data:`GONE` where nothing is there.

    Equal as long as nobody has put another folder, or a link, in its place.
    """
    root = Path(source)
    if _is_glob(root):
        return f"glob {os.path.realpath(_fixed_part(root))}"
    return os.path.realpath(root) if os.path.lexists(root) else GONE


def _is_glob(root: Path) -> bool:
    return not root.exists() and glob.has_magic(str(root))


def _matching(root: Path) -> list[Path]:
    """What a pattern names. ``**`` enters no links, which may go in circles."""
    if "**" not in root.parts:
        return list(map(Path, glob.glob(str(root))))  # noqa: PTH207  (any folder)
    base = _fixed_part(root)
    pattern = path_pattern("/".join(root.parts[len(base.parts) :]))
    found = list[Path]()
    for folder, folders, files in os.walk(base):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(Path(folder).parts) - len(base.parts) >= DEEPEST:
            folders.clear()
        inside = Path(folder).parts[len(base.parts) :]
        found += [Path(folder) / name for name in files if name[0] != "." and pattern((*inside, name))]
    return found


def _fixed_part(root: Path) -> Path:
    """The folder that a glob begins in: its names before the first with a wildcard."""
    base = Path(root.anchor)
    for name in root.parts[1:-1]:
        if glob.has_magic(_ESCAPED.sub("", name)):
            break
        base /= _ESCAPED.sub(r"\1", name)
    return base


def _lies_in(path: Path, real_folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), real_folder]) == real_folder


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
        found.problems.append(Problem(str(path), 0, said_of_unknown(path.suffix)))
    elif needed := needed_for(path):
        found.unread[needed] += 1
    else:
        found.files.append(path)


Rules = tuple[tuple[Path, IgnoreRules], ...]  # each holds for what is below its folder


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
        rules += self._ignore_rules(folder, rules)
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
            self._found.problems.append(Problem(str(path), 0, LEADS_OUT))
        elif is_folder:
            self.walk(path, depth + 1, rules)
        else:
            _add(path, self._found)

    def _ignore_rules(self, folder: Path, above: Rules) -> Rules:
        path = folder / IGNORE_FILE
        try:
            rules = read_ignore_file(path)
        except FileNotFoundError:
            return ()
        except OSError as error:
            self._found.problems.append(Problem(str(path), 0, f"{error.strerror}: nothing is ignored by it"))
            return ()
        told = rules.problems[:MOST_REPORTED]
        self._found.problems += [Problem(str(path), number, reason) for number, reason in told]
        if len(rules.problems) > len(told):
            self._found.problems.append(
                Problem(str(path), 0, f"{len(rules.problems) - len(told)} more are no patterns")
            )
        if rules.wild + sum(each.wild for _, each in above) > MOST_WILD:
            reason = f"with the folders above more than {MOST_WILD} patterns with wildcards: nothing is ignored by it"
            self._found.problems.append(Problem(str(path), 0, reason))
            return ()
        return ((folder, rules),)

    def _inside(self, path: Path) -> bool:
        return _lies_in(path, self._real_root)


def _is_ignored(path: Path, is_folder: bool, rules: Rules) -> bool:
    """What the nearest ignore file that mentions ``path`` says."""
    for folder, of_folder in reversed(rules):
        verdict = of_folder.verdict(path.relative_to(folder).as_posix(), is_folder=is_folder)
        if verdict is not None:
            return verdict
    return False

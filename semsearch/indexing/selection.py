"""Which files of a source are read: patterns of ``--include`` and ``--exclude``, in the syntax of ``.gitignore``.

They are remembered outside of the index, as what else this user has said of its sources.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import UsageError
from semsearch.files.state import recall, remember, texts_of
from semsearch.readers import BadPattern, IgnoreRules


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns of files to be read (none: all) and to be left out."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def chosen(self, root: Path, files: Sequence[Path]) -> list[Path]:
        """Those of the files of a source that are read."""
        if not (self.include or self.exclude):
            return list(files)
        base = root if root.is_dir() else root.parent
        include, exclude = rules_of(self.include, "--include"), rules_of(self.exclude, "--exclude")
        names = [os.path.relpath(path, base) for path in files]
        return [
            path
            for path, name in zip(files, names, strict=True)
            if (not self.include or _says(include, name)) and not _says(exclude, name)
        ]


def rules_of(patterns: Iterable[str], option: str) -> IgnoreRules:
    """The rules that patterns make. Raises UsageError for what is no pattern."""
    rules = IgnoreRules()
    for number, pattern in enumerate(patterns):
        try:
            rules.add(number, pattern)
        except BadPattern as error:
            raise UsageError(f"{option} {pattern[:40]!r} is no pattern: {error}") from None
    return rules


def _says(rules: IgnoreRules, name: str) -> bool:
    """Whether a pattern names a file, or a folder that it is in."""
    parts = name.split("/")
    folders = ("/".join(parts[:at]) for at in range(1, len(parts)))
    return any(rules.verdict(each, is_folder=True) for each in folders) or bool(rules.verdict(name, is_folder=False))


def remember_selection(index_id: str, sources: Iterable[str], given: Selection | None) -> None:
    """Keep the selection of sources; None leaves what is kept of them."""
    if given is not None:
        entry = {"include": list(given.include), "exclude": list(given.exclude)}
        remember(_file(index_id), lambda before: {**_entries(before), **dict.fromkeys(sources, entry)})


def selections(index_id: str) -> dict[str, Selection]:
    """What is kept, by source."""
    entries = _entries(recall(_file(index_id)))
    return {
        path: Selection(tuple(texts_of(entry.get("include"))), tuple(texts_of(entry.get("exclude"))))
        for path, entry in entries.items()
        if isinstance(entry, dict)
    }


def hand_on(before: str, after: str) -> None:
    """Let an index that replaces another have its selections."""
    kept = _entries(recall(_file(before)))
    if kept:
        remember(_file(after), lambda _: kept)


def _entries(found: object) -> dict[str, dict[str, object]]:
    return found if isinstance(found, dict) else {}


def _file(index_id: str) -> str:
    return f"selections/{index_id}.json"

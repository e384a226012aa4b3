"""What there is to do: which files of the sources are new, have changed, or are gone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from semsearch.errors import command
from semsearch.files.regular import sha256_of
from semsearch.indexing.named_sources import name_sources, named_paths, split_by_naming
from semsearch.indexing.reading import Asked
from semsearch.indexing.report import BuildReport
from semsearch.indexing.selection import remember_selection, selections
from semsearch.readers import FolderEncodings, FoundFiles, find_files
from semsearch.records import Problem
from semsearch.storage.known import KnownFile, SourceRecord
from semsearch.storage.writer import Writer

MOVED = "has moved, or its --fields are not those that you gave; not read: name it again to confirm"
FOREIGN = "is a source that you never added (it came with the index); not read: name it to add it"


class Changes:
    """Compares the sources with what the index has of them; what is gone leaves, what is unchanged is counted."""

    def __init__(self, writer: Writer, report: BuildReport) -> None:
        self._writer = writer
        self._report = report
        self.found: set[str] = set()  # paths of all files of the sources that are read
        self.roots: dict[int, Path] = {}  # of the sources that are read
        self.encodings = FolderEncodings()
        self._dropped: set[str] = set()  # folders of files that are gone
        self.touched: list[tuple[int, int]] = []  # number and new modification time of unchanged files

    def put_sources(self, paths: Sequence[str], asked: Asked, chosen: Sequence[str]) -> list[SourceRecord]:
        """The sources to be read: those given, or else those that this user has named for this index before.

        How they are to be read is ``asked`` for those that were ``chosen``.
        """
        index_id = self._writer.index_id
        own, foreign = split_by_naming(index_id, self._writer.sources())
        if not paths:
            known_before = named_paths(index_id)
            self._report.problems += [
                Problem(source.path, 0, MOVED if source.path in known_before else FOREIGN) for source in foreign
            ]
            return own
        held = {source.path: source.fields for source in own}
        with self._writer.transaction():
            for path in paths:
                known = held.get(path, {})  # those of a source that came with the index are not believed
                self._writer.put_source(path, asked.applied(known) if path in chosen else known)
        remember_selection(index_id, [path for path in paths if path in chosen], asked.selection)
        sources = [source for source in self._writer.sources() if source.path in paths]
        if not name_sources(index_id, sources):
            self._report.notes.append(
                "sources cannot be remembered (no writable state folder): name them each time, or set XDG_STATE_HOME"
            )
        return sources

    def changed_files(self, source: SourceRecord) -> list[Path]:
        """Files of a source to be read; what is gone leaves, what is unchanged is counted."""
        known = {file.state.path: file for file in self._writer.files_of(source.source_id)}
        found = find_files(Path(source.path))
        self._select(source, found)
        present = {str(path) for path in found.files}
        self.found |= present
        self.encodings.add(Path(source.path), found.files)
        if known and not present:
            self._report.notes.append(
                f"{source.path} is missing or empty: its {len(known)} files stay in the index; "
                f"to take them out: {command('index', '--forget', source.path, index=self._writer.folder)}"
            )
            return []
        if not present and not found.problems:
            self._report.notes.append(f"{source.path} holds no articles")
        self._report.problems += found.problems
        self._report.ignored += found.ignored
        unknown = {problem.path for problem in found.problems}  # files, and folders, that could not be looked at
        gone = [file for path, file in known.items() if path not in present and unknown.isdisjoint(_with_parents(path))]
        self._drop(gone)
        new = len(present - known.keys())
        if new:
            self._report.new_files[source.path] = new
        return [path for path in found.files if not self._is_unchanged(path)]

    def _select(self, source: SourceRecord, found: FoundFiles) -> None:
        """Leave out what the user wants to have left out; such files go like those that are gone."""
        selection = selections(self._writer.index_id).get(source.path)
        if selection is not None:
            chosen = selection.chosen(Path(source.path), found.files)
            found.ignored += len(found.files) - len(chosen)
            found.files = chosen

    def owned(self, todo: Sequence[tuple[SourceRecord, Path]]) -> list[tuple[SourceRecord, Path]]:
        """Each file once, under the source that held it first: sources may overlap."""
        sources = {source.source_id: source for source in self._writer.sources()}
        owned: dict[Path, SourceRecord] = {}
        for source, path in todo:
            known = self._writer.file_at(str(path))
            if known and known.state.source_id not in self.roots:  # of a source that is not read now
                with self._writer.transaction():
                    self._writer.move_file(known.file_id, source.source_id)
                known = None
            owned.setdefault(path, sources[known.state.source_id] if known else source)
        return [(source, path) for path, source in owned.items()]

    def doubtful(self, todo: Sequence[tuple[SourceRecord, Path]]) -> list[tuple[SourceRecord, Path]]:
        """Unchanged files whose encoding other files of their folder decided, where one of those has changed."""
        folders = {str(path.parent) for _, path in todo} | self._dropped
        sources = {source.source_id: source for source in self._writer.sources()}
        reading = {str(path) for _, path in todo}
        found = []
        for file in self._writer.files_in_doubt() if folders else ():
            path = file.state.path
            if path in self.found and path not in reading and os.path.dirname(path) in folders:  # noqa: PTH120
                self._report.unchanged -= self._writer.documents_of(file.file_id)  # they are counted when they are read
                self._report.problems = [problem for problem in self._report.problems if problem.path != path]
                found.append((sources[file.state.source_id], Path(path)))
        return found

    def _drop(self, files: Sequence[KnownFile]) -> None:
        self._dropped |= {os.path.dirname(file.state.path) for file in files}  # noqa: PTH120
        if files:
            with self._writer.transaction():
                self._report.removed += sum(self._writer.drop_file(file.file_id) for file in files)

    def _is_unchanged(self, path: Path) -> bool:
        file = self._writer.file_at(str(path))
        if file is None or file.state.size < 0:
            return False
        known = file.state
        try:
            status = path.stat()
            if (status.st_size, status.st_mtime_ns) != (known.size, known.mtime_ns):
                if status.st_size != known.size or sha256_of(path) != known.sha256.hex():
                    return False
                self.touched.append((file.file_id, status.st_mtime_ns))
        except OSError:
            return False
        self._report.unchanged += self._writer.documents_of(file.file_id)
        self._report.problems += self._writer.problems_of(file)
        return True


def _with_parents(path: str) -> set[str]:
    return {path, *map(str, Path(path).parents)}


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where it has gone since it was found."""
    try:
        return path.stat().st_size
    except OSError:
        return 0

"""One run over the sources of an index: what changed is read, encoded and committed batch by batch.

What is unchanged is recognised by size and time, then by hash, then document by document; only texts that
were never seen are encoded. While one batch is encoded the next is read and cut. A stop loses at most the
batch in hand, and the next run goes on from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from semsearch.dates.days import Hemisphere
from semsearch.files.regular import sha256_of_descriptor
from semsearch.indexing.batches import Batches, Item
from semsearch.indexing.changes import Changes, size_of
from semsearch.indexing.embedding import Embedding, EncoderChoice
from semsearch.indexing.naming import Naming
from semsearch.indexing.preparing import READING_RULES, content_sha256, resolve_document
from semsearch.indexing.reading import Asked, Notes, reading_of
from semsearch.indexing.report import BuildReport, Progress
from semsearch.readers import Problems, format_name, open_documents, open_found
from semsearch.records import Problem, RawDocument
from semsearch.storage.known import FileState, SourceRecord
from semsearch.storage.writer import Writer

MOST_TURNS = 20  # in which ids that became free are given back
LONGEST_TEXT = 4_000_000  # characters: more than the longest novels have, and read in seconds whatever they are


class Refresh:
    """Bring an index up to its sources, once."""

    def __init__(self, writer: Writer, choice: EncoderChoice, progress: Callable[[Progress], None] | None) -> None:
        self._writer = writer
        self._report = BuildReport()
        self._embedding = Embedding(writer, choice)
        self._changes = Changes(writer, self._report)
        self._batches = Batches(writer, self._embedding, self._report, self._told(progress or _untold))
        self._naming = Naming(writer, self._batches, self._changes)
        self._position = 0
        self._notes = Notes(writer.folder)
        self._hemisphere = writer.hemisphere()

    def _told(self, progress: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """The same, and whoever asks the index meanwhile is told, too."""

        def tell(state: Progress) -> None:
            self._writer.tell(min(state.done * 100 // max(state.total, 1), 100))
            progress(state)

        return tell

    def run(
        self,
        paths: Sequence[str],
        asked: Asked,
        only: Sequence[str] | None = None,
        corrections: Sequence[tuple[str, str]] = (),
        hemisphere: Hemisphere | None = None,
    ) -> BuildReport:
        """Read the sources at ``paths`` (none: all that the index has) and report what was done.

        ``asked`` holds for all of them, or for ``only`` some; ``corrections`` are ids with dates. Without a
        ``hemisphere`` it stays as it is.
        """
        try:
            self._correct(corrections)
            self._renew_rules()
            if hemisphere not in (None, self._hemisphere):
                self._hemisphere = hemisphere
                with self._writer.transaction():
                    self._writer.set_hemisphere(hemisphere)
            return self._run(paths, asked, only)
        finally:
            self._embedding.close()

    def _renew_rules(self) -> None:
        """Let every file be read again that was read by other rules than today's."""
        with self._writer.transaction():
            if self._writer.renew_rules(READING_RULES):
                self._report.notes.append(
                    "the reading rules have changed: all sources are read again, unchanged texts are not encoded again"
                )

    def _run(self, paths: Sequence[str], asked: Asked, only: Sequence[str] | None) -> BuildReport:
        self._embedding.choose_encoder()
        changes, naming = self._changes, self._naming
        sources = changes.put_sources(paths, asked, paths if only is None else only)
        changes.roots = {source.source_id: Path(source.path) for source in sources}
        todo = changes.owned([(source, path) for source in sources for path in changes.changed_files(source)])
        todo += changes.doubtful(todo)
        self._batches.begin(sum(size_of(path) for _, path in todo))
        self._read_files(todo)
        for _ in range(MOST_TURNS if todo or self._report.removed else 0):
            again = naming.freed(sources)  # an id that was taken may have become free
            if not again:
                break
            paths_again = {str(path) for _, path in again}
            self._report.problems = [each for each in self._report.problems if each.path not in paths_again]
            self._read_files(again)
        self._finish()
        return self._report

    def _correct(self, corrections: Sequence[tuple[str, str]]) -> None:
        with self._writer.transaction():
            unknown = [doc_id for doc_id, date in corrections if not self._writer.correct_date(doc_id, date)]
        if unknown:
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            self._report.notes.append(f"no article {unknown[0]!r}{more} yet: its date will apply once it is indexed")

    def _finish(self) -> None:
        self._embedding.close()  # its memory is needed by what comes
        if self._changes.touched or self._report.removed or self._report.changed:
            with self._writer.transaction():
                for file_id, mtime_ns in self._changes.touched:
                    self._writer.touch_file(file_id, mtime_ns)
                self._writer.drop_unused_vectors()
        if self._report.added or self._report.changed:
            self._report.notes += self._embedding.doubts()
        self._report.notes += self._notes
        if self._writer.needs_accelerating():
            self._writer.accelerate()
        self._writer.finish()

    # Reading

    def _read_files(self, todo: Sequence[tuple[SourceRecord, Path]]) -> None:
        if todo:
            self._embedding.warm_up()
        for source, path in todo:
            try:
                self._read_file(source, path)
            except OSError as error:
                self._report.problems.append(Problem(str(path), 0, f"unreadable: {error.strerror or error}"))
        self._batches.encode()
        self._batches.store()

    def _read_file(self, source: SourceRecord, path: Path) -> None:
        descriptor = open_found(Path(source.path), path)
        names, encoding = reading_of(source.fields)
        others = partial(self._changes.encodings.of, path.parent)
        with open_documents(path, names, descriptor, encoding=encoding, others=others) as stream:
            status, digest = os.fstat(descriptor), bytes.fromhex(sha256_of_descriptor(descriptor))
            file = FileState(source.source_id, str(path), status.st_size, status.st_mtime_ns, digest)
            begin, problems = self._position, Problems(str(path))
            self._naming.begin_file()
            for item in stream:
                self._position = begin + stream.position
                if isinstance(item, Problem):
                    problems.add(item)
                elif (doc_id := self._naming.free_id(source, file, item)) is not None:
                    for problem in self._take(doc_id, file, item, source.path):
                        problems.add(problem)
                else:
                    problems.add(self._naming.taken(file, item))
            broken = stream.broken
            self._report.formats[format_name(path)] += 1
            self._notes.add(source.path, path, stream.file)
        self._position = begin + file.size
        file = replace(file, encoding=stream.file.guessed + "?" * stream.file.doubtful)
        if broken:  # to be read again in the next run
            file = replace(file, size=-1)
        self._batches.add(Item(file, self._position, problems=list(problems), broken=broken, again=self._naming.again))
        self._report.problems += problems

    def _take(self, doc_id: str, file: FileState, raw: RawDocument, root: str) -> list[Problem]:
        if len(raw.text) > LONGEST_TEXT:
            reason = f"a text of {len(raw.text)} characters, more than {LONGEST_TEXT}: split it"
            return [Problem(file.path, raw.place.line, reason)]
        correction = self._writer.correction(doc_id)
        document, reasons = resolve_document(doc_id, file.path, raw, correction, root)
        content = content_sha256(raw, correction, self._hemisphere)
        item = Item(file, self._position, document, content, raw.own_id, again=self._naming.again)
        self._batches.add_document(item, document)
        self._notes.look(root, raw, document.published)
        instead = "kept without a date"
        if document.published:
            instead = f"the {document.published.provenance} says {document.published}"
        told = [*raw.doubts, *(f"{reason}; {instead}" for reason in reasons)]
        return [Problem(file.path, raw.place.line, reason) for reason in told]


def _untold(progress: Progress) -> None:
    """Nobody wants to know."""

"""What is wrong with an index: its files against the seal, the truth's rows against one another.

Nothing is written. What SQLite says of a page and what a row says of itself are both findings, not errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Literal

from semsearch.errors import IndexDamaged, IndexMissing, command
from semsearch.storage.accelerators.record import AcceleratorFile, check_file
from semsearch.storage.place import DATABASE, SEAL, SUFFIXES, index_exists, index_folder, is_temporary, strangers
from semsearch.storage.truth.connection import connect_for_reading
from semsearch.storage.truth.damage import damage_told, no_index
from semsearch.storage.truth.meta import BEGINNING, Connection, meta, meta_number
from semsearch.storage.truth.recorded import check_tail, read_encoder, read_file, read_removed
from semsearch.storage.truth.rows import TABLES, fits, raised_inside
from semsearch.storage.truth.seal import Seal, read_seal, wrong_file

MOST_FINDINGS = 20  # of one kind
Step = Callable[[str], None]  # called with what is looked at next


Remedy = Literal["repair", "index", "rebuild", "look", "model"]
REMEDIES: Mapping[Remedy, tuple[str, ...]] = {
    "repair": ("repair",),
    "index": ("index",),
    "rebuild": ("index", "--rebuild"),
    "model": ("check", "--model", "MODEL"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and the command that mends it."""

    folder: Path
    name: str  # of the file
    what: str
    remedy: Remedy

    @property
    def command(self) -> str:
        """What to type."""
        if self.remedy == "look":
            return f"ls -la {quote(str(self.folder))}"
        return command(*REMEDIES[self.remedy], index=self.folder)

    def __str__(self) -> str:
        if self.remedy == "look":
            return f"{self.folder / self.name}: {self.what}: take it out of the folder; look at it with: {self.command}"
        return f"{self.folder / self.name}: {self.what}: repair it with: {self.command}"


def existing(folder: str | os.PathLike[str]) -> Path:
    """The folder of an index that is there. Raises IndexMissing."""
    place = index_folder(folder)
    if not index_exists(place):
        raise no_index(place)
    return place


class Checker:
    """Looks an index folder over."""

    def __init__(self, folder: Path, step: Step) -> None:
        self._folder = folder
        self._step = step
        self.seal: Seal | None = None
        self.counts = (0, 0)  # documents and passages

    def files(self, *, full: bool) -> Iterator[Finding]:
        """The seal, and sizes of sealed files; ``full``: their hashes as well."""
        self._step("seal")
        try:
            self.seal = read_seal(self._folder)
        except IndexDamaged as error:
            yield self._finding(SEAL, error.what, "repair")
            return
        for name in self.seal.files if self.seal else ():
            self._step(name)
            wrong = wrong_file(self._folder, self.seal, name, full=full) if self.seal else ""
            if wrong:
                yield self._finding(name, wrong, _remedy(name))

    def truth(self, *, full: bool) -> Iterator[Finding]:
        """What the truth says of itself. Raises IndexMissing or FormatMismatch."""
        try:
            with closing(connect_for_reading(self._folder)) as connection, damage_told(self._folder):
                yield from self._against_seal(connection)
                yield from self._accelerators(connection, full=full)
                for what in self._rows(connection) if full else ():
                    yield self._finding(DATABASE, what, "rebuild")
        except IndexMissing:
            if self.seal is None or not self.seal.revision:
                raise
            yield self._finding(DATABASE, f"has lost {self.seal.revision} commits, all that there were", "rebuild")
        except IndexDamaged as error:
            yield self._finding(DATABASE, error.what, "rebuild")

    def outrun(self) -> bool:
        """Whether a writer has been there meanwhile: what was found may then be its work."""
        try:
            return read_seal(self._folder) != self.seal
        except IndexDamaged:
            return False

    def strays(self) -> list[str]:
        """Files that a writer left behind when it was stopped."""
        found = [path for path in self._folder.iterdir() if is_temporary(path.name)]
        return sorted(path.name for path in found if path.is_file() and not path.is_symlink())

    def others(self) -> list[str]:
        """Files that are not of an index; nothing opens them."""
        return [stranger.name for stranger in strangers(self._folder) if stranger.harmless]

    def strangers(self) -> Iterator[Finding]:
        """What no index holds: links, folders, devices, further names of what is changed in place."""
        self._step("folder")
        for stranger in strangers(self._folder):
            if not stranger.harmless:
                yield self._finding(stranger.name, stranger.what, "look")

    def _finding(self, name: str, what: str, remedy: Remedy) -> Finding:
        return Finding(self._folder, name, what, remedy)

    def _against_seal(self, connection: Connection) -> Iterator[Finding]:
        revision, index_id = meta_number(connection, "revision"), meta(connection, "index_id")
        if self.seal is None:
            if revision and not (self._folder / SEAL).exists():
                yield self._finding(SEAL, "is missing", "repair")
        elif self.seal.index_id != index_id:
            yield self._finding(DATABASE, f"is of another index than {SEAL}", "index")
        elif revision < self.seal.revision:
            yield self._finding(DATABASE, f"has lost {self.seal.revision - revision} commits", "index")

    def _accelerators(self, connection: Connection, *, full: bool) -> Iterator[Finding]:
        if read_encoder(connection) is None:
            return
        removed = read_removed(connection)
        last = meta_number(connection, "next_passage", 1) - 1
        passages = _count(connection, "passage")
        self.counts = _count(connection, "document"), passages
        for kind in SUFFIXES:
            file = read_file(connection, kind)
            if file is None:
                continue
            self._step(file.name)
            gone = int((removed <= file.watermark).sum())
            above = _count(connection, "passage WHERE number > ?", file.watermark)
            check_tail(connection, file.watermark, above, removed)
            if file.watermark > last or file.count - gone + above != passages:
                what = f"covers {file.count - gone} passages up to {file.watermark}, the truth has {passages - above}"
                yield self._finding(file.name, what, "repair")
            wrong = self._file_damage(file, full=full)
            if wrong:
                yield self._finding(file.name, wrong, "repair")

    def _file_damage(self, file: AcceleratorFile, *, full: bool) -> str:
        if self.seal and file.name in self.seal.files:
            return ""  # reported already
        try:
            check_file(self._folder, file, full=full)
        except IndexDamaged as error:
            return error.what
        return ""

    def _rows(self, connection: Connection) -> Iterator[str]:
        self._step("pages")
        for (found,) in connection.execute(f"PRAGMA integrity_check({MOST_FINDINGS})"):
            told = raised_inside()
            if told is not None:  # a Ctrl-C, which SQLite takes for a finding here
                raise told
            if found != "ok":
                yield str(found)
        for table in TABLES:
            self._step(f"rows of {table}")
            wrong = connection.execute(f"SELECT count(*) FROM {table} WHERE {fits(table)} IS NOT 1").fetchone()[0]
            if wrong:
                yield f"{wrong} rows of the table {table} are not as they were written"
        held = {key for (key,) in connection.execute("SELECT key FROM meta")}
        yield from (f"its {key} is missing" for key in sorted(BEGINNING.keys() - held))
        for what, query in CONSISTENT.items():
            self._step(what)
            count = connection.execute(query).fetchone()[0]
            if count:
                yield f"{count} {what}"


CONSISTENT = {  # what there must be none of
    "documents without a text": "SELECT count(*) FROM document WHERE document_id NOT IN (SELECT document_id FROM body)",
    "texts without a document": "SELECT count(*) FROM body WHERE document_id NOT IN (SELECT document_id FROM document)",
    "documents without a file": "SELECT count(*) FROM document WHERE file_id NOT IN (SELECT file_id FROM file)",
    "files without a source": "SELECT count(*) FROM file WHERE source_id NOT IN (SELECT source_id FROM source)",
    "passages without their document": "SELECT count(*) FROM passage p LEFT JOIN document d USING (document_id) "
    "WHERE d.document_id IS NULL OR p.number NOT BETWEEN d.first_passage AND d.first_passage + d.passage_count - 1",
    "passages that are missing": "SELECT coalesce(sum(passage_count), 0) - (SELECT coalesce(sum(1), 0) FROM passage) "
    "FROM document",
    "passages without a vector": "SELECT count(*) FROM passage "
    "WHERE text_sha256 NOT IN (SELECT text_sha256 FROM vector)",
    "passages without their sentences": "SELECT count(*) FROM passage "
    "WHERE text_sha256 NOT IN (SELECT text_sha256 FROM sentences)",
    "event days that are missing": "SELECT coalesce(sum(event_count), 0) - (SELECT coalesce(sum(1), 0) FROM event) "
    "FROM document",
    "event days outside their passage": "SELECT count(*) FROM event e LEFT JOIN passage p USING (number) "
    "WHERE p.number IS NULL OR e.start < p.start OR e.end > p.end",
    "passages with a number to come": "SELECT count(*) FROM passage "
    "WHERE number >= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'next_passage')",
}


def _count(connection: Connection, rows: str, *values: object) -> int:
    return int(connection.execute(f"SELECT coalesce(sum(1), 0) FROM {rows}", values).fetchone()[0])


def _remedy(name: str) -> Remedy:
    return "rebuild" if name == DATABASE else "repair"


def damage_of(findings: Sequence[Finding]) -> str:
    """What several findings of one file say."""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{findings[0].what}{more}"

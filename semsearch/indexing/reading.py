"""How the files of a source are read, as the index remembers it, and what is told of what was decided meanwhile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import command
from semsearch.indexing.date_fields import DateFields
from semsearch.indexing.selection import Selection
from semsearch.readers import FieldNames, InputFile, Roles, said_of_fields
from semsearch.records import PublishedDate, RawDocument
from semsearch.storage.known import ENCODING

FEW = 3  # files that a note names


@dataclass(frozen=True, slots=True)
class Asked:
    """How sources are to be read from now on: names of fields, an encoding; None leaves each as it is."""

    fields: FieldNames | None = None
    encoding: str | None = None  # empty: to be guessed
    selection: Selection | None = None  # of their files

    def applied(self, known: Mapping[str, str]) -> dict[str, str]:
        """What the index remembers of a source, with what is asked."""
        chosen = dict(self.fields.chosen) if self.fields else {role: known[role] for role in known if role != ENCODING}
        encoding = known.get(ENCODING, "") if self.encoding is None else self.encoding
        return {**chosen, ENCODING: encoding} if encoding else chosen


def reading_of(remembered: Mapping[str, str]) -> tuple[FieldNames, str]:
    """Names of fields and encoding of what the index remembers of a source."""
    return FieldNames({role: name for role, name in remembered.items() if role != ENCODING}), remembered.get(
        ENCODING, ""
    )


class Notes:
    """What the user is told of one run: what was guessed, or may have been meant otherwise, once with its number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._titles_alone = self._ambiguous = 0
        self._date_fields: dict[str, DateFields] = {}  # by source
        self._fields: dict[str, FieldNames] = {}  # by source
        self._guessed: dict[str, Counter[str]] = defaultdict(Counter)  # files by source and encoding
        self._texts: dict[str, Counter[Roles]] = defaultdict(Counter)  # by source: fields that may be texts
        self._decided: dict[str, list[tuple[str, int]]] = defaultdict(list)  # files, and of how many texts

    def add(self, source: str, path: Path, file: InputFile) -> None:
        """Take up how a file was read."""
        self._fields[source] = file.names
        if file.guessed:
            self._guessed[source][file.guessed] += 1
        self._texts[source].update(file.likely)
        for note, count in file.notes.items():
            self._decided[note].append((path.name, count))

    def look(self, source: str, raw: RawDocument, published: PublishedDate | None) -> None:
        """Take up an article that was read."""
        self._titles_alone += raw.text == raw.title
        if published is None and raw.kept:
            self._date_fields.setdefault(source, DateFields()).look(raw)
        self._ambiguous += published is not None and published.ambiguous

    def __iter__(self) -> Iterator[str]:
        for source, encodings in self._guessed.items():
            for encoding, count in encodings.most_common():
                files = "file" if count == 1 else "files"
                again = command("index", source, "--encoding", "NAME", index=self._folder)
                yield f"{source}: {count} {files} read as {encoding}, guessed; if letters are wrong: {again}"
        for note, decided in self._decided.items():
            yield f"{_files(decided)}: {note}"
        if self._ambiguous:
            dates = "date" if self._ambiguous == 1 else "dates"
            listed = command("dates", "--only", "ambiguous", index=self._folder)
            yield f"{self._ambiguous} {dates} could be month first: {listed}"
        if self._titles_alone:
            articles = "article consists" if self._titles_alone == 1 else "articles consist"
            yield f"{self._titles_alone} {articles} of the title alone"
        for source, likely in self._texts.items():
            for roles, _ in likely.most_common(1):
                names = said_of_fields(self._fields[source], **dict(roles))
                again = command("index", source, "--fields", names, index=self._folder)
                yield f"{source}: records without a text have one in the field {roles[0][1]!r}: read it with: {again}"
        for source, fields in self._date_fields.items():
            if name := fields.likeliest:
                names = said_of_fields(self._fields[source], date=name)
                again = command("index", source, "--fields", names, index=self._folder)
                yield f"{source}: articles without a date have one in the field {name!r}: read it with: {again}"


def _files(files: list[tuple[str, int]]) -> str:
    """The first of some files, how many more there are, and how many texts it concerns."""
    named = ", ".join(name for name, _ in files[:FEW])
    more = f" and {len(files) - FEW} more" if len(files) > FEW else ""
    texts = sum(count for _, count in files)
    return f"{named}{more}: {texts} texts" if texts > len(files) else f"{named}{more}"

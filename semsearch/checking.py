"""All of ``check``: whether an index is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from semsearch.encoders import Encoder, open_encoder
from semsearch.errors import EncoderUnavailable, IndexDamaged, IndexMissing
from semsearch.storage.agreement import disagreements, text_damage, vector_damage
from semsearch.storage.checking import Checker, Finding, Step
from semsearch.storage.database import (
    DATABASE,
    connect_for_reading,
    damage_told,
    index_exists,
    index_folder,
)
from semsearch.storage.recorded import EncoderRecord, read_encoder
from semsearch.storage.seal import Seal, read_seal


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found."""

    index: str
    full: bool
    sealed: bool  # false: its last writer was stopped, or is at work
    documents: int
    passages: int
    findings: tuple[Finding, ...]
    strays: tuple[str, ...]  # files that a writer left behind

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def check(folder: str | Path, *, full: bool = False, step: Step | None = None) -> CheckReport:
    """Look an index over, without writing to it.

    The quick look compares sizes, counts and the encoder; ``full`` reads everything. ``step`` is told what is
    looked at next. Raises IndexMissing or FormatMismatch.
    """
    place = index_folder(folder)
    if not index_exists(place):
        raise IndexMissing(f"no index in {place}: make one with: semsearch index SOURCE --index {place}")
    while True:
        checker = Checker(place, step or _untold)
        findings = [*checker.files(full=full), *checker.truth(full=full)]
        if not any(finding.name == DATABASE for finding in findings):
            findings += _of_the_model(place, step or _untold, {finding.name for finding in findings}, full=full)
        if not findings or not _written_since(place, checker.seal):
            break
    sealed = bool(checker.seal and checker.seal.files)
    return CheckReport(str(place), full, sealed, *checker.counts, tuple(findings), tuple(checker.strays()))


def _written_since(folder: Path, seal: Seal | None) -> bool:
    """Whether a writer has been there meanwhile: what was found may then be its work."""
    try:
        return read_seal(folder) != seal
    except IndexDamaged:
        return False


def _untold(what: str) -> None:
    """Nobody wants to know."""


def _of_the_model(folder: Path, step: Step, damaged: set[str], *, full: bool) -> Iterator[Finding]:
    """What the index says of its encoder; ``full``: its vectors, the texts that they are of, the accelerators."""
    with closing(connect_for_reading(folder)) as connection, damage_told(folder):
        record = read_encoder(connection)
        if record is None:
            return
        step("encoder")
        encoder, problem = _encoder(record)
        if problem:
            yield Finding(folder, DATABASE, problem, "rebuild")
        if not full:
            return
        step("vectors")
        for what in vector_damage(connection, record.dim):
            yield Finding(folder, DATABASE, what, "rebuild")
        step("texts")
        for what in text_damage(connection, record.chunking, encoder):
            yield Finding(folder, DATABASE, what, "rebuild")
        step("accelerators")
        for name, what in disagreements(folder, connection, record.dim, damaged):
            yield Finding(folder, name, what, "repair")


def _encoder(record: EncoderRecord) -> tuple[Encoder | None, str]:
    """The encoder of an index, and why its questions cannot be compared with the passages."""
    try:
        encoder = open_encoder(record.model, record.seen_weights)
    except EncoderUnavailable as error:
        return None, str(error)
    if encoder.identity != record.identity:
        return None, f"was made with {record.identity}; {record.model} now is {encoder.identity}"
    return encoder, ""

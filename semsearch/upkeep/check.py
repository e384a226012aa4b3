"""All of ``check``: whether an index is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from semsearch.encoders import Encoder, model_for_index, name_model, open_encoder
from semsearch.errors import EncoderUnavailable, ModelNotNamed
from semsearch.storage.checking import Checker, Finding, Remedy, Step, existing
from semsearch.storage.inspection import inspected
from semsearch.storage.known import EncoderRecord
from semsearch.storage.place import DATABASE
from semsearch.upkeep.against_files import AgainstFiles, compare_with_files


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
    others: tuple[str, ...]  # files that are not of an index; nothing reads them
    compared: int = 0  # files of the sources whose articles were compared with those of the index
    not_compared: int = 0  # files that have changed since, are gone, or are of a source that was not named here

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def check(folder: str | Path, *, full: bool = False, step: Step | None = None, model: str | None = None) -> CheckReport:
    """Look an index over, without writing to it.

    The quick look compares sizes, counts and the encoder; ``full`` reads everything. ``step`` is called with what is
    looked at next; ``model`` is the index's, where the user has not named it before. Raises IndexMissing or
    FormatMismatch.
    """
    if model is not None:
        name_model(model)
    place = existing(folder)
    while True:
        checker = Checker(place, step or _untold)
        findings = [*checker.strangers(), *checker.files(full=full), *checker.truth(full=full)]
        if not any(finding.name == DATABASE for finding in findings):
            damaged = {finding.name for finding in findings}
            findings += _of_the_model(place, step or _untold, damaged, full=full, model=model)
        against = AgainstFiles()
        if full and not findings:
            against, unlike = _of_the_files(place, step or _untold)
            findings += unlike
        if not findings or not checker.outrun():
            break
    sealed = bool(checker.seal and checker.seal.files)
    return CheckReport(
        str(place),
        full,
        sealed,
        *checker.counts,
        tuple(findings),
        tuple(checker.strays()),
        tuple(checker.others()),
        against.compared,
        against.others,
    )


def _untold(what: str) -> None:
    """Nobody wants to know."""


def _of_the_model(folder: Path, step: Step, damaged: set[str], *, full: bool, model: str | None) -> Iterator[Finding]:
    """What the index says of its encoder; ``full``: its vectors, the texts that they are of, the accelerators."""
    with inspected(folder) as truth:
        record = truth.encoder
        if record is None:
            return
        step("encoder")
        encoder, problem, remedy = _encoder(record, folder, model)
        if problem:
            yield Finding(folder, DATABASE, problem, remedy)
        if not full:
            return
        step("vectors")
        for what in truth.vector_damage(record.dim):
            yield Finding(folder, DATABASE, what, "rebuild")
        step("texts")
        for what in truth.text_damage(record, encoder):
            yield Finding(folder, DATABASE, what, "rebuild")
        step("accelerators")
        for name, what in truth.disagreements(record.dim, damaged):
            yield Finding(folder, name, what, "repair")


def _of_the_files(folder: Path, step: Step) -> tuple[AgainstFiles, list[Finding]]:
    """Articles that are not what the files of the sources say."""
    step("sources")
    with inspected(folder) as truth:
        if truth.encoder is None:
            return AgainstFiles(), []
        found = compare_with_files(truth)
    if not found.unlike:
        return found, []
    count = len(found.unlike)
    what = f"{count} article{'s are' if count > 1 else ' is'} not what the file says: {found.unlike[0]}"
    return found, [Finding(folder, DATABASE, what, "rebuild")]


def _encoder(record: EncoderRecord, folder: Path, model: str | None) -> tuple[Encoder | None, str, Remedy]:
    """The encoder of an index, or why its questions cannot be compared with the passages and what mends that."""
    try:
        known = model_for_index(record.model, folder, model)
        encoder = open_encoder(known, record.seen_weights, network=model is not None)
        identity = encoder.identity
    except ModelNotNamed as error:
        return None, error.what, "model"
    except EncoderUnavailable as error:
        return None, str(error), "rebuild"
    if (identity, encoder.dim) != (record.identity, record.dim):
        return None, f"was made with {record.identity}; {known} now is {identity}", "rebuild"
    return encoder, "", "rebuild"

"""All of ``repair`` and ``compact``: what can be made from the truth is built again; nothing is deleted."""

from __future__ import annotations

import os
from dataclasses import dataclass

from semsearch.errors import IndexDamaged, command
from semsearch.storage.checking import Checker, Step, damage_of, existing
from semsearch.storage.place import DATABASE, IGNORE_FILE, SEAL, folder_size, set_aside
from semsearch.storage.writer import open_writer


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was done."""

    aside: tuple[str, ...]  # files that were moved to the folder of damaged ones
    rebuilt: bool  # accelerators were built again


@dataclass(frozen=True, slots=True)
class CompactReport:
    """What an index took, in bytes."""

    before: int
    after: int


def repair(folder: str | os.PathLike[str], *, step: Step | None = None) -> RepairReport:
    """Make damaged accelerators anew from the truth, and seal the index.

    What is damaged, or was left behind by a writer that was stopped, is moved to the folder ``damaged`` inside the
    index. Raises IndexMissing, IndexBusy, and IndexDamaged where the truth itself is damaged.
    """
    place = existing(folder)
    with open_writer(place) as writer:
        checker = Checker(place, step or _untold)
        place = writer.folder
        of_files, of_truth = list(checker.files(full=True)), list(checker.truth(full=True))
        hopeless = [finding for finding in of_truth if finding.remedy == "rebuild"]
        if hopeless:
            anew = f"what it held is built again from its sources with: {command('index', '--rebuild', index=place)}"
            raise IndexDamaged(damage_of(hopeless), where=hopeless[0].folder / hopeless[0].name, remedy=anew)
        damaged = dict.fromkeys(finding.name for finding in (*of_files, *of_truth) if finding.name != DATABASE)
        damaged |= dict.fromkeys(writer.disagreeing(damaged))
        moved = [name for name in (*damaged, *checker.strays()) if (place / name).exists()]
        aside = [set_aside(place, name).name for name in moved]
        rebuilt = writer.needs_accelerating() or bool(damaged.keys() - {SEAL, IGNORE_FILE})
        if rebuilt:
            writer.accelerate()
        if of_files or of_truth:
            writer.break_seal()
        writer.finish()
    return RepairReport(tuple(aside), rebuilt)


def _untold(what: str) -> None:
    """Nobody wants to know."""


def compact(folder: str | os.PathLike[str]) -> CompactReport:
    """Give back the room that removed articles took.

    Needs as much free room as the index takes. Raises IndexMissing, IndexBusy, StorageFailed.
    """
    place = existing(folder)
    before = folder_size(place)
    with open_writer(place) as writer:
        writer.compact()
    return CompactReport(before, folder_size(place))

"""What an index holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from semsearch.dates.days import Hemisphere
from semsearch.storage.accelerators.columns.file import UNDATED
from semsearch.storage.known import sources_in
from semsearch.storage.place import folder_size
from semsearch.storage.truth.damage import damage_told
from semsearch.storage.truth.recorded import EncoderRecord
from semsearch.storage.truth.schema import FORMAT

if TYPE_CHECKING:
    from semsearch.storage.snapshot import Snapshot

MOST_PUBLISHERS = 20  # that are named


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds."""

    folder: str
    format: int
    revision: int
    documents: int
    passages: int
    undated: int
    earliest: date | None  # publication
    latest: date | None
    sources: list[str]
    problems: int
    publishers: list[tuple[str, int]]  # the most frequent, with their documents
    kinds: list[tuple[str, int]]  # of file, with their documents
    common: dict[str, list[tuple[str, int]]]  # values of fields that have few, with their articles
    kept: list[tuple[str, int, int]]  # fields beside the text, with their articles and different values
    encoder: EncoderRecord
    size: int  # bytes on disk
    hemisphere: Hemisphere  # whose seasons the articles mean
    accelerated: bool  # false: an accelerator is missing, damaged or far behind


def overview(snapshot: Snapshot) -> IndexInfo:
    """Counts, sources and dates of a snapshot."""
    columns, folder = snapshot.columns(), snapshot.folder
    with damage_told(folder):
        sources = [source.path for source in sources_in(snapshot.connection)]
        problems = snapshot.connection.execute("SELECT coalesce(sum(1), 0) FROM problem").fetchone()[0]
    accelerated = snapshot.dense().accelerated
    snapshot.lexical()
    return IndexInfo(
        folder=str(folder),
        format=FORMAT,
        revision=snapshot.revision,
        documents=len(columns.first_day),
        passages=len(columns),
        undated=int(np.count_nonzero(columns.first_day == UNDATED)),
        earliest=columns.earliest,
        latest=columns.latest,
        sources=sources,
        problems=problems,
        publishers=columns.publishers()[:MOST_PUBLISHERS],
        kinds=snapshot.kinds().counts(),
        common=snapshot.kept().common(),
        kept=snapshot.kept().counts(),
        encoder=snapshot.encoder,
        size=folder_size(folder),
        hemisphere=snapshot.hemisphere,
        accelerated=accelerated and not snapshot.note,
    )

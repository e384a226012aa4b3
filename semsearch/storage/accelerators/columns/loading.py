"""The columns' file opened: mapped into memory, and nothing of it believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.arrays import Counts
from semsearch.errors import IndexDamaged
from semsearch.files.tensors import MappedTensors
from semsearch.storage.accelerators.columns.file import ARRAYS, NAMES, TYPES, UNDATED, Columns, _twins
from semsearch.storage.accelerators.record import AcceleratorFile, opened_file
from semsearch.storage.truth.values import LAST_DAY
from semsearch.text.sketches import BANDS


def load_columns(folder: Path, file: AcceleratorFile) -> Columns:
    """Map the columns that the truth names into memory, and believe nothing of them. Raises IndexDamaged."""
    path = folder / file.name
    with opened_file(folder, file) as descriptor:
        tensors = MappedTensors(path, IndexDamaged, descriptor)
    arrays: dict[str, Any] = {name: tensors.stored(name) for name in ARRAYS if name in tensors or name != "twin"}
    for name, array in arrays.items():
        if array.dtype != TYPES[name] or array.ndim != (2 if name == "bands" else 1):
            raise IndexDamaged(f"{name} is {array.dtype} {array.shape}", where=path)
    names: dict[str, Any] = {name: _names(tensors.stored(name).tobytes()) for name in NAMES}
    arrays.setdefault("twin", _twins(arrays["bands"]))  # the first files of format 4 had none
    found = Columns(**arrays, **names)
    wrong = _wrong(found, file.watermark, file.count)
    if wrong:
        raise IndexDamaged(wrong, where=path)
    return found


def _names(stored: bytes) -> list[Any]:
    """The sources or languages of a file; None for what is no list of texts, of which one may be missing."""
    try:
        found = json.loads(stored)
    except (ValueError, RecursionError):
        return []
    good = isinstance(found, list) and all(name is None or isinstance(name, str) for name in found)
    return found if good else []


def _wrong(columns: Columns, watermark: int, count: int) -> str:  # noqa: PLR0911
    """What of the columns of ``count`` passages up to ``watermark`` makes no sense; empty where all does."""
    documents, events = len(columns.first_passage), len(columns.event_passage)
    if {len(getattr(columns, name)) for name in ARRAYS} - {documents, events} or any(
        len(getattr(columns, name)) != (events if name.startswith("event") else documents) for name in ARRAYS
    ):
        return "its arrays are not of one length"
    if columns.bands.shape[1] != BANDS:
        return "its keys are not as many as there should be"
    ends = columns.first_passage + columns.passage_count
    if documents and (
        columns.passage_count.min() < 1
        or columns.first_passage[0] < 1
        or (columns.first_passage[1:] < ends[:-1]).any()
        or ends[-1] - 1 > watermark
    ):
        return "its passages are not in order"
    if len(columns) != count:
        return f"it holds {len(columns)} passages where {count} were written"
    if not _within(columns.source, len(columns.sources)) or not _within(columns.language, len(columns.languages)):
        return "it has sources or languages without a name"
    if None in columns.languages:
        return "it has a language without a name"
    undated = columns.first_day == UNDATED
    if not _in_order(columns.first_day[~undated], columns.last_day[~undated]) or columns.last_day[undated].any():
        return "its days are not in order"
    if events and (
        columns.event_passage[0] < 1
        or columns.event_passage[-1] > watermark
        or (np.diff(columns.event_passage) < 0).any()
    ):
        return "its event days are not in order"
    return "" if _in_order(columns.event_first, columns.event_last) else "its event days are not in order"


def _within(places: Counts, count: int) -> bool:
    return not len(places) or bool(places.min() >= 0 and places.max() < count)


def _in_order(first: Counts, last: Counts) -> bool:
    """Whether all are days, and no first one is after its last."""
    return not len(first) or bool(first.min() >= 1 and last.max() <= LAST_DAY and (first <= last).all())

"""The columns as one snapshot sees them: what is too new for their file is added, what is gone is left out."""

from __future__ import annotations

from dataclasses import dataclass

from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.columns.file import Columns, make_columns
from semsearch.storage.accelerators.columns.loading import load_columns
from semsearch.storage.accelerators.columns.reading import read_document_columns, read_event_columns
from semsearch.storage.accelerators.record import Truth, not_used
from semsearch.storage.truth.recorded import check_tail, read_file


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The columns of a snapshot, and why the file is not used, if it is not."""

    columns: Columns
    note: str = ""


def open_columns(truth: Truth) -> ColumnsView:
    """The columns of a snapshot. Raises RowDamaged."""
    file = read_file(truth.connection, "columns")
    held, watermark, note = None, 0, ""
    if file is not None:
        try:
            held, watermark = load_columns(truth.folder, file), file.watermark
        except IndexDamaged as error:
            note = not_used(error, truth.folder)
    documents = read_document_columns(truth.connection, watermark)
    tail = make_columns(documents, read_event_columns(truth.connection, watermark))
    check_tail(truth.connection, watermark, len(tail), truth.removed)
    return ColumnsView(tail if held is None else held.without(truth.removed_up_to(watermark)).joined(tail), note)

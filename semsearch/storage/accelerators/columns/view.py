"""The columns as one snapshot sees them: what is too new for their file is added, what is gone is left out."""

from __future__ import annotations

from pathlib import Path

from semsearch.arrays import Ids
from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.columns.file import Columns, load_columns, make_columns
from semsearch.storage.accelerators.record import AcceleratorFile, not_used
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.recorded import check_tail, read_document_columns, read_event_columns


def open_columns(
    folder: Path, connection: Connection, file: AcceleratorFile | None, removed: Ids
) -> tuple[Columns, str]:
    """The columns of a snapshot, and why the file was not used, if it was not."""
    held, watermark, note = None, 0, ""
    if file is not None:
        try:
            held, watermark = load_columns(folder, file), file.watermark
        except IndexDamaged as error:
            note = not_used(error, folder)
    tail = make_columns(read_document_columns(connection, watermark), read_event_columns(connection, watermark))
    check_tail(connection, watermark, len(tail), removed)
    return (tail if held is None else held.without(removed[removed <= watermark]).joined(tail)), note

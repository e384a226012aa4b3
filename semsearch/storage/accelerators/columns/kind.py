"""Columns as a kind of accelerator."""

from __future__ import annotations

from pathlib import Path

from semsearch.storage.accelerators.columns.file import make_columns
from semsearch.storage.accelerators.columns.loading import load_columns
from semsearch.storage.accelerators.columns.reading import read_document_columns, read_event_columns
from semsearch.storage.accelerators.columns.view import ColumnsView, open_columns
from semsearch.storage.accelerators.record import AcceleratorFile, Truth


class ColumnsFile:
    """The file of what documents and passages are filtered by."""

    def open(self, truth: Truth) -> ColumnsView:
        """The columns of a snapshot."""
        return open_columns(truth)

    def write(self, truth: Truth, path: Path) -> int:
        """Publish the columns, built again: they are quick to make."""
        columns = make_columns(read_document_columns(truth.connection, 0), read_event_columns(truth.connection, 0))
        columns.save(path)
        return len(columns)

    def disagreement(self, truth: Truth, file: AcceleratorFile) -> str:
        """All of it, made again."""
        held = load_columns(truth.folder, file).without(truth.removed_up_to(file.watermark))
        documents = read_document_columns(truth.connection, 0)
        below = [each for each in documents if each.first_passage <= file.watermark]
        events = [each for each in read_event_columns(truth.connection, 0) if each[0] <= file.watermark]
        return (
            "" if held.same_as(make_columns(below, events)) else "says other dates, sources or languages than the truth"
        )


KIND = ColumnsFile()

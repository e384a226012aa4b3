"""An index on disk: SQLite as the truth, FAISS as an accelerator that can be rebuilt from it."""

from semsearch.storage.recorded import EncoderRecord
from semsearch.storage.snapshot import Candidates, IndexInfo, Snapshot, index_exists, open_snapshot
from semsearch.storage.writer import FileState, KnownFile, NewDocument, SourceRecord, Writer, open_writer

__all__ = [
    "Candidates",
    "EncoderRecord",
    "FileState",
    "IndexInfo",
    "KnownFile",
    "NewDocument",
    "Snapshot",
    "SourceRecord",
    "Writer",
    "index_exists",
    "open_snapshot",
    "open_writer",
]

"""An index on disk: SQLite as the truth, FAISS as an accelerator that can be rebuilt from it."""

from semsearch.storage.database import index_folder
from semsearch.storage.files import REPLACED, exchange
from semsearch.storage.lock import WriterLock
from semsearch.storage.recorded import (
    EncoderRecord,
    FileState,
    KnownDocument,
    KnownFile,
    NewDocument,
    SourceRecord,
    read_sources,
)
from semsearch.storage.snapshot import Candidates, IndexInfo, Snapshot, index_exists, open_snapshot
from semsearch.storage.writer import Writer, open_writer

__all__ = [
    "REPLACED",
    "Candidates",
    "EncoderRecord",
    "FileState",
    "IndexInfo",
    "KnownDocument",
    "KnownFile",
    "NewDocument",
    "Snapshot",
    "SourceRecord",
    "Writer",
    "WriterLock",
    "exchange",
    "index_exists",
    "index_folder",
    "open_snapshot",
    "open_writer",
    "read_sources",
]

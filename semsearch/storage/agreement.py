"""Whether the truth's vectors are what they should be, and the accelerators say what the truth says."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np

from semsearch.encoders.protocol import Encoder
from semsearch.errors import IndexDamaged
from semsearch.records import Passage
from semsearch.storage.accelerators.kind import kind_of
from semsearch.storage.accelerators.record import Truth
from semsearch.storage.place import SUFFIXES
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.recorded import read_file, read_removed
from semsearch.storage.truth.rows import fits, sound
from semsearch.storage.truth.vectors import read_sentence_vectors, read_vectors
from semsearch.text.chunking import ChunkingSettings, embedded_sha256, header_for, passage_header

UNIT_ERROR = 1e-3  # how far the length of a stored row may be from 1
SENTENCE_ERROR = 1e-2  # the rows of sentences are float16
PARTS_AT_ONCE = 1_000
TITLES_AT_ONCE = 500


def vector_damage(connection: Connection, dim: int) -> Iterator[str]:
    """Vectors that are not finite or not of length 1, of passages and of sentences."""
    wrong = shapes = 0
    numbers = np.empty(0, np.int64)
    for block, rows in read_vectors(connection, dim, "true", ()):
        numbers = np.concatenate([numbers, block])
        shapes += rows.shape[1] != dim
        wrong += int(np.count_nonzero(~(np.abs(np.linalg.norm(rows, axis=1) - 1) < UNIT_ERROR)))
    if shapes or wrong:
        yield f"{wrong} vectors are not of length 1" if not shapes else f"vectors are not of {dim} dimensions"
    wrong = 0
    for begin in range(0, len(numbers), PARTS_AT_ONCE):
        for spans, rows in read_sentence_vectors(
            connection, dim, numbers[begin : begin + PARTS_AT_ONCE].tolist()
        ).values():
            lengths = np.linalg.norm(rows, axis=1) if rows.size else np.ones(len(spans))
            wrong += int(np.count_nonzero(~(np.abs(lengths - 1) < SENTENCE_ERROR)))
    if wrong:
        yield f"{wrong} vectors of sentences are not of length 1"


def text_damage(connection: Connection, settings: ChunkingSettings, encoder: Encoder | None) -> Iterator[str]:
    """Passages that are no slice of their text, or (with an encoder) not the text that their vector goes by."""
    wrong = 0
    documents = connection.execute(
        f"SELECT d.document_id, d.title, b.text, {fits('document', 'd.')} AND {fits('body', 'b.')} "
        "FROM document d JOIN body b USING (document_id)"
    )
    while block := list(sound(documents.fetchmany(TITLES_AT_ONCE), "document")):
        offsets = encoder.token_offsets([title for _, title, _ in block]) if encoder else None
        for at, (document_id, title, text) in enumerate(block):
            header = header_for(title, offsets[at], settings) if offsets else None
            rows = connection.execute(
                "SELECT start, end, text_sha256 FROM passage WHERE document_id = ?", (document_id,)
            )
            for start, end, digest in rows:
                passage = Passage(start, end, text[start:end])
                good = 0 <= start < end <= len(text)
                if header is not None:
                    good &= embedded_sha256(passage_header(header, passage), passage.text) == digest
                wrong += not good
    if wrong:
        yield f"{wrong} passages are not the text that was embedded"


def disagreements(folder: Path, connection: Connection, dim: int, damaged: Container[str]) -> Iterator[tuple[str, str]]:
    """Accelerator files that are as they were written but do not say what the truth says, and in what."""
    truth = Truth(folder, connection, dim, read_removed(connection))
    for kind in SUFFIXES:
        file = read_file(connection, kind)
        if file is not None and file.name not in damaged:
            try:
                wrong = kind_of(kind).disagreement(truth, file)
            except IndexDamaged as error:
                wrong = error.what
            if wrong:
                yield file.name, wrong

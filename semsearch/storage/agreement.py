"""Whether the truth's vectors are what they should be, and the accelerators say what the truth says."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np

from semsearch.arrays import Ids
from semsearch.encoders.protocol import Encoder
from semsearch.errors import IndexDamaged
from semsearch.records import Passage
from semsearch.storage.accelerators.columns.file import load_columns, make_columns
from semsearch.storage.accelerators.dense.file import load_dense
from semsearch.storage.accelerators.lexical.building import Part, join_lexical, lexical_parts
from semsearch.storage.accelerators.lexical.file import load_lexical
from semsearch.storage.accelerators.lexical.view import read_lexical_texts
from semsearch.storage.accelerators.record import AcceleratorFile
from semsearch.storage.truth.meta import Connection
from semsearch.storage.truth.recorded import (
    COLUMNS,
    DENSE,
    LEXICAL,
    read_document_columns,
    read_event_columns,
    read_file,
    read_parts,
    read_removed,
    read_vectors,
)
from semsearch.storage.truth.rows import fits, sound
from semsearch.text.chunking import ChunkingSettings, embedded_sha256, header_for, passage_header

UNIT_ERROR = 1e-3  # how far the length of a stored row may be from 1
SENTENCE_ERROR = 1e-2  # the rows of sentences are float16
QUESTIONS = 16  # passages that are looked up by their own row
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
        for spans, rows in read_parts(connection, dim, numbers[begin : begin + PARTS_AT_ONCE]).values():
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
    removed = read_removed(connection)
    looks = {DENSE: _dense, LEXICAL: _lexical, COLUMNS: _columns}
    for kind, look in looks.items():
        file = read_file(connection, kind)
        if file is not None and file.name not in damaged:
            try:
                wrong = look(folder, connection, file, removed[removed <= file.watermark], dim)
            except IndexDamaged as error:
                wrong = error.what
            if wrong:
                yield file.name, wrong


def _dense(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:
    """Every number and every row, then some passages looked up by their own row."""
    index = load_dense(folder, file, dim)
    kept = ~np.isin(index.numbers(), removed)
    numbers, rows = index.numbers()[kept], index.rows()
    places, at = np.flatnonzero(kept), 0
    rng = np.random.default_rng(len(numbers))
    for block, own in read_vectors(connection, dim, "p.number <= ?", (file.watermark,)):
        span = slice(at, at + len(block))
        if not np.array_equal(numbers[span], block):
            return "holds other passages than the truth"
        if not np.array_equal(rows[places[span]], own):
            return "holds other vectors than the truth"
        for one in rng.permutation(len(block))[:QUESTIONS]:
            found, cosines = index.search(own[one], 1, None, removed)
            if not len(found) or abs(float(cosines[0]) - 1) > UNIT_ERROR:
                return f"does not find passage {block[one]}"
        at += len(block)
    return "" if at == len(numbers) else "holds passages that the truth has not"


def _lexical(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:  # noqa: ARG001
    """All of it: made again, in parts, as a writer would."""
    held = load_lexical(folder, file, whole=True)
    texts = (text for text in read_lexical_texts(connection, 0) if text.numbers[-1] <= file.watermark)
    again = join_lexical([Part(one) for one in lexical_parts(texts)])
    kept = join_lexical([Part(held, ~np.isin(held.numbers, removed))])
    if not np.array_equal(kept.numbers, again.numbers):
        return "holds other passages than the truth"
    return "" if kept.same_as(again) else "counts other terms than the passages have"


def _columns(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:  # noqa: ARG001
    """All of it, made again."""
    held = load_columns(folder, file).without(removed)
    below = [each for each in read_document_columns(connection, 0) if each.first_passage <= file.watermark]
    events = [each for each in read_event_columns(connection, 0) if each[0] <= file.watermark]
    return "" if held.same_as(make_columns(below, events)) else "says other dates, sources or languages than the truth"

"""Whether the truth's vectors are what they should be, and the accelerators say what the truth says."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np

from semsearch.analysis import Analyzer
from semsearch.arrays import Ids
from semsearch.chunking import ChunkingSettings, embedded_sha256, header_for, passage_header
from semsearch.encoders.protocol import Encoder
from semsearch.records import Passage
from semsearch.storage.accelerators import AcceleratorFile
from semsearch.storage.columns import make_columns, read_columns
from semsearch.storage.database import Connection
from semsearch.storage.dense import load_dense
from semsearch.storage.lexical import LexicalIndex, read_lexical
from semsearch.storage.lexical_view import read_lexical_texts
from semsearch.storage.recorded import (
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
from semsearch.storage.rows import fits, sound

UNIT_ERROR = 1e-3  # how far the length of a stored row may be from 1
SENTENCE_ERROR = 1e-2  # the rows of sentences are float16
QUESTIONS = 16  # passages that are looked up by their own row
DOCUMENTS = 200  # whose terms are counted again
PARTS_AT_ONCE = 1_000
TITLES_AT_ONCE = 500


def vector_damage(connection: Connection, dim: int) -> Iterator[str]:
    """Vectors that are not finite or not of length 1, of passages and of sentences."""
    wrong = shapes = 0
    numbers = np.empty(0, np.int64)
    for block, rows in read_vectors(connection, "true", ()):
        numbers = np.concatenate([numbers, block])
        shapes += rows.shape[1] != dim
        wrong += int(np.count_nonzero(~(np.abs(np.linalg.norm(rows, axis=1) - 1) < UNIT_ERROR)))
    if shapes or wrong:
        yield f"{wrong} vectors are not of length 1" if not shapes else f"vectors are not of {dim} dimensions"
    wrong = 0
    for begin in range(0, len(numbers), PARTS_AT_ONCE):
        for spans, rows in read_parts(connection, numbers[begin : begin + PARTS_AT_ONCE]).values():
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
            wrong = look(folder, connection, file, removed[removed <= file.watermark], dim)
            if wrong:
                yield file.name, wrong


def _dense(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:
    """Sampled rows asked of FAISS, and of every row of the truth in turn."""
    index = load_dense(folder, file, dim)
    blocks = list(read_vectors(connection, "p.number <= ?", (file.watermark,)))
    numbers = np.concatenate([np.empty(0, np.int64), *(block for block, _ in blocks)])
    rng = np.random.default_rng(len(numbers))
    for at in rng.permutation(len(numbers))[:QUESTIONS]:
        row = next(read_vectors(connection, "p.number = ?", (int(numbers[at]),)))[1][0]
        exact = np.concatenate([rows.astype(np.float64) @ row for _, rows in blocks])
        found, cosines = index.search(row, 10, None, removed)
        best = np.sort(exact)[::-1][: len(found)]
        held = dict(zip(found.tolist(), cosines.tolist(), strict=True))
        own = exact[np.searchsorted(numbers, found)] if np.isin(found, numbers).all() else np.full(len(found), np.nan)
        if len(held) != min(10, len(numbers)) or not np.allclose(cosines, best, atol=1e-5):
            return f"finds other passages than the truth for passage {numbers[at]}"
        if not np.allclose(own, cosines, atol=1e-5):
            return "gives other cosines than the truth's vectors"
    return ""


def _lexical(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:  # noqa: ARG001
    """The terms of sampled documents counted again, and the numbers of all passages."""
    index = read_lexical(folder / file.name)
    held = index.numbers[~np.isin(index.numbers, removed)]
    rows = connection.execute("SELECT number FROM passage WHERE number <= ? ORDER BY number", (file.watermark,))
    if held.tolist() != [number for (number,) in rows]:
        return "holds other passages than the truth"
    documents = [text for text in read_lexical_texts(connection, 0) if text.numbers[-1] <= file.watermark]
    rng = np.random.default_rng(len(documents))
    for at in rng.permutation(len(documents))[:DOCUMENTS].tolist():
        document = documents[at]
        analyzer = Analyzer(document.language)
        title = analyzer.terms(document.title)
        for number, text in zip(document.numbers, document.passages, strict=True):
            if not _counts_equal(index, number, title + analyzer.terms(text)):
                return f"counts other terms than passage {number} has"
    return ""


def _counts_equal(index: LexicalIndex, number: int, terms: list[str]) -> bool:
    row = int(np.searchsorted(index.numbers, number))
    if int(index.passages.lengths[row]) != len(terms):
        return False
    for term in set(terms):
        place = index.find(term)
        if place is None:
            return False
        rows, counts = index.passages.postings(place)
        at = int(np.searchsorted(rows, row))
        if at == len(rows) or rows[at] != row or int(counts[at]) != min(terms.count(term), np.iinfo(np.uint16).max):
            return False
    return True


def _columns(folder: Path, connection: Connection, file: AcceleratorFile, removed: Ids, dim: int) -> str:  # noqa: ARG001
    """All of it, made again."""
    held = read_columns(folder / file.name).without(removed)
    below = [each for each in read_document_columns(connection, 0) if each.first_passage <= file.watermark]
    events = [each for each in read_event_columns(connection, 0) if each[0] <= file.watermark]
    return "" if held.same_as(make_columns(below, events)) else "says other dates, sources or languages than the truth"

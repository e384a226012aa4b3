"""Vectors as a kind of accelerator."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.dense.file import DenseIndex, load_dense
from semsearch.storage.accelerators.dense.view import DenseView
from semsearch.storage.accelerators.record import AcceleratorFile, Truth
from semsearch.storage.truth.recorded import read_file
from semsearch.storage.truth.vectors import read_vectors

LOOKUP_ERROR = 1e-3  # how far the cosine of a vector to itself may be from 1
LOOKED_UP = 16  # passages of a block that are looked up by their own vector


class Dense:
    """FAISS's file of the passages' vectors."""

    def open(self, truth: Truth) -> DenseView:
        """The vectors of a snapshot."""
        return DenseView(truth)

    def write(self, truth: Truth, path: Path) -> int:
        """Publish all vectors; those of the last file are taken from it."""
        file, index, watermark = read_file(truth.connection, "dense"), DenseIndex(truth.dim), 0
        if file is not None:
            with suppress(IndexDamaged):  # what cannot be trusted is made from the truth
                index, watermark = load_dense(truth.folder, file, truth.dim, to_change=True), file.watermark
        index.reserve(int(truth.connection.execute("SELECT coalesce(sum(1), 0) FROM passage").fetchone()[0]))
        index.remove(truth.removed_up_to(watermark))
        for numbers, vectors in read_vectors(truth.connection, truth.dim, "p.number > ?", (watermark,)):
            index.add(numbers, vectors)
        index.save(path)
        return len(index)

    def disagreement(self, truth: Truth, file: AcceleratorFile) -> str:
        """Every number and every vector, then some passages looked up by their own vector."""
        index, removed = load_dense(truth.folder, file, truth.dim), truth.removed_up_to(file.watermark)
        kept = ~np.isin(index.numbers(), removed)
        numbers, vectors = index.numbers()[kept], index.vectors()
        places, at = np.flatnonzero(kept), 0
        rng = np.random.default_rng(len(numbers))
        for block, own in read_vectors(truth.connection, truth.dim, "p.number <= ?", (file.watermark,)):
            span = slice(at, at + len(block))
            if not np.array_equal(numbers[span], block):
                return "holds other passages than the truth"
            if not np.array_equal(vectors[places[span]], own):
                return "holds other vectors than the truth"
            for one in rng.permutation(len(block))[:LOOKED_UP]:
                found, cosines = index.search(own[one], 1, None, removed)
                if not len(found) or abs(float(cosines[0]) - 1) > LOOKUP_ERROR:
                    return f"does not find passage {block[one]}"
            at += len(block)
        return "" if at == len(numbers) else "holds passages that the truth has not"


KIND = Dense()

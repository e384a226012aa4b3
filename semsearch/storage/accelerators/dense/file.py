"""The dense accelerator: exact inner products in FAISS, and its file. The only module that knows faiss.

FAISS finds; it does not rank: equal scores come back in no useful order and sums differ in the last
bits with the batch, so the caller scores what is found again, from the stored vectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from semsearch.arrays import Ids, Scores, Vectors
from semsearch.errors import TRY_AGAIN, IndexDamaged, StorageFailed
from semsearch.files.regular import library_path
from semsearch.files.whole import publish
from semsearch.storage.accelerators.record import AcceleratorFile, opened_file

if TYPE_CHECKING:
    import faiss

MEAN_ERROR = 1e-2  # how far the mean of all squared lengths may be from 1, added up in float32


class DenseIndex:
    """Passage numbers and their vectors, searched exactly."""

    def __init__(self, dim: int, index: faiss.IndexIDMap | None = None) -> None:
        import faiss

        self._faiss = faiss
        self._dim = dim
        self._index = index or faiss.IndexIDMap(faiss.IndexFlatIP(dim))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def reserve(self, count: int) -> None:
        """Make room for ``count`` vectors at once: growing step by step takes twice the memory."""
        codes = self._faiss.downcast_index(self._index.index).codes  # type: ignore[attr-defined]
        for held, each in ((codes, 4 * self._dim), (self._index.id_map, 1)):
            size = held.size()
            held.resize(max(size, count * each))
            held.resize(size)

    def add(self, numbers: Ids, vectors: Vectors) -> None:
        """Add vectors under their passage numbers."""
        if vectors.dtype != np.float32 or vectors.shape != (len(numbers), self._dim):  # FAISS says nothing useful
            raise ValueError(f"vectors {vectors.dtype} {vectors.shape}, expected float32 ({len(numbers)}, {self._dim})")
        if len(numbers):
            self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(numbers, np.int64))

    def remove(self, numbers: Ids) -> None:
        """Take vectors out; numbers that are not in it are passed over."""
        if len(numbers):
            self._index.remove_ids(self._faiss.IDSelectorBatch(np.asarray(numbers, np.int64)))

    def search(self, vector: Vectors, count: int, allowed: Ids | None, excluded: Ids) -> tuple[Ids, Scores]:
        """At most ``count`` numbers with the highest inner products with ``vector`` (dim,), best first.

        Only ``allowed`` numbers (None: all) that are not ``excluded`` take part.
        """
        count = min(count, len(self) if allowed is None else len(allowed))
        if count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        parameters = self._faiss.SearchParameters(sel=self._selector(allowed, excluded))  # type: ignore[call-arg]
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)  # one question is one product: two threads only wait for one another
        try:
            scores, numbers = self._index.search(vector.reshape(1, -1), count, params=parameters)
        finally:
            self._faiss.omp_set_num_threads(threads)
        found = numbers[0] >= 0  # FAISS pads with -1 where there are fewer
        return numbers[0][found], scores[0][found].astype(np.float64)

    def _selector(self, allowed: Ids | None, excluded: Ids) -> faiss.IDSelector:
        if allowed is not None:
            return self._faiss.IDSelectorBatch(np.setdiff1d(allowed, excluded, assume_unique=True))
        if len(excluded):
            return self._faiss.IDSelectorNot(self._faiss.IDSelectorBatch(excluded))
        return self._faiss.IDSelectorAll()

    def numbers(self) -> Ids:
        """The passage numbers, in the order of the vectors."""
        return np.asarray(self._faiss.vector_to_array(self._index.id_map), np.int64)

    def vectors(self) -> Vectors:
        """All vectors (n, dim): a view."""
        flat = self._faiss.downcast_index(self._index.index)
        found = self._faiss.rev_swig_ptr(flat.get_xb(), len(self) * self._dim)  # type: ignore[attr-defined]
        return np.asarray(found, np.float32).reshape(len(self), self._dim)

    def wrong(self, file: AcceleratorFile) -> str:
        """What of its numbers makes no sense as the file that the truth names; empty where all does."""
        numbers = self.numbers()
        if len(numbers) and (numbers[0] < 1 or numbers[-1] > file.watermark or (np.diff(numbers) <= 0).any()):
            return "its passages are not in order"
        return ""

    def wrong_rows(self) -> str:
        """What of its vectors makes no sense; empty where all does. They are all read, as a question will anyway."""
        flat = self.vectors().reshape(-1)
        with np.errstate(invalid="ignore", over="ignore"):
            length = float(flat @ flat) / max(len(self), 1)  # one product: a value that is no number spoils it
        return "" if not len(self) or abs(length - 1) < MEAN_ERROR else "its vectors are not of length 1"

    def save(self, path: Path) -> None:
        """Publish the file at ``path``."""
        publish(path, self._write)

    def _write(self, path: Path) -> None:
        try:
            self._faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # all that FAISS raises; its text is about its source code
            raise StorageFailed("the dense accelerator cannot be written", remedy=TRY_AGAIN) from error


def load_dense(folder: Path, file: AcceleratorFile, dim: int, *, to_change: bool = False) -> DenseIndex:
    """Open the accelerator that the truth names, or raise IndexDamaged.

    It is mapped into memory, so that what a question does not need is not read. One that is
    ``to_change`` is read, and hashed whatever its size.
    """
    path = folder / file.name
    with opened_file(folder, file, full=to_change) as descriptor:
        index = _read(path, descriptor, file, dim, to_change)
    found = DenseIndex(dim, index)
    wrong = found.wrong(file) or (found.wrong_rows() if to_change else "")
    if wrong:
        raise IndexDamaged(wrong, where=path)
    return found


def _read(path: Path, descriptor: int, file: AcceleratorFile, dim: int, to_change: bool) -> faiss.IndexIDMap:
    import faiss

    usual = faiss.get_deserialization_vector_byte_limit()  # of the whole process, which may have its own indexes
    faiss.set_deserialization_vector_byte_limit(max(file.size, 1 << 20))
    try:
        index = faiss.read_index(library_path(descriptor), 0 if to_change else faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise IndexDamaged(f"cannot be read: {str(error)[:80]}", where=path) from None
    finally:
        faiss.set_deserialization_vector_byte_limit(usual)
    good = isinstance(index, faiss.IndexIDMap) and isinstance(faiss.downcast_index(index.index), faiss.IndexFlatIP)
    if not isinstance(index, faiss.IndexIDMap) or not good or index.d != dim or index.ntotal != file.count:
        raise IndexDamaged(f"does not hold {file.count} vectors of {dim} dimensions", where=path)
    return index

"""Terms as a kind of accelerator."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.storage.accelerators.lexical.building import Part, join_lexical, lexical_parts
from semsearch.storage.accelerators.lexical.file import load_lexical
from semsearch.storage.accelerators.lexical.view import LexicalView, open_lexical, read_lexical_texts
from semsearch.storage.accelerators.record import AcceleratorFile, Truth
from semsearch.storage.truth.recorded import read_file


class Lexical:
    """The file of the terms of passages and articles."""

    def open(self, truth: Truth) -> LexicalView:
        """The terms of a snapshot."""
        return open_lexical(truth)

    def write(self, truth: Truth, path: Path) -> int:
        """Publish all terms; those of the last file are taken from it."""
        file, parts, watermark = read_file(truth.connection, "lexical"), list[Part](), 0
        if file is not None:
            with suppress(IndexDamaged):
                held = load_lexical(truth.folder, file, whole=True)
                kept = ~np.isin(held.numbers, truth.removed_up_to(file.watermark))
                parts, watermark = [Part(held, kept)], file.watermark
        new = lexical_parts(read_lexical_texts(truth.connection, watermark))
        index = join_lexical([*parts, *map(Part, new)])
        index.save(path)
        return len(index)

    def disagreement(self, truth: Truth, file: AcceleratorFile) -> str:
        """All of it: made again, in parts, as a writer would."""
        held = load_lexical(truth.folder, file, whole=True)
        texts = (text for text in read_lexical_texts(truth.connection, 0) if text.numbers[-1] <= file.watermark)
        again = join_lexical([Part(one) for one in lexical_parts(texts)])
        kept = join_lexical([Part(held, ~np.isin(held.numbers, truth.removed_up_to(file.watermark)))])
        if not np.array_equal(kept.numbers, again.numbers):
            return "holds other passages than the truth"
        return "" if kept.same_as(again) else "counts other terms than the passages have"


KIND = Lexical()

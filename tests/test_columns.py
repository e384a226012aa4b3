"""Which documents share a key, by the columns as readers and writers have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semsearch.storage.accelerators.columns import file as stored
from semsearch.storage.accelerators.columns.file import Columns, DocumentColumns, make_columns
from semsearch.storage.accelerators.columns.loading import load_columns
from semsearch.storage.accelerators.record import record_file
from semsearch.text.sketches import BANDS


def documents(rng: np.random.Generator, count: int, first: int) -> list[DocumentColumns]:
    """Of one to three passages; a key is one of 400, and every fourth document has none."""
    found = []
    for at in range(count):
        keys = rng.integers(1, 401, BANDS) if at % 4 else np.zeros(BANDS)
        found.append(DocumentColumns(first, 1 + at % 3, 738000, 738000, None, "en", keys.astype(np.uint32)))
        first += 1 + at % 3
    return found


def by_hand(held: list[DocumentColumns], own: DocumentColumns) -> list[int]:
    return [
        other.first_passage
        for other in held
        if other is not own and any(a == b != 0 for a, b in zip(other.bands, own.bands, strict=True))
    ]


@pytest.mark.parametrize("with_twins", [True, False], ids=["file", "first files of format 4"])
@pytest.mark.parametrize("seed", range(20))
def test_documents_that_share_a_key_are_found(
    tmp_path: Path, seed: int, with_twins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    filed = documents(rng, 12, 1)
    fresh = documents(rng, 1 + seed % 3, filed[-1].first_passage + filed[-1].passage_count)
    fresh[0].bands[seed % BANDS] = filed[seed // 2 * 4 % 12 + 1].bands[seed % BANDS]  # no twin of the file, most often
    gone = filed[seed % 12]
    if not with_twins:
        monkeypatch.setattr(stored, "ARRAYS", [name for name in stored.ARRAYS if name != "twin"])
    make_columns(filed, []).save(tmp_path / "columns")
    monkeypatch.undo()
    count = sum(each.passage_count for each in filed)
    last = filed[-1].first_passage + filed[-1].passage_count - 1
    file = load_columns(tmp_path, record_file(tmp_path / "columns", last, count))
    removed = np.arange(gone.first_passage, gone.first_passage + gone.passage_count)
    columns = file.without(removed).joined(make_columns(fresh, []))
    held = [each for each in [*filed, *fresh] if each is not gone]
    numbers = np.array([each.first_passage + each.passage_count - 1 for each in held])
    found = columns.sharing(columns.documents(numbers))
    assert [columns.first_passage[others].tolist() for others in found] == [by_hand(held, each) for each in held]
    assert len(found[-len(fresh)]) or gone is filed[seed // 2 * 4 % 12 + 1]


def test_a_file_that_misses_a_twin_is_not_the_same() -> None:
    rng = np.random.default_rng(3)
    held = documents(rng, 40, 1)
    columns = make_columns(held, [])
    assert columns.twin.sum() >= 4
    assert not columns.twin.all()
    assert columns.same_as(columns)
    arrays = {name: getattr(columns, name) for name in stored.ARRAYS}
    wrong = Columns(**{**arrays, "twin": arrays["twin"] & False}, sources=columns.sources, languages=columns.languages)
    assert not wrong.same_as(columns)

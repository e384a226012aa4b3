"""The truth and its accelerator: snapshots, watermarks, damage, other formats."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from semsearch.arrays import exact_cosines
from semsearch.errors import FormatMismatch, IndexDamaged, IndexMissing
from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.storage.accelerators.dense.file import DenseIndex
from semsearch.storage.accelerators.record import check_file, record_file, slack
from semsearch.storage.place import DATABASE, folder_size
from semsearch.storage.remembered import Remembered
from semsearch.storage.snapshot import Snapshot, open_snapshot
from semsearch.storage.truth.rows import RowDamaged, row_hash
from semsearch.storage.truth.seal import Seal, wrong_file
from semsearch.storage.writer import open_writer
from tests.conftest import write_articles


@pytest.fixture
def index(articles: Path, tmp_path: Path) -> Path:
    build([articles], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


def ids(index: Index, question: str = "town soldiers grain bread") -> list[str]:
    return [hit.document.doc_id for hit in index.search(question, top=50).hits]


def dense_files(index: Path) -> list[Path]:
    return sorted(index.glob("dense-*.faiss"))


def test_a_reader_keeps_its_snapshot(index: Path, articles: Path) -> None:
    with open_index(index) as before:
        first = ids(before)  # opens the accelerator
        (articles / "grain.txt").unlink()
        (articles / "later.txt").write_text(" date 2023-01-01 Soldiers came later to the town.\n")
        build([articles], index)
        assert ids(before) == first
        with open_index(index) as after:
            assert sorted(ids(after)) == sorted({*first, "later.txt"} - {"grain.txt"})


def test_a_reader_that_opens_its_accelerator_late_still_has_its_snapshot(index: Path, articles: Path) -> None:
    with open_index(index) as before:
        before.info()
    with open_index(index) as before:
        before.document("grain.txt")  # pinned, the accelerator not yet opened
        for number in range(3):
            (articles / f"later{number}.txt").write_text(f" date 2023-01-0{number + 1} Soldiers {number}.\n")
            (articles / "grain.txt").unlink(missing_ok=True)
            build([articles], index)
        assert sorted(ids(before)) == sorted(
            ["2022-11-09-order.txt", "2022-11-11-entry.txt", "2022-12-24-shelling.txt", "grain.txt", "undated.txt"]
        )


def test_passages_above_the_watermark_are_found_and_removed_ones_are_not(index: Path, articles: Path) -> None:
    """As after a kill between the commit and the accelerator."""
    file = dense_files(index)[-1]
    with open_writer(index) as writer:
        stored = writer.file_at(str(articles / "grain.txt"))
        assert stored is not None
        with writer.transaction():
            writer.drop_file(stored.file_id)
    with open_index(index) as opened:
        assert "grain.txt" not in ids(opened)
        assert len(ids(opened)) == 4
        assert not opened.info().accelerated or file == dense_files(index)[-1]
    build([articles], index)
    with open_index(index) as opened:
        assert "grain.txt" in ids(opened)


@pytest.mark.parametrize("harm", ["missing", "short", "flipped", "empty"])
def test_a_damaged_accelerator_is_told_and_never_trusted(index: Path, articles: Path, harm: str) -> None:
    with open_index(index) as opened:
        whole = ids(opened)
    (path,) = dense_files(index)
    data = bytearray(path.read_bytes())
    if harm == "missing":
        path.unlink()
    else:
        data[len(data) // 2] ^= 1
        harmed = {"short": bytes(data[:-1]), "flipped": bytes(data), "empty": b""}
        path.write_bytes(harmed[harm])
    with open_index(index) as opened:
        answer = opened.search("town soldiers grain bread", top=50)
        assert [hit.document.doc_id for hit in answer.hits] == whole
        assert path.name in answer.notes[0]
        assert "semsearch repair" in answer.notes[0]
    build([articles], index)
    with open_index(index) as opened:
        assert opened.search("town soldiers grain bread", top=50).notes == ()


def test_a_truth_that_is_no_database_is_told(index: Path) -> None:
    (index / DATABASE).write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(IndexDamaged, match="--rebuild"):
        open_index(index)


def test_another_database_is_no_index(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / DATABASE).executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1)").close()
    with pytest.raises(IndexDamaged, match="not a semsearch index"):
        open_index(tmp_path)


def test_a_newer_format_is_left_untouched(index: Path, articles: Path) -> None:
    connection = sqlite3.connect(index / DATABASE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (index / DATABASE).read_bytes()
    with pytest.raises(FormatMismatch, match="99"):
        open_index(index)
    with pytest.raises(FormatMismatch, match="99"):
        build([articles], index)
    assert (index / DATABASE).read_bytes() == before


def test_no_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="semsearch index"):
        open_index(tmp_path / "nowhere")
    with open_writer(tmp_path / "empty"):
        pass
    with pytest.raises(IndexMissing, match="empty"):
        open_index(tmp_path / "empty")


def test_the_index_is_private(index: Path) -> None:
    assert stat.S_IMODE(index.stat().st_mode) == 0o700
    with open_writer(index) as writer, writer.transaction():
        names = {path.name for path in index.iterdir()}
        assert {"truth.sqlite", "truth.sqlite-wal"} <= names
        for path in index.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    for path in index.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_read_only_index_answers(index: Path) -> None:
    index.chmod(0o500)
    for path in index.iterdir():
        path.chmod(0o400)
    try:
        with open_index(index) as opened:
            assert len(ids(opened)) == 5
    finally:
        index.chmod(0o700)


def test_passage_numbers_are_never_used_again(index: Path, articles: Path) -> None:
    def numbers(snapshot: Snapshot) -> set[int]:
        found = snapshot.nearest(np.eye(1, 256, dtype=np.float32)[0], 50, None, np.empty(0, np.int64)).numbers
        snapshot.close()
        return set(found.tolist())

    before = numbers(open_snapshot(index))
    (articles / "undated.txt").unlink()
    build([articles], index)
    (articles / "undated.txt").write_text("Bread again.")
    build([articles], index)
    after = numbers(open_snapshot(index))
    assert len(after - before) == 1
    assert min(after - before) > max(before)


def test_a_file_that_a_writer_takes_away_meanwhile_is_missing_and_no_failure(tmp_path: Path) -> None:
    """Found by eight readers beside fifty refreshes: it was there when its size was asked for, and not when read."""
    path, away, done = tmp_path / "columns", tmp_path / "elsewhere", threading.Event()
    path.write_bytes(b"columns")
    recorded = record_file(path, 1, 1)

    def take_away() -> None:
        while not done.is_set():
            path.rename(away)
            away.rename(path)

    writer = threading.Thread(target=take_away)
    writer.start()
    told, seal = set[str](), Seal("id", 1, {path.name: (recorded.size, recorded.sha256)})
    try:
        for _ in range(20_000):
            folder_size(tmp_path)
            told.add(wrong_file(tmp_path, seal, path.name, full=True))
            try:
                check_file(tmp_path, recorded)
            except IndexDamaged as error:
                told.add(error.what)
    finally:
        done.set()
        writer.join()
    assert told == {"is missing", ""}


def test_old_accelerators_do_not_pile_up(index: Path, articles: Path) -> None:
    for number in range(5):
        for copy in range(70):
            (articles / f"{copy}.txt").write_text(f"Bread {number} {copy}.")
        build([articles], index)
    assert len(dense_files(index)) == 2  # one for readers that are just opening it


def test_a_small_change_leaves_the_accelerator_as_it_is_and_is_found_at_once(index: Path, articles: Path) -> None:
    build([articles], index)
    before = [(path.name, path.stat().st_mtime_ns) for path in dense_files(index)]
    (articles / "zebra.txt").write_text("A zebra ran through the market.")
    (articles / "grain.txt").unlink()
    build([articles], index)
    assert [(path.name, path.stat().st_mtime_ns) for path in dense_files(index)] == before
    with open_index(index) as opened:
        assert opened.search("a zebra ran through").hits[0].document.doc_id == "zebra.txt"
        assert "grain.txt" not in ids(opened)
        assert opened.info().accelerated


def test_faiss_is_left_as_it_was_found(index: Path, articles: Path, tmp_path: Path) -> None:
    import faiss

    build([articles], index)
    faiss.omp_set_num_threads(2)
    limit = faiss.get_deserialization_vector_byte_limit()
    with open_index(index) as opened:
        assert opened.search("a zebra").hits
    assert faiss.omp_get_max_threads() == 2
    assert faiss.get_deserialization_vector_byte_limit() == limit


def test_what_an_accelerator_may_lack_is_bounded() -> None:
    assert [slack(count) for count in (0, 100, 6_400, 10_000, 50_000, 10**7)] == [64, 64, 64, 100, 500, 1000]


def test_dense_search_within_allowed_numbers_and_without_excluded_ones() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(300, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    numbers = np.arange(1000, 1300)
    dense = DenseIndex(16)
    dense.add(numbers, rows)
    query = rows[5]
    allowed, excluded = numbers[::3], numbers[:12]
    keep = np.setdiff1d(allowed, excluded)
    expected = keep[np.argsort(-(rows[keep - 1000] @ query), kind="stable")][:10]
    found, scores = dense.search(query, 10, allowed, excluded)
    assert found.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, rows[expected - 1000] @ query, atol=1e-6)
    assert len(dense.search(query, 500, allowed, excluded)[0]) == len(keep)
    assert len(dense.search(query, 5, np.empty(0, np.int64), excluded)[0]) == 0
    dense.remove(numbers[:100])
    assert dense.search(query, 300, None, np.empty(0, np.int64))[0].min() == 1100


def test_articles_that_only_have_a_title_are_held(tmp_path: Path) -> None:
    write_articles(tmp_path / "a", {"a.jsonl": '{"_id": "t", "title": "Only a title", "text": ""}'})
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        (hit,) = opened.search("title").hits
    assert (hit.text, hit.start, hit.end) == ("Only a title", 0, 12)


def test_a_row_hash_knows_types_whatever_was_hashed_before() -> None:
    """1, 1.0, "1" and b"1" are four values, though Python calls two of them equal."""
    hashes = [row_hash("file", value) for value in (1, 1.0, "1", b"1", 1, 1.0)]
    assert hashes[:2] == hashes[4:]
    assert len(set(hashes)) == 4
    assert hashes[0] == hashlib.sha256(b"si[4, 1]" + b"file1").digest()[:16]


def test_what_was_read_is_remembered_up_to_a_size_the_oldest_forgotten() -> None:
    asked = list[list[int]]()

    def read(keys: Sequence[int]) -> dict[int, str]:
        asked.append(list(keys))
        return {key: "x" * key for key in keys}

    remembered = Remembered(read, len, 10)
    assert list(remembered.of([3, 1, 2])) == [3, 1, 2]
    assert remembered.of([2, 4]) == {2: "xx", 4: "xxxx"}
    assert remembered.of([3]) == {3: "xxx"}
    assert remembered.of([5, 3]) == {5: "xxxxx", 3: "xxx"}  # 1, 2 and 4 are forgotten: 8 of 10 are held
    assert remembered.of([1]) == {1: "x"}
    assert remembered.of([11, 3]) == {11: "x" * 11, 3: "xxx"}  # larger than all that is held
    assert remembered.of([3]) == {3: "xxx"}
    assert remembered.of([3, 3, 3]) == {3: "xxx"}
    assert asked == [[3, 1, 2], [4], [5], [1], [11]]


def test_cosines_of_few_passages_are_those_of_all(index: Path, articles: Path) -> None:
    (articles / "more.txt").write_text("A later article, of which the accelerator knows nothing.")
    build([articles], index)
    with closing(open_snapshot(index)) as snapshot:
        vector, none = np.eye(1, 256, dtype=np.float32)[0], np.empty(0, np.int64)
        near = snapshot.nearest(vector, 50, None, none)
        found = dict(zip(near.numbers.tolist(), near.cosines.tolist(), strict=True))
        for numbers in (sorted(found), sorted(found)[1::2], sorted(found)[-1:]):
            cosines = snapshot.cosines(vector, np.array(numbers, np.int64))
            np.testing.assert_allclose(cosines, [found[number] for number in numbers], atol=1e-5)
        with pytest.raises(IndexDamaged, match="no vector"):
            snapshot.cosines(vector, np.array([10_000], np.int64))


def test_vectors_of_a_hit_given_twice_are_given_twice(index: Path) -> None:
    with open_index(index) as opened:
        hits = opened.search("bread", top=2).hits
        for _ in range(2):
            vectors = opened.vectors([*hits, *hits])
            assert np.array_equal(vectors[: len(hits)], vectors[len(hits) :])


@pytest.mark.parametrize("columns", [384, 10_000])
def test_a_cosine_does_not_depend_on_the_rows_beside(columns: int) -> None:
    rows = np.random.default_rng(5).normal(size=(30, columns)).astype(np.float32)
    together = exact_cosines(rows, rows[0])
    assert [exact_cosines(rows[at : at + 1], rows[0])[0] for at in range(30)] == together.tolist()
    np.testing.assert_allclose(together, rows.astype(np.float64) @ rows[0].astype(np.float64))


def test_kept_fields_of_articles_that_are_nowhere_are_damage(tmp_path: Path) -> None:
    write_articles(
        tmp_path / "a", {"a.jsonl": "".join(f'{{"text": "Town {n}.", "desk": "{n % 2}"}}\n' for n in range(4))}
    )
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    with closing(open_snapshot(tmp_path / "ix")) as snapshot:
        assert {value: places.tolist() for value, places in snapshot.common_fields()["desk"].items()} == {
            "0": [0, 2],
            "1": [1, 3],
        }
        for firsts in ([1, 2, 3], [1, 2, 3, 5]):
            with pytest.raises(RowDamaged):
                snapshot.kept().common_documents(np.array(firsts, np.int64))

"""The real press releases: none lost, windows exact, edits followed. With word hashing; the model in --all."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest

from semsearch.encoders.hashing import HashEncoder
from semsearch.indexing.building import build
from semsearch.records import Answer, Document, Mode
from semsearch.rendering.fields import answer_fields
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.brute import Brute, assert_same
from tests.conftest import shared


@pytest.fixture(scope="module")
def corpus() -> Path:
    return shared("data/press/corpus.jsonl.gz")


@pytest.fixture(scope="module")
def folder(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("press") / "ix"
    report = build([corpus], folder, model="hash")
    assert (report.added, report.problems) == (1796, [])
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return open_index(folder)


@pytest.fixture(scope="module")
def records(corpus: Path) -> dict[str, dict[str, str]]:
    with gzip.open(corpus, "rt", encoding="utf-8") as stream:
        return {record["_id"]: record for record in map(json.loads, stream)}


def test_every_record_is_held_word_for_word(index: Index, records: dict[str, dict[str, str]]) -> None:
    for number, (doc_id, record) in enumerate(records.items(), 1):
        document = index.document(doc_id)
        assert (document.text, document.place.line) == (record["text"] or record["title"], number)
        assert str(document.published) == record["published_at"][:10]
        assert (document.publisher, document.url) == (record["source"], record["url"])


def windows(count: int) -> list[tuple[str, date, date]]:
    rng = random.Random(3)
    words = [
        "meeting",
        "president",
        "visit",
        "address",
        "security",
        "gas",
        "children",
        "army",
        "europe",
        "agreement",
        "talks",
        "award",
    ]
    found = []
    for _ in range(count):
        first = date(2021, 10, 1) + timedelta(rng.randint(0, 270))
        found.append((" ".join(rng.choices(words, k=2)), first, first + timedelta(rng.choice([0, 1, 7, 30, 90]))))
    return found


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_windows_equal_brute_force(folder: Path, index: Index, records: dict[str, dict[str, str]], mode: Mode) -> None:
    """Every passage whose record lies in the window, scored in plain Python, against the index's answer."""
    brute = Brute(folder)
    days = {doc_id: record["published_at"][:10] for doc_id, record in records.items()}
    alone = 0
    for question, first, last in windows(25):

        def inside(document: Document, first: date = first, last: date = last) -> bool:
            return first.isoformat() <= days[document.doc_id] <= last.isoformat()

        row = HashEncoder().encode_queries([question])[0]
        hits = index.search(question, since=str(first), until=str(last), per_document=100, mode=mode).hits
        found = [(hit.score, hit.document.doc_id, hit.start) for hit in hits]
        assert_same(found, brute.answer(question, row, mode, inside, per_document=100))
        alone += len({doc_id for _, doc_id, _ in found}) == 1


def test_a_removed_record_leaves_and_an_edited_one_alone_is_encoded(
    corpus: Path, records: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    copy, index = tmp_path / "corpus.jsonl.gz", tmp_path / "ix"
    lines = [json.dumps(record) for record in list(records.values())[:400]]

    def rewrite() -> None:
        copy.write_bytes(gzip.compress("\n".join(lines).encode(), 1))

    rewrite()
    passages = build([copy], index, model="hash").encoded
    before = dict(documents(index))
    gone = json.loads(lines.pop(200))["_id"]
    rewrite()
    report = build([copy], index)
    assert (report.added, report.changed, report.unchanged, report.removed, report.encoded) == (0, 0, 399, 1, 0)
    with open_index(index) as opened:
        hits = opened.search(records[gone]["title"], top=400).hits
        assert len(hits) == 399
        assert gone not in {hit.document.doc_id for hit in hits}
    after = dict(documents(index))
    del before[gone]
    assert after == before
    edited = json.loads(lines[100])
    edited["text"] = edited["text"][:-1] + " indeed" + edited["text"][-1]
    lines[100] = json.dumps(edited)
    rewrite()
    report = build([copy], index)
    assert (report.changed, report.unchanged, report.removed) == (1, 398, 0)
    assert report.encoded < 5 < passages


def documents(index: Path) -> list[tuple[str, str]]:
    """Id and text of every document that is there."""
    with open_index(index) as opened:
        return [(entry.doc_id, opened.document(entry.doc_id).text) for entry in opened.dates()]


def test_the_seed_article_answers_about_the_tribunal(tmp_path: Path) -> None:
    """With the real model."""
    build([shared("seed")], tmp_path / "ix")
    with open_index(tmp_path / "ix") as opened:
        hit = opened.search("will Russia accept a tribunal").hits[0]
        assert str(hit.document.published) == "2022-12-30"
        assert hit.text == opened.document(hit.document.doc_id).text[hit.start : hit.end]
        assert "tribunal" in hit.text


@pytest.mark.slow
def test_fifty_days_as_of_equal_indexes_of_only_the_earlier_articles(
    index: Index, records: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """Byte for byte: hits, marks, parts of the score and window, of questions with and without time words."""
    rng = random.Random(1)
    lines = [json.dumps(record) for record in records.values()]
    questions = [
        "Meeting on economic issues in December 2021",
        "latest meeting with Government members",
        "telephone conversation last month",
        '"Security Council" meeting since the invasion',
        "grain exports -wheat",
    ]
    published = sorted(date.fromisoformat(record["published_at"][:10]) for record in records.values())
    for turn in range(50):
        day = published[0] + timedelta(rng.randint(0, (published[-1] - published[0]).days))
        earlier = [
            line
            for line, record in zip(lines, records.values(), strict=True)
            if record["published_at"][:10] <= f"{day}"
        ]
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / "corpus.jsonl").write_text("\n".join(earlier) + "\n", "utf-8")
        build([folder / "corpus.jsonl"], folder / "ix", model="hash")
        with open_index(folder / "ix") as small:
            for question in questions:
                one, two = (each.search(question, as_of=f"{day}") for each in (index, small))
                assert without_place(one) == without_place(two), f"{question} as of {day}"


def without_place(answer: Answer) -> str:
    """All that is shown of an answer but the files, which differ."""
    fields = answer_fields(answer, None, explain=True)
    for hit in cast(list[dict[str, object]], fields["hits"]):
        for name in ("path", "sha256", "line_start", "line_end"):
            del hit[name]
    return json.dumps(fields)

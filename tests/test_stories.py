"""Stories: copies of one text, and versions of one page; what differs in a number or a name is another story."""

from __future__ import annotations

import gzip
import json
import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.ranking.stories import Told, is_copy, told
from semsearch.records import Document, Place, PublishedDate
from semsearch.search import copies
from semsearch.search.opening import open_index
from semsearch.search.stories import Story, find_stories
from tests.conftest import Program, shared

WORDS = [
    f"{a}{b}{c}"
    for a in ("ka", "lo", "mi", "re")
    for b in ("ban", "der", "fol", "gis")
    for c in ("a", "en", "ir", "ot")
]
ICE = (
    "The ferry to the island was stopped on Monday because of ice on the river, the harbour office said in the evening."
)


def record(number: int, text: str, day: str = "2022-11-09", source: str = "Pilot", **more: str) -> dict[str, str]:
    return {"id": f"a{number:03}", "text": text, "date": day, "source": source, "title": "", **more}


def stories(records: list[dict[str, str]], folder: Path) -> list[Story]:
    folder.mkdir(exist_ok=True)
    (folder / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    build([folder / "a.jsonl"], folder / "ix", model="hash")
    with open_index(folder / "ix") as index:
        return index.stories()


def groups(found: list[Story]) -> set[frozenset[str]]:
    return {frozenset(article.doc_id for article in story.articles) for story in found}


@pytest.mark.parametrize(
    ("other", "day", "one"),
    [
        (ICE, "2022-11-09", True),
        (f"HARBOUR, 9 November: {ICE} Lorries wait.", "2022-11-10", True),
        (ICE.replace("in the evening", "at night"), "2022-11-09", True),
        (ICE, "2023-11-09", True),  # every word the same
        (ICE.replace("in the evening", "at night"), "2022-11-29", False),  # like words, weeks later
        (ICE.replace("Monday", "Tuesday"), "2022-11-10", False),
        (ICE.replace("ferry", "two ferries"), "2022-11-09", True),  # a number more is no other number
        (f"{ICE} Two lorries wait.", "2022-11-09", True),
        (
            "Bread was dear on Monday, and the baker said that wood was dearer than it had been in the year before.",
            "2022-11-09",
            False,
        ),
    ],
)
def test_what_is_one_story(other: str, day: str, one: bool, tmp_path: Path) -> None:
    found = stories([record(1, ICE), record(2, other, day, "Herald")], tmp_path)
    assert groups(found) == ({frozenset({"a001", "a002"})} if one else set())


def test_numbers_that_differ_keep_daily_reports_apart(tmp_path: Path) -> None:
    reports = [
        f"Day {at}: the office counted {40 + at} ships in the harbour and {at} on the river, as of six."
        for at in range(9)
    ]
    assert stories([record(at, text) for at, text in enumerate(reports)], tmp_path) == []
    words = [
        f"Shells fell on {at} villages of the district over the day, the council of the district said."
        for at in ("seven", "nine")
    ]
    assert stories([record(at, text) for at, text in enumerate(words)], tmp_path / "w") == []


def test_versions_of_one_address_are_revisions(tmp_path: Path) -> None:
    page = {"url": "https://pilot.example/ice"}
    later = "The ferry runs again since noon, and the ice has gone from most of the river, so that lorries may cross."
    (story,) = stories([record(1, ICE, **page), record(2, later, "2022-11-12", **page)], tmp_path)
    assert story.revised
    assert [article.published for article in story.articles] == ["2022-11-09", "2022-11-12"]
    assert story.newest.doc_id == "a002"


def test_five_hundred_copies_are_one_story(tmp_path: Path) -> None:
    copies = [record(at, f"{ICE} So prints number {'x' * (at % 7)}.", source=f"Paper {at % 9}") for at in range(500)]
    (story,) = stories(copies, tmp_path)
    assert (len(story.articles), story.publishers) == (500, 9)


def test_stories_after_random_edits_equal_a_clean_build(tmp_path: Path) -> None:
    """Forty random changes, each followed by an update; at each tenth a clean build has the same stories."""
    rng = random.Random(3)
    bases = [" ".join(rng.choices(WORDS, k=30)) for _ in range(6)]
    records = dict[int, dict[str, str]]()
    for step in range(40):
        number = rng.randint(0, 20)
        if number in records and rng.random() < 0.3:
            del records[number]
        else:
            words = rng.choice(bases).split()
            words[rng.randrange(30)] = rng.choice(WORDS)
            day = date(2022, 11, 9) + timedelta(rng.randint(0, 12))
            records[number] = record(number, " ".join(words), str(day))
        shuffled = rng.sample(list(records.values()), len(records))
        if not shuffled:
            continue
        found = stories(shuffled, tmp_path / "grown")
        if step % 10 == 9:
            assert groups(found) == groups(stories(shuffled, tmp_path / f"clean{step}"))
    assert groups(found)


def test_the_command(tmp_path: Path, program: Program) -> None:
    records = [
        record(1, ICE),
        record(2, ICE, "2022-11-12", "=Herald"),
        record(3, "Bread is dear this winter, the baker said on Monday."),
    ]
    assert len(stories(records, tmp_path)) == 1
    ran = program("stories", "--index", tmp_path / "ix")
    assert ran.status == 0
    assert ran.out.splitlines()[0] == " 1  2 articles in 2 sources, 2022-11-09 to 2022-11-12"
    (story,) = json.loads(program("stories", "--index", tmp_path / "ix", "--format", "json").out)
    assert (story["first"], story["last"], len(story["articles"])) == ("2022-11-09", "2022-11-12", 2)
    rows = program("stories", "--index", tmp_path / "ix", "--format", "csv").out.splitlines()
    assert len(rows) == 3 and "'=Herald" in rows[2]  # no formula
    bars = json.loads(
        program(
            "timeline",
            "ferry ice",
            "--index",
            tmp_path / "ix",
            "--stories",
            "--by",
            "year",
            "--format",
            "json",
            "--mode",
            "lexical",
        ).out
    )["bars"]
    assert [(bar["articles"], bar["stories"]) for bar in bars] == [(2, 1)]
    alone = stories(records[2:], tmp_path / "alone")
    assert alone == []
    assert program("stories", "--index", tmp_path / "alone" / "ix").status == 1


def test_pairs_of_real_flashes_that_were_labelled_by_hand() -> None:
    """310 pairs drawn across the range of likeness: precision at least 0.98, recall at least 0.85."""
    with gzip.open(shared("data/ruwa/corpus.jsonl.gz"), "rt", encoding="utf-8") as stream:
        flashes = {flash["_id"]: flash for flash in map(json.loads, stream)}
    lines = (Path(__file__).parent / "story_pairs.tsv").read_text().splitlines()[1:]
    right = wrong = missed = 0
    for one, other, label in (line.split("\t") for line in lines):
        found = is_copy(*(as_told(flashes[each]) for each in (one, other)))
        right += found and label == "1"
        wrong += found and label == "0"
        missed += not found and label == "1"
    assert len(lines) == 310
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed) >= 0.85


def as_told(flash: dict[str, str]) -> Told:
    day = date.fromisoformat(flash["published_at"][:10]).toordinal()
    return told(day, flash["title"], flash["text"] or flash["title"])


def test_a_passage_that_two_articles_share_is_one_hit(tmp_path: Path) -> None:
    """Two articles of one background paragraph each, with other news around it."""
    shared_part = " ".join(f"The ferry {word} was built in the yard of the town." for word in WORDS[:14])
    own = [
        " ".join(f"Bread {word} is dear this winter, said the baker." for word in WORDS[at : at + 16])
        for at in (20, 40)
    ]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"id": str(at), "text": f"{text}\n\n{shared_part}"}) + "\n" for at, text in enumerate(own))
    )
    build([tmp_path / "a.jsonl"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        folded = index.search("ferry built in the yard", mode="lexical", top=10).hits
        every = index.search("ferry built in the yard", mode="lexical", top=10, expand=True).hits
    assert len({hit.text for hit in every}) < len(every)
    assert len({hit.text for hit in folded}) == len(folded) < len(every)


def copied(rng: random.Random) -> list[dict[str, str]]:
    """Twenty texts, each printed up to nine times on a day or two; where a figure differs it is another report."""
    records = list[dict[str, str]]()
    for text in range(20):
        words = rng.choices(WORDS, k=150)
        for copy in range(rng.randint(1, 9)):
            figure = f"{100 + text} ships" if copy < 4 or text % 3 else f"{900 + copy} ships"
            body = f"The ferry of {' '.join(words)} carried {figure}."
            records.append(record(rng.randint(0, 1 << 30), body, f"2022-11-{9 + copy % 2:02}", f"Paper {copy}"))
    return records


def test_searching_the_first_of_each_text_finds_what_searching_all_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(8)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in copied(rng)))
    build([tmp_path / "a.jsonl"], tmp_path / "ix", model="hash")
    questions = [" ".join(["ferry", *rng.choices(WORDS, k=3)]) for _ in range(40)]
    questions += [f"{each} on 10 November 2022" for each in questions[:15]] + [
        "902 ships",
        "how many ships did the ferry carry",
    ]

    def answers() -> list[list[tuple[str, float, tuple[str, ...]]]]:
        with open_index(tmp_path / "ix") as index:
            found = [index.search(question, top=8).hits for question in questions]
            assert (index._retrieval.collapsing.leaders() is None) == (copies.LARGE > 1)
        return [[(hit.document.doc_id, round(hit.score, 6), hit.copies) for hit in hits] for hits in found]

    every = answers()
    monkeypatch.setattr(copies, "LARGE", 0)
    assert answers() == every


def test_three_hundred_sequences_of_edits_end_with_the_stories_of_a_clean_build() -> None:
    """In any order: nothing of a story is kept from before an edit."""
    rng = random.Random(5)
    for _ in range(300):
        bases = [" ".join(rng.choices(WORDS, k=25)) for _ in range(3)]
        held = dict[int, Document]()
        for _ in range(rng.randint(3, 12)):
            number, words = rng.randint(0, 7), rng.choice(bases).split()
            words[rng.randrange(25)] = rng.choice(WORDS)
            if rng.random() < 0.2:
                held.pop(number, None)
            else:
                url = f"https://pilot.example/{rng.randint(0, 3)}" if rng.random() < 0.2 else None
                held[number] = document(number, " ".join(words), rng.randint(1, 28), url)
        grown, clean = list(held.values()), [held[number] for number in sorted(held)]
        rng.shuffle(grown)
        assert find_stories(grown) == find_stories(clean)


def document(number: int, text: str, day: int, url: str | None) -> Document:
    published = PublishedDate(date(2022, 11, day), date(2022, 11, day), "day", "field", f"2022-11-{day:02}")
    return Document(f"a{number}", "", text, published, f"Paper {number % 3}", url, "/a.jsonl", Place(number))


def test_of_versions_of_a_page_the_newest_is_shown_and_the_older_dated(tmp_path: Path, program: Program) -> None:
    """Posts of a live page have its address, too, and say different things."""
    page, live = "https://pilot.example/ice", "https://pilot.example/live"
    posts = ("The ferry to the island has left.", "Bakers warn that bread on the ferry will be dear.")
    records = [
        record(1, ICE, "2022-11-09", url=page),
        record(2, f"{ICE} Update: it runs again since noon, and lorries may cross.", "2022-11-12", url=page),
        *(record(at, post, "2022-11-10", url=live) for at, post in enumerate(posts, 3)),
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    build([tmp_path / "a.jsonl"], tmp_path / "ix", model="hash")
    asked = ("ask", "ferry", "--index", tmp_path / "ix", "--mode", "lexical", "--format", "json")
    hits = json.loads(program(*asked).out)["hits"]
    assert {hit["doc_id"] for hit in hits} == {"a002", "a003", "a004"}
    (newest,) = [hit for hit in hits if hit["doc_id"] == "a002"]
    assert newest["copies"] == ["a001"]
    assert newest["story"] == {"first": "2022-11-09", "last": "2022-11-12", "copies": 1, "sources": 1}
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    every = json.loads(program(*asked, "--expand").out)["hits"]
    assert len(every) == 4


def test_a_text_that_is_a_part_of_two_others_does_not_make_them_one(tmp_path: Path) -> None:
    """A background text, printed alone and under the news of two towns."""
    background = " ".join(f"The ice of that winter {word} for weeks on the river." for word in WORDS[:9])
    towns = [
        f"The ferry to {town} was stopped, said the office in {town}. {background}" for town in ("Lorby", "Kelham")
    ]
    found = stories([record(1, background), *(record(at, text) for at, text in enumerate(towns, 2))], tmp_path)
    assert all(not {"a002", "a003"} <= group for group in groups(found))

"""Kept fields: what is kept, how it filters, and dates that are only probable."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.records import Mode
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import Program

SECTIONS, COUNTRIES, PUBLISHERS = ["World", "Sport", "Business"], ["fr", "DE", "cz"], ["Agency", "Harbour Times", None]
COUNT = 120


def records() -> list[dict[str, object]]:
    """Articles with fields, some of which lack one."""
    dice = random.Random(17)
    found = []
    for n in range(COUNT):
        fields: dict[str, object] = {
            "id": f"d{n}",
            "text": f"The ferry number {n} stops because ice has damaged a pier of the harbour.",
            "source": dice.choice(PUBLISHERS),
            "section": dice.sample(SECTIONS, dice.randint(1, 2)),
            "pages": dice.choice([1, 2.5, 10, "n/a", "30"]),
        }
        if dice.random() < 0.7:
            fields["country"] = dice.choice(COUNTRIES)
        found.append(fields)
    return found


RECORDS = records()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the records."""
    place = tmp_path_factory.mktemp("kept")
    (place / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    build([place / "a.jsonl"], place / "ix", model="hash")
    return place / "ix"


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    """The index, open."""
    return open_index(folder)


def holds(record: dict[str, object], condition: str) -> bool:
    """The same, thought of in another way: on the record itself."""
    name, sign, value = next(
        (condition.partition(sign)[0], sign, condition.partition(sign)[2])
        for sign in ("!=", "<=", ">=", "=", "<", ">")
        if sign in condition
    )
    held = record.get(name)
    values = [str(each) for each in (held if isinstance(held, list) else [held]) if each not in (None, "n/a")]
    if sign in ("=", "!="):
        found = value.lower() in [each.lower() for each in values]
        return found if sign == "=" else not found
    compare = {"<": float.__lt__, ">": float.__gt__, "<=": float.__le__, ">=": float.__ge__}[sign]
    return any(compare(float(each), float(value)) for each in values)


def random_filter(dice: random.Random) -> tuple[list[str], list[str], list[str]]:
    """Conditions, publishers and publishers left out."""
    conditions = [
        dice.choice(
            [
                f"section{dice.choice(['=', '!='])}{dice.choice(['world', 'SPORT', 'Business', 'none'])}",
                f"country{dice.choice(['=', '!='])}{dice.choice(['fr', 'de', 'CZ'])}",
                f"pages{dice.choice(['<', '>', '<=', '>='])}{dice.choice([1, 2.5, 10, 30])}",
            ]
        )
        for _ in range(dice.randint(0, 2))
    ]
    named = [name for name in PUBLISHERS if name]
    return conditions, dice.sample(named, dice.choice([0, 0, 1])), dice.sample(named, dice.choice([0, 1, 2]))


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_two_hundred_random_filters_let_through_what_they_should(index: Index, mode: Mode) -> None:
    dice = random.Random(mode)
    for _ in range(200):
        where, publishers, without = random_filter(dice)
        expected = {
            str(record["id"])
            for record in RECORDS
            if all(holds(record, condition) for condition in where)
            and (not publishers or record["source"] in publishers)
            and record["source"] not in without
        }
        answer = index.search(
            "ferry ice pier",
            top=COUNT,
            expand=True,
            mode=mode,
            where=where,
            publishers=publishers,
            not_publishers=without,
        )
        assert {hit.document.doc_id for hit in answer.hits} == expected, (where, publishers, without)


def test_they_are_shown_given_in_json_and_counted(program: Program, folder: Path) -> None:
    shown = program("show", "d0", "--index", folder).out
    assert "section" in shown
    fields = json.loads(program("ask", "ferry", "-k", "1", "--format", "json", "--index", folder).out)["hits"][0]
    record = next(record for record in RECORDS if record["id"] == fields["doc_id"])
    assert fields["kept"]["section"] == record["section"]
    counted = json.loads(program("info", "--format", "json", "--index", folder).out)["kept"]
    assert [each["articles"] for each in counted if each["field"] == "section"] == [COUNT]
    assert [each["values"] for each in counted if each["field"] == "country"] == [len(COUNTRIES)]


def test_a_line_of_questions_and_a_settings_file_have_them(program: Program, folder: Path, tmp_path: Path) -> None:
    line = {"_id": "q", "text": "ferry", "where": ["country=cz", "pages>5"], "not_source": ["Agency"], "top": COUNT}
    (tmp_path / "q.jsonl").write_text(json.dumps(line) + "\n")
    found = json.loads(program("batch", "q.jsonl", "--index", folder, "--expand").out)["hits"]
    expected = {
        str(record["id"])
        for record in RECORDS
        if holds(record, "country=cz") and holds(record, "pages>5") and record["source"] != "Agency"
    }
    assert {hit["doc_id"] for hit in found} == expected
    (tmp_path / "semsearch.toml").write_text('where = ["country=cz"]\n')
    told = program("ask", "ferry", "-k", str(COUNT), "--expand", "--index", folder, "--format", "json")
    assert {hit["doc_id"] for hit in json.loads(told.out)["hits"]} == {
        str(record["id"]) for record in RECORDS if holds(record, "country=cz")
    }


@pytest.mark.parametrize("condition", ["section", "=world", "pages<many", "pages>", "pages>nan"])
def test_what_is_no_condition_is_refused(index: Index, condition: str) -> None:
    with pytest.raises(UsageError, match="where is"):
        index.search("ferry", where=[condition])


def test_an_unknown_field_is_an_error_that_lists_those_known(program: Program, folder: Path) -> None:
    ran = program("ask", "ferry", "--where", "sektion=world", "--index", folder)
    assert ran.status == 2
    assert "no article has a field 'sektion': the index has section, pages, country" in ran.err


def test_the_fields_that_are_likely_the_text_its_title_and_its_day_are_named_in_one_command(
    program: Program, tmp_path: Path
) -> None:
    rows = [f"{n};Fähre {n} fest;Die Fähre Nummer {n} liegt heute im Hafen fest.;2022-11-0{n}" for n in range(1, 4)]
    (tmp_path / "a.csv").write_text("\n".join(["nummer;kopfzeile;bericht;tag", *rows]))
    told = program("index", "a.csv", "--model", "hash").err
    fields = "text=bericht,title=kopfzeile,date=tag"
    found = re.search(rf"in the field 'bericht': read it with: (semsearch index \S+ --fields {fields})", told)
    assert found
    again = program(*found[1].split()[1:], "--model", "hash")
    assert (again.status, "read it with" in again.err) == (0, False)
    hit = json.loads(program("ask", "Fähre Nummer 2", "--format", "jsonl", "--top", "1", "--mode", "lexical").out)
    assert (hit["hits"][0]["title"], hit["hits"][0]["published"]) == ("Fähre 2 fest", "2022-11-02")


def test_the_field_that_is_likely_the_day_is_named_with_the_command(program: Program, tmp_path: Path) -> None:
    rows = [f"{n};Die Fähre Nummer {n} liegt heute im Hafen fest.;2022-11-0{n}" for n in range(1, 4)]
    (tmp_path / "a.csv").write_text("\n".join(["nummer;text;tag", *rows]))
    told = program("index", "a.csv", "--model", "hash").err
    assert "in the field 'tag': read it with: semsearch index" in told
    assert "--fields date=tag" in told


def test_one_text_under_two_days_is_listed(program: Program, tmp_path: Path) -> None:
    text = "The ferry stops on Friday because the ice has damaged two piers of the old harbour, the office said. " * 3
    folder = tmp_path / "a"
    folder.mkdir()
    for name in ("2022-11-09-a.txt", "2022-11-12-b.txt"):
        (folder / name).write_text(text)
    (folder / "2022-11-10-c.txt").write_text(text.replace("ferry", "tram").replace("ice", "snow"))
    program("index", folder, "--model", "hash")
    listed = program("dates", "--only", "repeated").out
    assert "the same text is also dated 2022-11-12" in listed
    assert len(listed.splitlines()) == 2


PROBABLE = {
    "20221109T141500Z.txt": "crawl time",
    "page_20221109T1415.txt": "crawl time",
    "2022-11-09-ferry.txt": "file name",
    "20221109141500.txt": "file name",
}


def test_when_a_page_was_fetched_is_probable_shown_so_and_left_out_of_windows(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for at, name in enumerate(PROBABLE):
        (folder / name).write_text(f"The ferry {'abcd'[at]} stops because of {['ice', 'snow', 'rain', 'wind'][at]}.")
    assert program("index", folder, "--model", "hash").status == 0
    expected = PROBABLE
    dated = {each["doc_id"]: each for each in json.loads(program("dates", "--format", "json").out)}
    assert {doc_id: each["source"] for doc_id, each in dated.items()} == expected
    assert {each["date"] for each in dated.values()} == {"2022-11-09"}

    def found(*options: str) -> tuple[set[str], str]:
        ran = program("ask", "ferry", "-k", "9", "--expand", "--format", "json", *options)
        return {hit["doc_id"] for hit in json.loads(ran.out)["hits"]}, ran.err

    sure = {doc_id for doc_id, source in expected.items() if source == "file name"}
    assert found() == (set(expected), "")
    hits, told = found("--on", "2022-11-09")
    assert hits == sure
    assert "2 articles left out whose date is only probable: --guesses takes them in" in told
    assert found("--on", "2022-11-09", "--guesses")[0] == set(expected)
    assert "2022-11-09?" in program("ask", "ferry ice", "-k", "9", "--expand").out
    assert "2022-11-09?  (from the crawl time" in program("show", "20221109T141500Z.txt").out

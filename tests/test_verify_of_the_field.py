"""True quotations hold and changed ones do not, whatever names of fields, nesting, HTML or encoding the source has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.readers import parse_field_names
from semsearch.rendering.fields import answer_fields
from semsearch.search.opening import open_index
from semsearch.upkeep.verify import verify

COUNT = 25


def named(folder: Path) -> tuple[Path, str | None]:
    """A table whose fields have names of their own."""
    rows = [f"{n};Die Fähre Nummer {n} liegt im Hafen fest.;2022-11-{n % 28 + 1:02}\n" for n in range(COUNT)]
    (folder / "a.csv").write_text("nummer;bericht;tag\n" + "".join(rows), "cp1252")
    return folder / "a.csv", "id=nummer,text=bericht,date=tag"


def nested(folder: Path) -> tuple[Path, str | None]:
    """Records whose texts stand two levels down."""
    records = [
        {
            "webTitle": f"Ferry {n}",
            "inner": {"body": {"words": f"Ferry number {n} lies in the harbour."}},
            "day": "2022-11-09",
        }
        for n in range(COUNT)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder / "a.jsonl", "text=inner.body.words,date=day"


def marked_up(folder: Path) -> tuple[Path, str | None]:
    """HTML in fields."""
    records = [
        {
            "id": f"{n}",
            "date": "2022-11-09",
            "content": f"<p>Ferry &amp; boat {n}.</p><p>Ice&nbsp;<b>stops</b> number {n}.</p>",
        }
        for n in range(COUNT)
    ]
    (folder / "a.json").write_text(json.dumps(records))
    return folder / "a.json", None


def encoded(folder: Path) -> tuple[Path, str | None]:
    """Texts in a code page that was guessed."""
    (folder / "a").mkdir()
    for n in range(COUNT):
        text = f"Městská rada včera večer odložila stavbu přívozu číslo {n} přes řeku."
        (folder / "a" / f"2022-11-{n % 28 + 1:02}-{n}.txt").write_text(text, "cp1250")
    return folder / "a", None


@pytest.mark.parametrize("made", [named, nested, marked_up, encoded])
def test_true_quotations_are_ok_and_changed_ones_are_not(
    made: Callable[[Path], tuple[Path, str | None]], tmp_path: Path
) -> None:
    source, fields = made(tmp_path)
    report = build([source], tmp_path / "ix", model="hash", fields=parse_field_names(fields) if fields else None)
    assert (report.added, report.problems) == (COUNT, [])
    with open_index(tmp_path / "ix") as index:
        answer = index.search("number ferry fähre rada", top=COUNT, expand=True, use_time=False)
    said = json.loads(json.dumps(answer_fields(answer, None)))
    assert len(said["hits"]) == COUNT
    true = tmp_path / "true.json"
    true.write_text(json.dumps(said))
    assert [(each.state, each.detail) for each in verify(true)] == [("ok", "")] * COUNT
    for hit in said["hits"]:
        hit["text"] = hit["text"].replace("1", "2") if "1" in hit["text"] else f"{hit['text'][:-2]}x."
    false = tmp_path / "false.json"
    false.write_text(json.dumps(said))
    assert [each.holds for each in verify(false)] == [False] * COUNT


EXPORT = """
                               1 of 2 DOCUMENTS

                              The Harbour Post

                           November 9, 2015 Monday

Ice stops the ferry for three weeks

LENGTH: 20 words

The ferry service stops for the ice and nobody crosses.

LOAD-DATE: November 10, 2015

                               2 of 2 DOCUMENTS

                              The Harbour Post

                          December 2, 2015 Wednesday

Ice closes the bridge

LENGTH: 20 words

The bridge is closed for the ice, too.

LOAD-DATE: December 3, 2015
"""
TABLE = "id\ttitle\ttext\n1\tIce\tThe ferry stops.\n2\tRain\tThe tram runs.\n"
OLDER = {  # what an older release stored, and quoted, of files that are read otherwise now
    "a.json": (
        json.dumps([{"id": "1", "content": "<p>Ice &amp; snow.</p><p>Rain.</p>"}]),
        "1",
        "<p>Ice &amp; snow.</p>",
    ),
    "a.txt": ("Title: Ice\nDate: 2022-11-09\n\nThe ferry stops.\n", "a.txt", "Title: Ice\nDate: 2022-11-09"),
    "export.txt": (EXPORT, "export.txt", "Ice stops the ferry for three weeks"),
    "export2.txt": (EXPORT, "export2.txt", "The bridge is closed for the ice, too."),
    "table.txt": (TABLE, "table.txt", TABLE[:22]),
    "a.md": ("+++\ntitle = 'Ice'\n+++\n\nThe ferry stops.", "a.md", "+++\ntitle = 'Ice'\n+++"),
}


@pytest.mark.parametrize("name", OLDER)
def test_what_an_older_release_quoted_is_still_true(name: str, tmp_path: Path) -> None:
    text, doc_id, quoted = OLDER[name]
    path = tmp_path / name
    path.write_text(text)
    published = "2022-11-09" if "2022-11-09" in text else None
    start = 0 if name == "a.json" else text.strip().index(quoted)
    hit = {
        "doc_id": doc_id,
        "path": str(path),
        "start": start,
        "end": start + len(quoted),
        "text": quoted,
        "published": published,
    }
    saved = tmp_path / "saved.json"
    for said, holds in ((quoted, True), (quoted.replace("e", "o"), False)):
        saved.write_text(json.dumps({"hits": [{**hit, "text": said}]}))
        (found,) = verify(saved)
        assert found.holds is holds, found


@pytest.mark.parametrize(
    "read_as",
    [
        "x",
        {"fields": {}, "encoding": 5},
        {"fields": {"text": 1, "x": "y"}, "encoding": ""},
        {"fields": {}, "encoding": "zip"},
    ],
)
def test_a_hit_that_says_nonsense_of_its_file_is_unreadable(read_as: object, tmp_path: Path) -> None:
    hit = {"doc_id": "a", "path": "/a.txt", "start": 0, "end": 1, "text": "a", "read_as": read_as}
    saved = tmp_path / "a.json"
    saved.write_text(json.dumps({"hits": [hit]}))
    (found,) = verify(saved)
    assert found.state == "unreadable"

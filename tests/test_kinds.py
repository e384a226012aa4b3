"""Kinds of file: known from names, a filter of a question, and counted beside publishers and kept fields."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from semsearch.errors import IndexDamaged, UsageError
from semsearch.files.kinds import CONTAINERS, SUFFIXES, kind_of
from semsearch.indexing.building import build
from semsearch.readers.registry import suffixes
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import Program
from tests.serving import Served, served

MAIL = (
    "From: a@example.org\nTo: b@example.org\nSubject: The bridge\nDate: Tue, 4 Jan 2022 10:00:00 +0000\n"
    "Message-ID: <m1@example.org>\nContent-Type: text/plain; charset=utf-8\n\nThe bridge is mentioned in a mail, too.\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of articles of five kinds; two of the six records are of the section "world"."""
    place = tmp_path_factory.mktemp("kinds")
    source = place / "articles"
    source.mkdir()
    (source / "2022-01-01-a.txt").write_text("The bridge was closed, the town says.\n")
    (source / "2022-01-02-b.md").write_text("# News\n\nThe bridge was opened again, the town says.\n")
    page = "<html><head><title>Bridge</title></head><body><article><p>{}</p></article></body></html>"
    (source / "c.html").write_text(page.format("The bridge has been painted by two men from the village. " * 4))
    (source / "d.eml").write_text(MAIL)
    records = [
        {"id": f"r{n}", "text": f"Report {n}: the bridge stands.", "section": "world" if n < 2 else "home",
         "date": f"2022-02-0{n + 1}", "source": "Agency" if n % 2 else "Daily"}
        for n in range(6)
    ]  # fmt: skip
    (source / "e.jsonl.gz").write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in records).encode()))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("inner/f.html", page.format("The bridge in an archive was drawn by an old painter once. " * 4))
        archive.writestr("inner/g.txt", "The bridge in a text of an archive.")
    (source / "h.zip").write_bytes(held.getvalue())
    build([source], place / "ix", model="hash")
    return place / "ix"


@pytest.fixture(scope="module")
def index(folder: Path) -> Iterator[Index]:
    with open_index(folder) as opened:
        yield opened


def test_every_format_has_a_kind_or_is_a_container() -> None:
    known = {suffix for all_of in SUFFIXES.values() for suffix in all_of.split()}
    assert known | set(CONTAINERS) == set(suffixes())


@pytest.mark.parametrize(
    ("path", "member", "kind"),
    [
        ("a/b.TXT", "", "text"),
        ("b.md.gz", "", "text"),
        ("b.pdf", "", "pdf"),
        ("b.tar.gz", "in/c.odt", "office"),
        ("b.zip", "in/c.pdf", "pdf"),
        ("b.zip", "in/noname", "text"),
        ("b.eml", "", "mail"),
        ("b.mbox", "3", "mail"),
        ("b.eml", "report.xlsx", "mail"),
        ("b.warc.gz", "https://example.org/a.pdf", "page"),
        ("noname", "", "text"),
    ],
)
def test_the_kind_is_that_of_the_name_and_in_a_container_of_the_member(path: str, member: str, kind: str) -> None:
    assert kind_of(path, member) == kind


def found(index: Index, *kinds: str) -> list[str]:
    hits = index.search("the bridge", top=50, kinds=kinds, mode="lexical").hits
    return sorted(Path(hit.document.path).name + hit.document.place.member for hit in hits)


def test_a_kind_is_a_filter(index: Index) -> None:
    assert found(index, "text") == ["2022-01-01-a.txt", "2022-01-02-b.md", "h.zipinner/g.txt"]
    assert found(index, "page") == ["c.html", "h.zipinner/f.html"]
    assert found(index, "MAIL ", "page") == ["c.html", "d.eml", "h.zipinner/f.html"]
    assert found(index, "record") == ["e.jsonl.gz"] * 6
    assert found(index, "pdf") == []
    assert len(found(index)) == 12
    assert dict(index.info().kinds) == {"record": 6, "text": 3, "page": 2, "mail": 1}
    assert [len(index.similar(hit.document.doc_id).hits) for hit in index.search("archive", kinds=["page"], top=1).hits]


def test_a_kind_that_is_none_is_refused_with_those_there_are(index: Index, program: Program, folder: Path) -> None:
    with pytest.raises(UsageError, match="expected one of text, page, pdf"):
        index.search("bridge", kinds=["word"])
    with pytest.raises(UsageError, match=r"as in: kinds=\['pdf'\]"):
        index.search("bridge", kinds="pdf")
    ran = program("ask", "bridge", "--kind", "word", "--index", folder)
    assert (ran.status, "--kind is 'word': expected one of" in ran.err) == (2, True)


def test_commands_and_lines_have_it(program: Program, folder: Path, tmp_path: Path) -> None:
    assert "kinds      record (6), text (3), page (2), mail (1)\n" in program("info", "--index", folder).out
    ran = program("ask", "bridge", "--kind", "page", "--kind", "mail", "--index", folder, "--format", "json", "-k", "9")
    assert len(json.loads(ran.out)["hits"]) == 3
    line = {"_id": "q", "text": "bridge", "kind": ["mail"], "top": 9}
    (tmp_path / "q.jsonl").write_text(json.dumps(line) + "\n")
    ran = program("batch", tmp_path / "q.jsonl", "--index", folder)
    assert [hit["path"].endswith("d.eml") for hit in json.loads(ran.out.splitlines()[0])["hits"]] == [True]
    ran = program("timeline", "bridge", "--kind", "mail", "--index", folder, "--format", "json")
    line = json.loads(ran.out)
    assert sum(bar["passages"] for bar in line["bars"]) == 1
    assert "kinds" not in line and "fields" not in line  # which were not counted


def counts(line: dict[str, list[dict[str, object]]], name: str, by: str) -> dict[object, object]:
    return {each[by]: each["passages"] for each in line[name]}


def test_each_facet_is_counted_with_the_others_made(folder: Path) -> None:
    with served(folder) as server:
        line = timeline(server)
        assert counts(line, "kinds", "kind") == {"record": 6, "text": 3, "page": 2, "mail": 1}
        assert counts(line, "sources", "source") == {None: 5, "Agency": 3, "Daily": 3, "a@example.org": 1}
        assert counts(line["fields"], "section", "value") == {"home": 4, "world": 2}  # type: ignore[arg-type]
        assert timeline(server, as_of="2022-01-15")["fields"] == {}  # type: ignore[comparison-overlap]
        line = timeline(server, kind="record", source="Agency")
        assert counts(line, "kinds", "kind") == {"record": 3}
        assert counts(line, "sources", "source") == {"Agency": 3, "Daily": 3}
        assert counts(line["fields"], "section", "value") == {"home": 2, "world": 1}  # type: ignore[arg-type]
        assert sum(bar["passages"] for bar in line["bars"]) == 3  # type: ignore[misc]
        reply = server.get("/api/search", params={"q": "bridge", "kind": "word"})
        assert (reply.status_code, reply.json()["error"]["field"]) == (422, "kind")


def timeline(server: Served, **more: str) -> dict[str, list[dict[str, object]]]:
    reply: httpx.Response = server.get("/api/timeline", params={"q": "the bridge", **more})
    assert reply.status_code == 200, reply.text
    found: dict[str, list[dict[str, object]]] = reply.json()
    return found


def test_a_changed_name_of_a_member_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "ix")
    with sqlite3.connect(tmp_path / "ix" / "truth.sqlite") as connection:
        connection.execute("UPDATE document SET member = 'inner/f.pdf' WHERE member = 'inner/f.html'")
    connection.close()
    with pytest.raises(IndexDamaged), open_index(tmp_path / "ix") as opened:
        opened.search("bridge", kinds=["pdf"])


def test_a_facet_holds_what_its_filter_leaves(tmp_path: Path) -> None:
    """Spellings that a filter takes for one are one choice; what it cannot name is none."""
    values = ["World", "world", " world", "home", "x" * 250]
    records = [
        {"id": f"r{n}", "text": f"Report {n}: the bridge.", "section": values[n % 5], "c!": "ab"[n % 2],
         "tag": [["t", "t"], "u"][n % 2], "source": ["Agency", "AGENCY", "Daily"][n % 3]}
        for n in range(30)
    ]  # fmt: skip
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    build([tmp_path / "r.jsonl"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        facets = opened.timeline("the bridge", window="band").facets
        assert facets.fields is not None
        assert [each[::2] for each in facets.publishers] == [("AGENCY", 20), ("Daily", 10)]
        assert [(name, [each[::2] for each in counts]) for name, counts in facets.fields] == [
            ("section", [(" world", 18), ("home", 6)]),
            ("tag", [("t", 15), ("u", 15)]),
        ]
        for name, count in (("AGENCY", 20), ("Daily", 10)):
            assert len(opened.search("bridge", top=50, publishers=[name]).hits) == count
        assert len(opened.search("bridge", top=50, where=["section= world"]).hits) == 18
        left = opened.timeline("the bridge", window="band", where=["section!=home"], not_publishers=["daily"]).facets
        assert left.fields is not None
        assert [each[::2] for each in left.publishers] == [("AGENCY", 16), ("Daily", 0)]
        assert [each[::2] for each in left.fields[0][1]] == [(" world", 12), ("home", 0)]
        assert opened.info().common["tag"] == [("t", 15), ("u", 15)]

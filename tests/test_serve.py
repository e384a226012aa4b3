"""The HTTP API: its answers are those of the command line, and what it refuses is refused in one shape."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from semsearch.indexing.building import build
from semsearch.rendering.fields import answer_fields
from semsearch.search.opening import open_index
from semsearch.search.options import Options
from semsearch.serve.fields import Paths
from tests.conftest import ROOT, Program
from tests.serving import Served, served

QUESTIONS = [json.loads(line)["text"] for line in (ROOT / "seeds" / "queries.jsonl").read_text("utf-8").splitlines()]


def without_paths(answer: Any) -> Any:
    for hit in answer["hits"]:
        del hit["path"]
    return answer


def random_choices(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of one question: as the library and as the API have them."""
    own: dict[str, Any] = {}
    given: dict[str, Any] = {}
    day = f"2022-{rng.randint(3, 12):02}"
    for name, value in (
        ("since", day),
        ("until", "2022-12"),
        ("event", "2022-11"),
        ("as_of", "2022-12-15"),
        ("recency", "30d"),
    ):
        if rng.random() < 0.2:
            own[name] = given[name] = value
    if rng.random() < 0.3:
        own["mode"] = given["mode"] = rng.choice(["dense", "lexical"])
    if rng.random() < 0.3:
        own["per_document"] = given["per_document"] = rng.randint(2, 4)
    if rng.random() < 0.2:
        own["expand"] = given["expand"] = True
    if rng.random() < 0.2:
        own["kinds"] = given["kind"] = [rng.choice(["text", "page"]), "text"]
    use = rng.choice(["prefer", "prefer", "strict", "off"])
    given |= {"time": use} if use != "prefer" else {}
    own |= {"strict_time": use == "strict", "use_time": use != "off"}
    top = rng.choice([10, 10, 3, 25])
    return {**own, "top": top}, {**given, "k": top}


@pytest.mark.parametrize("rounds", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_answers_are_those_of_the_command_line(served_seeds: Served, rounds: int) -> None:
    rng = random.Random(rounds)
    with open_index(served_seeds.index) as index:
        for _ in range(rounds):
            question = rng.choice(QUESTIONS)
            if rng.random() < 0.3:
                question += rng.choice([" in November 2022", " last month", ", the latest", " since September"])
            own, given = random_choices(rng)
            explain = rng.random() < 0.2
            answer = index.answer(Options(prefix="--", **own).query(question))
            expected = json.loads(json.dumps(answer_fields(answer, None, explain=explain)))
            found = served_seeds.search(question, **given, **({"explain": "true"} if explain else {}))
            assert without_paths(found) == without_paths(expected), (question, own)


def test_the_command_line_itself_gives_the_same_object(served_seeds: Served, program: Program) -> None:
    ran = program(
        "ask", QUESTIONS[0], "-k", 10, "--since", "2022-11", "--format", "json", "--index", served_seeds.index
    )
    assert without_paths(served_seeds.search(QUESTIONS[0], since="2022-11")) == without_paths(json.loads(ran.out))


def test_paths_begin_at_the_source(served_seeds: Served, served_hostile: Served) -> None:
    for hit in served_seeds.search("grain deal")["hits"]:  # type: ignore[attr-defined]
        assert hit["path"] == hit["doc_id"] and (ROOT / "seeds" / hit["path"]).exists()
    assert {hit["path"] for hit in served_hostile.search("bridge", k=3)["hits"]} <= {"hostile.jsonl", "script.txt"}  # type: ignore[attr-defined]
    everything = "".join(
        served_hostile.get(path).text
        for path in ("/api/info", "/api/dates", "/api/stories", "/api/compare?q=bridge&a=2022-03&b=2022-04", "/health")
    )
    assert str(served_hostile.index.parent) not in everything


def test_other_formats_are_those_of_the_command_line(
    served_seeds: Served, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("csv", "tsv", "jsonl", "md", "trec"):
        reply = served_seeds.get("/api/search", params={"q": QUESTIONS[1], "format": kind, "k": 5})
        assert reply.headers["content-disposition"].endswith(f'.{kind}"')
        monkeypatch.chdir(ROOT / "seeds")
        command = [
            sys.executable,
            "-m",
            "semsearch",
            "ask",
            QUESTIONS[1],
            "-k",
            "5",
            "--format",
            kind,
            "--index",
            str(served_seeds.index),
        ]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=ROOT / "seeds", env={"PYTHONPATH": str(ROOT)}
        )
        assert reply.text == ran.stdout, kind


def test_sorting_changes_the_order_alone(served_seeds: Served) -> None:
    best: Any = served_seeds.search("Kherson")["hits"]
    newest: Any = served_seeds.search("Kherson", sort="-date")["hits"]
    assert sorted(hit["rank"] for hit in newest) == [hit["rank"] for hit in best]
    days = [hit["published"] for hit in newest]
    assert days == sorted(days, reverse=True)


def test_a_long_question_is_posted(served_seeds: Served) -> None:
    question = "why did Russia retreat from Kherson " * 100
    assert served_seeds.get("/api/search", params={"q": question}).status_code == 422
    reply = served_seeds.post("/api/search", {"q": question, "k": 3})
    assert reply.status_code == 200 and len(reply.json()["hits"]) == 3


def test_a_batch_has_an_error_in_the_place_of_a_bad_question(served_seeds: Served) -> None:
    asked = [
        {"id": "a", "text": "grain deal", "since": "2022-11"},
        {"text": "x", "since": "2022-13"},
        {"text": "y", "sinc": 1},
    ]
    reply = served_seeds.post("/api/batch", {"questions": asked})
    good, bad, unknown = reply.json()
    assert good["query_id"] == "a" and without_paths({**good, "query_id": None}) == without_paths(
        {**served_seeds.search("grain deal", since="2022-11"), "query_id": None}
    )
    assert (bad["query_id"], bad["error"]["code"], bad["error"]["field"]) == ("2", "bad_date", "since")
    assert unknown["error"]["code"] == "unknown_name"
    assert served_seeds.post("/api/batch", {"questions": asked * 34}).status_code == 422


def test_timeline_compare_similar_and_an_article(served_seeds: Served, program: Program) -> None:
    found = served_seeds.get("/api/timeline", params={"q": "Kherson in November", "by": "month"}).json()
    assert len(found["bars"]) == 12 and found["time"]["words"] == "in November" and found["peaks"] == []
    filtered = served_seeds.get(
        "/api/timeline", params={"q": "Kherson in November", "window": "filter", "peaks": "true"}
    ).json()
    ran = json.loads(program("timeline", "Kherson in November", "--format", "json", "--index", served_seeds.index).out)
    assert filtered["bars"] == ran["bars"]
    assert [each["hit"]["doc_id"] for each in filtered["peaks"]] == [each["hit"]["doc_id"] for each in ran["peaks"]]
    sides = served_seeds.get("/api/compare", params={"q": "Kherson", "a": "2022-08", "b": "2022-11"}).json()
    ran = json.loads(
        program(
            "compare", "Kherson", "--a", "2022-08", "--b", "2022-11", "--format", "json", "--index", served_seeds.index
        ).out
    )
    for side in ("a", "b"):
        assert without_paths(sides[side]) == without_paths(ran[side])
    doc = "2022-11-25-kherson-shelling-hospital-patients-moved.txt"
    like = served_seeds.get("/api/similar", params={"id": doc, "k": 4}).json()
    ran = json.loads(program("similar", doc, "-k", 4, "--format", "json", "--index", served_seeds.index).out)
    assert without_paths(like) == without_paths(ran)
    article = served_seeds.get(f"/api/documents/{doc}").json()
    ran = json.loads(program("show", doc, "--format", "json", "--index", served_seeds.index).out)
    assert {**ran, "path": article["path"]} == {name: article[name] for name in ran}
    assert ["2022-11-24", "2022-11-24"] in [event[:2] for event in article["events"]]
    assert all(0 <= first < last <= len(article["text"]) for _, _, first, last in article["events"])


def test_a_link_knows_whether_its_passage_is_still_the_same(served_seeds: Served) -> None:
    doc = "2022-11-25-kherson-shelling-hospital-patients-moved.txt"
    sha = served_seeds.get(f"/api/documents/{doc}?at=0-100").json()["passage_sha256"]
    assert served_seeds.get(f"/api/documents/{doc}?at=0-100&sha={sha[:16]}").json()["same"] is True
    assert served_seeds.get(f"/api/documents/{doc}?at=0-101&sha={sha[:16]}").json()["same"] is False


def test_what_has_not_changed_is_not_sent_again(served_seeds: Served) -> None:
    first = served_seeds.get("/api/search?q=grain")
    again = served_seeds.get("/api/search?q=grain", headers={"If-None-Match": first.headers["etag"]})
    other = served_seeds.get("/api/search?q=grain&k=3", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)
    assert first.headers["cache-control"] == "private, no-cache" and first.headers["x-semsearch-state"]


def test_a_question_is_a_feed(served_seeds: Served) -> None:
    from xml.etree import ElementTree as ET

    rss = ET.fromstring(served_seeds.get("/api/feed.rss?q=Kherson").content)  # noqa: S314  what we wrote
    items = rss.findall(".//item")
    found = served_seeds.get("/api/feed.json?q=Kherson").json()
    assert len(items) == len(found["items"]) == 10
    assert [item.findtext("guid") for item in items] == [item["id"] for item in found["items"]]
    days = [item["date_published"] for item in found["items"]]
    assert days == sorted(days, reverse=True)
    description = ET.fromstring(served_seeds.get("/opensearch.xml").content)  # noqa: S314
    assert description[-1].attrib["template"] == f"{served_seeds.url}/?q={{searchTerms}}"


def test_a_saved_question_that_fails_says_why_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "The ferry was painted.", "desk": "harbour"}\n')
    build([tmp_path / "a.jsonl"], tmp_path / "ix", model="hash")
    with served(tmp_path / "ix", env={"XDG_STATE_HOME": str(tmp_path / "state")}) as server:
        for name, more in (("ferries", {"where": ["desk=harbour"]}), ("all", {})):
            assert server.post("/api/questions", {"q": "ferry", "name": name, **more}).status_code == 200
        (tmp_path / "a.jsonl").write_text('{"text": "The ferry was painted again."}\n')
        build([tmp_path / "a.jsonl"], tmp_path / "ix")
        end = time.monotonic() + 10
        while "error" not in (found := server.get("/api/questions").json()["questions"])[1]:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert [(each["name"], each.get("error", "")[:28]) for each in found] == [
            ("all", ""),
            ("ferries", "no article has a field 'desk"),
        ]
        assert server.post("/api/questions/forget", {"name": "ferries"}).status_code == 200


def test_a_saved_question_shows_what_came_in(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(" date 2022-11-11 The ferry was painted blue.\n", "utf-8")
    build([folder], tmp_path / "ix", model="hash")
    with served(tmp_path / "ix") as server:
        assert server.post("/api/questions", {"q": "ferry painted", "name": "ferries", "mode": "lexical"}).json() == {
            "done": True
        }
        (question,) = server.get("/api/questions").json()["questions"]
        assert (question["name"], question["address"], question["hits"]) == (
            "ferries",
            "/?q=ferry+painted&mode=lexical",
            [],
        )
        (folder / "b.txt").write_text(" date 2022-11-12 Another ferry was painted green.\n", "utf-8")
        build([folder], tmp_path / "ix")
        wait_until(lambda: len(server.search("ferry")["hits"]) == 2)  # type: ignore[arg-type]
        for _ in range(2):
            (question,) = server.get("/api/questions").json()["questions"]
            assert [hit["doc_id"] for hit in question["hits"]] == ["b.txt"]
        server.post("/api/questions/seen", {"name": "ferries"})
        assert server.get("/api/questions").json()["questions"][0]["hits"] == []
        server.post("/api/questions/forget", {"name": "ferries"})
        assert server.get("/api/questions").json()["questions"] == []
        assert server.post("/api/questions/forget", {"name": "ferries"}).status_code == 422


def wait_until(holds: Any, seconds: float = 10) -> None:
    import time

    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_dossier_has_the_chosen_hits_alone(served_seeds: Served) -> None:
    hits: Any = served_seeds.search("grain deal")["hits"]
    chosen = [[hit["doc_id"], hit["start"]] for hit in hits[1:3]]
    page = served_seeds.post("/api/dossier", {"q": "grain deal", "hits": chosen}).text
    assert page.count("<blockquote>") == 2 and all(hit["sha256"] in page for hit in hits[1:3])
    assert hits[0]["sha256"] not in page
    assert served_seeds.post("/api/dossier", {"q": "grain deal", "hits": [["nope", 0]]}).status_code == 422


def test_the_description_is_made_of_the_table_of_options(served_seeds: Served) -> None:
    from semsearch.search.option_table import options_of
    from semsearch.serve.parameters import IN_TIME, NOT_SERVED, name_of

    described = served_seeds.get("/api/openapi.json").json()
    given = {each["name"] for each in described["paths"]["/api/search"]["get"]["parameters"]}
    own = {name_of(each) for each in options_of("ask") if each.keyword not in NOT_SERVED | IN_TIME}
    assert own - {"named_events", "aliases", "model", "strict"} <= given
    assert given - own == {"q", "time"}


def test_kept_fields_with_few_values_are_counted(tmp_path: Path) -> None:
    records = [
        {"_id": str(n), "text": f"Report {n} of the council.", "section": ("world", "home")[n % 2]} for n in range(5)
    ]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    build([tmp_path / "r.jsonl"], tmp_path / "ix", model="hash")
    with served(tmp_path / "ix") as server:
        (field,) = server.get("/api/info").json()["kept"]
        assert field["common"] == [["world", 3], ["home", 2]]
        found: Any = server.search("council", where="section=home")["hits"]
        assert len(found) == 2


def test_the_commands_of_the_document_run(served_seeds: Served, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "serve.md").read_text("utf-8").replace("http://127.0.0.1:8765", served_seeds.url)
    curls = [line for line in text.splitlines() if line.startswith("curl ")]
    assert len(curls) == 3
    for command in curls if shutil.which("curl") else ():
        ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        assert "grain deal" in (ran.stdout or (tmp_path / "grain.csv").read_text("utf-8"))
    example = text.partition("```py\n")[2].partition("```")[0]
    ran = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and ran.stdout.startswith("2022-11-25 "), ran.stderr


def test_the_settings_shown_for_clients_are_json() -> None:
    text = (ROOT / "docs" / "serve.md").read_text("utf-8")
    blocks = [block.partition("```")[0] for block in text.split("```json\n")[1:]]
    assert len(blocks) == 2 and all(json.loads(block) for block in blocks)


def test_one_command_leads_from_a_clone_to_the_page() -> None:
    process = subprocess.Popen(
        ["./scripts/demo", "--serve", "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        address = next(found[0] for line in process.stderr if (found := re.search(r"http://\S+/", line)))
        page = httpx.get(address, timeout=30)
        assert page.status_code == 200 and "semsearch" in page.text
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_note_is_told_unless_it_names_a_file_of_the_index() -> None:
    paths = Paths(["/in/news"], "indexes/date")
    assert paths.note("2 undated articles left out of the window") == "2 undated articles left out of the window"
    told = paths.note(
        "indexes/date/dense-000001.faiss: is not as it was written: semsearch repair --index indexes/date"
    )
    assert "damaged" in told and "indexes" not in told
    assert paths.told("/in/news/2022/a.txt") == "2022/a.txt" and paths.told("/gone/b.txt") == "b.txt"

"""``timeline``: bars counted in plain Python, bursts against all sequences, pictures of hostile text."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import random
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.search.options import make_query
from semsearch.search.timeline import Bar, Timeline, make_timeline, mark_bursts
from tests.conftest import Program, write_articles

DAY = date(2022, 1, 1)


@pytest.fixture(scope="module")
def corpus() -> dict[str, tuple[date, str]]:
    """Two years: bread every third day, ten times the bridge in one week of May and now and then elsewhere."""
    rng = random.Random(2)
    found = {}
    for number in range(240):
        found[f"bread{number:03}.txt"] = (DAY + timedelta(3 * number), "Bread and flour for the town, said the mayor.")
    for number in range(10):
        found[f"may{number}.txt"] = (date(2022, 5, 9) + timedelta(rng.randint(0, 6)), "The bridge was hit by shells.")
    for number in range(4):
        found[f"rare{number}.txt"] = (DAY + timedelta(170 * number + 20), "The bridge was hit by shells.")
    return found


@pytest.fixture(scope="module")
def index(corpus: dict[str, tuple[date, str]], tmp_path_factory: pytest.TempPathFactory) -> Index:
    root = tmp_path_factory.mktemp("timeline")
    texts = {name: f" date {day} {text}\n" for name, (day, text) in corpus.items()}
    texts["undated.txt"] = "The bridge was hit by shells.\n"
    articles = write_articles(root / "articles", texts)
    (articles / "month.jsonl").write_text('{"_id": "m", "text": "The bridge was hit by shells.", "date": "2022-05"}\n')
    build([articles], root / "ix", model="hash")
    return open_index(root / "ix", today=date(2023, 12, 31))


def of(index: Index, question: str, step: str | None = None, **options: str) -> Timeline:
    return make_timeline(index, make_query(question, **options), step)  # type: ignore[arg-type]


def test_bars_are_counted_as_in_plain_python(index: Index, corpus: dict[str, tuple[date, str]]) -> None:
    timeline = of(index, "the bridge was hit by shells", "month")
    assert timeline.bars[0].first == date(2022, 1, 1) and timeline.bars[-1].last == date(2023, 12, 31)
    for bar, following in itertools.pairwise(timeline.bars):
        assert bar.last + timedelta(days=1) == following.first
    for bar in timeline.bars:
        inside = [text for day, text in corpus.values() if bar.first <= day <= bar.last]
        month = bar.first == date(2022, 5, 1)  # the article of which only that month is known
        assert bar.passages == len(inside) + month
        assert bar.relevant == sum("bridge" in text for text in inside) + month
    assert (timeline.undated, timeline.vague) == (1, 0)


def test_a_month_is_in_no_week(index: Index) -> None:
    timeline = of(index, "the bridge was hit by shells", "week")
    assert timeline.vague == 1
    assert sum(bar.relevant for bar in timeline.bars) == 14
    assert all(bar.first.weekday() == 0 and (bar.last - bar.first).days == 6 for bar in timeline.bars)


def test_the_step_fits_the_span(index: Index) -> None:
    assert of(index, "bridge").step == "month"
    assert of(index, "bridge", since="2022-05-01", until="2022-05-31").step == "day"
    assert of(index, "bridge", on="2022").step == "month"
    assert of(index, "bridge in May 2022").step == "day"  # words are a filter here
    assert of(index, "bridge", since="2022-03", until="2022-07").step == "week"


def test_the_burst_is_found_and_its_best_passage_shown(index: Index) -> None:
    timeline = of(index, "the bridge was hit by shells", "week")
    assert [bar.first for bar in timeline.bars if bar.burst] == [date(2022, 5, 9)]
    (peak,) = timeline.peaks
    assert peak.bar.relevant == 10
    assert peak.hit.document.doc_id.startswith("may")


def test_another_question_has_another_picture(index: Index) -> None:
    bread = of(index, "bread and flour for the town said the mayor", "month")
    assert not any(bar.burst for bar in bread.bars)
    assert bread.bars[4].relevant < bread.bars[4].passages


def test_articles_are_counted_too_and_what_only_its_article_speaks_of_is_not_relevant(tmp_path: Path) -> None:
    """Of a long article two passages speak of the bridge and the others of bread: these do not count."""
    bridge = "The bridge over the river was hit by shells again, and the bridge is closed. " * 14
    bread = "Bread, flour and salt came to the market of the old town by boat today. " * 30
    write_articles(tmp_path / "a", {"2022-05-09-long.txt": bridge + bread, "2022-05-10-b.txt": "The bridge is open.\n"})
    build([tmp_path / "a"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix", today=date(2023, 12, 31)) as opened:
        passages = opened.search("bridge", mode="lexical", per_document=99, top=99).hits
        timeline = make_timeline(opened, make_query("bridge", mode="lexical"), "day")
    holding = {hit.start for hit in passages if "bridge" in hit.text and hit.document.doc_id.endswith("long.txt")}
    assert len(passages) > len(holding) + 1 > 2
    assert [(bar.relevant, bar.articles) for bar in timeline.bars] == [(len(holding), 1), (1, 1)]


def test_nothing_relevant_has_no_peaks(index: Index) -> None:
    timeline = of(index, "zebra", mode="lexical")
    assert sum(bar.relevant for bar in timeline.bars) == 0
    assert timeline.peaks == ()


def test_bursts_are_the_cheapest_of_all_sequences() -> None:
    """Ten bars have 1,024 sequences; each is priced here, with the formula of the paper."""
    rng = random.Random(9)
    for _ in range(60):
        counts = [(rng.randint(0, 6), rng.randint(6, 30)) for _ in range(10)]
        bars = [Bar(DAY, DAY, relevant, passages) for relevant, passages in counts]
        usual = sum(r for r, _ in counts) / sum(n for _, n in counts)
        if not 0 < usual < 0.5:
            continue

        def price(states: tuple[int, ...], usual: float = usual, counts: list[tuple[int, int]] = counts) -> float:
            total, before = 0.0, 0
            for state, (relevant, passages) in zip(states, counts, strict=True):
                share = 2 * usual if state else usual
                total += math.log(10) if state > before else 0.0
                total -= math.log(math.comb(passages, relevant))
                total -= relevant * math.log(share) + (passages - relevant) * math.log(1 - share)
                before = state
            return total

        found = tuple(int(bar.burst) for bar in mark_bursts(bars))
        assert price(found) == pytest.approx(min(map(price, itertools.product((0, 1), repeat=10))))


def test_formats(index: Index, program: Program, tmp_path: Path) -> None:
    folder = index.info().folder
    ran = program("timeline", "the bridge was hit by shells", "--index", folder, "--by", "week", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert sum(int(row["relevant"]) for row in rows) == 14
    assert [row["first"] for row in rows if row["burst"] == "1"] == ["2022-05-09"]
    assert [(row["relevant"], row["articles"]) for row in rows if row["burst"] == "1"] == [("10", "10")]
    ran = program("timeline", "the bridge was hit by shells", "--index", folder, "--by", "week", "--format", "json")
    fields = json.loads(ran.out)
    assert [bar["first"] for bar in fields["bars"] if bar["burst"]] == ["2022-05-09"]
    assert fields["peaks"][0]["hit"]["doc_id"].startswith("may")
    assert fields["bars"][0]["share"] == fields["bars"][0]["relevant"] / fields["bars"][0]["passages"]
    ran = program("timeline", "the bridge was hit by shells", "--index", folder, "--by", "week")
    assert ran.status == 0
    starred = [line for line in ran.out.splitlines() if " *" in line[:14]]
    assert len(starred) == 1 and starred[0].startswith("2022-05-09") and "10 of 12" in starred[0]
    assert "1 relevant passages have no date" in ran.err
    assert program("timeline", "zebra", "--index", folder, "--mode", "lexical").status == 1


@pytest.mark.parametrize("suffix", ["svg", "png", "html"])
def test_pictures_hold_hostile_questions_as_text(index: Index, program: Program, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture.{suffix}"
    question = "bridge <script>alert(1)</script> $\\frac{x}$ & \x1b[31m shells"
    ran = program("timeline", question, "--index", index.info().folder, "--plot", str(path))
    assert ran.status in (0, 1), ran.err
    data = path.read_bytes()
    if suffix == "png":
        assert data.startswith(b"\x89PNG")
        return
    assert b"<script" not in data and b"\x1b" not in data
    text = data.decode()
    if suffix == "html":
        assert "&lt;script&gt;" in text and "http-equiv" not in text and "src=" not in text
        text = text[text.index("<svg") : text.index("</svg>") + 6]
    assert ET.fromstring(text).tag.endswith("svg")  # noqa: S314 (made by this test)


def test_a_picture_is_the_same_twice(index: Index, program: Program, tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        program("timeline", "bridge", "--index", index.info().folder, "--plot", str(tmp_path / name))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_picture_of_no_known_kind_is_refused(index: Index, program: Program) -> None:
    ran = program("timeline", "bridge", "--index", index.info().folder, "--plot", "x.pdf")
    assert ran.status == 2
    assert ".svg, .png, .html" in ran.err


def test_a_band_shows_all_bars_with_the_window_among_them(index: Index) -> None:
    filtered = index.timeline("the bridge in May 2022", "month")
    band = index.timeline("the bridge in May 2022", "month", window="band", peaks=False)
    assert [str(bar.first) for bar in filtered.bars] == ["2022-05-01"]
    assert len(band.bars) == 24 and band.peaks == ()
    assert band.answer.time is not None and band.answer.time.window == filtered.answer.time.window  # type: ignore[union-attr]
    assert {bar.first: bar for bar in band.bars}[date(2022, 5, 1)].relevant == filtered.bars[0].relevant == 11
    typed = index.timeline("the bridge", "month", window="band", since="2022-05", until="2022-05")
    assert len(typed.bars) == 24 and typed.answer.query.window is not None


def test_publishers_are_counted_and_one_that_is_asked_for_recounts_the_bars_alone(tmp_path: Path) -> None:
    records = [
        {"_id": f"{name}{day}", "text": f"The bridge was hit, report {day}.", "date": f"2022-0{day}-01", "source": name}
        for name, days in (("Agency", (1, 2, 3)), ("Daily", (3, 4)))
        for day in days
    ]
    (tmp_path / "r.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records), "utf-8")
    build([tmp_path / "r.jsonl"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        whole = opened.timeline("bridge hit", window="band")
        assert [tuple(each) for each in whole.facets.publishers] == [("Agency", 3, 3), ("Daily", 2, 2)]
        one = opened.timeline("bridge hit", window="band", publishers=["daily"])
        assert [tuple(each) for each in one.facets.publishers] == [tuple(each) for each in whole.facets.publishers]
        assert sum(bar.passages for bar in one.bars) == 2

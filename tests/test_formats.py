# ruff: noqa: E501 (documents stand on one line)
"""Every format that has a reader: found, dated and cited; what is broken is told, and costs itself alone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.indexing.preparing import resolve_document
from semsearch.indexing.report import BuildReport
from semsearch.readers import FieldNames, open_documents
from semsearch.readers.child import children
from semsearch.readers.formats.html import page_document
from semsearch.readers.registry import FORMATS, lacking
from semsearch.records import Problem, RawDocument
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.upkeep.verify import verify
from tests.conftest import Program
from tests.made_formats import Made, break_ten, docx_of, make, page_of, pdf_of, sentence, tar_of, zip_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("formats")
    (root / "a").mkdir()
    return root


@pytest.fixture(scope="module")
def made(folder: Path) -> list[Made]:
    return make(folder / "a")


@pytest.fixture(scope="module")
def broken(folder: Path) -> dict[str, str]:
    return break_ten(folder / "a")


@pytest.fixture(scope="module")
def report(folder: Path, made: list[Made], broken: dict[str, str]) -> BuildReport:
    assert made and broken
    return build([folder / "a"], folder / "ix", model="hash")


@pytest.fixture(scope="module")
def index(folder: Path, report: BuildReport) -> Iterator[Index]:
    assert report.added
    with open_index(folder / "ix") as opened:
        yield opened


def test_each_good_file_is_found_with_its_day_and_place(made: list[Made], index: Index) -> None:
    for each in made:
        hit = index.search(f"+{each.town} ferry", mode="lexical").hits[0]
        published = hit.document.published
        assert published is not None, each
        found = Made(each.town, Path(hit.document.path).name, str(published), published.provenance, hit.page)
        assert found == each
        assert each.town in hit.document.text[slice(*hit.best_sentence)]


def test_every_format_has_a_file_here(made: list[Made]) -> None:
    names = [each.file for each in made]
    for each in FORMATS:
        assert any(name.removesuffix(".gz").endswith(each.suffixes) for name in names), each.name


def test_each_broken_file_is_told_with_its_reason(report: BuildReport, broken: dict[str, str]) -> None:
    told = {Path(problem.path).name: problem.said for problem in report.problems}
    for name, reason in broken.items():
        assert reason in told[name]
    assert set(told) == set(broken)


def test_what_is_quoted_of_each_verifies(made: list[Made], folder: Path, program: Program, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("\n".join(f"+{each.town} ferry" for each in made))
    ran = program("batch", tmp_path / "q.txt", "--index", folder / "ix", "--format", "jsonl", "--top", "1")
    (tmp_path / "r.jsonl").write_text(ran.out)
    states = [(each.doc_id, each.state, each.detail) for each in verify(tmp_path / "r.jsonl")]
    assert [state for _, state, _ in states] == ["ok"] * len(made), states


def test_the_page_of_a_pdf_is_shown(folder: Path, program: Program, index: Index) -> None:
    assert index
    assert "two.pdf:1 p. 2" in program("ask", "+Kelham ferry", "--index", folder / "ix", "--mode", "lexical").out


PAGES = [json.loads(line) for line in (Path(__file__).parent / "page_days.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page["name"]))
def test_the_day_of_a_page(page: dict[str, str]) -> None:
    raw = page_document(page["markup"], page["address"])
    document, _ = resolve_document("x", "/a/page.html", raw)
    assert (str(document.published) if document.published else None) == page["day"]


def read(path: Path) -> list[RawDocument | Problem]:
    with open_documents(path, FieldNames()) as stream:
        return list(stream)


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_menus_and_footers_are_no_text(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path / "a.html", page_of("Tarn")))
    assert isinstance(found, RawDocument)
    assert sentence("Tarn") in found.text
    assert "Business" not in found.text and "2026" not in found.text
    assert (found.title, found.publisher) == ("Ferry to Tarn stopped", "The Pilot")


def test_a_word_cut_at_the_end_of_a_line_is_whole(tmp_path: Path) -> None:
    """PDFium gives U+FFFE for the hyphen of a word that goes on; the document is made by hand, so it is put in here."""
    from semsearch.readers.formats import pdf

    joined = pdf._paragraphs(
        pdf._HYPHEN.sub("", "The harb\ufffe\nour was closed for all that winter long\nand reopened.").split("\n")
    )
    assert joined == "The harbour was closed for all that winter long and reopened."
    (found,) = read(write(tmp_path / "a.pdf", pdf_of([["One page (with brackets)."], [], ["Third page."]])))
    assert isinstance(found, RawDocument)
    assert [found.place.page(at) for at in (0, found.text.index("Third"))] == [1, 3]


def test_changed_and_deleted_text_of_word_is_left_out(tmp_path: Path) -> None:
    """A text box is said twice in the file, for programs that do not know it; what was deleted is there, too."""
    path = write(tmp_path / "a.docx", docx_of("Tarn"))
    with zipfile.ZipFile(path) as box:
        body = box.read("word/document.xml").decode()
    more = (
        "<w:p><w:del><w:r><w:delText>Deleted.</w:delText></w:r></w:del><w:r><mc:AlternateContent xmlns:mc='mc'><mc:Choice>"
        "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
        "<w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p></w:body>"
    )
    write(path, zip_of({"word/document.xml": body.replace("</w:body>", more)}))
    (found,) = read(path)
    assert isinstance(found, RawDocument)
    assert found.text.count("In a box.") == 1
    assert "Deleted" not in found.text


def test_an_encoding_that_nothing_names_is_guessed_in_the_worker_too(index: Index) -> None:
    """The model of languages writes a file to load itself, which a worker may not."""
    for town in ("Dornmuhl", "Eldmoor"):
        assert "Fähre" in index.search(f"+{town}", mode="lexical").hits[0].document.text


def test_a_zero_byte_costs_no_page(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path / "a.html", page_of("Tarn").replace("Monday", "Mon\0day").encode() + b"\xe4"))
    assert isinstance(found, RawDocument) and "The ferry to Tarn" in found.text


def test_a_member_of_an_archive_is_read_like_a_file(tmp_path: Path) -> None:
    inner = zip_of({"a.txt": "x"})
    data = zip_of({"2022-11-09-a.txt": sentence("Tarn"), "../up.txt": sentence("Up"), "b.csv": "title;date;text\nT;2022-11-10;Bread.\n",
                   "c.zip": inner, "f.pdf": pdf_of([["A page of a file within."]]), "d.bin": b"\0", ".hidden.txt": "no", "e.html": page_of("Page")})  # fmt: skip
    items = read(write(tmp_path / "a.zip", data))
    documents = [item for item in items if isinstance(item, RawDocument)]
    assert [each.place.member for each in documents] == ["2022-11-09-a.txt", "../up.txt", "b.csv", "f.pdf", "e.html"]
    assert {item.reason for item in items if isinstance(item, Problem)} == {
        "1 member left out: .bin has no reader here",
        "1 member left out: .zip has no reader here",
    }
    assert not list(tmp_path.glob("*up*"))
    linked = tar_of({"a.txt": sentence("Tarn").encode()})
    (found,) = read(write(tmp_path / "a.tgz", linked))
    assert isinstance(found, RawDocument) and found.place.member == "a.txt"


def test_a_package_that_is_missing_is_named_once_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking.cache_clear()
    monkeypatch.setattr("semsearch.readers.registry.find_spec", lambda name: None if name == "pypdfium2" else True)
    for at in range(40):
        write(tmp_path / f"{at}.pdf", pdf_of([["A page."]]))
    write(tmp_path / "a.txt", "The ferry stopped.")
    report = build([tmp_path], tmp_path / "ix", model="hash")
    told = "40 files not read: PDF needs pypdfium2: install it with: pip install 'semsearch[pdf]'"
    assert [problem.reason for problem in report.problems] == [told]
    assert report.added == 1
    monkeypatch.undo()
    lacking.cache_clear()
    assert build([tmp_path], tmp_path / "ix").added == 40


# A reader may die


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Files of a format that does what its text says; the readers of children come from this folder."""
    package = tmp_path / "bad"
    package.mkdir()
    (package / "hostile_reader.py").write_text(
        "import ctypes, time\n"
        "from semsearch.records import Place, RawDocument\n"
        "def read(stream, file):\n"
        "    text = stream.read().decode()\n"
        "    if text == 'hang': time.sleep(100)\n"
        "    if text == 'bomb': text = 'x' * (1 << 34)\n"
        "    if text == 'crash': ctypes.string_at(0)\n"
        "    for _ in range(30 if text.startswith('slow') else 0): time.sleep(0.1); file.tick()\n"
        "    while text == 'endless': time.sleep(0.1); file.tick()\n"
        "    yield RawDocument(None, '', text, (), None, None, Place(1))\n"
    )
    run = (
        f"import sys; sys.path += [sys.argv[1], {str(package)!r}]\n"
        "import hostile_reader, semsearch.readers.worker as worker\n"
        "worker.reader_of = lambda suffix: hostile_reader.read\n"
        "worker.main(int(sys.argv[2]))"
    )
    children.close()
    monkeypatch.setattr("semsearch.readers.child._RUN", run)
    monkeypatch.setattr("semsearch.readers.child.PATIENCE", 1.0)
    yield tmp_path
    children.close()


def test_a_hang_a_bomb_and_a_crash_cost_their_files_alone(hostile: Path) -> None:
    (hostile / "a").mkdir()
    for at in range(300):
        (hostile / "a" / f"{at:04}.rtf").write_text(f"text {at}")
    told = {
        "hang": "nothing was read of it in 1 seconds, or too little",
        "bomb": "it wants more than the 300 MB",
        "crash": "its reader crashed (SIGSEGV)",
    }
    lost = dict(zip((5, 6, 100, 150, 151, 299), [*told] * 2, strict=True))
    for at, kind in lost.items():
        (hostile / "a" / f"{at:04}.rtf").write_text(kind)
    report = build([hostile / "a"], hostile / "ix", model="hash")
    assert report.added == 300 - len(lost)
    found = {int(Path(problem.path).stem): problem.reason for problem in report.problems}
    assert found.keys() == lost.keys()
    assert all(found[at].startswith(told[kind]) for at, kind in lost.items())


def test_a_page_whose_parts_disagree_is_listed_and_where_none_wins_its_day_is_a_guess(
    tmp_path: Path, program: Program
) -> None:
    ld = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"%s"}</script>'
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "two.html").write_text(page_of("Tarn", head=ld % "2022-12-24"))  # the head says 2022-11-09
    (folder / "later.html").write_text(
        page_of("Lorn", "2023-02-01", "<link rel='canonical' href='https://pilot.example/2022/11/09/ferry'>")
    )
    build([folder], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        found = {
            each.doc_id: (str(each.published), each.published and each.published.provenance) for each in opened.dates()
        }
    assert found == {"two.html": ("2022-12-24", "guess"), "later.html": ("2022-11-09", "URL")}
    listed = program("dates", "--only", "suspicious", "--index", tmp_path / "ix").out
    assert "the page also says 2022-11-09" in listed and "the page also says 2023-02-01" in listed


def test_a_reader_that_goes_on_has_time_by_the_size_of_its_file(hostile: Path) -> None:
    """Three seconds of work in small steps, where one second is the limit for each; one without an end is ended."""
    for name, text in (("slow", "slow" + "x" * 400_000), ("endless", "endless")):
        (hostile / f"{name}.rtf").write_text(text)
    (found,) = read(hostile / "slow.rtf")
    assert isinstance(found, RawDocument)
    (problem,) = read(hostile / "endless.rtf")
    assert isinstance(problem, Problem) and "too little in the time" in problem.reason


def test_threads_read_with_workers_of_their_own(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{at}.html", page_of(f"Town{at}")) for at in range(24)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(read, paths * 3))
    assert [sentence(f"Town{at % 24}") in items[0].text for at, (items) in enumerate(found)] == [True] * 72  # type: ignore[union-attr]

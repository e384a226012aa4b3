"""What the tests share: articles in a folder, the program in this process, the data beside the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from semsearch.cli.main import run
from semsearch.indexing.building import build
from tests.models import tiny_model
from tests.serving import Served, hostile_index, served

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a user said is remembered in a folder of the tests' own, by programs that they start, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@dataclass(frozen=True)
class Ran:
    """What a run of the program left behind."""

    status: int
    out: str
    err: str


Program = Callable[..., Ran]


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program run in this process, in a folder of its own; takes its arguments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEMSEARCH_INDEX", raising=False)

    def called(*arguments: object) -> Ran:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return called


ARTICLES = {
    "2022-11-09-order.txt": " date 2022-11-09 The minister ordered the army to leave the town. "
    "Supplies could not cross the river.\n\nThe general had asked for it.\n",
    "2022-11-11-entry.txt": " date 2022-11-11 Soldiers entered the town on Friday. People cheered in the square.\n",
    "2022-12-24-shelling.txt": " date 2022-12-24 Shells hit the market of the town. Ten people died.\n",
    "grain.txt": " date 2022-07-22 Two ministers signed the grain deal. Ships may leave three ports.\n",
    "undated.txt": "A recipe for bread asks for flour, water and salt.\n",
}


def write_articles(folder: Path, articles: dict[str, str] | None = None) -> Path:
    """Write articles, by file name, into a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (ARTICLES if articles is None else articles).items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with five short articles, one of them undated."""
    return write_articles(tmp_path / "articles")


@pytest.fixture(scope="session")
def served_seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of the seeds, which no test changes."""
    index = tmp_path_factory.mktemp("seeds") / "ix"
    build([ROOT / "seeds"], index)
    with served(index) as found:
        yield found


@pytest.fixture(scope="session")
def served_hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of articles that try everything, which no test changes."""
    with served(hostile_index(tmp_path_factory.mktemp("hostile") / "h")) as found:
        yield found


def shared(relative: str) -> Path:
    """A path in the data beside the project; the test is skipped where it is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs the data at ../shared/{relative}")
    return path


@pytest.fixture(scope="session")
def tiny_cls_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return tiny_model(folder, "bert", pooling="cls", limit=32, dtype="float32", prompts={})


@pytest.fixture(scope="session")
def prompted_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts = {"query": "query: ", "document": "passage of an article: "}
    folder = tmp_path_factory.mktemp("prompted")
    return tiny_model(folder, "roberta", pooling="mean", limit=48, dtype="bfloat16", prompts=prompts)

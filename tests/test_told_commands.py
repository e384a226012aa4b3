"""R2: what is told can be typed, whatever the folder is called, and no message is taken apart."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged, SemsearchError, command
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.storage.place import DATABASE, SEAL
from semsearch.upkeep.check import check
from semsearch.upkeep.repair import repair
from tests.conftest import write_articles
from tests.promises.forging import forge, forge_tensors
from tests.test_layers import FILES, relative

NAMES = ["my ix", "it's; echo $HOME", 'a "b" `c`', "né", "a\\b", "*", "-x y"]
COMMANDS = re.compile(r"semsearch (ask|batch|check|compact|dates|eval|index|info|repair|trust)\b")
TOLD = re.compile(r": (semsearch [a-z]+ .*?)(?:, and if |$)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("told")
    build([write_articles(place / "articles")], place / "ix", model="hash")
    return place / "ix"


@pytest.fixture(params=NAMES)
def index(request: pytest.FixtureRequest, built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / str(request.param)))


def told(error: SemsearchError) -> list[list[str]]:
    """The words of the commands that an error tells."""
    assert str(error) == ": ".join(part for part in (error.where, error.what, error.remedy) if part)
    found = [shlex.split(text) for text in TOLD.findall(f": {error.remedy}")]
    assert found, f"no command in {error.remedy!r}"
    return found


def damage(index: Path, name: str) -> None:
    with (index / name).open("r+b") as stream:
        stream.seek(100)
        stream.write(bytes(3996))


def of_a_damaged_truth(index: Path) -> SemsearchError:
    damage(index, DATABASE)
    with pytest.raises(SemsearchError) as raised, open_index(index) as opened:
        opened.search("grain")
    return raised.value


def of_a_damaged_seal(index: Path) -> SemsearchError:
    (index / SEAL).write_text("no seal", "ascii")
    with pytest.raises(SemsearchError) as raised:
        open_index(index)
    return raised.value


def of_no_index(index: Path) -> SemsearchError:
    shutil.rmtree(index)
    with pytest.raises(SemsearchError) as raised:
        open_index(index)
    return raised.value


def of_an_emptied_index(index: Path) -> SemsearchError:
    for name in (DATABASE, SEAL):
        (index / name).unlink()
    (index / DATABASE).touch()
    with pytest.raises(SemsearchError) as raised:
        open_index(index)
    return raised.value


def of_lost_commits(index: Path) -> SemsearchError:
    forge(index, "UPDATE meta SET value = 'f' || substr(value, 2) WHERE key = 'index_id'")
    forge(index)
    seal = (index / SEAL).read_text("ascii")
    forge(index, "UPDATE meta SET value = value - 1 WHERE key = 'revision'")
    (index / SEAL).write_text(seal, "ascii")
    with pytest.raises(SemsearchError) as raised:
        open_index(index)
    return raised.value


def of_another_model(index: Path) -> SemsearchError:
    forge(index, """UPDATE meta SET value = replace(value, '"hash"', '"/a model"') WHERE key = 'encoder'""")
    with pytest.raises(SemsearchError) as raised, open_index(index) as opened:
        opened.search("grain", mode="dense")
    return raised.value


def of_repair(index: Path) -> SemsearchError:
    forge(index, "DELETE FROM body")
    with pytest.raises(SemsearchError) as raised:
        repair(index)
    return raised.value


def of_postings(index: Path) -> SemsearchError:
    forge_tensors(index, "lexical", lambda arrays: arrays["passages.rows"].fill(-1))
    with pytest.raises(SemsearchError) as raised, open_index(index) as opened:
        opened.search("grain", mode="lexical")
    return raised.value


@pytest.mark.parametrize(
    "raised",
    [
        of_a_damaged_truth,
        of_a_damaged_seal,
        of_no_index,
        of_an_emptied_index,
        of_lost_commits,
        of_another_model,
        of_repair,
        of_postings,
    ],
)
def test_r2_the_command_of_an_error_can_be_typed(index: Path, raised: object) -> None:
    assert callable(raised)
    for words in told(raised(index)):
        assert words[0] == "semsearch"
        assert words[words.index("--index") + 1] == str(index)


def test_r2_the_command_of_a_finding_can_be_typed_and_its_reason_is_whole(index: Path) -> None:
    damage(index, DATABASE)
    (finding, *_) = [each for each in check(index, full=True).findings if "malformed" in each.what]
    assert finding.what == "is damaged (database disk image is malformed)"
    assert shlex.split(finding.command) == ["semsearch", "index", "--rebuild", "--index", str(index)]
    assert str(finding) == f"{index / DATABASE}: {finding.what}: repair it with: {finding.command}"


def test_r2_what_a_reader_does_without_is_told_with_the_command(index: Path) -> None:
    (dense,) = index.glob("dense-*")
    damage(index, dense.name)
    with open_index(index) as opened:
        (note,) = [each for each in opened.search("grain", mode="dense").notes if "more slowly" in each]
    assert note.startswith(f"{dense}: is not as it was written")
    assert shlex.split(note.rpartition("with: ")[2]) == ["semsearch", "repair", "--index", str(index)]


def test_r2_one_function_writes_commands() -> None:
    """No text with a value in it writes one by hand: nothing there would be quoted."""
    wrong = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            shown = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            found = COMMANDS.search(shown)
            if found and "{}" in shown[found.end() :]:
                wrong.append(f"{relative(path)}:{node.lineno} {shown}")
    assert wrong == []


def test_r2_no_message_is_taken_apart() -> None:
    taken = re.compile(r"str\((error|problem)\)\.(split|partition|rpartition|removeprefix|removesuffix)\(")
    wrong = [relative(path) for path in FILES if taken.search(path.read_text("utf-8"))]
    assert wrong == ["encoders/transformer.py"]  # of torch, which says more than one line


def test_an_error_has_parts() -> None:
    error = IndexDamaged("is missing", where=Path("a b"), remedy=f"repair it with: {command('repair', index='a b')}")
    assert (error.where, error.what, error.remedy) == (
        "a b", "is missing", "repair it with: semsearch repair --index 'a b'"
    )  # fmt: skip
    assert str(error) == "a b: is missing: repair it with: semsearch repair --index 'a b'"
    assert str(IndexDamaged("no more")) == "no more"

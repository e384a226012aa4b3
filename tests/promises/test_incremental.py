"""Promises 6 and 7: an index that grew step by step equals a clean build; the same input gives the same answer."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from tests.conftest import ROOT
from tests.promises.corpora import WORDS
from tests.promises.states import answers, assert_whole, held

SEED = 20221111


class Articles:
    """A folder of small articles that is changed at random: texts, JSON lines, folders."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._folder, self._rng = folder, rng
        folder.mkdir()
        for _ in range(6):
            self.add()

    def _text(self) -> str:
        day = f" date 2022-{self._rng.randrange(1, 13):02}-{self._rng.randrange(1, 29):02} " * (
            self._rng.random() < 0.8
        )
        sentences = (
            " ".join(self._rng.choices(WORDS, k=9)).capitalize() + "." for _ in range(self._rng.randrange(1, 6))
        )
        return f"{day}{' '.join(sentences)} It fell in April 2022.\n"

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*") if path.is_file())

    def add(self) -> None:
        name = f"{self._rng.randrange(10**6):06}"
        if self._rng.random() < 0.2:
            lines = [
                json.dumps({"_id": f"j{self._rng.randrange(60)}", "text": self._text(), "date": "2022-05-06"})
                for _ in range(3)
            ]
            (self._folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
            return
        folder = self._folder / self._rng.choice([".", "north", "south"])
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_text(self._text(), "utf-8")

    def edit(self) -> None:
        path = self._rng.choice(self._files())
        if path.suffix == ".txt":
            path.write_text(self._text(), "utf-8")

    def copy(self) -> None:
        path = self._rng.choice(self._files())
        shutil.copy(path, path.with_name(f"copy-{path.name}"))

    def delete(self) -> None:
        files = self._files()
        if len(files) > 2:
            self._rng.choice(files).unlink()

    def rename(self) -> None:
        path = self._rng.choice(self._files())
        path.rename(path.with_name(f"r{self._rng.randrange(10**6):06}{path.suffix}"))

    def touch(self) -> None:
        os.utime(self._rng.choice(self._files()), ns=(0, self._rng.randrange(10**18)))

    def change(self) -> str:
        """One change; its name."""
        name = self._rng.choice(["add", "add", "edit", "edit", "copy", "delete", "rename", "touch"])
        getattr(self, name)()
        return name


def grown(folder: Path, sequences: int) -> None:
    """Indexes refreshed after every few changes beside clean builds of what is there at last."""
    for sequence in range(sequences):
        rng = random.Random(f"{SEED} {sequence}")
        place = folder / f"{sequence}"
        place.mkdir()
        articles = Articles(place / "articles", rng)
        build([place / "articles"], place / "grown", model="hash")
        done = []
        for _ in range(rng.randrange(2, 5)):
            done += [articles.change() for _ in range(rng.randrange(1, 4))]
            build([], place / "grown")
        build([place / "articles"], place / "clean", model="hash")
        what = f"sequence {sequence}, seed {SEED}: {done}"
        assert held(place / "grown") == held(place / "clean"), what
        assert answers(place / "grown") == answers(place / "clean"), what
        assert_whole(place / "grown", what)
        shutil.rmtree(place)


def test_twelve_sequences_of_changes_end_where_a_clean_build_does(tmp_path: Path) -> None:
    grown(tmp_path, 12)


@pytest.mark.slow
def test_three_hundred_sequences_of_changes(tmp_path: Path) -> None:
    grown(tmp_path, 300)


ASK = (
    "import json, sys; from pathlib import Path; from semsearch.indexing.building import build\n"
    "from tests.promises.states import answers\n"
    "build(sys.argv[2:], sys.argv[1], **({'model': 'hash'} if 'hash' in sys.argv[1] else {}))\n"
    "print(json.dumps(answers(Path(sys.argv[1]))))"
)


@pytest.mark.parametrize("model", ["hash", "minilm"])
def test_order_threads_locale_and_time_zone_change_no_answer(tmp_path: Path, model: str) -> None:
    rng = random.Random(SEED)
    for number in range(25):
        text = f" date 2022-05-{number + 1:02} {' '.join(rng.choices(WORDS, k=30))}.\n"
        for name in ("a", "b"):  # written in another order
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "a" / f"{number:02}.txt").write_text(text, "utf-8")
    for path in sorted((tmp_path / "a").iterdir(), reverse=True):
        shutil.copy(path, tmp_path / "b" / path.name)
    settings = [
        ("a", {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C", "TZ": "UTC"}),
        ("b", {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Tokyo"}),
    ]
    found = []
    for name, variables in settings:
        command = [sys.executable, "-c", ASK, str(tmp_path / f"{model}-{name}"), str(tmp_path / name)]
        ran = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=True
        )
        found.append(json.loads(ran.stdout))
    for one, two in zip(*found, strict=True):
        assert [hit[:5] for hit in one] == [hit[:5] for hit in two]
        for first, second in zip(one, two, strict=True):
            assert first[5] == pytest.approx(second[5], abs=1e-5)

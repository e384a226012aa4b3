"""What the benchmarks share: programs timed from outside, medians, the data beside the project."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch.errors import SemsearchError
from semsearch.indexing.building import build
from semsearch.search.opening import open_index

ROOT = Path(__file__).resolve().parent.parent.parent
PRESS = ROOT.parent / "shared" / "data" / "press" / "corpus.jsonl.gz"
INDEXES = ROOT / "indexes"
SEMSEARCH = [str(Path(sys.executable).with_name("semsearch"))]
BASELINE = [sys.executable, str(ROOT / "scripts" / "baseline.py")]


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a program: wall time, and the most memory that it held."""

    seconds: float
    megabytes: float


def run(command: Sequence[str]) -> Ran:
    """Run a program to its end. Raises CalledProcessError where it fails."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Ran(time.perf_counter() - begin, usage.ru_maxrss / 1024)


def alternate(rounds: int, *works: Callable[[], Ran]) -> list[Ran]:
    """The median of each work, done in turn so that a change of the machine's load meets all of them."""
    runs = [[work() for work in works] for _ in range(rounds)]
    return [
        Ran(statistics.median(r.seconds for r in column), statistics.median(r.megabytes for r in column))
        for column in zip(*runs, strict=True)
    ]


def timed(work: Callable[[], object]) -> Callable[[], Ran]:
    """The same, for a function of this process."""

    def measured() -> Ran:
        begin = time.perf_counter()
        work()
        return Ran(time.perf_counter() - begin, 0.0)

    return measured


def collections() -> list[tuple[str, Path]]:
    """The seeds, and press where it lies beside the project."""
    found = [("seeds", ROOT / "seeds")]
    if PRESS.is_file():
        return [*found, ("press", PRESS)]
    print(f"press is left out: it is not at {os.path.relpath(PRESS.parent, ROOT)}")
    return found


def index_of(name: str, source: Path) -> Path:
    """The index of a source, kept for the next time; one that holds anything else is made anew."""
    folder = INDEXES / f"bench-{name}"
    try:
        with open_index(folder) as index:
            is_other = index.info().sources != [os.path.realpath(source)]
    except SemsearchError:  # none, of another format, or half written
        is_other = True
    if is_other:
        shutil.rmtree(folder, ignore_errors=True)
    build([source], folder)
    return folder


def both_indexes(name: str, source: Path) -> tuple[Path, Path]:
    """Indexes of a source made by semsearch and by the baseline, kept for the next time."""
    ours, theirs = index_of(name, source), INDEXES / f"bench-{name}-baseline"
    if not (theirs / "passages.json").is_file():
        shutil.rmtree(theirs, ignore_errors=True)
        run([*BASELINE, "index", str(source), str(theirs)])
    return ours, theirs


def real_passages(count: int) -> list[str]:
    """Texts as ``index`` embeds them, of press where it is there, else of the seeds, in a fixed random order."""
    from semsearch.encoders import open_encoder
    from semsearch.indexing.preparing import prepare, resolve_document
    from semsearch.readers import FieldNames, find_files, open_documents
    from semsearch.records import RawDocument
    from semsearch.text.chunking import ChunkingSettings

    source, documents = collections()[-1][1], []
    for path in find_files(source).files:
        with open_documents(path, FieldNames({})) as stream:
            raw = [item for item in stream if isinstance(item, RawDocument)]
        documents += [(resolve_document(f"{path}{at}", str(path), one)[0], b"") for at, one in enumerate(raw)]
    order = np.random.default_rng(0).permutation(len(documents))[:count]
    texts = prepare([documents[at] for at in order], open_encoder(), ChunkingSettings()).texts
    return [passage.text for passage in texts.values()][:count]

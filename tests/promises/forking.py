"""Processes that begin at once: a parent that has imported everything forks one for each build."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.conftest import ROOT

PROGRAM = """
import os, sys
from semsearch.indexing import batches, building
import faiss, numpy, safetensors.numpy, tantivy, tokenizers, sentencex
from semsearch.encoders import hashing
batches.BATCH_CHARACTERS = int(sys.argv[1])
for line in sys.stdin:
    source, index = line.rstrip("\\n").split("\\t")
    pid = os.fork()
    if not pid:
        try:
            building.build([source], index, model="hash")
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
            os._exit(2)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Builders:
    """Starts builds with word hashing, each in a process that can be killed. A context manager.

    ``batch`` is how many characters go into one transaction: few, so that a small corpus takes many.
    """

    def __init__(self, batch: int) -> None:
        command = [sys.executable, "-c", PROGRAM, str(batch)]
        self._parent = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def __enter__(self) -> Builders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parent.kill()
        self._parent.communicate()

    def build(self, source: Path, index: Path, *, killed_after: float | None = None) -> int:
        """The wait status of a build, killed after some seconds if it still runs."""
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.write(f"{source}\t{index}\n")
        self._parent.stdin.flush()
        pid = int(self._parent.stdout.readline())
        if killed_after is not None:
            time.sleep(killed_after)
            with suppress(ProcessLookupError):  # it has ended
                os.kill(pid, signal.SIGKILL)
        return int(self._parent.stdout.readline())

"""A server of the program's own, in a process of its own, for tests that ask it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from semsearch.indexing.building import build

_ADDRESS = re.compile(r"http://[^/]+:(\d+)/")
LONG = " ".join(f"Part {n} of the report goes on about dredging." for n in range(21_000))  # a megabyte
COPIED = (
    "The harbour master said on Monday that three ships had left the port before dawn, that their papers were in "
    "order, and that nobody in the town had been told when the next of them would be allowed to sail to the south."
)
HOSTILE: list[dict[str, str]] = [
    {"_id": "a/b?c#d 1", "title": "Slash",
     "text": "The first bridge of the river was opened by the mayor.",
     "date": "2022-03-01",
     "source": "Agency"},
    {"_id": "100%", "title": "Percent",
     "text": "The second bridge of the river was closed by the mayor.",
     "date": "2022-03-02",
     "source": "Daily"},
    {"_id": "emoji", "title": "Emoji",
     "text": "\U0001f680\U0001f30d Rockets were seen. The observatory counted nine rockets over the plain.",
     "date": "2022-04-01", "source": "Agency"},
    {"_id": "script", "title": "<script>alert(1)</script>", "url": "javascript:alert(1)",
     "date": "2022-04-02", "source": "Daily",
     "text": "<img src=x onerror=alert(2)> The payload of a freighter was <b>inspected</b>. </mark><script>1</script>"},
    {"_id": "bidi\u202e", "title": "Bidi \u202egnp.exe",
     "text": "The turned sign \u202etxt.exe\u202c was found by the customs officer.",
     "date": "2022-04-03", "source": "\u202eAgency"},
    {"_id": "nul", "title": "Nul",
     "text": "A zero \u0000 and an escape \u001b[31m stood in the telegram of the consul.",
     "date": "2022-05"},
    {"_id": "undated", "title": "=cmd()",
     "text": "The recipe of the baker needs flour, water and salt.", "source": "=Agency"},
    {"_id": "ambiguous", "title": "Ambiguous",
     "text": "The festival of lanterns drew thousands to the square.",
     "date": "04/05/2022"},
    {"_id": "copy1", "title": "Copy one",
     "text": COPIED, "date": "2022-06-01", "source": "Agency"},
    {"_id": "copy2", "title": "Copy two",
     "text": COPIED, "date": "2022-06-02", "source": "Daily"},
    {"_id": "copy3", "title": "Copy three",
     "text": COPIED, "date": "2022-06-03", "source": "Daily"},
    {"_id": "long", "title": "Long",
     "text": LONG, "date": "2022-07-01", "source": "Agency"},
]  # fmt: skip


_AUDITED = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def noted(event, given):
    if event in ("open", "socket.connect", "socket.getaddrinfo", "os.listdir", "subprocess.Popen"):
        os.write(log, f"{event} {given[:2]!r}\\n".encode())
sys.addaudithook(noted)
from semsearch.cli.main import main
main(sys.argv[2:])
"""


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    url: str
    process: subprocess.Popen[str]
    index: Path

    def get(self, path: str, **options: object) -> httpx.Response:
        return httpx.get(self.url + path, timeout=30, **options)  # type: ignore[arg-type]

    def post(self, path: str, body: object, **options: object) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=30, **options)  # type: ignore[arg-type]

    def search(self, question: str, **given: object) -> dict[str, object]:
        reply = self.get("/api/search", params={"q": question, **given})
        assert reply.status_code == 200, reply.text
        found: dict[str, object] = reply.json()
        return found


@contextmanager
def served(
    index: Path, *options: str, env: dict[str, str] | None = None, audit: Path | None = None
) -> Iterator[Served]:
    """A server of an index, until the end of the block; what it opens and reaches is noted in the file ``audit``."""
    arguments = options if "--port" in options else (*options, "--port", "0")
    program = ["-m", "semsearch"] if audit is None else ["-c", _AUDITED, str(audit)]
    command = [sys.executable, *program, "serve", "--index", str(index), *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    try:
        assert process.stderr is not None
        said = ""
        while not (found := _ADDRESS.search(said)):
            line = process.stderr.readline()
            assert line, f"the server ended: {said}"
            said += line
        yield Served(f"http://127.0.0.1:{found[1]}", process, index)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def hostile_index(folder: Path, *, long: bool = True) -> Path:
    """An index of articles that try everything in every field; without the ``long`` one it answers sooner."""
    folder.mkdir()
    source = folder / "hostile.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in HOSTILE if long or each["_id"] != "long"), "utf-8")
    (folder / "script.txt").write_text(
        " date 2022-04-04 <script>alert(1)</script> The payload of a freighter.\n\n<img src=x onerror=alert(2)>\n",
        "utf-8",
    )
    build([source, folder / "script.txt"], folder / "ix", model="hash")
    return folder / "ix"

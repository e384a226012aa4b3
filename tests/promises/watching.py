"""The program in a process of its own, with an audit hook that writes down what it does to the world."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

WATCHED = """
import json, sys
sys.path.insert(0, ROOT)
log = open(LOG, "a", encoding="utf-8")
def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "pty.", "ctypes.dlopen")):
        log.write(json.dumps(f"{event} {arguments!r:.300}") + "\\n")
    elif event == "import" and arguments[0].partition(".")[0] in ("torch", "huggingface_hub", "transformers"):
        log.write(json.dumps(f"import {arguments[0]}") + "\\n")
    elif event == "exec":
        name = arguments[0].co_filename
        if not name.startswith(("<", sys.prefix, sys.base_prefix, ROOT)):
            log.write(json.dumps(f"exec {name}") + "\\n")
    elif event == "compile" and isinstance(arguments[1], str):
        if not arguments[1].startswith(("<", sys.prefix, sys.base_prefix, ROOT)):
            log.write(json.dumps(f"compile {arguments[1]}") + "\\n")
    log.flush()
sys.addaudithook(watch)
from semsearch.cli.main import main
main(sys.argv[1:])
"""
HARMLESS = ("socket.gethostname", "ctypes.dlopen None", "ctypes.dlopen (None")


def events_of(
    arguments: list[str], folder: Path, *, timeout: float = 60, stdin: str | None = None
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """A run of the program in a folder, and the connections, programs and foreign code of it."""
    log = folder / f"events-{os.getpid()}.log"
    log.unlink(missing_ok=True)
    program = f"ROOT, LOG = {str(ROOT)!r}, {str(log)!r}\n{WATCHED}"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        input=stdin,
    )
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    log.unlink(missing_ok=True)
    return ran, [event for event in events if not event.startswith(HARMLESS)]

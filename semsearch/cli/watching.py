"""``semsearch index --watch``: run again whenever a source changes, and tell a program of what answers."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from semsearch.cli.exits import say
from semsearch.errors import IndexBusy, UsageError
from semsearch.rendering.visible import display_path

if TYPE_CHECKING:
    from semsearch.indexing.building import BuildReport

LONGEST_RUN = 60.0  # seconds that a program may take for a hit


def watch(index: Path, refresh: Callable[[], BuildReport], tell: Callable[[BuildReport], object], program: str) -> None:
    """Refresh an index now and after each change, without an end; the lock is held only while there is work.

    ``program`` gets each new hit of a saved question. What comes in while one run works is taken by the next.
    """
    from semsearch.indexing.building import sources_of
    from semsearch.indexing.watching import Watcher
    from semsearch.upkeep.calibration import calibrate

    words = _words(program)
    tell(refresh())
    watcher = Watcher(sources_of(index), index)
    how = ", looking every second, since their file system gives no events" if watcher.polling else ""
    say(f"watching {', '.join(map(display_path, watcher.folders))}{how}: Ctrl-C ends it")
    waiting = stale = True  # for what changed before the watch began
    for changed in watcher.changes():
        waiting = waiting or changed
        if not waiting:
            if stale:
                calibrate(index)
            stale = False
            continue
        with suppress(IndexBusy):  # another writes it: at the next look again
            report = refresh()
            waiting = False
            if report.added or report.changed or report.removed:
                stale = True
                tell(report)
                _pass_on(index, words)


def _words(program: str) -> list[str]:
    try:
        return shlex.split(program)
    except ValueError as error:
        raise UsageError(f"--run {program[:40]!r}: {error}") from None


def _pass_on(index: Path, words: list[str]) -> None:
    """Give each new hit of a saved question to a program as JSON on its standard input; no shell is between."""
    from semsearch.rendering.fields import hit_fields
    from semsearch.search import standing
    from semsearch.search.opening import open_index

    questions = standing.saved(index) if words else []
    if not questions:
        return
    with open_index(index) as opened:
        for question in questions:
            for hit in standing.news(index, opened, question):
                fields = {"name": question.name, "query": question.text, "hit": hit_fields(hit)}
                _run(words, json.dumps(fields, ensure_ascii=False))


def _run(words: list[str], text: str) -> None:
    try:
        ran = subprocess.run(words, input=text.encode(), timeout=LONGEST_RUN, check=False)  # noqa: S603 (the user's)
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"--run {words[0]}: {error}")
        return
    if ran.returncode:
        say(f"--run {words[0]}: ended with status {ran.returncode}")

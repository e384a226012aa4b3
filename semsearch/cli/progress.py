"""Progress bars on standard error, with rate and time left; none where it is not a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from semsearch.cli.exits import say
from semsearch.rendering.visible import visible

if TYPE_CHECKING:
    from semsearch.indexing.report import Progress


EVERY = 60.0  # seconds between two lines


@contextmanager
def build_bar(quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Shows a build by the bytes of its files; the count of texts encoded stands behind it."""
    from tqdm import tqdm

    disable = True if quiet else None  # None: only where standard error is a terminal
    with tqdm(desc="indexing", unit="B", unit_scale=True, disable=disable, leave=False, dynamic_ncols=True) as bar:
        told = time.monotonic()

        def show(state: Progress) -> None:
            nonlocal told
            if not quiet and bar.disable and time.monotonic() - told >= EVERY:  # into a file: a line a minute
                told = time.monotonic()
                share = state.done * 100 // max(state.total, 1)
                say(f"indexing: {share} %, {state.documents} articles, {state.encoded} passages encoded")
            bar.total = state.total
            bar.set_postfix_str(f"{state.documents} articles, {state.encoded} passages encoded", refresh=False)
            bar.update(state.done - bar.n)

        yield show


@contextmanager
def step_bar(quiet: bool, label: str) -> Iterator[Callable[[str], None]]:
    """Shows what is looked at, and how many things were looked at before it."""
    from tqdm import tqdm

    disable = True if quiet else None
    with tqdm(desc=label, unit="step", disable=disable, leave=False, dynamic_ncols=True) as bar:

        def show(what: str) -> None:
            bar.set_postfix_str(visible(what), refresh=False)
            bar.update()

        yield show


@contextmanager
def count_bar(quiet: bool, label: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Shows questions answered; the callback takes how many are done and how many there are."""
    from tqdm import tqdm

    disable = True if quiet else None
    with tqdm(desc=label, total=total, unit="question", disable=disable, leave=False, dynamic_ncols=True) as bar:

        def show(done: int, of: int) -> None:
            bar.total = of or None
            bar.update(done - bar.n)

        yield show

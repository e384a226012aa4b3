"""Folders watched for changes, by the events of the file system, or by looking again where it gives none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from semsearch.errors import UsageError
from semsearch.files.filesystems import network_of
from semsearch.readers import watched_folder

IDLE = 500  # milliseconds after which it is told that nothing has changed
SETTLED = 300  # milliseconds in which changes that follow each other are one
LOOKED_EVERY = 1_000  # milliseconds, where the file system gives no events


class Watcher:
    """Sources of an index, watched from the moment that :meth:`changes` is first asked.

    Raises UsageError where watchfiles is not installed, or nothing is there to be watched.
    """

    def __init__(self, sources: Sequence[str], index: Path) -> None:
        if find_spec("watchfiles") is None:
            raise UsageError("--watch needs watchfiles: install it with: pip install 'semsearch[watch]'")
        folders = dict.fromkeys(str(watched_folder(Path(source))) for source in sources)
        self.folders = [folder for folder in folders if Path(folder).is_dir()]
        if not self.folders:
            raise UsageError("nothing to watch: none of the sources is there")
        self._own = os.path.realpath(index)
        self.polling = any(network_of(Path(folder)) for folder in self.folders)

    def changes(self) -> Iterator[bool]:
        """True after something has changed, false every now and then where nothing has; without an end."""
        from watchfiles import watch

        yield from (
            bool(changes)
            for changes in watch(
                *self.folders,
                watch_filter=lambda _, path: self._counts(path),
                debounce=SETTLED,
                step=SETTLED // 6,
                rust_timeout=IDLE,
                yield_on_timeout=True,
                raise_interrupt=True,
                force_polling=self.polling or None,
                poll_delay_ms=LOOKED_EVERY,
            )
        )

    def _counts(self, path: str) -> bool:
        """False for what lies in the index itself, or is hidden."""
        inside = path == self._own or path.startswith((f"{self._own}/", f"{self._own}."))
        hidden = any(part.startswith(".") for part in path.split("/") if part != ".semsearchignore")
        return not inside and not hidden

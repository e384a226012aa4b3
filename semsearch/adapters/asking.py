"""An index that any thread may ask: frameworks call retrievers from threads of their own."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from semsearch.errors import SemsearchError
from semsearch.records import Answer, Hit, Query
from semsearch.rendering.fields import hit_fields
from semsearch.search.local import LocalIndex
from semsearch.search.opening import open_index
from semsearch.search.option_table import Choices
from semsearch.search.options import Options
from semsearch.storage.place import SEAL

KEPT = (
    "doc_id", "title", "published", "date_source", "date_precision", "source", "url", "page", "line_start", "line_end",
    "start", "end", "score",
)  # fmt: skip


class Asking:
    """One index, opened in a thread that asks it for everybody; ``choices`` are options that hold for every question.

    Raises what ``semsearch.open`` raises, and UsageError for options that make no sense.
    """

    def __init__(self, folder: str | os.PathLike[str], choices: dict[str, Any]) -> None:
        self._options = Options(**cast(Choices, choices))
        self._options.query("words")
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="semsearch")
        self._folder = Path(folder).absolute()
        self._seen = _written(self._folder)
        self._index: LocalIndex = self._pool.submit(open_index, self._folder).result()

    def answer(self, question: str, choices: dict[str, Any] | None = None) -> Answer:
        """The answer to a question, with further options."""
        query = self._options.replaced(**cast(Choices, choices or {})).query(question)
        return self._pool.submit(self._answer, query).result()

    def _answer(self, query: Query) -> Answer:
        """The answer of the index as it is now; of what is open where that cannot be opened, or cannot answer."""
        seen = _written(self._folder)
        if seen == self._seen:
            return self._index.answer(query)
        try:
            newer = open_index(self._folder)
        except SemsearchError:
            return self._index.answer(query)
        try:
            answer = newer.answer(query)
        except SemsearchError:
            newer.close()
            return self._index.answer(query)
        self._index.close()
        self._index, self._seen = newer, seen
        return answer

    def close(self) -> None:
        """Close the index. Asking it after that raises RuntimeError."""
        self._pool.submit(self._close).result()
        self._pool.shutdown()

    def _close(self) -> None:
        self._index.close()


def _written(folder: Path) -> object:
    """What differs after every commit."""
    try:
        stat = (folder / SEAL).stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def metadata_of(hit: Hit) -> dict[str, Any]:
    """What a framework keeps beside a passage: its date, source and place; only what is known.

    ``published`` is the date as the article has it (2022-11-09, or 2022-11), ``start`` and ``end`` are characters of
    the article's text.
    """
    fields = hit_fields(hit)
    found = {name: fields[name] for name in KEPT if fields.get(name) is not None}
    return {**found, "path": hit.document.path, "best_sentence": hit.document.text[slice(*hit.best_sentence)]}


def id_of(hit: Hit) -> str:
    """The same for a passage whatever is asked."""
    return f"{hit.document.doc_id}#{hit.start}-{hit.end}"

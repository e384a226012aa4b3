"""What kind of file an article was read from, by its name alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal, get_args

Kind = Literal["text", "page", "pdf", "office", "book", "mail", "feed", "table", "record"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SUFFIXES: Mapping[Kind, str] = {
    "text": ".txt .text .md .markdown",
    "page": ".html .htm .xhtml .mhtml .mht .warc .arc",
    "pdf": ".pdf",
    "office": ".docx .odt .rtf",
    "book": ".epub",
    "mail": ".eml .mbox .msg",
    "feed": ".rss .atom .xml",
    "table": ".csv .tsv .xlsx",
    "record": ".json .jsonl .ndjson",
}
CONTAINERS = (".zip", ".tar", ".tgz")
_OF_SUFFIX: Mapping[str, Kind] = {suffix: kind for kind, all_of in SUFFIXES.items() for suffix in all_of.split()}


def kind_of(path: str, member: str = "") -> Kind:
    """The kind of a file; of what stands in an archive its own.

    >>> kind_of("2022/letters.zip", "May/answer.pdf")
    'pdf'
    """
    own = _known(path)
    return own or _known(member) or "text"


def may_differ_within(path: str) -> bool:
    """Whether articles of one file may be of different kinds."""
    return _known(path) is None


def _known(name: str) -> Kind | None:
    return _OF_SUFFIX.get(PurePath(name.lower().removesuffix(".gz")).suffix)

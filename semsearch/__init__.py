"""Semantic search over dated articles, on one's own machine.

>>> import semsearch
>>> report = semsearch.build(["seeds"], "indexes/default")
>>> with semsearch.open("indexes/default") as index:
...     answer = index.search("why did Russia retreat from Kherson", since="2022-11")
...     for hit in answer.hits:
...         print(hit.document.published, hit.document.title)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from semsearch.errors import SemsearchError
    from semsearch.indexing.building import BuildReport, build, forget
    from semsearch.records import Answer, Document, Hit, Query
    from semsearch.search.local import Index
    from semsearch.search.local import open_index as open
    from semsearch.search.options import make_query

__all__ = [
    "Answer",
    "BuildReport",
    "Document",
    "Hit",
    "Index",
    "Query",
    "SemsearchError",
    "build",
    "forget",
    "make_query",
    "open",
]

_HOME = {
    "Answer": "records",
    "BuildReport": "indexing.building",
    "Document": "records",
    "Hit": "records",
    "Index": "search.local",
    "Query": "records",
    "SemsearchError": "errors",
    "build": "indexing.building",
    "forget": "indexing.building",
    "make_query": "search.options",
}


def __getattr__(name: str) -> object:
    """Names are imported when they are asked for: ``import semsearch`` itself costs nothing."""
    if name == "open":
        return import_module("semsearch.search.local").open_index
    if name in _HOME:
        return getattr(import_module(f"semsearch.{_HOME[name]}"), name)
    raise AttributeError(f"module 'semsearch' has no attribute {name!r}")

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
    from semsearch.building import BuildReport, build, forget
    from semsearch.errors import SemsearchError
    from semsearch.queries import make_query
    from semsearch.records import Answer, Document, Hit, Query
    from semsearch.search import Index
    from semsearch.search import open_index as open

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
    "BuildReport": "building",
    "Document": "records",
    "Hit": "records",
    "Index": "search",
    "Query": "records",
    "SemsearchError": "errors",
    "build": "building",
    "forget": "building",
    "make_query": "queries",
}


def __getattr__(name: str) -> object:
    """Names are imported when they are asked for: ``import semsearch`` itself costs nothing."""
    if name == "open":
        return import_module("semsearch.search").open_index
    if name in _HOME:
        return getattr(import_module(f"semsearch.{_HOME[name]}"), name)
    raise AttributeError(f"module 'semsearch' has no attribute {name!r}")

"""Semantic search over dated articles, on one's own machine.

>>> import semsearch
>>> report = semsearch.build(["seeds"], "indexes/default")
>>> with semsearch.open("indexes/default") as index:
...     answer = index.search("why did Russia retreat from Kherson", since="2022-11")
...     for hit in answer.hits:
...         print(hit.document.published, hit.document.title)
...     bars = index.timeline("grain deal", by="month").bars
...     more = index.similar(answer.hits[0].document.doc_id)
>>> semsearch.check("indexes/default", full=True).whole
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from semsearch.errors import SemsearchError
    from semsearch.indexing.building import BuildReport, build, forget
    from semsearch.records import Answer, Document, Hit, Query
    from semsearch.rendering.arrow import table
    from semsearch.search.local import Index
    from semsearch.search.opening import open_index as open
    from semsearch.search.options import make_query
    from semsearch.upkeep.check import CheckReport, check
    from semsearch.upkeep.repair import compact, repair
    from semsearch.upkeep.verify import Verified, verify

__all__ = [
    "Answer",
    "BuildReport",
    "CheckReport",
    "Document",
    "Hit",
    "Index",
    "Query",
    "SemsearchError",
    "Verified",
    "build",
    "check",
    "compact",
    "forget",
    "make_query",
    "open",
    "repair",
    "table",
    "verify",
]

_HOME = {
    "Answer": "records",
    "BuildReport": "indexing.building",
    "CheckReport": "upkeep.check",
    "Document": "records",
    "Hit": "records",
    "Index": "search.local",
    "Query": "records",
    "SemsearchError": "errors",
    "Verified": "upkeep.verify",
    "build": "indexing.building",
    "check": "upkeep.check",
    "compact": "upkeep.repair",
    "forget": "indexing.building",
    "make_query": "search.options",
    "repair": "upkeep.repair",
    "table": "rendering.arrow",
    "verify": "upkeep.verify",
}


def __getattr__(name: str) -> object:
    """Names are imported when they are asked for: ``import semsearch`` itself costs nothing."""
    if name == "open":
        return import_module("semsearch.search.opening").open_index
    if name in _HOME:
        return getattr(import_module(f"semsearch.{_HOME[name]}"), name)
    raise AttributeError(f"module 'semsearch' has no attribute {name!r}")

"""A retriever for LlamaIndex (``llama-index-core``).

>>> from semsearch.adapters.llamaindex import SemsearchRetriever
>>> SemsearchRetriever("indexes/default", top=5).retrieve("grain deal")[0].metadata["published"]  # doctest: +SKIP
'2022-08-01'
"""

from __future__ import annotations

import os
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from semsearch.adapters.asking import Asking, id_of, metadata_of


class SemsearchRetriever(BaseRetriever):
    """Passages of an index as LlamaIndex's nodes, best first; ``options`` are keywords of semsearch's search."""

    def __init__(self, index: str | os.PathLike[str] = "indexes/default", **options: Any) -> None:
        self._asking = Asking(index, options)
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            NodeWithScore(
                node=TextNode(
                    id_=id_of(hit),
                    text=hit.text,
                    metadata=metadata_of(hit),
                    start_char_idx=hit.start,
                    end_char_idx=hit.end,
                ),
                score=hit.score,
            )
            for hit in self._asking.answer(query_bundle.query_str).hits
        ]

"""A retriever for LangChain (``langchain-core``).

>>> from semsearch.adapters.langchain import SemsearchRetriever
>>> retriever = SemsearchRetriever(index="indexes/default", options={"top": 5, "since": "2022-11"})  # doctest: +SKIP
>>> retriever.invoke("grain deal")[0].metadata["published"]  # doctest: +SKIP
'2022-11-02'
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, PrivateAttr

from semsearch.adapters.asking import Asking, id_of, metadata_of


class SemsearchRetriever(BaseRetriever):
    """Passages of an index as LangChain's documents, best first, with date, source and place in ``metadata``."""

    index: str = "indexes/default"
    options: dict[str, Any] = Field(default_factory=dict)  # keywords of semsearch's index.search
    _asking: Asking = PrivateAttr()

    def model_post_init(self, _: Any, /) -> None:
        """Open the index."""
        self._asking = Asking(self.index, self.options)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        return [
            Document(page_content=hit.text, id=id_of(hit), metadata=metadata_of(hit))
            for hit in self._asking.answer(query).hits
        ]

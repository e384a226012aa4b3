"""What an index answers, wherever it lies: the protocol of every engine. :class:`LocalIndex` is the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, Unpack

from semsearch.records import Answer, DateEntry, Document, Query
from semsearch.search.option_table import Choices

if TYPE_CHECKING:
    from semsearch.search.comparison import Comparison
    from semsearch.search.stories import Story
    from semsearch.search.timeline import Step, Timeline, WindowUse
    from semsearch.storage.overview import IndexInfo


class Engine(Protocol):
    """One state of an index. Everything that crosses is a value of ours: no passage's vector, no score of all.

    Every method raises UsageError for values that make no sense, and IndexDamaged for an index that is not as it was
    written; methods that take an id raise UnknownDocument.
    """

    def answer_all(self, queries: Sequence[Query]) -> Iterator[Answer]:
        """The answers to many queries, in their order; each is what it would be alone."""

    def search(self, question: str, **choices: Unpack[Choices]) -> Answer:
        """The passages that answer a question, best first."""

    def similar(self, doc_id: str, query: Query | None = None) -> Answer:
        """Documents like this one, itself left out."""

    def timeline(
        self,
        question: str | Query,
        by: Step | None = None,
        *,
        stories: bool = False,
        window: WindowUse = "filter",
        peaks: bool = True,
        **choices: Unpack[Choices],
    ) -> Timeline:
        """Scores by period: when a question was written about."""

    def compare(self, question: str | Query, a: str, b: str, **choices: Unpack[Choices]) -> Comparison:
        """Two periods side by side."""

    def stories(self) -> list[Story]:
        """Articles that tell one thing in the same words, the largest stories first."""

    def document(self, doc_id: str) -> Document:
        """One article as the index holds it."""

    def dates(self) -> list[DateEntry]:
        """The date of each document with its provenance."""

    def info(self) -> IndexInfo:
        """What the index holds, in numbers."""

    @property
    def state(self) -> str:
        """Equal for two openings that hold the same."""

    def close(self) -> None:
        """Close it; using it after that raises UsageError."""

"""From scored passages to an order: documents merged, ties broken, the best sentence of each hit."""

from semsearch.ranking.folding import collapse, near_copies
from semsearch.ranking.fusion import Evidence
from semsearch.ranking.merging import Ranked, merge_documents
from semsearch.ranking.strength import is_strong, least_strong

__all__ = [
    "Evidence",
    "Ranked",
    "collapse",
    "is_strong",
    "least_strong",
    "merge_documents",
    "near_copies",
]

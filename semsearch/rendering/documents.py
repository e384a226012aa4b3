"""Articles, their dates and what an index holds, as the fields of JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from semsearch.rendering.fields import Fields, document_fields
from semsearch.rendering.visible import display_path

if TYPE_CHECKING:
    from semsearch.records import DateEntry, Document
    from semsearch.storage.overview import IndexInfo


class Which(StrEnum):
    """What is wrong with a date."""

    undated = "undated"
    ambiguous = "ambiguous"
    suspicious = "suspicious"
    repeated = "repeated"


def shown_fields(document: Document) -> Fields:
    """One article with its text."""
    published = document.published
    return {
        **document_fields(document),
        "date_raw": published and published.raw,
        "line": document.place.line,
        "text": document.text,
    }


def which_of(entry: DateEntry) -> list[Which]:
    """What is wrong with the date of an article."""
    published = entry.published
    if published is None:
        return [Which.undated]
    found = {
        Which.ambiguous: published.ambiguous,
        Which.suspicious: bool(entry.doubt),
        Which.repeated: bool(entry.others),
    }
    return [which for which, holds in found.items() if holds]


def date_fields(entry: DateEntry) -> Fields:
    """The date of an article, with its provenance and what is doubtful about it."""
    published = entry.published
    return {
        "doc_id": entry.doc_id,
        "date": published and str(published),
        "precision": published and published.precision,
        "source": published and published.provenance,
        "raw": published and published.raw,
        "ambiguous": published and published.ambiguous,
        "confidence": published and published.confidence,
        "doubt": entry.doubt or None,
        "others": [day.isoformat() for day in entry.others],
        "path": display_path(entry.path),
        "line": entry.line,
    }


def info_fields(found: IndexInfo) -> Fields:
    """What an index holds."""
    return {
        "index": found.folder,
        "format": found.format,
        "revision": found.revision,
        "documents": found.documents,
        "passages": found.passages,
        "undated": found.undated,
        "earliest": found.earliest and found.earliest.isoformat(),
        "latest": found.latest and found.latest.isoformat(),
        "sources": found.sources,
        "publishers": dict(found.publishers),
        "kinds": dict(found.kinds),
        "kept": [
            {
                "field": name,
                "articles": articles,
                "values": values,
                **({"common": found.common[name]} if name in found.common else {}),
            }
            for name, articles, values in found.kept
        ],
        "skipped": found.problems,
        "model": found.encoder.model,
        "encoder": found.encoder.identity,
        "precision": found.encoder.precision,
        "engines": list(found.encoder.engines),
        "passage_tokens": found.encoder.chunking.tokens,
        "bytes": found.size,
        "hemisphere": found.hemisphere,
        "accelerated": found.accelerated,
    }

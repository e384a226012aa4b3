"""Raw documents to what is stored: date settled, text cut into passages, each with its text's hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semsearch.arrays import Offsets
from semsearch.chunking import (
    ChunkingSettings,
    embedded_text,
    first_sentence,
    header_for,
    split_document,
    text_windows,
)
from semsearch.dates.published import resolve_published
from semsearch.encoders import Encoder
from semsearch.records import Document, Passage, RawDocument
from semsearch.storage.sources import NewDocument


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents ready to be stored, and the texts to embed by their sha256."""

    documents: dict[str, NewDocument]  # by doc_id
    texts: dict[bytes, str]


def settle_document(doc_id: str, path: str, raw: RawDocument) -> tuple[Document, list[str]]:
    """The document under its id, and why claims to a date were not believed."""
    published, reasons = resolve_published(raw.claims)
    title = raw.title or first_sentence(raw.text)
    document = Document(doc_id, title, raw.text, published, raw.source, raw.url, path, raw.line, raw.multiline)
    return document, reasons


def content_sha256(raw: RawDocument) -> bytes:
    """Equal for two readings of an article that has not changed; where it stands does not count."""
    claims = [[claim.raw, claim.source] for claim in raw.claims]
    content = [raw.title, raw.text, claims, raw.source, raw.url, raw.multiline]
    return hashlib.sha256(json.dumps(content).encode()).digest()


def prepare(documents: Sequence[tuple[Document, bytes]], encoder: Encoder, settings: ChunkingSettings) -> Prepared:
    """Cut documents, each given with its content hash, into passages."""
    prepared = Prepared({}, {})
    passages = _cut([document for document, _ in documents], encoder, settings)
    for (document, content), cut in zip(documents, passages, strict=True):
        spans = []
        for passage, text in cut:
            digest = hashlib.sha256(text.encode()).digest()
            prepared.texts[digest] = text
            spans.append((passage.start, passage.end, digest))
        prepared.documents[document.doc_id] = NewDocument(document, content, spans)
    return prepared


def _cut(
    documents: Sequence[Document], encoder: Encoder, settings: ChunkingSettings
) -> list[list[tuple[Passage, str]]]:
    """The passages of each document, each with the text to embed."""
    titles = encoder.token_offsets([document.title for document in documents])
    cut = []
    for document, title, offsets in zip(documents, titles, _offsets(encoder, documents), strict=True):
        header = header_for(document.title, title, settings)
        header_tokens = min(len(title), settings.header_tokens) if header else 0
        passages = split_document(document.text, offsets, header_tokens, settings)
        cut.append([(passage, embedded_text(header, passage)) for passage in passages])
    return cut


def _offsets(encoder: Encoder, documents: Sequence[Document]) -> list[Offsets]:
    """Token offsets of each text, long texts window by window to bound the memory."""
    windows = [list(text_windows(document.text)) for document in documents]
    pieces = [d.text[begin:end] for d, spans in zip(documents, windows, strict=True) for begin, end in spans]
    found = iter(encoder.token_offsets(pieces))
    return [np.concatenate([next(found) + begin for begin, _ in spans]) for spans in windows]

"""Raw documents to what is stored: date resolved, text cut into passages, each with its text's hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from semsearch.arrays import Offsets, Span
from semsearch.dates.claims import fallback_claims
from semsearch.dates.days import Hemisphere
from semsearch.dates.event_dates import beginnings, event_dates
from semsearch.dates.published import resolve_published
from semsearch.encoders import Encoder
from semsearch.records import PROBABLE, DateClaim, DateRange, Document, EventDate, Passage, RawDocument
from semsearch.storage.known import NewDocument
from semsearch.text.chunking import ChunkingSettings, embedded_sha256, header_for, passage_header, split_document
from semsearch.text.languages import language_of
from semsearch.text.sentences import split_sentences, text_windows
from semsearch.text.titles import title_of

MOST_DAYS = 20_000  # periods of one text that are noted, or a few more
MOST_BEGINNINGS = 40_000  # places of one text where a period might begin: few novels have as many


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """What the encoder sees of a passage, and the sentences of the passage."""

    header: str
    passage: str
    sentences: tuple[Span, ...]  # in the passage

    @property
    def text(self) -> str:
        """Header, line break, passage."""
        return f"{self.header}\n{self.passage}" if self.header else self.passage

    @property
    def spans(self) -> list[Span]:
        """The sentences in :attr:`text`."""
        before = len(self.text) - len(self.passage)
        return [(start + before, end + before) for start, end in self.sentences]

    @property
    def sha256(self) -> bytes:
        """Equal for what has the same row and the same sentences."""
        return embedded_sha256(self.header, self.passage)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents ready to be stored, and the passages to embed by their sha256."""

    documents: dict[str, NewDocument]  # by doc_id
    texts: dict[bytes, EmbeddedPassage]
    doubts: list[str] = field(default_factory=list)  # what of a document was not noted


# Version of how texts are read: readers, dates, words. An index that was read by another is read again.
READING_RULES = 6


def resolve_document(
    doc_id: str, path: str, raw: RawDocument, correction: str | None = None, root: str = ""
) -> tuple[Document, list[str]]:
    """The document under its id, and why claims to a date were not believed.

    The user's correction comes first, then what the input says itself, then what its place (below ``root``) and
    text say.
    """
    corrected = [] if correction is None else [DateClaim(correction, "correction")]
    fallback = fallback_claims(raw, path, root)
    sure = [claim for claim in raw.claims if claim.provenance not in PROBABLE]
    probable = [claim for claim in raw.claims if claim.provenance in PROBABLE]
    published, reasons = resolve_published([*corrected, *sure, *_surest_first(fallback, probable)])
    title = raw.title or title_of(raw.text)
    document = Document(doc_id, title, raw.text, published, raw.publisher, raw.url, path, raw.place, kept=raw.kept)
    return document, reasons


def _surest_first(fallback: Iterable[DateClaim], probable: Sequence[DateClaim]) -> Iterator[DateClaim]:
    """What a place and a text say, and before its own probable claims those that a reader found."""
    for claim in fallback:
        if claim.provenance in PROBABLE:
            yield from probable
            probable = ()
        yield claim
    yield from probable


def possible_ids(source: str, path: str, raw: RawDocument) -> list[str]:
    """The ids that a document of the file at ``path`` may be given: its own, else its place under the source.

    An own id counts within its file: where another file has it, the file's name stands before it.
    """
    return ids_of(source, path, raw.own_id, raw.record)


def ids_of(source: str, path: str, own_id: str | None, record: int = 0) -> list[str]:
    """The ids that an article with an own id, or at a place in its file, may be given, the best first."""
    base = source if Path(source).is_dir() else str(Path(path).parent)
    relative = Path(os.path.relpath(path, base)).as_posix()
    within = f"#{own_id or record}" if own_id or record else ""
    own = [own_id] if own_id else []
    return [*own, f"{relative}{within}", f"{Path(base).name}/{relative}{within}", f"{path}{within}"]


def content_sha256(raw: RawDocument, correction: str | None = None, hemisphere: Hemisphere = "north") -> bytes:
    """Equal for two readings of an article that has not changed, by the same rules; where it stands does not count."""
    claims = [
        [claim.raw, claim.provenance, *([] if claim.month_first is None else [claim.month_first])]
        for claim in raw.claims
    ]
    content = [
        raw.own_id,
        raw.title,
        raw.text,
        claims,
        raw.publisher,
        raw.url,
        raw.kept,
        correction,
        hemisphere,
        READING_RULES,
    ]
    return hashlib.sha256(json.dumps(content).encode()).digest()


def prepare(
    documents: Sequence[tuple[Document, bytes, str | None]],
    encoder: Encoder,
    settings: ChunkingSettings,
    hemisphere: Hemisphere = "north",
) -> Prepared:
    """Cut documents, each given with its content hash and own id, into passages.

    Their seasons are those of a hemisphere.
    """
    prepared = Prepared({}, {})
    passages = _cut([document for document, _, _ in documents], encoder, settings)
    for (document, content, own_id), cut in zip(documents, passages, strict=True):
        spans = []
        for passage, header in cut:
            sentences = tuple(split_sentences(passage.text)) or ((0, len(passage.text)),)
            embedded = EmbeddedPassage(header, passage.text, sentences)
            digest = embedded.sha256
            prepared.texts[digest] = embedded
            spans.append((passage.start, passage.end, digest))
        language = language_of(f"{document.title}\n{document.text}")
        events, noted = event_dates_of(document, hemisphere)
        if noted < len(document.text):
            prepared.doubts.append(
                f"{document.path}: {document.doc_id} mentions too many dates: none after character {noted} is kept"
            )
        prepared.documents[document.doc_id] = NewDocument(document, content, language, spans, events, own_id)
    return prepared


def event_dates_of(document: Document, hemisphere: Hemisphere) -> tuple[list[EventDate], int]:
    """The periods that a text names up to a character, its end but for a text of very many.

    Window by window, which bounds the memory.
    """
    found, published, places = list[EventDate](), published_range(document), 0
    for begin, end in text_windows(document.text):
        places += beginnings(document.text[begin:end])
        if places > MOST_BEGINNINGS or len(found) > MOST_DAYS:
            return found, begin
        for each in event_dates(document.text[begin:end], published, hemisphere):
            found.append(replace(each, span=(each.span[0] + begin, each.span[1] + begin)) if begin else each)
    return found, len(document.text)


def published_range(document: Document) -> DateRange | None:
    """The days on one of which a document was published."""
    published = document.published
    return None if published is None else DateRange(published.first, published.last)


def _cut(
    documents: Sequence[Document], encoder: Encoder, settings: ChunkingSettings
) -> list[list[tuple[Passage, str]]]:
    """The passages of each document, each with its header."""
    titles = encoder.token_offsets([document.title for document in documents])
    cut = []
    for document, title, offsets in zip(documents, titles, _offsets(encoder, documents), strict=True):
        header = header_for(document.title, title, settings)
        header_tokens = min(len(title), settings.header_tokens) if header else 0
        passages = split_document(document.text, offsets, header_tokens, settings)
        cut.append([(passage, passage_header(header, passage)) for passage in passages])
    return cut


def _offsets(encoder: Encoder, documents: Sequence[Document]) -> list[Offsets]:
    """Token offsets of each text, long texts window by window to bound the memory."""
    windows = [list(text_windows(document.text)) for document in documents]
    pieces = [d.text[begin:end] for d, spans in zip(documents, windows, strict=True) for begin, end in spans]
    found = iter(encoder.token_offsets(pieces))
    return [np.concatenate([next(found) + begin for begin, _ in spans]) for spans in windows]

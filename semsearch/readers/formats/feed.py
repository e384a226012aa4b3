"""RSS and Atom: an article an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST
from semsearch.readers.formats.boxes import bounded
from semsearch.readers.input_file import InputFile
from semsearch.readers.markup import text_of
from semsearch.records import DateClaim, Place, Problem, RawDocument

LARGEST = 16 << 20  # bytes of a feed
_ROOT = re.compile(rb"<(?:\w+:)?(rss|feed|RDF)\b", re.IGNORECASE)
_HEAD = 4_096  # bytes in which its first element stands


def read_feed(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The entries of a feed. Raises InputError for what is none."""
    import feedparser

    data = bounded(stream, LARGEST, "a feed")
    if not _ROOT.search(data[:_HEAD]):
        raise InputError("no feed: neither RSS nor Atom; write its articles as JSON lines")
    if b"<!ENTITY" in data:
        raise InputError("XML with entities of its own, which no feed needs")
    parsed = feedparser.parse(
        data, sanitize_html=False, resolve_relative_uris=False
    )  # bytes: an address would be fetched
    site = " ".join(text_of(parsed.feed.get("title", "")).split())
    for record, entry in enumerate(parsed.entries, 1):
        try:
            yield _document(entry, site, record)
        except InputError as error:
            yield Problem(file.path, 0, str(error), record=record)
    if not parsed.entries:
        raise InputError("a feed without an entry")


read_xml = read_feed  # by the suffix alone it may be anything


def _document(entry: Mapping[str, object], site: str, record: int) -> RawDocument:
    """An entry as an article. Raises InputError where it says nothing."""
    bodies = [*_values(entry.get("content")), entry.get("summary") or ""]
    texts = [text_of(body).strip() for body in bodies if isinstance(body, str) and body]
    title = " ".join(text_of(_text(entry, "title")).split())
    text = max(texts, key=len, default="") or title
    if not text:
        raise InputError("empty: an entry without a text")
    published = _text(entry, "published") or _text(entry, "created")
    changed = _text(entry, "updated")
    claims = [DateClaim(published, "field")] if published else [DateClaim(changed, "guess")] if changed else []
    source = entry.get("source")
    named = _text(source, "title") if isinstance(source, Mapping) else ""
    author = _text(entry, "author")
    return RawDocument(
        own_id=(_text(entry, "id") or _text(entry, "link"))[: LONGEST["id"]] or None,
        title=title[: LONGEST["title"]],
        text=text,
        claims=tuple(claims),
        publisher=(named or site)[: LONGEST["source"]] or None,
        url=_text(entry, "link")[: LONGEST["url"]] or None,
        place=Place(1),
        record=record,
        kept=(("author", (author[:1_000],)),) if author else (),
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    found = fields.get(name)
    return found if isinstance(found, str) else ""


def _values(contents: object) -> list[object]:
    return [each.get("value") for each in contents if isinstance(each, Mapping)] if isinstance(contents, list) else []

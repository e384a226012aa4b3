"""A question as a feed, and the page as a search engine of a browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Literal

from semsearch.records import Answer, Hit
from semsearch.rendering.formats import ordered
from semsearch.rendering.news import news_rss
from semsearch.rendering.visible import visible

FEEDS: Mapping[str, str] = {"rss": "application/rss+xml", "json": "application/feed+json"}


def feed(kind: Literal["rss", "json"], answer: Answer, place: str) -> str:
    """The hits of an answer, newest first; each keeps its id whatever the question finds later."""
    newest = ordered(answer, "-date")
    if kind == "rss":
        return news_rss({answer.query.text: (answer.query.text, newest.hits)})
    fields = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"semsearch: {visible(answer.query.text)}"[:200],
        "home_page_url": place,
        "items": [_item(hit) for hit in newest.hits],
    }
    return json.dumps(fields, ensure_ascii=False, indent=2)


def _item(hit: Hit) -> dict[str, object]:
    document = hit.document
    published = document.published
    url = document.url if document.url and document.url.startswith(("http://", "https://")) else None
    fields = {
        "id": f"{document.doc_id}#{hit.start}",
        "title": visible(document.title),
        "url": url,
        "content_text": hit.text,
        "summary": document.text[slice(*hit.best_sentence)],
        "date_published": f"{published.first.isoformat()}T00:00:00Z" if published else None,
        "authors": [{"name": document.publisher}] if document.publisher else None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def search_engine(place: str) -> str:
    """The OpenSearch description by which a browser takes the page among its search engines."""
    safe = escape(place, quote=True)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"><ShortName>semsearch</ShortName>'
        "<Description>Ask your articles in plain words</Description><InputEncoding>UTF-8</InputEncoding>"
        f'<Url type="text/html" method="get" template="{safe}?q={{searchTerms}}"/></OpenSearchDescription>\n'
    )

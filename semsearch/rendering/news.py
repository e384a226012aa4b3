"""What has come in, for people, programs and feed readers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from email.utils import format_datetime
from html import escape

from semsearch.records import Hit
from semsearch.rendering.fields import hit_fields
from semsearch.rendering.visible import visible

News = Mapping[str, tuple[str, Sequence[Hit]]]  # by the name of a question: its text and what answers it


def news_json(news: News) -> str:
    """A list of questions with their hits."""
    fields = [
        {"name": name, "query": text, "hits": [hit_fields(hit) for hit in hits]} for name, (text, hits) in news.items()
    ]
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def news_rss(news: News) -> str:
    """RSS 2.0, an item a hit."""
    items = "".join(_item(name, hit) for name, (_, hits) in news.items() for hit in hits)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>semsearch news</title>'
        f"<link>urn:semsearch</link><description>What has come in</description>{items}</channel></rss>\n"
    )


def _item(name: str, hit: Hit) -> str:
    document = hit.document
    best = document.text[slice(*hit.best_sentence)]
    link = f"<link>{_safe(document.url)}</link>" if document.url and document.url.startswith("http") else ""
    day = document.published.first if document.published else None
    dated = f"<pubDate>{format_datetime(datetime.combine(day, time(), UTC))}</pubDate>" if day else ""
    return (
        f'<item><title>{_safe(document.title)}</title>{link}<guid isPermaLink="false">{_safe(document.doc_id)}'
        f"#{hit.start}</guid>{dated}<category>{_safe(name)}</category><description>{_safe(best)}</description></item>"
    )


def _safe(text: str) -> str:
    return escape(visible(text))

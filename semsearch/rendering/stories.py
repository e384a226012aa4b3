"""Stories for people and programs."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from semsearch.rendering.tables import cell
from semsearch.rendering.text import Style
from semsearch.rendering.visible import display_path, visible

if TYPE_CHECKING:
    from semsearch.search.stories import Article, Story

MOST_SHOWN = 6  # articles of a story
COLUMNS = ("story", "articles", "sources", "doc_id", "published", "source", "title", "path", "line", "url")


def stories_text(stories: Sequence[Story], style: Style) -> str:
    """Each story: how many articles of how many sources from when to when, its title, and the first of them."""
    return "\n".join(_block(number, story, style) for number, story in enumerate(stories, 1))


def _block(number: int, story: Story, style: Style) -> str:
    span = " to ".join(dict.fromkeys(str(each.published or "undated") for each in (story.first, story.newest)))
    sources = "source" if story.publishers == 1 else "sources"
    revised = ", versions of one page" if story.revised else ""
    head = f"{number:>2}  {len(story.articles)} articles in {story.publishers} {sources}, {span}{revised}"
    title = textwrap.shorten(visible(story.first.title), max(style.width - 4, 30), placeholder=" …")
    lines = [head, f"    {title}", *(_line(article) for article in story.articles[:MOST_SHOWN])]
    if len(story.articles) > MOST_SHOWN:
        lines.append(f"    … {len(story.articles) - MOST_SHOWN} more")
    return "\n".join(lines) + "\n"


def _line(article: Article) -> str:
    parts = (article.publisher or "", f"{display_path(article.path)}:{article.line}")
    return visible(f"    {article.published or 'undated':<10}  {' · '.join(filter(None, parts))}")


def stories_json(stories: Sequence[Story]) -> str:
    """A list of stories with all their articles."""
    return json.dumps([story_fields(story) for story in stories], ensure_ascii=False, indent=2) + "\n"


def story_fields(story: Story) -> dict[str, object]:
    """One story with all its articles."""
    return {
        "first": story.first.published,
        "last": story.newest.published,
        "sources": story.publishers,
        "revised": story.revised,
        "articles": [_article(article) for article in story.articles],
    }


def _article(article: Article) -> dict[str, object]:
    return {
        "doc_id": article.doc_id,
        "published": article.published,
        "source": article.publisher,
        "title": article.title,
        "path": article.path,
        "line": article.line,
        "url": article.url,
    }


def stories_csv(stories: Sequence[Story]) -> str:
    """A row for each article."""
    stream = io.StringIO()
    rows = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    rows.writeheader()
    for number, story in enumerate(stories, 1):
        counts = {"story": number, "articles": len(story.articles), "sources": story.publishers}
        for article in story.articles:
            fields = {name: cell(str(value or "")) for name, value in _article(article).items()}
            rows.writerow({**fields, **counts})
    return stream.getvalue()

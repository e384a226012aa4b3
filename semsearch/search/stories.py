"""The stories of an index: articles that tell one thing in the same words, the first report of each and its copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from semsearch.ranking.stories import differ, grouped, is_copy, likely_pairs, likeness, told
from semsearch.records import Document


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a story, without its text."""

    doc_id: str
    title: str
    published: str | None  # as it is known: a day, a month or a year
    day: date | None  # the first of them
    publisher: str | None
    url: str | None
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Story:
    """Articles in the order of their days, those without one last. ``revised``: versions of one page are among them."""

    articles: tuple[Article, ...]
    revised: bool

    @property
    def first(self) -> Article:
        """The first report."""
        return self.articles[0]

    @property
    def newest(self) -> Article:
        """The last of those with a day."""
        return max(self.articles, key=lambda each: (each.day or date.min, each.doc_id))

    @property
    def publishers(self) -> int:
        """How many different ones there are."""
        return len({article.publisher for article in self.articles})


def find_stories(documents: Iterable[Document]) -> list[Story]:
    """The stories of two articles and more, the largest first; the same whatever order they were indexed in."""
    articles, compared, addresses = list[Article](), [], dict[str, list[int]]()
    for at, document in enumerate(sorted(documents, key=lambda each: each.doc_id)):
        published = document.published
        day = published.first if published else None
        articles.append(
            Article(document.doc_id, document.title, str(published) if published else None, day, document.publisher,
                    document.url, document.path, document.place.line)
        )  # fmt: skip
        compared.append(told(day.toordinal() if day else None, document.title, document.text))
        if document.url:
            addresses.setdefault(document.url, []).append(at)
    pairs = {(one, other) for one, other in likely_pairs(compared) if is_copy(compared[one], compared[other])}
    nearest = sorted(pairs, key=lambda pair: (-likeness(compared[pair[0]], compared[pair[1]]), pair))
    revisions = [(held[0], other) for held in addresses.values() for other in held[1:]]
    versions = {at for pair in revisions for at in pair}

    def apart(one: int, other: int) -> bool:
        return not (one in versions and other in versions) and differ(compared[one], compared[other])

    groups = grouped(len(articles), [*revisions, *nearest], apart)
    stories = [_story([articles[at] for at in group]) for group in groups]
    return sorted(stories, key=lambda story: (-len(story.articles), story.first.day or date.max, story.first.doc_id))


def _story(articles: list[Article]) -> Story:
    ordered = sorted(articles, key=lambda each: (each.day or date.max, each.doc_id))
    addresses = [each.url for each in ordered if each.url]
    return Story(tuple(ordered), len(set(addresses)) < len(addresses))

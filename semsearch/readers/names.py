"""The names under which fields of records hold what: the usual ones, and those that a user chose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from semsearch.errors import UsageError

USUAL = {  # names of a role, tried in order until one has a value; case, "_", "-" and blanks do not count
    "id": ("_id", "id", "id_str", "guid", "uuid"),
    "title": ("title", "headline", "web_title", "name", "subject"),
    "text": (
        "text", "body", "content", "main_text", "full_text", "article", "article_body", "article_text", "body_text",
        "story", "message", "plain_text", "description", "lead_paragraph", "abstract", "summary", "snippet",
    ),
    "date": (
        "published_at", "published", "date", "pub_date", "publish_date", "date_published", "date_publish",
        "publication_date", "web_publication_date", "publishing_date", "published_date", "published_on",
        "publish_time", "created_at", "created", "date_created", "posted_at", "post_date", "date_time", "timestamp",
        "seen_date",
    ),
    "source": ("source", "publisher", "source_name", "media_name", "outlet", "newspaper"),
    "url": ("url", "link", "web_url", "canonical_url", "permalink"),
}  # fmt: skip
OTHER_NAMES = {  # what the lines of text files are called beside the fields of records, folded
    "headline": "title", "titel": "title", "titre": "title", "título": "title", "titulo": "title", "titolo": "title",
    "заголовок": "title", "publication": "source", "publicationtitle": "source", "journal": "source",
    "quelle": "source", "fuente": "source", "fonte": "source", "источник": "source", "zeitung": "source",
    "datum": "date", "fecha": "date", "data": "date", "дата": "date", "loaddate": "", "publicationdate": "date",
    "datepublished": "date", "published": "date", "issued": "date", "link": "url", "permalink": "url",
    "byline": "author", "by": "author", "autor": "author", "auteur": "author",
}  # fmt: skip
WRAPPERS = ("fields", "attributes", "article", "document", "data", "node", "item", "post")  # of a record
_SEPARATORS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Which fields of a record hold what.

    ``chosen`` maps a role (``text``) to a field's name, to several with ``|`` between, or to a path in nested fields,
    ``fields.bodyText``.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What is chosen, to be looked up by."""
        return tuple(self.chosen.items())

    def candidates(self, role: str) -> tuple[tuple[str, str], ...]:
        """Names under which ``role`` may stand in a record, best first: each folded, and as a path where it is one."""
        return _candidates(self.chosen[role]) if role in self.chosen else _FOLDED[role]


def parse_field_names(text: str) -> FieldNames:
    """``"text=article,date=day|published"`` as typed for ``--fields``. Raises UsageError for anything else."""
    chosen = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        role, _, name = (part.strip() for part in pair.partition("="))
        if role not in USUAL or not all(part.strip() for part in name.split("|")):
            raise UsageError(f"--fields: {pair!r} not understood: expected ROLE=NAME, ROLE one of {', '.join(USUAL)}")
        chosen[role] = name
    return FieldNames(chosen)


def said_of_fields(names: FieldNames, **more: str) -> str:
    """Names as typed for ``--fields``, with ``more`` of them.

    >>> said_of_fields(FieldNames({"text": "body"}), date="day")
    'text=body,date=day'
    """
    return ",".join(f"{role}={name}" for role, name in {**names.chosen, **more}.items())


class Layout(NamedTuple):
    """Where the roles of records with the same names stand, so that it is looked for once."""

    fields: Mapping[str, tuple[tuple[str, str], ...]]  # by role: folded and own names, best first
    folded: tuple[str, ...]  # names in their order
    wraps: bool  # a field may hold the record's fields
    paths: bool  # a role's name is a path


@lru_cache(1_000)
def layout_of(record: tuple[str, ...], chosen: tuple[tuple[str, str], ...]) -> Layout:
    """The layout of records with these names, under the names that were chosen."""
    names, folded = FieldNames(dict(chosen)), tuple(fold(str(name)) for name in record)
    own = dict(zip(folded, record, strict=True))
    candidates = {role: names.candidates(role) for role in USUAL}
    fields = {role: tuple((name, own[name]) for name, _ in found if name in own) for role, found in candidates.items()}
    paths = any(path for found in candidates.values() for _, path in found)
    return Layout(fields, folded, not own.keys().isdisjoint(WRAPPERS), paths)


@lru_cache(10_000)
def fold(name: str) -> str:
    """A field's name without what exports write differently."""
    return _SEPARATORS.sub("", name.lower())


@lru_cache(100)
def _candidates(names: str) -> tuple[tuple[str, str], ...]:
    """Names with ``|`` between."""
    return tuple((fold(name), name if "." in name else "") for name in map(str.strip, names.split("|")))


_FOLDED = {role: _candidates("|".join(names)) for role, names in USUAL.items()}

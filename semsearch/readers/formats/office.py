"""What office documents have in common: their facts, and paragraphs as one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST
from semsearch.readers.formats.boxes import local, xml_of
from semsearch.records import DateClaim, Place, RawDocument


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says of itself. ``issued`` is when it was published, ``created`` when a file was begun."""

    title: str = ""
    author: str = ""
    issued: str = ""
    created: str = ""


def facts_of(data: bytes) -> Facts:
    """The facts in the XML of a document's properties. Raises InputError."""
    found = dict[str, str]()
    for element in xml_of(data).iter():
        if element.text and element.text.strip():
            found.setdefault(local(element.tag), " ".join(element.text.split()))
    created = found.get("created") or found.get("creation-date") or ""
    author = found.get("creator") or found.get("initial-creator") or ""
    return Facts(found.get("title", ""), author, found.get("issued", ""), created)


def office_document(paragraphs: Sequence[str], title: str, facts: Facts) -> RawDocument:
    """A document of paragraphs. Raises InputError where they say nothing."""
    text = "\n\n".join(each for each in paragraphs if each)
    if not text:
        raise InputError("empty: no text in it")
    claims = [DateClaim(facts.issued, "metadata")] if facts.issued else []
    claims += [DateClaim(facts.created[:10], "guess")] if facts.created else []
    return RawDocument(
        own_id=None,
        title=(facts.title or title)[: LONGEST["title"]],
        text=text,
        claims=tuple(claims),
        publisher=None,
        url=None,
        place=Place(1),
        kept=(("author", (facts.author,)),) if facts.author else (),
    )

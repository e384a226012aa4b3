"""Text exports of news databases (Nexis, ProQuest, Factiva, Europresse): one file with many articles, split.

Known by what stands between the articles, or by the names of the lines around one. An article's text is what stands
between its head and its tail; its publisher, date and title are taken from both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from semsearch.readers.fields import LONGEST
from semsearch.readers.formats.heads import role_of
from semsearch.readers.names import FieldNames
from semsearch.records import DateClaim, Kept, Place, RawDocument

_BETWEEN = re.compile(
    r"^[ \t]*(?:\d{1,6} of \d{1,6} DOCUMENTS?|(?:Document|Dokument|Documento) \d{1,6} (?:of|von|de|sur|di) \d{1,6}"
    r"|_{20,}|Document [A-Z]{2,12}\d{10,14}\w{4,14}"
    r"|End of Document|Ende des Dokuments|Fin du document|Fin de documento)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_SURE = re.compile(  # no text has such lines by chance
    r"^[ \t]*\d{1,6} of \d{1,6} DOCUMENTS?[ \t]*$|^[ \t]*(?:Document|Dokument|Documento) \d{1,6} (?:of|von|de|sur|di) "
    r"\d{1,6}[ \t]*$|^[ \t]*End of Document[ \t]*$|^LENGTH: *\d+ words|^LOAD-DATE: |^Length: *\d+ words|^Load-Date: "
    r"|^Publication (?:title|date|info): |^HD +\S.*\n(?:.*\n){1,12}?PD +\d|^(?:news|rev)·\d{8}·"
    r"|^Document [A-Z]{2,12}\d{10,14}\w{4,14}[ \t]*$",
    re.MULTILINE,
)
_FIELD = re.compile(r"([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ /-]{1,30}):[ \t]*(.*)")
_CODED = re.compile(r"(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|IPC|IPD|PUB|AN)(?:[ \t]+(.*))?")
_MARKED_BODY = re.compile(
    r"^[ \t]*(?:Body[ \t]*$|(?:Full text|Texte intégral|Volltext):)", re.MULTILINE | re.IGNORECASE
)
_CODE_LINE = re.compile(r"^(?:LP|TD)[ \t]*$", re.MULTILINE)  # within a text; its line stays, an empty one
_BODY = re.compile(r"(?:body|full text|texte intégral|volltext|text)", re.IGNORECASE)
_HEAD = frozenset(
    [
        "byline",
        "section",
        "length",
        "dateline",
        "author",
        "edition",
        "series",
        "source",
        "pg",
        "highlight",
        "copyright",
        "abstract",
    ]
)
_TAIL = frozenset(
    [
        "load-date",
        "language",
        "graphic",
        "publication-type",
        "subject",
        "company",
        "organization",
        "person",
        "city",
        "state",
        "country",
        "industry",
        "document-type",
        "journal code",
        "geographic",
        "ticker",
        "correction",
        "url",
        "publication year",
        "publication date",
        "publication title",
        "publication info",
        "publication subject",
        "issn",
        "source type",
        "language of publication",
        "document type",
        "proquest document id",
        "document url",
        "copyright",
        "abstract",
        "last updated",
        "database",
        "title",
        "location",
        "people",
        "classification",
        "identifier / keyword",
        "pages",
        "place of publication",
        "country of publication",
        "publisher",
        "section",
        "column",
        "issue",
        "volume",
    ]
)
_DAY_LINE = re.compile(r"(?=.{6,60}$)(?=.*\b(?:19|20)\d\d\b)(?=.*(?<!\d)\d{1,2}(?!\d))(?!.*[!?])[^:]*")
_LENGTH = re.compile(r"(?:•\s*)?\d[\d.,]{0,12} (?:words|mots|Wörter|palabras|parole)", re.IGNORECASE)
_DOCUMENT_NUMBER = re.compile(r"Document \w{10,40}|(?:news|rev)·\d{8}·\S+")
_RIGHTS = re.compile(r"(?:copyright|\(c\)|©|all rights reserved|tous droits réservés)", re.IGNORECASE)
_EDITION = re.compile(
    r"[\w .-]{0,40}\b(?:edition|ausgabe|édition|edición)\b[\w .-]{0,20}|(?:• )?p\. ?\d+.*|NEWS|News", re.IGNORECASE
)
_BEHIND = re.compile(r"Classification|Klassifizierung|Subject|Notes?|Graphic|Illustration\(s\)", re.IGNORECASE)
LONG = 150  # characters of a line that is a paragraph
MOST_LOOKED_AT = 200_000  # characters in which a sign of an export may stand


def is_export(text: str) -> bool:
    """Whether a text is an export of a news database."""
    return bool(_SURE.search(text, 0, MOST_LOOKED_AT))


def read_export(text: str, names: FieldNames) -> Iterator[RawDocument]:
    """The articles of an export, each with what stands around it."""
    parts = [(begin, end) for begin, end in _parts(text) if text[begin:end].strip()]
    number = 0
    for begin, end in parts:
        document = _document(text, begin, end, names)
        if document is not None:
            number += 1
            yield document if len(parts) == 1 else replace(document, record=number)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for found in _BETWEEN.finditer(text):
        yield begin, found.start()
        begin = found.end()
    yield begin, len(text)


@dataclass(slots=True)
class _Article:
    """One article as far as its lines were read."""

    fields: dict[str, str] = field(default_factory=dict)  # by role or name
    plain: list[str] = field(default_factory=list)  # lines of the head without a name
    kept: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    begin: int = -1  # of the body, in characters
    end: int = -1

    def take(self, name: str, value: str, names: FieldNames) -> None:
        """Take up a line with a name."""
        role = "" if name.lower() == "subject" else role_of(name, names)
        if role in ("title", "date", "source", "url"):
            self.fields.setdefault(role, value)
        elif value and len(value) <= LONGEST["title"] and role:
            self.kept.append((name.lower(), (value[:1000],)))


def _document(text: str, begin: int, end: int, names: FieldNames) -> RawDocument | None:
    coded = bool(re.search(r"^HD(?:[ \t]|$)", text[begin:end], re.MULTILINE))
    article = _coded(text, begin, end, names) if coded else _named(text, begin, end, names)
    body = text[article.begin : article.end] if article.begin >= 0 else ""
    body = _CODE_LINE.sub("", body).strip() if coded else body.strip()
    if not body:
        return None
    _by_place(article)
    start = text.index(body[0], article.begin)
    claims = (DateClaim(article.fields["date"], "header"),) if article.fields.get("date") else ()
    return RawDocument(
        None,
        " ".join(article.fields.get("title", "").split())[: LONGEST["title"]],
        body,
        claims,
        article.fields.get("source", "")[: LONGEST["source"]] or None,
        article.fields.get("url", "")[: LONGEST["url"]] or None,
        Place(text.count("\n", 0, start) + 1, multiline=True),
        kept=_kept(article),
    )


def _kept(article: _Article) -> Kept:
    unique = dict(article.kept)
    return tuple(unique.items())[:64]


def _by_place(article: _Article) -> None:
    """Publisher, date and title of lines without a name: by their order, and by what is a day."""
    lines = [line for line in article.plain if not _RIGHTS.match(line) and not _LENGTH.fullmatch(line)]
    day = next((at for at, line in enumerate(lines) if _DAY_LINE.fullmatch(line)), None)
    lengths = [at for at, line in enumerate(article.plain) if _LENGTH.fullmatch(line)]
    if day is not None and lengths and lengths[0] < article.plain.index(lines[day]):  # Factiva: title, length, day
        article.fields.setdefault("title", lines[0])
        article.fields.setdefault("source", (lines[day + 1 :] or [""])[0])
    if day is None:
        if lines:
            article.fields.setdefault("title", lines[0])
        return
    article.fields.setdefault("date", lines[day].lstrip("• "))
    before, after = lines[:day], [line for line in lines[day + 1 :] if not _is_edition(line)]
    if after and len(before) == 1:  # publisher, day, edition, title
        article.fields.setdefault("source", before[0])
        article.fields.setdefault("title", after[0])
    elif len(before) > 1:  # title, publisher, day
        article.fields.setdefault("title", before[0])
        article.fields.setdefault("source", before[-1])
    elif before or after:
        article.fields.setdefault("title", [*before, *after][0])


def _is_edition(line: str) -> bool:
    return bool(_EDITION.fullmatch(line))


def _named(text: str, begin: int, end: int, names: FieldNames) -> _Article:
    """Lines with names around a body, or a line that says where it begins."""
    article, at, behind_head, paragraph_end = _Article(), begin, False, True
    marked = _MARKED_BODY.search(text, begin, end) is not None
    for line in text[begin:end].splitlines(keepends=True):
        said, at = line.strip(), at + len(line)
        found = _FIELD.fullmatch(said)
        name = found[1].strip().lower() if found else ""
        if article.begin >= 0:
            if paragraph_end and (name in _TAIL or _is_behind(said)):
                article.end = at - len(line) if article.end < 0 else article.end
            if found and article.end >= 0:
                article.take(found[1], found[2], names)
        elif _BODY.fullmatch(said) or (name and _BODY.fullmatch(name)):
            article.begin = at - len(line) + (line.index(":") + 1 if name else len(line))
        elif found and (name in _HEAD or name in _TAIL):
            article.take(found[1], found[2], names)
            behind_head = True
        elif said and paragraph_end and behind_head and not marked and _is_paragraph(said, article):
            article.begin = at - len(line)
        elif said:
            article.plain.append(said)
            behind_head = behind_head or _LENGTH.fullmatch(said) is not None
        paragraph_end = not said
    article.end = end if article.end < 0 else article.end
    return article


def _is_behind(line: str) -> bool:
    """Whether a line stands behind an article."""
    return bool(
        _DOCUMENT_NUMBER.fullmatch(line) or _BEHIND.fullmatch(line) or (_RIGHTS.match(line) and len(line) < LONG)
    )


def _is_paragraph(line: str, article: _Article) -> bool:
    """Whether a line behind a head begins the article, and is no title of one that has none yet."""
    known = "title" in article.fields or sum(not _is_short(each) for each in article.plain) > 1
    return not _is_short(line) and (known or len(line) >= LONG or line[-1] in '.!?”"')


def _is_short(line: str) -> bool:
    """Whether a line is no paragraph."""
    return any(pattern.fullmatch(line) for pattern in (_DAY_LINE, _LENGTH, _EDITION)) or bool(_RIGHTS.match(line))


def _coded(text: str, begin: int, end: int, names: FieldNames) -> _Article:
    """Lines that begin with two letters, as Factiva has them; what follows belongs to them until the next."""
    article, at, code = _Article(), begin, ""
    roles = {"HD": "title", "PD": "date", "SN": "source", "BY": "author"}
    values: dict[str, list[str]] = {}
    for line in text[begin:end].splitlines(keepends=True):
        found = _CODED.fullmatch(line.rstrip())
        if found:
            code = found[1]
            if code in ("LP", "TD") and article.begin < 0:
                article.begin = at + len(code)
            elif code not in ("LP", "TD") and article.begin >= 0 and article.end < 0:
                article.end = at
        if code in roles and line.strip():
            values.setdefault(code, []).append((found[2] or "") if found else line.strip())
        at += len(line)
    for code, parts in values.items():
        article.take(roles[code], " ".join(filter(None, parts)), names)
    article.end = end if article.end < 0 else article.end
    return article

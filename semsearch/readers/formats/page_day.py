"""The days that a web page claims to be of, the surest first; what is only probable is called a guess.

Structured data comes first, then elements that are marked as the day of publication, the address, and lines that say
so. A modification is never taken for a publication, nor a copyright line or a bare number for a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from semsearch.readers.formats.page import Page, is_of_text, kinds, parsed
from semsearch.records import DateClaim, DateProvenance

if TYPE_CHECKING:
    from semsearch.readers.formats.page import HtmlElement

MOST_ELEMENTS = 20_000  # of a page that are looked at for a day
LONGEST_VALUE = 100  # characters of structured data that is a day
MOST_CHILDREN = 6  # of an element that is a line
BESIDE_A_DAY = 12  # characters that a line has beside it, where it says nothing else
LONGEST_LINE = 160  # characters of an element that may say when
_LINES = ("time", "span", "div", "p", "small", "li", "td", "em", "i", "b", "h4", "h5", "h6")
AGREEING = 1  # days by which two sources may differ: zones
_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "rnews:datepublished", "schema:datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "publish-date", "publish_date", "published_date", "publishdate", "published_time", "publication_date", "pubdate",
    "dc.date.issued", "dcterms.issued", "dcterms.date.issued", "citation_publication_date", "citation_date",
    "article_date_original", "originalpublicationdate", "article.published", "bt:pubdate",
    "shareaholic:article_published_time", "displaydate", "timestamp", "firstpublished", "iso-8601-publish-date",
    "publisheddate", "pub_date", "gentime", "ptime",
    "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "datecreated", "dc.created", "date",
)  # fmt: skip
_STRONG = 31  # of them, that mean nothing else
_BESIDE = re.compile(
    r"related|recommend|sidebar|comment|footer|most-?(?:read|popular)|trending|teaser|promo|newsletter|archive-|calendar"
    r"|widget|copyright|read-?(?:more|next)|more-(?:news|stories)|latest|breaking|ticker|upcoming|event",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"updat|modif|edited|last-?(?:change|revis)|revised|aktualis|geändert|mis[ea]? à jour|maj\b|modifié"
    r"|actualiz|modificad|aggiornat|modificat|atualiz|bijgewerkt|gewijzigd|обновл|измен|оновл|更新|修正|zaktualiz|uppdater",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"publish|pub-?date|entry-date|post(?:ed)?-?(?:on|date|time)|dateline|byline|dt-published", re.I
)
_DATED = re.compile(r"date|time|publish|posted|byline|meta|stamp|datum|fecha|data\b|info", re.IGNORECASE)
_SAID = re.compile(
    r"publi|posted|poste[dt] on|veröffentlicht|erschienen|stand:|geplaatst|gepubliceerd|fecha|опубликован|опубліковано"
    r"|発表|公開|发布|發布|datum|дата|date\s*:|on:|pubblicat|publicerad|opublikowan",
    re.IGNORECASE,
)
_WORD = r"[^\W\d_]{3,12}"
_DAYS = re.compile(
    r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ]\d\d:\d\d\S*)?"
    r"|(?<!\d)(?:19|20)\d\d[/.][01]?\d[/.][0-3]?\d(?!\d)"
    r"|(?<!\d)[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)[0-3]?\d(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?{_WORD}\.?,?\s+(?:de\s+|del\s+)?(?:19|20)\d\d(?!\d)"
    rf"|(?<!\w){_WORD}\.?\s+[0-3]?\d(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
    r"|(?:19|20)\d\d\s?[年년]\s?[01]?\d\s?[月월]\s?[0-3]?\d\s?[日일]"
)
_ISO = re.compile(r"((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?:[T ][\d:.,]{0,16}(Z|[+-]\d\d:?\d\d)?)?")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?=[/-]|$)")
_TAG = re.compile(r"<[^>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class _Found:
    """A day as written, its calendar day where that is plain, and whether its zone is one of a place."""

    raw: str
    day: date | None
    local: bool = False


def claims_of(page: Page, markup: str, fetched: str = "") -> tuple[DateClaim, ...]:
    """What a page says of its day of publication, the best first."""
    found = list(_from_data(page))
    if not found and page.tree is not None:
        found = list(_from_elements(page.tree))
    told = [_found(raw) for raw in dict.fromkeys(found)]
    address = _in_address(page.address)
    claims = [DateClaim(each.raw, "metadata") for each in told]
    if told and told[0].day is not None:
        first, sure = _chosen(told, address)
        provenance: DateProvenance = "metadata" if sure else "guess"
        from_address = address is not None and first == address and all(each.day != first for each in told)
        raw = next((each.raw for each in told if each.day == first), first.isoformat())
        claims = [DateClaim(raw, "URL" if from_address and sure else provenance), *(claims if sure else [])]
    if not claims and page.tree is not None:
        claims += [DateClaim(raw, "visible text") for raw in _said(page.tree)]
    if not claims and address is None:
        claims += _by_library(markup, page.address)
    if fetched:
        claims.append(DateClaim(fetched, "crawl time"))
    return tuple(dict.fromkeys(claims))


def other_days(page: Page) -> tuple[str, ...]:
    """Days that speak against the one that is taken, in the page's data and its address."""
    told = [_found(raw) for raw in dict.fromkeys(_from_data(page))]
    days = [each.day for each in told if each.day is not None]
    address = _in_address(page.address)
    if not days:
        return ()
    chosen, _ = _chosen(told, address) if told[0].day else (days[0], True)
    others = [*days, *([address] if address else [])]
    return tuple(dict.fromkeys(str(day) for day in others if abs((day - chosen).days) > AGREEING))


def _chosen(told: list[_Found], address: date | None) -> tuple[date, bool]:
    """The day of publication among those of several sources, and whether none speaks against it."""
    days = [each.day for each in told if each.day is not None]
    first = days[0]
    for each in told[1:]:  # a day that its zone moved
        if each.day and abs((each.day - first).days) == AGREEING and each.local and not told[0].local:
            first = each.day
    against = [day for day in (*days[1:], *([address] if address else [])) if abs((day - first).days) > AGREEING]
    if not against:
        return first, True
    if address is not None and address in against and (first - address).days > AGREEING:
        return address, True  # published then, and again later
    like = sum(abs((day - first).days) <= AGREEING for day in (*days, *([address] if address else [])))
    return first, like > len(against)


def _found(raw: str) -> _Found:
    written = _ISO.fullmatch(raw.strip())
    if written is None:
        return _Found(raw, None)
    try:
        day = date(int(written[1]), int(written[2]), int(written[3]))
    except ValueError:
        return _Found(raw, None)
    zone = written[4] or ""
    return _Found(raw, day, local=bool(zone) and zone != "Z" and zone.strip("+-").strip("0:") != "")


def _in_address(address: str) -> date | None:
    found = _IN_ADDRESS.search(address)
    try:
        return None if found is None else date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _from_data(page: Page) -> Iterator[str]:
    """Days of publication in structured data: of articles, in the head, of the page."""
    nodes = [node for node in page.data if is_of_text(node)]
    articles = [node for node in nodes if not kinds(node) & {"webpage", "itempage"}]
    for node in articles:
        yield from _dates(node, ("datePublished", "dateCreated", "uploadDate"))
    yield from (page.metas[name] for name in _METAS[:_STRONG] if name in page.metas)
    for node in nodes:
        if node not in articles:
            yield from _dates(node, ("datePublished",))
    yield from (page.metas[name] for name in _METAS[_STRONG:] if name in page.metas and _DAYS.search(page.metas[name]))


def _dates(node: dict[str, object], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = node.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str) and value.strip() and len(value) <= LONGEST_VALUE:
            yield value.strip()
            return


def _from_elements(tree: HtmlElement) -> Iterator[str]:
    """Days of elements that are marked as the day of publication, else of the first that is a time in the article."""
    times = []
    for at, element in enumerate(tree.iter("time", "span", "div", "p", "abbr", "meta", "li")):
        if at > MOST_ELEMENTS:
            break
        marks = _marks(element)
        prop = (element.get("itemprop") or element.get("property") or "").lower()
        is_time = element.tag == "time"
        if not (is_time or "datepublished" in prop or "pubdate" in element.attrib):
            continue
        raw = (element.get("datetime") or element.get("content") or element.get("title") or "").strip()
        raw = raw or _day_in(element)
        if not raw or _CHANGED.search(marks) or "modified" in prop or _is_beside(element):
            continue
        if "datepublished" in prop or "pubdate" in element.attrib or (is_time and _PUBLISHED.search(marks)):
            yield raw
            return
        before = _text_before(element)
        if is_time and not _CHANGED.search(before) and _DAYS.search(f"{raw} {element.text_content()}"[:LONGEST_LINE]):
            times.append(raw)
    yield from times[:1]


def _day_in(element: HtmlElement) -> str:
    found = _DAYS.search(element.text_content()[:LONGEST_LINE])
    return found[0] if found else ""


def _marks(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "itemprop", "data-testid"))


def _text_before(element: HtmlElement) -> str:
    """The words right before an element in its parent."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        written = before.tail or str(before.text_content())
    else:
        written = parent.text if parent is not None else ""
    return (written or "").strip()[-30:]


def _is_beside(element: HtmlElement) -> bool:
    """True for what stands in a list of other articles, a menu, a footer or comments."""
    for each in (element, *element.iterancestors()):
        if each.tag in ("aside", "footer", "nav", "form"):
            return True
        if each.tag in ("body", "html", "main"):
            return False
        if _BESIDE.search(_marks(each)):
            return True
    return False


def _said(tree: HtmlElement) -> Iterator[str]:
    """Days in elements that are named for one, and in short lines that say "published"."""
    for at, element in enumerate(tree.iter(*_LINES)):
        if at > MOST_ELEMENTS:
            return
        if not isinstance(element.tag, str) or len(element) > MOST_CHILDREN:
            continue
        line = " ".join(element.text_content()[: 2 * LONGEST_LINE].split())
        day = _DAYS.search(line) if len(line) <= LONGEST_LINE else None
        if day is None or "©" in line or "copyright" in line.lower() or _is_beside(element):
            continue
        before = line[: day.start()]
        named = _DATED.search(_marks(element)) or _SAID.search(before) or len(line) <= len(day[0]) + BESIDE_A_DAY
        told_before = f"{_text_before(element)} {before}"[-40:]
        if named and not _CHANGED.search(told_before) and not _CHANGED.search(_marks(element)):
            yield day[0]
            return


def _by_library(markup: str, address: str) -> Iterator[DateClaim]:
    """What htmldate finds, strictly; else what it finds anywhere, as a guess, where that day stands in the page."""
    from htmldate import find_date

    tree = _of_publication(markup)
    if tree is None:
        return
    for extensive in (False, True):
        found = find_date(tree, extensive_search=extensive, original_date=True, url=address or None)
        if found is None or (extensive and (found.endswith("-01-01") or not _stands_in(found, markup))):
            continue
        if not extensive and not _stands_in(found, markup):
            continue
        yield DateClaim(found, "guess" if extensive else "visible text")
        return


def _of_publication(markup: str) -> HtmlElement | None:
    """A page without what may be dated otherwise: menus, other articles, comments, changes, structured data."""
    tree = parsed(markup)
    for element in [] if tree is None else list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in ("html", "head", "body"):
            continue
        name = f"{element.get('name') or element.get('property') or ''} {element.get('http-equiv') or ''}".lower()
        gone = element.tag in ("aside", "footer", "nav", "form", "script", "style")
        gone = gone or (element.tag == "meta" and any(word in name for word in ("modif", "updat", "expire", "revis")))
        gone = gone or (element.tag not in ("main", "article", "meta") and bool(_BESIDE.search(_marks(element))))
        if not gone and element.tag in _LINES:
            line = str(element.text_content())[:LONGEST_LINE]
            gone = bool(_CHANGED.search(f"{_marks(element)} {line}")) and len(element) <= MOST_CHILDREN
        if gone:
            element.drop_tree()
    return tree


def _stands_in(found: str, markup: str) -> bool:
    """Whether a day and its year stand near each other in the page, and not in its copyright line."""
    year, _, rest = found.partition("-")
    day = str(int(rest[3:]))
    near = re.compile(rf"(?<!\d)0?{day}(?!\d).{{0,25}}?{year}(?!\d)|{year}.{{0,12}}?(?<!\d)0?{day}(?!\d)")
    lines = (line for line in _TAG.sub("\n", markup).splitlines() if "©" not in line and "opyright" not in line)
    short = (line for line in lines if len(line) <= LONGEST_LINE)
    return any(near.search(each) for each in (*short, *_TAG.findall(markup)))

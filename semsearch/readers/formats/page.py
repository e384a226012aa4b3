"""What the head of a web page says of it: title, author, site, address, and the days that stand in its data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["HtmlElement", "Page", "is_of_text", "kinds", "parse_page", "parsed"]

LONGEST_DATA = 1_000_000  # characters of structured data in a page
MOST_NODES = 5_000  # of structured data that are looked at
_ARTICLES = {
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle",
    "backgroundnewsarticle", "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle",
    "satiricalarticle", "scholarlyarticle", "techarticle", "report", "blogposting", "liveblogposting",
    "socialmediaposting", "discussionforumposting", "newspost",
}  # fmt: skip
_PAGES = {
    "webpage",
    "itempage",
    "videoobject",
    "podcastepisode",
    "recipe",
    "review",
    "product",
    "creativework",
}
OF_ARTICLE, OF_PAGE, OF_ELSE = range(3)
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "headline", "title")
_SITES = ("og:site_name", "application-name", "publisher", "dc.publisher", "dcterms.publisher", "copyright")
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "byl", "parsely-author", "sailthru.author")
_BLANKS = re.compile(r"\s+")
_OF_SITE = re.compile(r" [|–—·»-] [^|–—·»]{2,40}$")


@dataclass(slots=True)
class Page:
    """A page that was parsed; ``metas`` are its names with their values, the first of each, in lower case."""

    tree: HtmlElement | None
    address: str = ""
    title: str = ""
    author: str = ""
    site: str = ""
    metas: Mapping[str, str] = field(default_factory=dict)
    data: list[dict[str, object]] = field(default_factory=list)  # structured, those of articles first


def parse_page(markup: str, address: str = "") -> Page:
    """A page with what its head says; without a tree where it cannot be parsed."""
    tree = parsed(markup)
    if tree is None:
        return Page(None, address)
    metas = _metas(tree)
    data = sorted(_structured(tree), key=_rank)
    page = Page(tree, address, metas=metas, data=data)
    page.address = _address(tree, metas, address)
    article = data[0] if data and _rank(data[0]) == 0 else {}
    page.title = _title(tree, metas, article)
    page.author = _named(article.get("author")) or _first(metas, _AUTHORS)
    if page.author.startswith("http"):
        page.author = ""
    page.site = _first(metas, _SITES[:1]) or _named(article.get("publisher")) or _first(metas, _SITES[1:])
    page.site = page.site or urlsplit(page.address).netloc.removeprefix("www.")
    return page


def parsed(markup: str) -> HtmlElement | None:
    """The tree of a page; None where it is none."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, encoding="utf-8")
    with suppress(etree.ParserError, etree.XMLSyntaxError, ValueError):
        return document_fromstring(markup.replace("\0", "\ufffd").encode("utf-8", "replace"), parser=parser)
    return None


def _metas(tree: HtmlElement) -> dict[str, str]:
    found = dict[str, str]()
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = element.get("content")
        if name and value and value.strip():
            found.setdefault(name.strip().lower(), _folded(value))
    return found


def _structured(tree: HtmlElement) -> Iterator[dict[str, object]]:
    """Objects of JSON-LD, those of a graph and those within others each for itself."""
    left, nodes = LONGEST_DATA, 0
    for element in tree.iter("script"):
        if "ld+json" not in (element.get("type") or "").lower() or not element.text:
            continue
        left -= len(element.text)
        if left < 0:
            return
        with suppress(ValueError, RecursionError):
            waiting = [json.loads(_cleaned(element.text), strict=False)]
            while waiting and nodes < MOST_NODES:
                value = waiting.pop(0)
                nodes += 1
                if isinstance(value, list):
                    waiting += value
                elif isinstance(value, dict):
                    yield value
                    waiting += [value[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in value]


def _cleaned(data: str) -> str:
    data = data.strip().removeprefix("<!--").removesuffix("-->").strip()
    return (
        data.removeprefix("//<![CDATA[").removeprefix("<![CDATA[").removesuffix("//]]>").removesuffix("]]>").rstrip(";")
    )


def kinds(node: Mapping[str, object]) -> set[str]:
    """The types of a structured object, in lower case, without what stands before their names."""
    found = node.get("@type")
    names = found if isinstance(found, list) else [found]
    return {name.rpartition("/")[2].lower() for name in names if isinstance(name, str)}


def _rank(node: Mapping[str, object]) -> int:
    """Whether it is an article, the page or another work, or says nothing of the page's text."""
    own = kinds(node)
    return OF_ARTICLE if own & _ARTICLES else OF_PAGE if own & _PAGES else OF_ELSE


def is_of_text(node: Mapping[str, object]) -> bool:
    """True for an object that is the page's article, or the page."""
    return _rank(node) < OF_ELSE


def _address(tree: HtmlElement, metas: Mapping[str, str], address: str) -> str:
    links = (
        link.get("href") or "" for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    )
    for found in (next(links, ""), metas.get("og:url", ""), address):
        with suppress(ValueError):
            whole = urljoin(address, found.strip()) if address else found.strip()
            parts = urlsplit(whole)
            if parts.scheme in ("http", "https") and parts.netloc and (parts.path.strip("/") or whole == address):
                return whole
    return address


def _title(tree: HtmlElement, metas: Mapping[str, str], article: Mapping[str, object]) -> str:
    headline = article.get("headline")
    if isinstance(headline, str) and headline.strip():
        return _folded(headline)
    found = _first(metas, _TITLES)
    heads = [_folded(element.text_content()) for element in tree.iter("h1")]
    whole = next((_folded(element.text_content()) for element in tree.iter("title")), "")
    single = [head for head in heads if head]
    if found:
        return next((head for head in single if head and found.startswith(head)), found)
    if len(single) == 1:
        return single[0]
    named = next((head for head in single if whole.startswith(head)), "")
    return named or _OF_SITE.sub("", whole) or (single[0] if single else "")


def _named(value: object) -> str:
    """The name of a person or an organisation, or of the first of several."""
    if isinstance(value, list):
        names = [name for each in value[:5] if (name := _named(each))]
        return ", ".join(dict.fromkeys(names))
    if isinstance(value, dict):
        value = value.get("name")
    return _folded(value) if isinstance(value, str) else ""


def _first(metas: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()

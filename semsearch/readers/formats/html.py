"""A web page: its main text, what its head says of it, and its day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST, LONGEST_KEPT
from semsearch.readers.formats.boxes import bounded
from semsearch.readers.formats.page import Page, parse_page
from semsearch.readers.formats.page_day import claims_of, other_days
from semsearch.readers.input_file import InputFile
from semsearch.readers.markup import html_to_text
from semsearch.records import OTHER_DAYS, Kept, Place, RawDocument

LARGEST = 16 << 20  # bytes of a page
DEEPEST_TABLES = 12  # one in the other: trafilatura takes seconds for a hundred
_TABLES = re.compile(r"<(/?)table\b", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD = 4_096  # bytes in which a page names its encoding


def read_html(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:
    """The article of a page. Raises InputError where there is none."""
    yield page_document(decoded(bounded(stream, LARGEST, "a page"), file), "")


def decoded(data: bytes, file: InputFile, charset: str = "") -> str:
    """A page as text: by its mark or UTF-8, else as ``charset`` or the page itself names it, else guessed."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    named = _CHARSET.search(data[:_HEAD])
    for name in (file.encoding, charset, named[1].decode("ascii") if named else ""):
        if name:
            try:
                return data.decode("cp1252" if name.lower() in ("iso-8859-1", "latin-1", "latin1") else name)
            except (LookupError, UnicodeDecodeError, ValueError):
                continue
    return data.decode(file.encoding_of(data.replace(b"\0", b" ")), "replace")


def page_document(markup: str, address: str, *, fetched: str = "") -> RawDocument:
    """The article of a page that stood at an address, and was fetched on a day. Raises InputError where it has none."""
    page = parse_page(markup, address)
    text = main_text(markup, page)
    if not text:
        raise InputError("no text in the page")
    return RawDocument(
        own_id=None,
        title=page.title[: LONGEST["title"]],
        text=text,
        claims=claims_of(page, markup, fetched),
        publisher=page.site[: LONGEST["source"]] or None,
        url=page.address[: LONGEST["url"]] or None,
        place=Place(1),
        kept=_kept(page),
        markup=True,
    )


def _kept(page: Page) -> Kept:
    """The author, and days of publication that other parts of the page name."""
    others = other_days(page)
    author = (("author", (page.author[:LONGEST_KEPT],)),) if page.author else ()
    return (*author, *(((OTHER_DAYS, others),) if others else ()))


def main_text(markup: str, page: Page) -> str:
    """What a page says, without its menus and boxes; of one that has no main text all that it shows."""
    if page.tree is not None and _is_flat(markup):
        from trafilatura import extract

        found = extract(
            page.tree, fast=True, include_comments=False, include_tables=True, output_format="txt", with_metadata=False
        )
        if found and found.strip():
            return found.strip()
    return html_to_text(markup)


def _is_flat(markup: str) -> bool:
    depth = 0
    for found in _TABLES.finditer(markup):
        depth += -1 if found[1] else 1
        if depth > DEEPEST_TABLES:
            return False
    return True

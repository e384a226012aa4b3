"""Books in EPUB: the chapters in the order of the spine."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import unquote

from semsearch.errors import InputError
from semsearch.readers.formats.boxes import Box, local, xml_of
from semsearch.readers.formats.html import decoded
from semsearch.readers.formats.office import Facts, office_document
from semsearch.readers.input_file import InputFile
from semsearch.readers.markup import html_to_text
from semsearch.records import RawDocument

_CONTAINER = "META-INF/container.xml"


def read_epub(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:
    """The book as one document. Raises InputError where it holds none."""
    box = Box(stream)
    roots = (element.get("full-path") or "" for element in xml_of(box.read(_CONTAINER)).iter("{*}rootfile"))
    package = next(roots, "")
    facts, addresses, order = dict[str, str](), dict[str, str](), list[str]()
    for element in xml_of(box.read(package)).iter():
        name = local(element.tag)
        if name == "item":
            addresses[element.get("id") or ""] = element.get("href") or ""
        elif name == "itemref":
            order.append(element.get("idref") or "")
        elif name in ("title", "creator", "date", "publisher") and element.text:
            facts.setdefault(name, " ".join(element.text.split()))
    places = (unquote(addresses.get(each, "")) for each in order)
    within = [posixpath.normpath(posixpath.join(posixpath.dirname(package), each)) for each in places]
    chapters = [html_to_text(decoded(box.read(place), file)) for place in within if place in box]
    if not any(chapters):
        raise InputError("empty: no chapter with a text")
    found = Facts(facts.get("title", ""), facts.get("creator", ""), facts.get("date", ""))
    yield replace(office_document(chapters, "", found), publisher=facts.get("publisher"))

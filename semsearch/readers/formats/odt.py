"""OpenDocument texts (ISO 26300): paragraphs and headings in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from semsearch.readers.formats.boxes import Box, local, xml_of
from semsearch.readers.formats.office import Facts, facts_of, office_document
from semsearch.readers.input_file import InputFile
from semsearch.records import RawDocument

if TYPE_CHECKING:
    from semsearch.readers.formats.boxes import Element

_LEFT_OUT = {"annotation", "tracked-changes", "p", "h", "note-citation"}  # within a paragraph


def read_odt(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:  # noqa: ARG001
    """The document. Raises InputError where it holds none."""
    box = Box(stream)
    facts = facts_of(box.read("meta.xml")) if "meta.xml" in box else Facts()
    paragraphs, title = list[str](), ""
    for element in xml_of(box.read("content.xml")).iter("{*}p", "{*}h"):
        if any(local(each.tag) in ("annotation", "tracked-changes") for each in element.iterancestors()):
            continue
        text = " ".join("".join(_pieces(element)).split())
        if local(element.tag) == "h" and not title:
            title = text
        paragraphs.append(text)
    yield office_document(paragraphs, title, facts)


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = local(child.tag)
        if name in ("s", "tab", "line-break"):
            yield " "
        elif name not in _LEFT_OUT:
            yield from _pieces(child)
        yield child.tail or ""

"""Word documents (ECMA-376): paragraphs, tables and notes in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from semsearch.readers.formats.boxes import Box, local, xml_of
from semsearch.readers.formats.office import Facts, facts_of, office_document
from semsearch.readers.input_file import InputFile
from semsearch.records import RawDocument

if TYPE_CHECKING:
    from semsearch.readers.formats.boxes import Element

_BODY, _NOTES = "word/document.xml", ("word/footnotes.xml", "word/endnotes.xml")
_LEFT_OUT = {"Fallback", "del", "instrText", "moveFrom"}  # said twice, or no longer


def read_docx(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:  # noqa: ARG001
    """The document. Raises InputError where it holds none."""
    box = Box(stream)
    facts = facts_of(box.read("docProps/core.xml")) if "docProps/core.xml" in box else Facts()
    paragraphs, title = list[str](), ""
    for name in (_BODY, *_NOTES):
        if name != _BODY and name not in box:
            continue
        for style, text in _paragraphs(xml_of(box.read(name))):
            if not title and style.lower().startswith(("title", "heading1", "titel", "berschrift1")):
                title = text
            paragraphs.append(text)
    yield office_document(paragraphs, title, facts)


def _paragraphs(tree: Element) -> Iterator[tuple[str, str]]:
    """Each paragraph with the name of its style; those within a paragraph (text boxes) after it."""
    for paragraph in tree.iter("{*}p"):
        if any(local(each.tag) in _LEFT_OUT for each in paragraph.iterancestors()):
            continue
        style = next((each.get(f"{each.tag[: -len('pStyle')]}val") or "" for each in paragraph.iter("{*}pStyle")), "")
        text = " ".join("".join(_pieces(paragraph)).split())
        if text:
            yield style, text


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        name = local(child.tag)
        if name == "t":
            yield child.text or ""
        elif name in ("tab", "br", "cr"):
            yield " "
        elif name == "noBreakHyphen":
            yield "-"
        elif name not in _LEFT_OUT and name != "p":
            yield from _pieces(child)

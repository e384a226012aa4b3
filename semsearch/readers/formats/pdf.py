"""PDF: the text in the order of its content, page by page, its lines joined to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST
from semsearch.readers.input_file import InputFile
from semsearch.records import DateClaim, Place, RawDocument

MOST_PAGES = 5_000
LONGEST_TEXT = 8_000_000  # characters
SHORT = 0.75  # of the usual length of a line, that ends a paragraph
_HYPHEN = re.compile("\ufffe\\s*|\u00ad\\s*\n?\\s*")  # of a word that goes on in the next line
_CREATED = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_NO_TITLE = re.compile(r"\.(?:docx?|indd|qxd|pdf|tex|dvi)$|^Microsoft|^untitled", re.IGNORECASE)
_ENDED = re.compile(r"[.!?:…][\"”’»)]*$")


def read_pdf(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:
    """The document, with the places where its pages begin. Raises InputError where it has no text."""
    pages, count, facts = _read(stream, file)
    if not any(pages):
        raise InputError("no text in it: scanned pages? Make them text with: ocrmypdf FILE.pdf FILE-text.pdf")
    text, begins = _joined(pages)
    created = _CREATED.match(facts.get("CreationDate", ""))
    title, author = (" ".join(facts.get(name, "").split()) for name in ("Title", "Author"))
    yield RawDocument(
        own_id=None,
        title=title[: LONGEST["title"]] if _is_title(title) else "",
        text=text,
        claims=(DateClaim("-".join(created.groups()), "guess"),) if created else (),
        publisher=None,
        url=None,
        place=Place(1, pages=begins),
        doubts=(f"{count} pages: those after {MOST_PAGES} were left out",) if count > MOST_PAGES else (),
        kept=(("author", (author,)),) if author else (),
    )


def _read(stream: BinaryIO, file: InputFile) -> tuple[list[str], int, Mapping[str, str]]:
    """The text of each page, how many there are, and what the document says of itself. Raises InputError."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(stream)
        count = len(pdf)
        pages = []
        for number in range(min(count, MOST_PAGES)):
            pages.append(_page_text(pdf, number))
            file.tick()
        return pages, count, pdf.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise InputError("locked with a password" if locked else f"damaged PDF: {str(error)[:80]}") from None


def _page_text(pdf: object, number: int) -> str:
    page = pdf[number]  # type: ignore[index]
    content = page.get_textpage()
    text = content.get_text_range()
    content.close()
    page.close()
    return _paragraphs(_HYPHEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n"))


def _paragraphs(lines: Sequence[str]) -> str:
    """Lines as paragraphs: one that is short ends one, and so does an empty one."""
    lines = [" ".join(line.replace("\0", "").split()) for line in lines]
    lengths = [len(line) for line in lines if line]
    usual = median(sorted(lengths)[len(lengths) // 3 :]) if lengths else 0
    pieces = list[str]()
    for at, line in enumerate(lines):
        if not line:
            continue
        pieces.append(line)
        following = next((each for each in lines[at + 1 : at + 2] if each), "")
        ends = len(line) < SHORT * usual and (bool(_ENDED.search(line)) or following[:1].isupper())
        pieces.append("\n\n" if ends or not following else " ")
    return "".join(pieces).strip()


def _joined(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """All pages as one text, and where each begins."""
    begins, at = [], 0
    for page in pages:
        begins.append(at)
        at += len(page) + (2 if page else 0)
    text = "\n\n".join(page for page in pages if page)
    return text[:LONGEST_TEXT], tuple(min(begin, len(text)) for begin in begins)


def _is_title(title: str) -> bool:
    """Whether it is one, and not the name of a file or a program."""
    return " " in title and not _NO_TITLE.search(title)

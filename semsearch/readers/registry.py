"""Which formats are read, by suffix: the reader, where it runs, and what must be installed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import BinaryIO, cast

from semsearch.errors import InputError
from semsearch.readers.input_file import InputFile
from semsearch.records import Problem, RawDocument

Reader = Callable[[BinaryIO, InputFile], Iterator[RawDocument | Problem]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its reader as ``module.function`` below ``readers.formats``, imported when a file of it comes."""

    name: str  # as the summary of a run counts it
    suffixes: tuple[str, ...]
    reader: str
    in_child: bool = True  # read by a process that may die
    packages: tuple[str, ...] = ()  # that must be there
    extra: str = ""  # of semsearch, that brings them


FORMATS = (
    Format("text", (".txt", ".text"), "plain.read_plain", in_child=False),
    Format("Markdown", (".md", ".markdown"), "markdown.read_markdown", in_child=False),
    Format("JSON", (".json",), "json.read_json", in_child=False),
    Format("JSON lines", (".jsonl", ".ndjson"), "json.read_json_lines", in_child=False),
    Format("CSV", (".csv",), "delimited.read_csv", in_child=False),
    Format("TSV", (".tsv",), "delimited.read_tsv", in_child=False),
    Format("HTML", (".html", ".htm", ".xhtml"), "html.read_html", packages=("trafilatura", "htmldate"), extra="html"),
    Format("MHTML", (".mhtml", ".mht"), "mail.read_mhtml", packages=("trafilatura", "htmldate"), extra="html"),
    Format("PDF", (".pdf",), "pdf.read_pdf", packages=("pypdfium2",), extra="pdf"),
    Format("DOCX", (".docx",), "docx.read_docx"),
    Format("ODT", (".odt",), "odt.read_odt"),
    Format("EPUB", (".epub",), "epub.read_epub"),
    Format("RTF", (".rtf",), "rtf.read_rtf", packages=("striprtf",), extra="office"),
    Format("XLSX", (".xlsx",), "workbook.read_workbook", packages=("python_calamine",), extra="office"),
    Format("EML", (".eml",), "mail.read_eml"),
    Format("MBOX", (".mbox",), "mail.read_mbox"),
    Format("MSG", (".msg",), "msg.read_msg", packages=("oxmsg",), extra="msg"),
    Format("feed", (".rss", ".atom"), "feed.read_feed", packages=("feedparser",), extra="feed"),
    Format("XML", (".xml",), "feed.read_xml", packages=("feedparser",), extra="feed"),
    Format("ZIP", (".zip",), "archive.read_zip"),
    Format("tar", (".tar", ".tgz"), "archive.read_tar"),
    Format("WARC", (".warc",), "warc.read_warc", packages=("fastwarc", "trafilatura", "htmldate"), extra="warc"),
    Format("ARC", (".arc",), "warc.read_arc", packages=("warcio", "trafilatura", "htmldate"), extra="warc"),
)
_BY_SUFFIX = {suffix: each for each in FORMATS for suffix in each.suffixes}


def suffixes() -> tuple[str, ...]:
    """All that are known, in the order of the formats."""
    return tuple(_BY_SUFFIX)


def format_of(suffix: str) -> Format | None:
    """The format of a suffix, in lower case; None for an unknown one."""
    return _BY_SUFFIX.get(suffix)


@cache
def lacking(suffix: str) -> str:
    """What a suffix that is known needs and is not installed, with the command that installs it; empty for nothing."""
    found = _BY_SUFFIX[suffix]
    missing = [package for package in found.packages if find_spec(package) is None]
    install = f"pip install 'semsearch[{found.extra}]'"
    return f"{found.name} needs {', '.join(missing)}: install it with: {install}" if missing else ""


def reader_of(suffix: str) -> Reader:
    """The reader of a suffix that is known. Raises InputError where what it needs is not installed."""
    missing = lacking(suffix)
    if missing:
        raise InputError(missing)
    module, _, function = _BY_SUFFIX[suffix].reader.partition(".")
    return cast(Reader, getattr(import_module(f"semsearch.readers.formats.{module}"), function))

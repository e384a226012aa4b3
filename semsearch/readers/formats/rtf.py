"""RTF, its text as striprtf gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.formats.boxes import bounded
from semsearch.readers.formats.office import Facts, office_document
from semsearch.readers.input_file import InputFile
from semsearch.records import RawDocument

LARGEST = 16 << 20  # bytes
_CREATED = re.compile(r"\\creatim\s*\\yr(\d{4})\s*\\mo(\d{1,2})\s*\\dy(\d{1,2})")
_FACT = re.compile(r"\{\\(title|author)\s((?:[^{}\\]|\\'[0-9a-fA-F]{2}|\\u-?\d+\s?\??)*)\}")


def read_rtf(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument]:  # noqa: ARG001
    """The document. Raises InputError where it holds none."""
    from striprtf.striprtf import rtf_to_text

    data = bounded(stream, LARGEST, "an RTF text")
    if not data.lstrip().startswith(b"{\\rtf"):
        raise InputError("no RTF: it does not begin with {\\rtf")
    markup = data.decode("latin-1")
    facts = {name: rtf_to_text("{\\rtf1 " + value + "}").strip() for name, value in _FACT.findall(markup)}
    created = _CREATED.search(markup)
    day = f"{int(created[1]):04}-{int(created[2]):02}-{int(created[3]):02}" if created else ""
    paragraphs = [" ".join(each.split()) for each in rtf_to_text(markup, errors="replace").split("\n")]
    yield office_document(paragraphs, "", Facts(facts.get("title", ""), facts.get("author", ""), created=day))

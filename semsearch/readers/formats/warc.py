"""Web archives: each page that was fetched (WARC, ISO 28500; ARC)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO

from semsearch.errors import InputError
from semsearch.readers.fields import LONGEST
from semsearch.readers.formats.html import LARGEST, decoded, page_document
from semsearch.readers.input_file import InputFile
from semsearch.readers.registry import reader_of
from semsearch.records import DateClaim, Place, Problem, RawDocument

_PAGES = ("text/html", "application/xhtml+xml")
_FINE = 200  # status of a page that was there


def read_warc(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The pages of a WARC file, packed or not."""
    from fastwarc import ArchiveIterator, WarcRecordType

    captures = _Captures(file)
    try:
        wanted = WarcRecordType.response | WarcRecordType.resource
        for record in ArchiveIterator(stream, record_types=wanted, parse_http=True, max_content_length=4 * LARGEST):
            headers = record.http_headers
            status = headers.status_code if headers is not None else _FINE
            kind = (record.http_content_type or record.headers.get("Content-Type") or "").partition(";")[0].strip()
            if status == _FINE:
                address = record.headers.get("WARC-Target-URI") or ""
                fetched = (record.headers.get("WARC-Date") or "")[:10]
                data = record.reader.read(LARGEST + 1)
                yield from captures.of(data, kind.lower(), record.http_charset or "", address.strip("<>"), fetched)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"damaged: {str(error)[:100]}; what was read before is kept") from None
    yield from captures.told()


def read_arc(stream: BinaryIO, file: InputFile) -> Iterator[RawDocument | Problem]:
    """The pages of an ARC file, packed or not."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    captures = _Captures(file)
    try:
        for record in ArchiveIterator(stream, arc2warc=True, no_record_parse=False):
            headers = record.http_headers
            if record.rec_type != "response" or headers is None or headers.get_statuscode() != str(_FINE):
                continue
            kind, _, rest = (headers.get_header("Content-Type") or "").partition(";")
            charset = rest.partition("charset=")[2].strip("\"' ")
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            fetched = (record.rec_headers.get_header("WARC-Date") or "")[:10]
            yield from captures.of(
                record.content_stream().read(LARGEST + 1), kind.strip().lower(), charset, address, fetched
            )
    except (ArchiveLoadFailed, OSError, ValueError, EOFError) as error:
        raise InputError(f"damaged: {str(error)[:100]}; what was read before is kept") from None
    yield from captures.told()


class _Captures:
    """What was fetched, as articles, numbered through the archive."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._record = self._given = 0
        self._seen = set[str]()

    def of(self, data: bytes, kind: str, charset: str, address: str, fetched: str) -> Iterator[RawDocument | Problem]:
        """The article of a page, a text or a PDF; nothing of images and the like."""
        self._record += 1
        try:
            found = self._document(data, kind, charset, address, fetched)
        except (InputError, StopIteration) as error:
            yield Problem(self._file.path, 0, f"{address}: {error or 'no text'}", record=self._record)
            return
        if found is None:
            return
        own_id = None if address in self._seen else address[: LONGEST["id"]] or None
        self._seen.add(address)
        self._given += 1
        url = found.url or address[: LONGEST["url"]] or None
        place = replace(found.place, member=address[: LONGEST["url"]])
        yield replace(found, own_id=own_id, url=url, record=self._record, place=place)

    def _document(self, data: bytes, kind: str, charset: str, address: str, fetched: str) -> RawDocument | None:
        """What was fetched as a document; None for images and the like. Raises InputError where it has no text."""
        if len(data) > LARGEST:
            raise InputError(f"a page larger than {LARGEST >> 20} MiB")
        if kind in _PAGES:
            return page_document(decoded(data, self._file, charset), address, fetched=fetched)
        crawled = (DateClaim(fetched, "crawl time"),)
        if kind == "application/pdf":
            items = reader_of(".pdf")(BytesIO(data), self._file)
            found = next(item for item in items if isinstance(item, RawDocument))
            return replace(found, claims=(*found.claims, *crawled))
        if kind == "text/plain" and data.strip():
            text = decoded(data, self._file, charset).replace("\r\n", "\n").strip()
            return RawDocument(None, "", text, crawled, None, None, Place(1))
        return None

    def told(self) -> Iterator[Problem]:
        """That there was no page at all."""
        if not self._given:
            yield Problem(self._file.path, 0, "no page in it")

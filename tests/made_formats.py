# ruff: noqa: E501 (documents stand on one line)
"""A folder with a file of every format that has a reader, made by hand or by libraries, and files that are broken.

Each good file is about one invented town, so that a question for it finds that file alone.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """What a question for a town must give: the file, the day and where it comes from, and the place in the file."""

    town: str
    file: str
    published: str | None
    date_source: str | None
    page: int | None = None
    title: str = ""


def sentence(town: str) -> str:
    """What a file says."""
    return f"The ferry to {town} was stopped on Monday because of ice on the river, the harbour office said."


def filler(count: int = 6) -> str:
    """More that an article says, of no town."""
    return " ".join(
        f"Paragraph {at} tells of the prices of bread and of the wood for the winter." for at in range(count)
    )


def page_of(town: str, day: str = "2022-11-09", head: str = "", body: str = "") -> str:
    """A web page with a menu and an article."""
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Ferry to {town} stopped | The Pilot</title>"
        f"<meta property='og:site_name' content='The Pilot'><meta property='article:published_time' content='{day}T08:00:00+01:00'>"
        f"{head}</head><body><nav><a href='/'>Home</a> <a href='/b'>Business</a></nav><article><h1>Ferry to {town} stopped</h1>"
        f"{body}<p>{sentence(town)}</p><p>{filler()}</p><p>{filler()}</p></article><footer>© 2026 The Pilot</footer></body></html>"
    )


def pdf_of(pages: Sequence[Sequence[str]], info: str = "/CreationDate (D:20221109083000)") -> bytes:
    """A PDF with lines of Helvetica on each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines)
        content = f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects.append(f"<< {info} >>".encode())
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, data in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, data))
    at = out.tell()
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{at}\n%%EOF\n".encode()
    )
    return out.getvalue()


def zip_of(members: dict[str, str | bytes]) -> bytes:
    """A ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, data in members.items():
            box.writestr(name, data)
    return out.getvalue()


def docx_of(town: str) -> bytes:
    """A Word document with a table and a footnote."""
    w = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
    body = (
        f"<w:document {w}><w:body><w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Ferry to {town}</w:t></w:r></w:p>"
        f"<w:p><w:r><w:t xml:space='preserve'>{sentence(town)} </w:t></w:r><w:r><w:t>{filler()}</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cell of the table</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    core = (
        "<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:dcterms='http://purl.org/dc/terms/'>"
        f"<dc:title>Ferry to {town} stopped</dc:title><dc:creator>A. Writer</dc:creator>"
        "<dcterms:created>2022-11-09T08:00:00Z</dcterms:created></cp:coreProperties>"
    )
    notes = f"<w:footnotes {w}><w:footnote><w:p><w:r><w:t>Footnote on ice.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    return zip_of({"word/document.xml": body, "docProps/core.xml": core, "word/footnotes.xml": notes})


def odt_of(town: str) -> bytes:
    """An OpenDocument text."""
    spaces = (
        "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'"
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:text><text:h>Ferry to {town}</text:h>"
        f"<text:p>{sentence(town)}<text:s/><text:span>{filler()}</text:span></text:p></office:text></office:body>"
        "</office:document-content>"
    )
    meta = (
        f"<office:document-meta {spaces}><office:meta><dc:title>Ferry to {town} stopped</dc:title>"
        "<meta:creation-date>2022-11-09T08:00:00</meta:creation-date></office:meta></office:document-meta>"
    )
    return zip_of({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta})


def epub_of(town: str) -> bytes:
    """A book of two chapters."""
    container = (
        "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='OEBPS/book.opf'/></rootfiles></container>"
    )
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>"
        f"<dc:title>Ferry to {town} stopped</dc:title><dc:date>2022-11-09</dc:date><dc:publisher>River Press</dc:publisher>"
        "</metadata><manifest><item id='b' href='two%20b.xhtml'/><item id='a' href='one.xhtml'/></manifest>"
        "<spine><itemref idref='a'/><itemref idref='b'/></spine></package>"
    )
    return zip_of(
        {
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/one.xhtml": f"<html><body><p>{filler()}</p></body></html>",
            "OEBPS/two b.xhtml": f"<html><body><p>{sentence(town)}</p></body></html>",
        }
    )


def rtf_of(town: str) -> str:
    """RTF with a title, a day and a letter beyond ASCII."""
    return (
        rf"{{\rtf1\ansi\ansicpg1252{{\info{{\title Ferry to {town} stopped}}{{\creatim\yr2022\mo11\dy9\hr8}}}}"
        rf"\pard {sentence(town)}\par F\'e4hre. {filler()}\par}}"
    )


def xlsx_of(town: str) -> bytes:
    """A workbook of two sheets, the second with an article."""
    main = "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"

    def sheet(rows: Sequence[Sequence[str]]) -> str:
        cells = "".join(
            f"<row r='{at}'>"
            + "".join(
                f"<c r='{chr(65 + c)}{at}' t='inlineStr'><is><t>{cell}</t></is></c>" for c, cell in enumerate(row)
            )
            + "</row>"
            for at, row in enumerate(rows, 1)
        )
        return f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>"

    sheets = "".join(
        f"<sheet name='{name}' sheetId='{at}' r:id='rId{at}'/>" for at, name in ((1, "Bread"), (2, "Ferries"))
    )
    links = "".join(
        f"<Relationship Id='rId{at}' Type='{rel}/worksheet' Target='worksheets/sheet{at}.xml'/>" for at in (1, 2)
    )
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f"<Override PartName='/xl/worksheets/sheet{at}.xml' ContentType='{kinds}.worksheet+xml'/>" for at in (1, 2)
    )
    head = ["title", "date", "text"]
    return zip_of(
        {
            "[Content_Types].xml": f"<Types xmlns='{package}/content-types'><Default Extension='rels' "
            f"ContentType='application/vnd.openxmlformats-package.relationships+xml'/><Override PartName='/xl/workbook.xml' "
            f"ContentType='{kinds}.sheet.main+xml'/>{overrides}</Types>",
            "_rels/.rels": f"<Relationships xmlns='{package}/relationships'><Relationship Id='rId1' "
            f"Type='{rel}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
            "xl/workbook.xml": f"<workbook {main} xmlns:r='{rel}'><sheets>{sheets}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}/relationships'>{links}</Relationships>",
            "xl/worksheets/sheet1.xml": sheet([head, ["Bread", "2022-11-08", filler()]]),
            "xl/worksheets/sheet2.xml": sheet([head, [f"Ferry to {town} stopped", "2022-11-09", sentence(town)]]),
        }
    )


def mail_of(town: str, subject: str = "", page: str = "") -> EmailMessage:
    """A message with a sender and a day, plain or with a page as well."""
    message = EmailMessage()
    message["From"] = "Harbour Office <office@harbour.example>"
    message["To"] = "desk@pilot.example"
    message["Subject"] = subject or f"Ferry to {town} stopped"
    message["Date"] = "Wed, 09 Nov 2022 08:00:00 +0100"
    message["Message-ID"] = f"<{town}@harbour.example>"
    message.set_content(f"{sentence(town)}\n\n{filler()}\n")
    if page:
        message.add_alternative(page, subtype="html")
    return message


def mhtml_of(town: str) -> bytes:
    """A page as browsers save it."""
    page = page_of(town)
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://pilot.example/ferry\r\nSubject: Ferry\r\n"
        "Date: Fri, 11 Nov 2022 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n--B\r\nContent-Type: text/html\r\n'
        f"Content-Location: https://pilot.example/ferry\r\n\r\n{page}\r\n--B--\r\n"
    ).encode()


def feed_of(town: str, kind: str) -> str:
    """RSS or Atom with two entries."""
    if kind == "rss":
        items = "".join(
            f"<item><title>Ferry to {name} stopped</title><link>https://pilot.example/{name}</link>"
            f"<pubDate>Wed, 09 Nov 2022 08:00:00 +0100</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
            for name, text in ((town, sentence(town)), ("nowhere", filler()))
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>The Pilot</title>{items}</channel></rss>"
    entries = "".join(
        f"<entry><title>Ferry to {name} stopped</title><id>tag:{name}</id><updated>2022-11-12T08:00:00Z</updated>"
        f"<published>2022-11-09T08:00:00Z</published><content type='html'>&lt;p&gt;{text}&lt;/p&gt;</content></entry>"
        for name, text in ((town, sentence(town)), ("nowhere", filler()))
    )
    return f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>The Pilot</title>{entries}</feed>"


def tar_of(members: dict[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar file, packed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def warc_of(pages: dict[str, str], packed: bool = True) -> bytes:
    """A WARC file (version 1.0), each record packed for itself."""
    records = []
    for number, (address, page) in enumerate(pages.items()):
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
            f"WARC-Date: 2022-11-20T10:00:00Z\r\nWARC-Target-URI: {address}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        records.append(gzip.compress(record) if packed else record)
    return b"".join(records)


def arc_of(address: str, page: str) -> bytes:
    """An ARC file by hand (version 1)."""
    about = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    first = b"filedesc://a.arc 0.0.0.0 20221120100000 text/plain %d\n%s\n" % (len(about), about)
    return first + f"{address} 10.0.0.1 20221120100000 text/html {len(body)}\n".encode() + body + b"\n"


def cfb_of(streams: dict[str, bytes]) -> bytes:
    """A compound file (MS-CFB, version 3) whose streams all lie in its mini stream."""
    end, free, size, mini = 0xFFFFFFFE, 0xFFFFFFFF, 512, 64

    def padded(data: bytes, unit: int, fill: bytes = b"\0") -> bytes:
        return data + fill * (-len(data) % unit)

    small, chains, places = b"", list[int](), list[tuple[str, int, int]]()
    for name, data in sorted(streams.items(), key=lambda each: (len(each[0]), each[0].upper())):
        count = max(1, -(-len(data) // mini))
        begin = len(chains)
        places.append((name, begin, len(data)))
        chains += [*range(begin + 1, begin + count), end]
        small += padded(data, mini).ljust(count * mini, b"\0")
    small = padded(small, size)
    directory = padded(b"\0" * 128 * (len(places) + 1), size)
    mini_fat = padded(struct.pack(f"<{len(chains)}I", *chains), size, b"\xff")
    lengths = [len(each) // size for each in (directory, mini_fat, small)]
    starts = [1, 1 + lengths[0], 1 + lengths[0] + lengths[1]]
    fat = [0xFFFFFFFD] + [at + 1 for at in range(1, sum(lengths) + 1)]
    for begin, length in zip(starts, lengths, strict=True):
        fat[begin + length - 1] = end

    def entry(name: str, kind: int, right: int, child: int, begin: int, length: int) -> bytes:
        written = name.encode("utf-16-le")
        head = written.ljust(64, b"\0") + struct.pack("<HBB3I", len(written) + 2, kind, 1, free, right, child)
        return head + b"\0" * 36 + struct.pack("<IQ", begin, length)

    entries = [entry("Root Entry", 5, free, 1, starts[2], len(small))]
    for at, (name, begin, length) in enumerate(places, 1):
        entries.append(entry(name, 2, at + 1 if at < len(places) else free, free, begin, length))
    directory = b"".join(entries).ljust(len(directory), b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<9I", 0, 1, starts[0], 0, 4096, starts[1], lengths[1], end, 0) + struct.pack("<I", 0)
    header += struct.pack("<I", free) * 108
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(size, b"\xff")
    return header + table + directory + mini_fat + small


def msg_of(town: str) -> bytes:
    """A message as Outlook saves it."""
    texts = {0x0037: f"Ferry to {town} stopped", 0x1000: sentence(town), 0x0C1A: "Harbour Office", 0x001A: "IPM.Note"}
    streams = {f"__substg1.0_{key:04X}001F": text.encode("utf-16-le") for key, text in texts.items()}
    ticks = int((datetime(2022, 11, 9, 8, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    rows = [struct.pack("<HHIQ", 0x001F, key, 6, 2 * len(text) + 2) for key, text in texts.items()]
    rows.append(struct.pack("<HHIQ", 0x0040, 0x0039, 6, ticks))
    streams["__properties_version1.0"] = b"\0" * 32 + b"".join(rows)
    return cfb_of(streams)


def make(folder: Path) -> list[Made]:
    """Write a good file of every format into a folder; what a question for each must find."""
    made = list[Made]()

    def put(
        town: str, name: str, data: bytes | str, published: str | None, source: str | None, page: int | None = None
    ) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        made.append(Made(town, name, published, source, page))

    put("Arkford", "plain.txt", f" date 2022-11-09 {sentence('Arkford')}\n", "2022-11-09", "header")
    put(
        "Belmouth",
        "latin.txt",
        f" date 2022-11-09 Fähre. {sentence('Belmouth')} Größe, Übung, schön, für.\n".encode("cp1252"),
        "2022-11-09",
        "header",
    )
    put(
        "Cardwick",
        "a.md",
        f"---\ndate: 2022-11-09\ntitle: Ferry\n---\n{sentence('Cardwick')}\n",
        "2022-11-09",
        "front matter",
    )
    put(
        "Dunholm",
        "a.json",
        json.dumps({"title": "Ferry", "date": "2022-11-09", "text": sentence("Dunholm")}),
        "2022-11-09",
        "field",
    )
    put(
        "Eastrey",
        "a.jsonl",
        json.dumps({"date": "2022-11-09", "text": sentence("Eastrey")}) + "\n",
        "2022-11-09",
        "field",
    )
    put("Farlow", "a.csv", f"title;date;text\nFerry;2022-11-09;{sentence('Farlow')}\n", "2022-11-09", "field")
    put(
        "Garside",
        "a.tsv",
        f"title\tdate\ttext\nFerry\t2022-11-09\t{sentence('Garside')}\n".encode("utf-16"),
        "2022-11-09",
        "field",
    )
    put("Hartsea", "page.html", page_of("Hartsea"), "2022-11-09", "metadata")
    put(
        "Inverlie",
        "koi8.html",
        page_of("Inverlie", body="<p>Паром остановлен из-за льда на реке сегодня утром.</p>")
        .replace("utf-8", "koi8-r")
        .encode("koi8-r", "ignore"),
        "2022-11-09",
        "metadata",
    )
    put("Jarrick", "saved.mhtml", mhtml_of("Jarrick"), "2022-11-09", "metadata")
    lines = [f"Line {at} tells of the prices of bread and of wood." for at in range(30)]
    put(
        "Kelham",
        "two.pdf",
        pdf_of(
            [
                lines,
                ["The ferry to Kelham was stopped on Monday because of ice on the", "river, the harbour office said."],
            ]
        ),
        "2022-11-09",
        "guess",
        2,
    )
    put("Lorby", "word.docx", docx_of("Lorby"), "2022-11-09", "guess")
    put("Morvane", "text.odt", odt_of("Morvane"), "2022-11-09", "guess")
    put("Norwell", "book.epub", epub_of("Norwell"), "2022-11-09", "metadata")
    put("Oxmere", "old.rtf", rtf_of("Oxmere"), "2022-11-09", "guess")
    put("Pelton", "table.xlsx", xlsx_of("Pelton"), "2022-11-09", "field")
    put("Quarley", "one.eml", mail_of("Quarley").as_bytes(), "2022-11-09", "header")
    put(
        "Rushden",
        "html-only.eml",
        b"Subject: Ferry\r\nDate: Wed, 09 Nov 2022 08:00:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"
        + page_of("Rushden").encode(),
        "2022-11-09",
        "header",
    )
    box = b"".join(
        b"From office@harbour.example Wed Nov  9 08:00:00 2022\n" + mail_of(town).as_bytes() + b"\n"
        for town in ("Nowhere", "Stanmoor")
    )
    put("Stanmoor", "box.mbox", box, "2022-11-09", "header")
    put("Tarnbeck", "news.rss", feed_of("Tarnbeck", "rss"), "2022-11-09", "field")
    put("Upwold", "news.atom", feed_of("Upwold", "atom"), "2022-11-09", "field")
    put("Velmere", "feed.xml", feed_of("Velmere", "rss"), "2022-11-09", "field")
    put(
        "Wexby",
        "folder.zip",
        zip_of({"2022-11-09-ferry.txt": sentence("Wexby"), "b/notes.md": filler()}),
        "2022-11-09",
        "file name",
    )
    put(
        "Yarrowby",
        "folder.tar.gz",
        tar_of({"a/2022-11-09-ferry.txt": sentence("Yarrowby").encode()}),
        "2022-11-09",
        "file name",
    )
    put(
        "Zenford",
        "crawl.warc.gz",
        warc_of({"https://pilot.example/z": page_of("Zenford"), "https://pilot.example/n": page_of("nowhere")}),
        "2022-11-09",
        "metadata",
    )
    put(
        "Ashmill",
        "plain.warc",
        warc_of({"https://pilot.example/2022/11/09/a": page_of("Ashmill")}, packed=False),
        "2022-11-09",
        "metadata",
    )
    put("Brackley", "old.arc", arc_of("http://pilot.example/b", page_of("Brackley")), "2022-11-09", "metadata")
    put("Coldwick", "outlook.msg", msg_of("Coldwick"), "2022-11-09", "header")
    german = "Die Fähre nach Dornmühl wurde am Montag gestoppt, weil Eis auf dem Fluß war, sagte das Büro des Hafens. "
    page = page_of("Dornmuhl").replace("<meta charset='utf-8'>", "").replace("<h1>", f"<p>{german * 4}</p><h1>")
    put("Dornmuhl", "undeclared.html", page.encode("cp1252"), "2022-11-09", "metadata")
    mail = "Subject: Eis\r\nDate: Wed, 09 Nov 2022 08:00:00 +0100\r\nFrom: a@b.example\r\n\r\n"
    put("Eldmoor", "undeclared.eml", (mail + german * 4 + sentence("Eldmoor")).encode("cp1252"), "2022-11-09", "header")
    return made


def break_ten(folder: Path) -> dict[str, str]:
    """Ten files that are broken, with what is told of each."""
    word = docx_of("Broken")
    files: dict[str, tuple[bytes, str]] = {
        "cut.docx": (word[: len(word) // 2], "damaged"),
        "empty.html": (b"<html><body></body></html>", "no text in the page"),
        "no.pdf": (b"%PDF-1.4\nnothing of a PDF follows", "damaged PDF"),
        "scan.pdf": (pdf_of([[]]), "no text in it: scanned"),
        "cut.epub": (zip_of({"mimetype": "application/epub+zip"}), "damaged: no META-INF/container.xml"),
        "no.rtf": (b"plain text", "no RTF"),
        "no.mbox": (b"Dear reader, this is no mailbox.\n", "no mailbox"),
        "config.xml": (b"<settings><a>1</a></settings>", "no feed"),
        "cut.zip": (zip_of({"a.txt": "x" * 900})[:60], "damaged"),
        "no.warc": (b"this is no web archive\n" * 20, "damaged: Invalid WARC header"),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return {name: told for name, (_, told) in files.items()}

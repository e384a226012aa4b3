"""Promise 27: a bomb of any format is left out in 10 seconds and 256 MB, and what stands beside it is indexed."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from semsearch.indexing.building import build
from semsearch.readers import FieldNames, open_documents
from semsearch.readers.child import children
from semsearch.records import Problem
from tests.made_formats import docx_of, page_of, tar_of, zip_of

MB = 1 << 20
MOST_MEMORY = 256  # MB, resident
MOST_SECONDS = 10.0  # of the processor
LAUGHS = "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
DTD = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">{LAUGHS}]>'
WORD = '<w:document xmlns:w="w"><w:p><w:t>%s</w:t></w:p></w:document>'


def blanks(name: str, size: int) -> bytes:
    """A ZIP file whose one member is blank."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box, box.open(name, "w", force_zip64=True) as member:
        for _ in range(size // MB):
            member.write(b" " * MB)
    return out.getvalue()


def packed_tar(size: int) -> bytes:
    info = tarfile.TarInfo("a.txt")
    info.size = size
    return gzip.compress(info.tobuf() + b" " * size, 1)


def leading_out() -> bytes:
    """A tar file with a name that leads out of its folder, links, and a device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, kind in (("soft.txt", tarfile.SYMTYPE), ("hard.txt", tarfile.LNKTYPE), ("dev.txt", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("../../etc/x.txt")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
    return out.getvalue()


def deep_mail(depth: int) -> bytes:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\n' for at in range(depth))
    return f"Subject: x\nFrom: a@b.example\nMIME-Version: 1.0\n{parts}Content-Type: text/plain\n\nhello\n".encode()


def many_objects(count: int) -> bytes:
    objects = b"".join(b"%d 0 obj\n<< /Type /X >>\nendobj\n" % at for at in range(1, count + 1))
    return b"%PDF-1.4\n" + objects + b"trailer << /Size %d /Root 1 0 R >>\n%%%%EOF" % (count + 1)


WARC = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nContent-Length: %d\r\n\r\n"
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {  # what is told; empty where something harmless is read
    "a.zip": (lambda: blanks("a.txt", 400 * MB), "a bomb?"),
    "a.docx": (lambda: blanks("word/document.xml", 400 * MB), "a bomb?"),
    "a.odt": (lambda: blanks("content.xml", 400 * MB), "a bomb?"),
    "a.epub": (lambda: blanks("META-INF/container.xml", 400 * MB), "a bomb?"),
    "a.xlsx": (lambda: blanks("xl/worksheets/sheet1.xml", 400 * MB), "a bomb?"),
    "nested.zip": (lambda: zip_of({"in.zip": blanks("a.txt", 100 * MB)}), ".zip has no reader here"),
    "a.tar.gz": (lambda: packed_tar(400 * MB), "a bomb?"),
    "out.tar.gz": (leading_out, ""),
    "laughs.rss": (f"{DTD}<rss><channel><title>&j;</title></channel></rss>".encode, "entities of its own"),
    "laughs.docx": (lambda: zip_of({"word/document.xml": DTD + WORD % "&j;"}), "XML"),
    "file.docx": (
        lambda: zip_of({"word/document.xml": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + WORD % "&x;"}),
        "entities of its own",
    ),
    "tables.html": (("<table>" + ("<html><body><table><tr>" + "<td>x</td>" * 20) * 400).encode, ""),
    "deep.html": (lambda: b"<div>" * 100_000 + b"text", ""),
    "paragraphs.html": (lambda: b"<html><body>" + b"<p>a</p>" * 300_000, "wants more than the 300 MB"),
    "columns.html": (lambda: b"<table><tr><td colspan=9007199254740991>x</td></tr></table>", ""),
    "objects.pdf": (lambda: many_objects(1_000_000), "damaged PDF"),
    "deep.eml": (lambda: deep_mail(3_000), "no message"),
    "deep.rtf": (lambda: b"{\\rtf1 " + b"{" * 100_000 + b"x" + b"}" * 100_000 + b"}", ""),
    "a.warc.gz": (lambda: gzip.compress(WARC % (300 * MB) + b" " * (300 * MB), 1), "no page in it"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_left_out_in_bounds(name: str, tmp_path: Path) -> None:
    make, told = BOMBS[name]
    (tmp_path / name).write_bytes(make())
    children.close()
    before = time.process_time()
    with open_documents(tmp_path / name, FieldNames()) as stream:
        items = list(stream)
    worker = children._worker
    if worker is not None:  # still there: what it used at most
        status = Path(f"/proc/{worker._process.pid}/status").read_text()
        assert int(status.split("VmHWM:")[1].split()[0]) // 1024 <= MOST_MEMORY
    assert time.process_time() - before <= MOST_SECONDS
    problems = [item.reason for item in items if isinstance(item, Problem)]
    assert any(told in reason for reason in problems) if told else not problems
    assert "root:" not in str(items)  # of /etc/passwd


def test_what_stands_beside_bombs_is_indexed(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    for name in ("a.zip", "laughs.docx", "deep.eml", "paragraphs.html"):
        (folder / name).write_bytes(BOMBS[name][0]())
    (folder / "b.html").write_text(page_of("Tarn"))
    (folder / "b.docx").write_bytes(docx_of("Lorn"))
    (folder / "b.tar.gz").write_bytes(tar_of({"a.txt": b"The ferry stopped."}))
    report = build([folder], tmp_path / "ix", model="hash")
    assert report.added == 3
    assert len(report.problems) == 4
    assert not list(tmp_path.glob("**/x.txt"))

"""ZIP files opened with bounds, and XML without what XML can do: for office documents and archives."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from semsearch.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

__all__ = ["FREELY", "LARGEST_MEMBER", "MOST_MEMBERS", "MOST_PACKED", "Box", "Element", "bounded", "local", "xml_of"]

LARGEST_MEMBER = 64 << 20  # bytes, unpacked
FREELY, MOST_PACKED = 4 << 20, 200  # bytes that may be packed as they like; times the packed size, beyond that
MOST_MEMBERS = 50_000
_BLOCK = 1 << 18


class Box:
    """A ZIP file whose members are read with bounds on what comes out. Raises InputError for what is none."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InputError(f"damaged: {error}") from None
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise InputError(f"more than {MOST_MEMBERS} members")
        self._given = self._packed = 0

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def members(self) -> Iterator[zipfile.ZipInfo]:
        """What is in it, folders left out."""
        return (each for each in self._zip.infolist() if not each.is_dir())

    def read(self, name: str | zipfile.ZipInfo) -> bytes:
        """A member, unpacked. Raises InputError for one that is not there, damaged, locked, or a bomb."""
        try:
            return self._unpacked(name if isinstance(name, zipfile.ZipInfo) else self._zip.getinfo(name))
        except (InputError, MemoryError):
            raise
        except KeyError:
            raise InputError(f"damaged: no {name} in it") from None
        except RuntimeError as error:
            raise InputError("locked with a password" if "password" in str(error) else f"damaged: {error}") from None
        except Exception as error:  # those of zlib, lzma and zipfile have no common kind
            raise InputError(f"damaged: {error}") from None

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        pieces, own = list[bytes](), 0
        self._packed += info.compress_size
        with self._zip.open(info) as stream:
            while piece := stream.read(_BLOCK):
                own += len(piece)
                self._given += len(piece)
                if own > LARGEST_MEMBER or self._given > max(FREELY, MOST_PACKED * self._packed):
                    raise InputError("unpacks to more than an article has: a bomb?")
                pieces.append(piece)
        return b"".join(pieces)


def bounded(stream: BinaryIO, most: int, what: str) -> bytes:
    """All of a stream, piece by piece. Raises InputError where it is larger than ``most`` bytes."""
    pieces, size = list[bytes](), 0
    while piece := stream.read(_BLOCK):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputError(f"{what} larger than {most >> 20} MiB")
    return b"".join(pieces)


def xml_of(data: bytes) -> Element:
    """A tree of XML: no entity of its own, no file and no address is followed. Raises InputError."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"damaged XML: {str(error)[:100]}") from None
    if b"<!ENTITY" in data:
        raise InputError("XML with entities of its own, which no document needs")
    return tree


def local(name: object) -> str:
    """A tag without its namespace."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""

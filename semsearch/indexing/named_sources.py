"""Which sources of an index this user has named: those alone are read again when nobody names any.

An index says where its articles came from. That is data of whoever made the index, and could be any file of this
user's: a received index that was refreshed would read it in. So what was named is remembered outside, by the
index's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from semsearch.files.state import recall, remember
from semsearch.readers import GONE, real_place
from semsearch.storage.known import SourceRecord, fields_text

_ID = re.compile(r"[0-9a-f]{32}")


def name_sources(index_id: str, sources: Iterable[SourceRecord]) -> bool:
    """Remember that this user has named sources, each with its field names; false where that cannot be kept."""
    new = {source.path: (fields_text(source.fields), real_place(source.path)) for source in sources}

    def added(before: object) -> object:
        return [[path, *said] for path, said in {**_said(before), **new}.items()]

    return bool(_ID.fullmatch(index_id)) and remember(_file(index_id), added)


def named_paths(index_id: str) -> set[str]:
    """Sources that this user has named at some time, wherever they lie now."""
    return set(_said(recall(_file(index_id)))) if _ID.fullmatch(index_id) else set()


def split_by_naming(index_id: str, sources: Iterable[SourceRecord]) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """Sources that this user has named, with the same field names and where they still lie, and the others."""
    named = _said(recall(_file(index_id))) if _ID.fullmatch(index_id) else {}
    own, foreign = list[SourceRecord](), list[SourceRecord]()
    for source in sources:
        fields, real = named.get(source.path, ("", ""))
        same = fields == fields_text(source.fields) and real_place(source.path) in (real, GONE)
        (own if same and fields else foreign).append(source)
    return own, foreign


def _file(index_id: str) -> str:
    return f"indexes/{index_id}.json"


def _said(found: object) -> dict[str, tuple[str, str]]:
    """Field names and real place of each source that was remembered."""
    entries = found if isinstance(found, list) else []
    return {entry[0]: (entry[1], entry[2]) for entry in entries if _is_entry(entry)}


def _is_entry(found: object) -> bool:
    match found:
        case [str(), str(), str()]:
            return True
    return False

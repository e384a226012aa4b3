"""What else says when an article was published: its address, its file's name, its folders, a line of its text.

These are looked at only where the input names no date of its own, the surest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import PurePath
from urllib.parse import urlsplit

from semsearch.dates.grammar import read
from semsearch.dates.reading import Context
from semsearch.dates.typed import parse_period
from semsearch.errors import DateNotUnderstood
from semsearch.records import DateClaim, DateProvenance, RawDocument

_ANY_DAY = date(2000, 1, 1)  # what depends on it is not taken
HEAD = 300  # characters of a text in which its date may stand
LONGEST_LINE = 60  # of a line that is a date, or one with a word before it
_DAY = r"((?:19|20)\d\d)(?P<between>[-_.]?)(0[1-9]|1[0-2])(?P=between)(0[1-9]|[12]\d|3[01])"
_IN_NAME = re.compile(rf"(?<!\d){_DAY}(?!\d)")
_IN_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-](0?[1-9]|1[0-2])(?:[/_-](0?[1-9]|[12]\d|3[01]))?(?![\d-])")
_LABEL = re.compile(r"(?:(?:first )?published|posted|issued|date)(?:\s+on|\s+at)?\s*:\s*", re.IGNORECASE)


def fallback_claims(raw: RawDocument, path: str, root: str = "") -> Iterator[DateClaim]:
    """Claims to a date of publication beside those that a reader found, the surest first.

    Of the folders only those below ``root``, the source that the user named, count.
    """
    if raw.url:
        yield from _claims(_in_path(_url_path(raw.url)), "URL")
    if raw.record == 0:  # the file is one article
        pure = PurePath(path)
        yield from _claims(_in_name(pure.name), "file name")
        inside = pure.relative_to(root).parts if root and pure.is_relative_to(root) else ()
        yield from _claims(_in_path("/".join(inside[:-1])), "folder")
    yield from _claims(_in_text(raw.text), "visible text")


def _claims(raw: str | None, source: DateProvenance) -> Iterator[DateClaim]:
    if raw is not None:
        yield DateClaim(raw, source)


def _url_path(url: str) -> str:
    """The path of an address; empty where it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _in_name(name: str) -> str | None:
    """2022-11-09 or 20221109 in a file's name."""
    found = _IN_NAME.search(name)
    return None if found is None else "-".join(found.group(1, 3, 4))


def _in_path(path: str) -> str | None:
    """/2022/11/09/, /2022-11-09-title or /2022/11/; the first of several, for what comes later is a title's."""
    for found in _IN_PATH.finditer(path):
        claim = "-".join(part.zfill(2) for part in found.groups() if part)
        with suppress(DateNotUnderstood):
            parse_period(claim)
            return claim
    return _in_name(path)


def _in_text(text: str) -> str | None:
    """A date on a line of its own near the beginning, or behind "Published:"."""
    for line in map(str.strip, text[:HEAD].split("\n")):
        labelled = _LABEL.match(line)
        rest = line[labelled.end() :] if labelled else line
        if not rest or len(rest) > LONGEST_LINE:
            continue
        reading = read(rest, Context(_ANY_DAY))
        found = reading.period(0)
        whole = found is not None and (found.end == len(reading.tokens) or bool(labelled))
        if found is not None and whole and found.unit == "day" and not found.relative and not found.named_event:
            return str(found.span.first)
    return None

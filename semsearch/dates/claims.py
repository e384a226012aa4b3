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

from semsearch.dates.published import parse_published
from semsearch.dates.typed import parse_period
from semsearch.dates.words import MONTHS
from semsearch.dates.written import date_part, is_of_a_change, label_end
from semsearch.errors import DateNotUnderstood
from semsearch.records import DateClaim, DateProvenance, RawDocument

_ANY_DAY = date(2000, 1, 1)  # what depends on it is not taken
HEAD = 300  # characters of a text in which its date may stand
LONGEST_LINE = 80  # of a line that is a date, or one with a word before it
_NUMERIC = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|['’]\d\d(?!\d)")
_NUMBER, _WORD = re.compile(r"(?<!\d)\d{1,2}(?!\d)"), re.compile(r"[^\W\d]{3}")
_OF_AN_EVENT = re.compile(
    r"(?:place|time|venue|location|where|ort|uhrzeit|lieu|heure|lugar|место|время)\s*:", re.IGNORECASE
)
_DAY = r"((?:19|20)\d\d)(?P<between>[-_.]?)(0[1-9]|1[0-2])(?P=between)(0[1-9]|[12]\d|3[01])"
_IN_NAME = re.compile(rf"(?<!\d){_DAY}(?!\d)")
_DAYS_IN_NAME = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)(?:19|20)\d{12}(?!\d)",
        r"(?<!\d)(?:19|20)\d\d-\d{1,2}-\d{1,2}(?!\d)",
        r"(?<![\d.])\d{1,2}([.-])\d{1,2}\1(?:19|20)\d\d(?![\w-])",
        r"(?<!\d)\d{1,2}\.? [^\W\d]{3,12}\.? (?:19|20)\d\d(?!\d)",
        r"(?<!\w)[^\W\d]{3,12}\.? \d{1,2},? (?:19|20)\d\d(?!\d)",
    )
)
_MONTH, _OF_MONTH = r"(?P<month>0?[1-9]|1[0-2]|[a-z]{3,9})", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_IN_ADDRESS = (
    re.compile(rf"(?:^|/)(?P<year>(?:19|20)\d\d)(?P<by>[/_.-]){_MONTH}(?P=by){_OF_MONTH}(?!\w)", re.IGNORECASE),
    re.compile(r"(?:^|/)(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=/|$)"),
    re.compile(r"(?:^|/)(?P<year>(?:19|20)\d\d)/(?P<month>0?[1-9]|1[0-2])(?P<day>)(?=/|$)(?!/\d{1,2}(?:/|$))"),
)
_ARCHIVE = re.compile(
    r"(?:^|\.)(?:archive\.(?:org|ph|is|today|md|li|vn|fo)|webcitation\.org|perma\.cc|webcache\.)", re.IGNORECASE
)
_STAMP = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)T\d{4}(?:\d\d)?Z?(?!\d)")
_INNER = re.compile(r"https?:/{1,2}\S+", re.IGNORECASE)
_IN_PATH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-](0?[1-9]|1[0-2]|(?<=/)[^\W\d_]{3,12}(?![^/]))"
    r"(?:[/_-](0?[1-9]|[12]\d|3[01]))?(?![\d-])"
)
_YEAR_ALONE = re.compile(r"(?:^|/)((?:19|20)\d\d)(?=/|$)")
_MONTH_IN_NAME = re.compile(r"(?<![\w.-])((?:19|20)(\d\d))-(0[1-9]|1[0-2])(?![\w-]|\.\d)")


def fallback_claims(raw: RawDocument, path: str, root: str = "") -> Iterator[DateClaim]:
    """Claims to a date of publication beside those that a reader found, the surest first.

    Of the folders only those below ``root``, the source that the user named, count.
    """
    if raw.url:
        yield from _claims(_in_address(_url_path(raw.url)), "URL")
    of_member = bool(raw.place.member) and raw.own_id == raw.place.member  # of an archive that is like a folder
    if raw.record == 0 or of_member:  # the file is one article
        pure = PurePath(raw.place.member if of_member else path)
        yield from _claims(_in_file_name(pure.name), "file name")
        yield from _claims(_in_path(_inside(pure, "" if of_member else root, whole=of_member)), "folder")
    said, changed = _in_text(raw.text)
    yield from _claims(said, "visible text")
    yield from _claims(None if raw.markup else changed, "guess")
    yield from _claims(_when_fetched(PurePath(path).name if raw.record == 0 else ""), "crawl time")


def _inside(path: PurePath, root: str, *, whole: bool) -> str:
    """The folders of a path below ``root``, or all of them."""
    parts = path.parts if whole else path.relative_to(root).parts if root and path.is_relative_to(root) else ()
    return "/".join(parts[:-1])


def _when_fetched(name: str) -> str | None:
    """The day of a stamp in the name of a file, on which a page was fetched."""
    found = _STAMP.search(name)
    if found:
        with suppress(DateNotUnderstood):
            parse_period("-".join(found.groups()))
            return "-".join(found.groups())
    return None


def _claims(raw: str | None, source: DateProvenance) -> Iterator[DateClaim]:
    if raw is not None:
        yield DateClaim(raw, source)


def _url_path(url: str) -> str:
    """The path of an address; empty where it is none. Of a page in an archive that of the page itself."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        if _ARCHIVE.search(parts.netloc):
            inner = _INNER.search(url, len(parts.scheme) + 3)
            return _url_path(inner[0]) if inner else ""
        return parts.path
    except ValueError:
        return ""


def _in_address(path: str) -> str | None:
    """/2022/11/09/, /2022/nov/09/, /2022-11-09-title, /20221109/ or /2022/11/: a day that begins a part of a path.

    Eight digits after words are an article's number, a day among words one that the article is about.
    """
    for found in filter(None, (pattern.search(path) for pattern in _IN_ADDRESS)):
        year, month, day = found.group("year", "month", "day")
        claim = "-".join(part.zfill(2) for part in (year, str(MONTHS.get(month.lower(), month)), day) if part)
        with suppress(DateNotUnderstood):
            parse_period(claim)
            return _as_written(found[0].strip("/"), claim)
    return None


def _as_written(written: str, claim: str) -> str:
    """A claim as it stands in a path, where that is understood the same way."""
    with suppress(DateNotUnderstood):
        if str(parse_published(DateClaim(written, "URL"))) == claim:
            return written
    return claim


def _in_name(name: str) -> str | None:
    """2022-11-09 or 20221109 in a name."""
    found = _IN_NAME.search(name)
    return None if found is None else "-".join(found.group(1, 3, 4))


def _in_file_name(name: str) -> str | None:
    """2022-11-09, 20221109101500, 09.11.2022 or "9 Nov 2022" in a file's name; none where there are two days."""
    name = _STAMP.sub("", name)
    found = list(_IN_NAME.finditer(name))
    if found:
        days = {"-".join(each.group(1, 3, 4)) for each in found}
        return days.pop() if len(days) == 1 else None
    for pattern in _DAYS_IN_NAME:
        written = pattern.search(name.replace("_", " "))
        if written and _is_day(written[0]):
            return written[0]
    month = _MONTH_IN_NAME.search(name.replace("_", " "))
    if month and (int(month[2]) + 1) % 100 != int(month[3]):  # 2010-11 may be a season
        return f"{month[1]}-{month[3]}"
    return None


def _in_path(path: str) -> str | None:
    """/2022/11/09/, /2022/Nov/09/, /2022-11-09-title, /2022/11/ or /2022/; the first, for later ones are a title's."""
    for found in _IN_PATH.finditer(path):
        year, month, day = found.groups()
        number = _month_number(month)
        if number:
            claim = "-".join(part.zfill(2) for part in (year, str(number), day) if part)
            with suppress(DateNotUnderstood):
                parse_period(claim)
                return _as_written(found[0], claim)
    found_year = _YEAR_ALONE.search(path)
    return _in_name(path) or (found_year[1] if found_year else None)


def _month_number(name: str) -> int:
    """The number of a month written as a number or a word of any language that dates are read in; 0 for no month."""
    if name.isdigit():
        return int(name)
    with suppress(DateNotUnderstood):
        found = parse_published(DateClaim(f"9 {name} 2000", "folder"))
        return found.first.month if found.precision == "day" else 0
    return 0


def _in_text(text: str) -> tuple[str | None, str | None]:
    """A date on a line of its own near the beginning, or after "Published:", as it is written there.

    Beside it the first that is of a change, where no other is there: it was published then, or before.
    """
    lines, changed = [line.strip() for line in text[:HEAD].split("\n")], None
    for at, line in enumerate(lines):
        labelled, part = label_end(line), date_part(line) if len(line) <= LONGEST_LINE else ""
        if not _like_a_day(part) or (labelled and any(map(_OF_AN_EVENT.match, lines[at + 1 : at + 4]))):
            continue
        if _is_day(part):
            if not is_of_a_change(line):
                return part, None
            changed = changed or part
    return None, changed


def _like_a_day(part: str) -> bool:
    """Whether there is a year, a day and a month in it, before it is looked at closely."""
    return bool(_NUMERIC.search(part) or (_YEAR.search(part) and _NUMBER.search(part) and _WORD.search(part)))


def _is_day(written: str) -> bool:
    try:
        return parse_published(DateClaim(written, "visible text")).precision == "day"
    except DateNotUnderstood:
        return False

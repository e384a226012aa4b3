"""A date as people write it: what stands around the day taken off, and forms that are numbers brought to days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_LABEL = re.compile(
    r"(?:(?:first |originally |last |date )?(?:published|posted|issued|updated|released)"
    r"|publication date|pub(?:lish)? date|date(?: of publication| published)?"
    r"|publiée?|mis à jour|date de publication|veröffentlicht|stand|erstellt|aktualisiert|datum"
    r"|publicado|actualizado|fecha|pubblicato|aggiornato|data(?: di pubblicazione)?"
    r"|опубликовано|обновлено|дата(?: публикации)?|опубліковано|оновлено|opublikowano|publikováno|zveřejněno"
    r"|gepubliceerd|publicerad|publisert|julkaistu)(?!\w)(?:\s+(?:on|at|the|le|am|el|il|dnia|den|op|em)(?!\w))?\s*[:–—-]?\s*",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:last )?updated|mis à jour|aktualisiert|actualizado|aggiornato|обновлено|оновлено", re.IGNORECASE
)
_HOUR, _MINUTE = r"(?:[01]?\d|2[0-4])", r"[0-5]\d"
_CLOCK = (
    rf"{_HOUR}(?::{_MINUTE}){{1,2}}(?:[.,]\d+)?(?!\d)|{_HOUR}\s?h\s?{_MINUTE}|{_HOUR}\.{_MINUTE}(?=\s?Uhr)"
    rf"|{_HOUR}(?=\s?[ap]\.?m(?!\w))"
)
_TIME = re.compile(
    rf"[,|]?\s?(?<!\d)(?:(?:at|um|à|alle|ore|kl\.?|в|о|om|@)\s)?(?:{_CLOCK})(?:\s?(?:[ap]\.?m\.?(?!\w)|Uhr))?"
    r"(?:\s?\(?(?:Z|UTC|GMT|[ECMP][SD]?T|CES?T|EES?T|MSK|BST|[A-Z][a-z]+/[A-Z][A-Za-z_]+)\)?(?!\w))?(?:\s?[+-]\d{2}:?\d{2})?"
)
_ISO_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ][0-2]\d:?[0-5]\d\S*(?: \S{1,32})?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})T?[0-2]\d(?:[0-5]\d){0,2}(?:Z|[+-]\d{4})?", re.ASCII)
_SECONDS = re.compile(r"(?:/Date\()?(\d{10})(\d{3})?(?:[+-]\d{4})?(?:\)/)?", re.ASCII)
_WEEKDAY = r"(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?"
_BEFORE = re.compile(rf"By [^,|]{{2,60}}[,|]\s*|{_WEEKDAY},?\s+(?=\w)")
_AFTER = re.compile(rf",?\s{{1,3}}{_WEEKDAY}$|\s(?:by|von|par|por|от) (?=\S)")
_EDGES = " ,|–—-"
_SUFFIX = re.compile(r"\s{0,3}(?:г|р|года|року)\.?$")
_SHORT_YEAR = re.compile(
    r"(\d{1,2}\.? [^\W\d]{3,12}\.?,? |\d{1,2}[./-]\d{1,2}[./-]"
    r"|(?<!\w)[^\W\d]{3,12}\.? (?:\d{1,2},? )?(?=['’]))['’]?(\d{2})"
)
_RANGE = re.compile(
    r"^(?:after|before|since|until|till|by|from|circa|around|between|nach|vor|seit|après|avant|depuis)\b"
    r"|(?<!\d)\d{1,2}\s*[-–]\s*\d{1,2}(?:\.? [^\W\d]{3,}|,? \d{4})",
    re.IGNORECASE,
)


def label_end(line: str) -> int:
    """Where the word ends that says what a date is of, "Published on"; 0 where there is none."""
    found = _LABEL.match(line)
    return found.end() if found else 0


def is_of_a_change(line: str) -> bool:
    """True for "Updated: …", which is of publication only where nothing else is said."""
    return bool(_CHANGE.match(line))


def date_part(raw: str) -> str:
    """What of a text is the date: without a label, weekday, time, zone or name, exactly as written.

    >>> date_part("Published on Wednesday, 9 November 2022 at 5:01 am by A. Writer")
    '9 November 2022'
    """
    text = raw.strip()
    text = text[label_end(text) :]
    found = _ISO_TIME.fullmatch(text)
    if found:
        return found[1]
    text = _TIME.sub("", _bare(text), count=1).strip(_EDGES)
    return _SUFFIX.sub("", _bare(text))


def _bare(text: str) -> str:
    """Without a weekday or a name before or after it."""
    before = _BEFORE.match(text)
    text = text[before.end() :] if before else text
    after = _AFTER.search(text)
    return (text[: after.start()] if after else text).strip(_EDGES)


def day_in_digits(text: str) -> date | None:
    """The day of ``20221109T051500Z``, of seconds or milliseconds since 1970, of ``/Date(1667970060000)/``."""
    try:
        if found := _COMPACT.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(found[1]), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None


def with_century(text: str, today: date) -> str:
    """A date whose year has two digits, with the latest century in which it is not ahead of next year."""
    found = _SHORT_YEAR.fullmatch(text)
    if found is None:
        return text
    year = 2000 + int(found[2])
    return f"{found[1]}{year if year <= today.year + 1 else year - 100}"


def is_several_days(text: str) -> bool:
    """True for "9-10 November 2022" and "after 9 November 2022", which are no day."""
    return bool(_RANGE.search(text))

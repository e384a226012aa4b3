"""Dates as articles, fields and file names have them, in words of our own.

Written before the code: 11 of 52 were right before it, 51 when it first ran.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.dates.published import parse_published
from semsearch.errors import DateNotUnderstood
from semsearch.indexing.building import build
from semsearch.records import DateClaim
from semsearch.search.opening import open_index

BODY = "The harbour office said that repairs could take three weeks."
LINES: dict[str, tuple[str | None, str]] = {  # a line under the title: the day, and what is quoted of it
    "9 November 2022, 10:15": ("2022-11-09", "9 November 2022"),
    "November 9, 2022 10:15 pm": ("2022-11-09", "November 9, 2022"),
    "2022-11-09 05:01": ("2022-11-09", "2022-11-09"),
    "Published: 2022-11-09T05:01:00Z": ("2022-11-09", "2022-11-09"),
    "Date published: 9 Nov 2022": ("2022-11-09", "9 Nov 2022"),
    "Posted on November 9, 2022": ("2022-11-09", "November 9, 2022"),
    "Updated 9 November 2022": ("2022-11-09", "9 November 2022"),
    "November 9, 2015 Monday": ("2015-11-09", "November 9, 2015"),
    "Wednesday, 9 November 2022, 5:01 a.m. GMT": ("2022-11-09", "9 November 2022"),
    "By A. Writer, 9 November 2022": ("2022-11-09", "9 November 2022"),
    "Publié le 9 novembre 2022 à 10h15": ("2022-11-09", "9 novembre 2022"),
    "Veröffentlicht am 9. November 2022": ("2022-11-09", "9. November 2022"),
    "Опубликовано: 9 ноября 2022 г., 10:15": ("2022-11-09", "9 ноября 2022"),
    "Pubblicato il 9 novembre 2022": ("2022-11-09", "9 novembre 2022"),
    "9 de noviembre de 2022": ("2022-11-09", "9 de noviembre de 2022"),
    "Stand: 09.11.2022, 05:01 Uhr": ("2022-11-09", "09.11.2022"),
    "Date: 09/11/2022": ("2022-11-09", "09/11/2022"),
    "9 Nov '22": ("2022-11-09", "9 Nov '22"),
    "November 9 saw the ice of 2022": (None, ""),
    "Room 12, floor 2022": (None, ""),
    "Born on 9 November 1955": (None, ""),
    "Date: 12 May 2023\nPlace: Town Hall": (None, ""),
    "Date: 12 May 2023\nTime: 10:00": (None, ""),
    "1914-1918": (None, ""),
}
NAMES: dict[str, str | None] = {
    "09-11-2022 ferry.txt": "2022-11-09",
    "ferry 9.11.2022.txt": "2022-11-09",
    "ferry_9_Nov_2022.txt": "2022-11-09",
    "9 novembre 2022.txt": "2022-11-09",
    "20221109123000.txt": "2022-11-09",
    "2022-11-9 ferry.txt": "2022-11-09",
    "2022-11-09_2022-11-12.txt": None,
    "ferry 2022.txt": None,
    "version 1.2.2022b.txt": None,
    "call 09112022.txt": None,
}
FIELDS: dict[str, tuple[str, bool]] = {  # day, and whether day and month may be exchanged
    "Published 9 November 2022": ("2022-11-09", False),
    "Updated: 2022-11-09 10:15": ("2022-11-09", False),
    "Publié le 9 novembre 2022": ("2022-11-09", False),
    "09.11.2022": ("2022-11-09", False),
    "09/11/2022": ("2022-11-09", True),
    "25/11/2022": ("2022-11-25", False),
    "Wed Nov 09 05:01:00 +0000 2022": ("2022-11-09", False),
    "20221109T051500Z": ("2022-11-09", False),
    "20221109051500": ("2022-11-09", False),
    "1667970060": ("2022-11-09", False),
    "1667970060000": ("2022-11-09", False),
    "/Date(1667970060000)/": ("2022-11-09", False),
    "2022-11-09T05:01:00 Europe/Kyiv": ("2022-11-09", False),
    "Nov 9 '22": ("2022-11-09", False),
    "9/11/22": ("2022-11-09", True),
    "November 9-10, 2022": ("", False),
    "after 9 Nov 2022": ("", False),
    "44874": ("", False),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_under_the_title(tmp_path: Path, line: str) -> None:
    wanted, raw = LINES[line]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"Ice stops the ferry\n{line}\n\n{BODY}\n", "utf-8")
    build([tmp_path / "in"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        published = index.document("a.txt").published
    assert (str(published) if published else None) == wanted
    assert (published.raw if published else "") == raw
    assert bool(published and published.ambiguous) == ("/" in raw)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_s_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(BODY, "utf-8")
    build([tmp_path / "in"], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as index:
        published = index.document(name).published
    assert (str(published) if published else None) == NAMES[name]


@pytest.mark.parametrize("raw", FIELDS)
def test_a_field(raw: str) -> None:
    wanted, ambiguous = FIELDS[raw]
    try:
        found = parse_published(DateClaim(raw, "field"))
    except DateNotUnderstood:
        assert wanted == ""
        return
    assert (str(found), found.ambiguous, found.raw) == (wanted, ambiguous, raw)

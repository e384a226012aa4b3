"""Fields that look like dates, of articles that have none: which option would read them."""

from __future__ import annotations

import re
from collections import Counter

from semsearch.dates.published import parse_published
from semsearch.errors import DateNotUnderstood
from semsearch.records import DateClaim, RawDocument

LONGEST = 40  # characters of a field that is a date
LOOKED_AT = 100  # articles of a source without a date
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\w{1,10}[-/. ,]+\d{4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
)
_OTHER = re.compile(  # days that are not of publication
    r"down|crawl|fetch|scrap|captur|access|retriev|archiv|import|export|index|modif|updat|edit|chang|delet|expir|birth"
    r"|event|start|begin|end|due|valid|meeting",
    re.IGNORECASE,
)


class DateFields:
    """The fields of one source that hold dates where its articles have none."""

    def __init__(self) -> None:
        self._articles = 0
        self._holding = Counter[str]()

    def look(self, raw: RawDocument) -> None:
        """Note the fields of an article without a date."""
        self._articles += 1
        if self._articles <= LOOKED_AT:
            self._holding.update(name for name, values in raw.kept if _is_date(name, values))

    @property
    def likeliest(self) -> str:
        """The field that holds a date in most of them; empty where none does in half of them."""
        name, count = next(iter(self._holding.most_common(1)), ("", 0))
        return name if count * 2 >= min(self._articles, LOOKED_AT) else ""


def _is_date(name: str, values: tuple[str, ...]) -> bool:
    if len(values) != 1 or len(values[0]) > LONGEST or not _DATE.search(values[0]) or _OTHER.search(name):
        return False
    try:
        parse_published(DateClaim(values[0], "field"))
    except DateNotUnderstood:
        return False
    return True

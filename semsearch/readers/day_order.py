"""Whether the numeric dates of a file have the month first: decided by those that can be read in one way only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from semsearch.records import DateClaim, Problem, RawDocument

MOST_MONTHS = 12
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})\s?([/-])\s?(\d{1,2})\s?\2\s?(?:\d{4}|\d{2})(?![\d/-])")  # dots: day first


def is_open(claim: DateClaim) -> bool:
    """True for a date such as 11/09/2022, which is one day or another."""
    return claim.month_first is None and _order(claim.raw) == "open"


def month_first(items: Iterable[RawDocument | Problem]) -> bool | None:
    """Whether the dates of a file's records have the month first; None where nothing shows it, or both do."""
    orders = set[str]()
    for item in items:
        if isinstance(item, RawDocument):
            orders |= {_order(claim.raw) for claim in item.claims if claim.provenance == "field"}
    proofs = orders & {"day", "month"}
    return "month" in proofs if len(proofs) == 1 else None


def is_column(claims: Sequence[DateClaim]) -> bool:
    """Whether a date of a record is open, so that the others of its file are asked."""
    for claim in claims:  # noqa: SIM110  (for every record: any() takes four times as long)
        if not claim.raw[:4].isdigit() and claim.provenance == "field" and is_open(claim):
            return True
    return False


def _order(raw: str) -> str:
    """What the first number of a date is: "day", "month" or "open"; empty where there is no such date."""
    if raw[:4].isdigit():  # the year
        return ""
    found = _NUMERIC.search(raw) if "/" in raw or "-" in raw else None
    if found is None:
        return ""
    first, second = int(found[1]), int(found[3])
    if first > MOST_MONTHS >= second:
        return "day"
    if second > MOST_MONTHS >= first:
        return "month"
    return "open" if first != second else ""

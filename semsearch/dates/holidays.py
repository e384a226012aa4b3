"""Feasts by their English names. The only module that knows dateutil and the holidays library.

Easter is dateutil's, what follows a lunar calendar the holidays library's; the rest are fixed days of a month.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from semsearch.dates.days import months, nth_weekday
from semsearch.records import DateRange

_FIXED: Mapping[str, tuple[int, int]] = {
    "new year": (1, 1),
    "new year day": (1, 1),
    "new year eve": (12, 31),
    "epiphany": (1, 6),
    "orthodox christmas": (1, 7),
    "orthodox christmas eve": (1, 6),
    "holocaust remembrance day": (1, 27),
    "valentine day": (2, 14),
    "women day": (3, 8),
    "international women day": (3, 8),
    "st patrick day": (3, 17),
    "april fool day": (4, 1),
    "may day": (5, 1),
    "labour day": (5, 1),
    "europe day": (5, 9),
    "victory day": (5, 9),
    "russia day": (6, 12),
    "juneteenth": (6, 19),
    "canada day": (7, 1),
    "bastille day": (7, 14),
    "independence day of ukraine": (8, 24),
    "ukraine independence day": (8, 24),
    "ukrainian independence day": (8, 24),
    "us independence day": (7, 4),
    "american independence day": (7, 4),
    "halloween": (10, 31),
    "unity day": (11, 4),
    "all saints day": (11, 1),
    "armistice day": (11, 11),
    "remembrance day": (11, 11),
    "veterans day": (11, 11),
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
}
_FROM_EASTER: Mapping[str, int] = {
    "ash wednesday": -46,
    "palm sunday": -7,
    "good friday": -2,
    "easter": 0,
    "easter sunday": 0,
    "easter monday": 1,
    "ascension day": 39,
    "pentecost": 49,
    "whit sunday": 49,
}
_WEEKDAYS: Mapping[str, tuple[int, int, int]] = {  # month, which, weekday
    "martin luther king day": (1, 3, 0),
    "presidents day": (2, 3, 0),
    "mother day": (5, 2, 6),
    "memorial day": (5, -1, 0),
    "labor day": (9, 1, 0),
    "columbus day": (10, 2, 0),
    "thanksgiving": (11, 4, 3),
    "thanksgiving day": (11, 4, 3),
    "mlk day": (1, 3, 0),
}
_LUNAR: Mapping[str, tuple[str, str]] = {  # country, and the name that the library has for the first day
    "chinese new year": ("CN", "Chinese New Year"),
    "lunar new year": ("CN", "Chinese New Year"),
    "diwali": ("IN", "Diwali"),
    "holi": ("IN", "Holi"),
    "eid al - fitr": ("AE", "Eid al-Fitr"),  # as in Saudi Arabia; other countries see the moon a day later
    "eid al - adha": ("AE", "Eid al-Adha"),
    "ashura": ("IQ", "Ashura"),
    "nowruz": ("IR", "Nowruz"),
    "rosh hashanah": ("IL", "Rosh Hashanah"),
    "yom kippur": ("IL", "Yom Kippur"),
    "passover": ("IL", "Pesach"),
}
_SCHOOL = ("Hanukkah",)  # which the library has among the days without school alone
_HANUKKAH, _NIGHTS = ("IL", "Hanukkah"), 8
_RAMADAN = ("AF", "First Day of Ramadan")
_AFTER: Mapping[str, tuple[tuple[int, int, int], int, int]] = {  # a weekday as above, days after it, years between two
    "black friday": ((11, 4, 3), 1, 1),
    "cyber monday": ((11, 4, 3), 4, 1),
    "us election day": ((11, 1, 0), 1, 2),
    "american election day": ((11, 1, 0), 1, 2),
}
_DOUBTFUL = {"new year"}  # and every name of one word
LONGEST = 5  # words of a name
_LASTING = ("ramadan", "hanukkah")
HOLIDAYS = (
    *_LASTING,
    *(name for table in (_FIXED, _FROM_EASTER, _WEEKDAYS, _LUNAR, _AFTER) for name in table),
)
HOLIDAY_WORDS = {name.split()[0] for name in HOLIDAYS}


@dataclass(frozen=True, slots=True)
class Holiday:
    """A feast: how many words name it, when it is in a year, and whether its name means nothing else."""

    length: int
    in_year: Callable[[int], DateRange]
    certain: bool


def find_holiday(words: Sequence[str]) -> Holiday | None:
    """The feast with the longest name that the words, in lower case, begin with."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        name = " ".join(words[:length])
        if name in _LASTING:
            return Holiday(length, _ramadan if name == "ramadan" else _hanukkah, certain=True)
        rule = _rule(name)
        if rule is not None:
            return Holiday(length, partial(_day, rule), " " in name and name not in _DOUBTFUL)
    return None


def _day(rule: Callable[[int], date], year: int) -> DateRange:
    day = rule(year)
    return DateRange(day, day)


def _rule(name: str) -> Callable[[int], date] | None:
    if name in _FIXED:
        month, day = _FIXED[name]
        return lambda year: date(year, month, day)
    if name in _WEEKDAYS:
        month, which, weekday = _WEEKDAYS[name]
        return lambda year: nth_weekday(months(year, month), which, weekday)
    from_easter = _FROM_EASTER.get(name.removeprefix("orthodox "))
    if from_easter is not None:
        return partial(_easter, from_easter, int(name not in _FROM_EASTER))
    if name in _LUNAR:
        return partial(_lunar, *_LUNAR[name])
    if name in _AFTER:
        return partial(_after, *_AFTER[name])
    return None


def _after(weekday: tuple[int, int, int], later: int, every: int, year: int) -> date:
    """Some days after a weekday of a month. Raises ValueError for a year between."""
    if year % every:
        raise ValueError(f"there is none in {year}")
    month, which, number = weekday
    return nth_weekday(months(year, month), which, number) + timedelta(days=later)


def _ramadan(year: int) -> DateRange:
    """From its first day to the eve of Eid."""
    return DateRange(_lunar(*_RAMADAN, year), _lunar(*_LUNAR["eid al - fitr"], year) - timedelta(days=1))


def _hanukkah(year: int) -> DateRange:
    """From the first day, which begins on the evening before, to the last."""
    first = _lunar(*_HANUKKAH, year)
    return DateRange(first, first + timedelta(days=_NIGHTS - 1))


def _easter(days: int, orthodox: int, year: int) -> date:
    from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

    return easter(year, EASTER_ORTHODOX if orthodox else EASTER_WESTERN) + timedelta(days=days)


def _lunar(country: str, name: str, year: int) -> date:
    """The first day that has the name. Raises ValueError for a year that the library does not know."""
    from holidays import country_holidays

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        categories = ("school",) if name in _SCHOOL else None
        days = country_holidays(country, years=year, observed=False, language="en_US", categories=categories)
    found = [day for day, names in days.items() if any(_is_named(each, name) for each in names.split("; "))]
    if not found:
        raise ValueError(f"{name} of {year} is not known")
    return min(found)


def _is_named(found: str, name: str) -> bool:
    """True for the feast itself, not for its eve or the days off around it."""
    return found.startswith(name) and not found.removesuffix(" (estimated)").endswith(("Eve", "Holiday"))

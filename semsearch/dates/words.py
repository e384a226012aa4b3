"""The words of English that say when."""

from __future__ import annotations

from collections.abc import Mapping

from semsearch.dates.days import Unit


def _numbered(names: str, first: int) -> dict[str, int]:
    """Several spellings of each number, with bars between; numbers with blanks between."""
    return {name: number for number, group in enumerate(names.split(), first) for name in group.split("|")}


MONTH_NAMES = (
    "january|jan",
    "february|feb",
    "march|mar",
    "april|apr",
    "may",
    "june|jun",
    "july|jul",
    "august|aug",
    "september|sept|sep",
    "october|oct",
    "november|nov",
    "december|dec",
)
MONTHS: Mapping[str, int] = _numbered(" ".join(MONTH_NAMES), 1)
DOUBTFUL_MONTHS = {"may", "march", "mar", "april", "june", "august", "jan", "dec", "sep", "jun"}  # verbs, names
WEEKDAYS: Mapping[str, int] = _numbered(
    "monday|mon tuesday|tue|tues wednesday|wed thursday|thu|thur|thurs friday|fri saturday|sat sunday|sun", 0
)
SHORT_WEEKDAYS = {"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"}
SEASONS: Mapping[str, str] = {
    "spring": "spring",
    "summer": "summer",
    "autumn": "autumn",
    "fall": "autumn",
    "winter": "winter",
}
NO_SEASON = {"olympics", "olympic", "games", "camp", "camps", "war", "school", "break", "wheat", "coat", "tyres"}
FORTNIGHTS = ("fortnight", "fortnights")  # of two weeks
UNITS: Mapping[str, Unit] = {
    "day": "day",
    "week": "week",
    "weekend": "weekend",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "decade": "decade",
    "century": "century",
}
PLURALS: Mapping[str, Unit] = {
    "days": "day",
    "weeks": "week",
    "weekends": "weekend",
    "months": "month",
    "quarters": "quarter",
    "years": "year",
    "decades": "decade",
    "centuries": "century",
}
NUMBERS: Mapping[str, int] = {
    **_numbered("one|a|an two|couple three|few four five six seven eight nine ten eleven twelve thirteen fourteen", 1),
    **_numbered("fifteen sixteen seventeen eighteen nineteen twenty", 15),
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}
TENS = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
ORDINALS: Mapping[str, int] = {
    **_numbered("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth", 1),
    **_numbered("fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth", 14),
    "final": -1,
    "last": -1,
    "closing": -1,
    "opening": 1,
}
PARTS: Mapping[str, int] = {
    "early": 0,
    "beginning": 0,
    "start": 0,
    "onset": 0,
    "mid": 1,
    "middle": 1,
    "late": 2,
    "end": 2,
    "close": 2,
}
NOUN_PARTS = {"beginning", "start", "onset", "middle", "end", "close"}  # followed by "of"
DECADES: Mapping[str, int] = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
# A number before one of these is an amount, not a year or a day of the month.
COUNTED = frozenset(
    """
    people persons men women children troops soldiers civilians refugees prisoners fighters recruits reservists
    workers victims dead wounded casualties deaths tanks drones missiles rockets shells guns aircraft planes ships
    vehicles guests km kilometres kilometers miles metres meters feet kg tons tonnes barrels litres liters dollars
    euros pounds roubles rubles hryvnias percent times points votes seats pages words copies hours hrs gmt utc minutes
    seconds houses homes buildings villages towns cities countries units cases rpm mg ml mm cm hz kwh mw gw mph kmh
    degrees calories patients participants samples cells mice genes signatures
    """.split()  # noqa: SIM905 (a list of words reads better so)
)
# A number after one of these is a name's, not a year.
NUMBERED = frozenset(
    """
    resolution article number no nr order decree law act section paragraph chapter page room flight unit brigade
    regiment battalion division model version windows office agenda vision worth about nearly almost over than
    approximately roughly some least most only exactly area route highway figure table channel grade class type line
    case file item directive regulation block building apartment iso rfc runner film movie
    novel book song album project bmw peugeot porsche boeing
    postcode zip error code plate iphone ipad galaxy extension
    """.split()  # noqa: SIM905
)
EVIDENCE = {"in", "since", "until", "till", "by", "during", "before", "after", "from", "throughout", "between"}

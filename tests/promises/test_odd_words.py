"""Promises 14 to 16: odd questions, odd dates and hostile text for every pattern."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

import semsearch
from semsearch.dates.published import parse_published
from semsearch.dates.typed import parse_half_life, parse_period, parse_range
from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.records import DateClaim, PublishedDate
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from tests.conftest import write_articles

SEED = 20221111


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("odd")
    build([write_articles(folder / "articles")], folder / "ix", model="hash")
    return open_index(folder / "ix")


@pytest.mark.parametrize(
    "question",
    [
        "x" * 10**6,
        "grain " * 170_000,
        '"' * 10**5,
        '"a" ' * 10**5,
        "-a " * 10**5 + "b",
        "grain\0deal",
        "🌾🚢" * 1000,
        "مرحبا بالعالم",
        "俄罗斯为什么从赫尔松撤退" * 100,
        "the of and to a in",
        "?!.,;:",
        "\u202egrain",
        "\ufdfa" * 1000,
        "a\u0301" * 10_000,
        "in 2022 " * 20_000,
        "since " * 20_000,
        "(" * 50_000,
    ],
    ids=lambda question: repr(question[:12]),
)
def test_odd_questions_are_answered_in_two_seconds(index: Index, question: str) -> None:
    for mode in ("hybrid", "dense", "lexical"):
        began = time.monotonic()
        answer = index.search(question, mode=mode)
        assert time.monotonic() - began < 2
        assert (len(question) > 10_000) == any("characters" in note for note in answer.notes)


@pytest.mark.parametrize("question", ["", " \n\t", "\0", "-a", "\u200b"])
def test_questions_of_nothing_are_refused_or_empty(index: Index, question: str) -> None:
    with suppress(UsageError):
        assert index.search(question).query.text == question


WORDS = """
2022 11 09 30 31 February 0000-00-00 10000-01-01 - / . : T Z +05:00 Sept ноября 一月 ٠١ today now .. -0001 1e9 NaN ☃
12:61 BC Monday 05/11/2022 2022-W45 2022-313 Q4 99 AM 30dd 6w off
"""
PIECES = (*WORDS.split(), "30 February 2022", " ", "\0", "1" * 300)


def parse_odd(text: str, parse: Callable[[str], object]) -> object:
    """What a parser makes of a text: a reason counts as an answer, anything else that is raised does not."""
    try:
        return parse(text)
    except UsageError as error:
        return str(error)


def test_ten_thousand_odd_dates_end_in_a_date_or_a_reason() -> None:
    rng = random.Random(SEED)
    for number in range(10_000):
        text = "".join(rng.choices(PIECES, k=rng.randint(1, 5)))
        assert parse_odd(text, parse_period)
        assert parse_odd(text, lambda text: parse_range(text, "--event"))
        assert parse_odd(text, lambda text: parse_half_life(text, "--recency")) is not None
        if number % 10 == 0:  # dateparser, which takes longer
            found = parse_odd(text, lambda text: parse_published(DateClaim(text, "field")))
            assert found
            if isinstance(found, PublishedDate):
                assert 1000 <= found.first.year <= found.last.year <= 2199


@pytest.mark.parametrize("text", ["1" * 10**5, "2022-" * 10**5, "/" * 10**5])
def test_a_date_of_a_hundred_thousand_signs_is_refused_at_once(text: str) -> None:
    began = time.monotonic()
    for parse in (parse_period, lambda text: parse_published(DateClaim(text, "field"))):
        with pytest.raises(UsageError):
            parse(text)
    assert time.monotonic() - began < 2


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern of the program."""
    found = []
    for module in pkgutil.walk_packages(semsearch.__path__, "semsearch."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.append((f"{module.name}.{name}", value))
    return found


HOSTILE = [
    "a",
    " ",
    "1",
    "-",
    '"',
    "\n",
    ".",
    "a ",
    "1,",
    "the ",
    "2022-",
    '"a',
    "-a ",
    "(",
    "\t ",
    "é",
    "x=",
    "Mr. ",
    "a.b",
]


@pytest.mark.parametrize(("name", "pattern"), patterns(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_pattern_takes_more_than_its_share_of_time(name: str, pattern: re.Pattern[str]) -> None:
    """Twice the text takes about twice the time; what is over in a hundredth of a second counts as nothing."""

    def seconds(text: str) -> float:
        began = time.perf_counter()
        for _ in pattern.finditer(text):
            pass
        pattern.match(text)
        return time.perf_counter() - began

    for piece in HOSTILE:
        short, long = (piece * (size // len(piece)) for size in (10_000, 20_000))
        for end in ("", "\0"):
            if seconds(long + end) > 0.02:  # the least of several, as the machine is shared
                ratios = [seconds(long + end) / seconds(short + end) for _ in range(7)]
                assert min(ratios) <= 2.5, (piece, ratios)

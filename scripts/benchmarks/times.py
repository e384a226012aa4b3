"""Reading time: questions with and without time words, hostile ones, date strings, and whole texts.

scripts/bench times

The baseline is dateparser's search over the same questions, which finds dates but no windows.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from scripts.benchmarks.measuring import ROOT
from semsearch.dates.event_dates import event_dates
from semsearch.dates.hints import asked_for_latest
from semsearch.dates.published import parse_published
from semsearch.dates.time_words import find_time
from semsearch.errors import DateNotUnderstood
from semsearch.records import DateClaim, DateRange

ANCHOR = date(2022, 12, 30)
HOSTILE = 10_000


def hostile(rng: random.Random, words: list[str]) -> Iterable[str]:
    """Questions of time words in any order, and of any characters, up to 1,000 characters."""
    for number in range(HOSTILE):
        if number % 2:
            yield " ".join(rng.choices(words, k=rng.randint(1, 150)))[:1000]
        else:
            yield "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(160, 0x3000)))) for _ in range(200))


def dates(rng: random.Random) -> Iterable[str]:
    """Strings that look like dates, or nearly."""
    for _ in range(HOSTILE):
        text = date.fromordinal(rng.randrange(1, date.max.toordinal())).strftime(
            rng.choice(("%d %B %Y", "%Y-%m-%d", "%d/%m/%Y"))
        )
        place = rng.randrange(len(text))
        yield text[:place] + rng.choice(("", "9", "-", "x", " ", "٣", "." * 90)) + text[place + rng.randint(0, 2) :]


def main() -> None:
    """Print medians, 99th percentiles and maxima in milliseconds."""
    with (ROOT / "tests" / "time_words.tsv").open(encoding="utf-8") as stream:
        asked = [row["question"] for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]
    timeless = (ROOT / "tests" / "no_time.txt").read_text("utf-8").splitlines()
    rng = random.Random(7)  # noqa: S311 (to be the same each time)
    words = sorted({word for question in asked for word in question.split()})
    print(f"{'milliseconds':<44}{'median':>9}{'p99':>9}{'most':>9}")
    for name, call, items in (
        ("questions with time", _read, asked),
        ("questions without", _read, timeless),
        (f"{HOSTILE} hostile questions", _read, list(hostile(rng, words))),
        (f"{HOSTILE} hostile dates", _publish, list(dates(rng))),
        ("the same questions, dateparser's search", _baseline(), asked[:100]),
    ):
        print(f"{name:<44}" + "".join(f"{value:>9.2f}" for value in _timed(call, items)))
    text = " ".join(asked) * 20
    begin = time.perf_counter()
    found = len(event_dates(text, DateRange(ANCHOR, ANCHOR)))
    print(f"a text of {len(text):,} characters, {found} periods: {time.perf_counter() - begin:.2f} s")


def _timed(call: Callable[[str], object], items: list[str]) -> tuple[float, float, float]:
    call(items[0] if call is not _publish else "9. November 2022")  # what is imported then counts nowhere
    times = []
    for item in items:
        begin = time.perf_counter()
        call(item)
        times.append(1000 * (time.perf_counter() - begin))
    return float(np.median(times)), float(np.percentile(times, 99)), max(times)


def _read(question: str) -> object:
    return find_time(question, ANCHOR), asked_for_latest(question)


def _publish(text: str) -> object:
    try:
        return parse_published(DateClaim(text, "field"))
    except DateNotUnderstood:
        return None


def _baseline() -> Callable[[str], object]:
    from dateparser.search import search_dates

    return lambda question: search_dates(question, languages=["en"])


if __name__ == "__main__":
    main()

"""Periods that users type, and publication dates with their provenance."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.dates.published import parse_published, resolve_published
from semsearch.dates.typed import make_window, parse_period
from semsearch.errors import DateNotUnderstood, UsageError
from semsearch.records import DateClaim, DateRange


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-11", date(2022, 11, 1), date(2022, 11, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-11-09", date(2022, 11, 9), date(2022, 11, 9)),
        (" 2022-11-09 ", date(2022, 11, 9), date(2022, 11, 9)),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, first: date, last: date) -> None:
    assert parse_period(text) == (first, last)


@pytest.mark.parametrize("text", ["", "2022-13", "2022-02-30", "0000", "10000-01-01", "9/11/2022", "soon", "２０２２"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(DateNotUnderstood):
        parse_period(text)


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_every_day_month_and_year_is_understood(day: date) -> None:
    text = day.isoformat()
    assert parse_period(text) == (day, day)
    assert parse_period(text[:7]) == (day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))
    assert parse_period(text[:4]) == (day.replace(month=1, day=1), day.replace(month=12, day=31))


def test_a_window_includes_both_ends() -> None:
    assert make_window("2022-11", "2022-12", None) == (
        DateRange(date(2022, 11, 1), date(2022, 12, 31)),
        "--since 2022-11 --until 2022-12",
    )
    assert make_window("2022-11-09", None, None)[0] == DateRange(date(2022, 11, 9), None)
    assert make_window(None, "2022", None)[0] == DateRange(None, date(2022, 12, 31))
    assert make_window(None, None, "2022-11")[0] == DateRange(date(2022, 11, 1), date(2022, 11, 30))
    assert make_window(None, None, None) == (None, "")


@pytest.mark.parametrize("given_", [("2023", "2022", None), ("2022-11-10", "2022-11-09", None), ("2022", None, "2022")])
def test_a_window_that_makes_no_sense_is_refused(given_: tuple[str, str | None, str | None]) -> None:
    with pytest.raises(UsageError):
        make_window(*given_)


@pytest.mark.parametrize(
    ("raw", "first", "last", "precision", "ambiguous"),
    [
        ("2022-11-09", date(2022, 11, 9), date(2022, 11, 9), "day", False),
        ("2022-06-24T23:23:00Z", date(2022, 6, 24), date(2022, 6, 24), "day", False),
        ("2022-06-24 23:23:00+02:00", date(2022, 6, 24), date(2022, 6, 24), "day", False),
        ("20221109", date(2022, 11, 9), date(2022, 11, 9), "day", False),
        ("2022-11", date(2022, 11, 1), date(2022, 11, 30), "month", False),
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "year", False),
        ("Wed, 09 Nov 2022 23:30:00 -0500", date(2022, 11, 9), date(2022, 11, 9), "day", False),
        ("9 November 2022", date(2022, 11, 9), date(2022, 11, 9), "day", False),
        ("November 9, 2022", date(2022, 11, 9), date(2022, 11, 9), "day", False),
        ("Nov 2022", date(2022, 11, 1), date(2022, 11, 30), "month", False),
        ("25/11/2022", date(2022, 11, 25), date(2022, 11, 25), "day", False),
        ("11/25/2022", date(2022, 11, 25), date(2022, 11, 25), "day", False),
        ("05/11/2022", date(2022, 11, 5), date(2022, 11, 5), "day", True),
    ],
)
def test_a_published_date_has_precision_and_ambiguity(
    raw: str, first: date, last: date, precision: str, ambiguous: bool
) -> None:
    found = parse_published(DateClaim(raw, "field"))
    assert (found.first, found.last, found.precision, found.ambiguous) == (first, last, precision, ambiguous)
    assert (found.raw, found.provenance) == (raw, "field")


@pytest.mark.parametrize(
    "raw",
    ["2022-02-30", "30 February 2022", "0000-01-01", "10000-01-01", "yesterday", "March", "12", "1" * 100_000, ""],
)
def test_an_impossible_or_relative_date_is_never_guessed(raw: str) -> None:
    with pytest.raises(DateNotUnderstood):
        parse_published(DateClaim(raw, "header"))


def test_the_first_claim_that_is_a_date_counts_and_the_others_are_told() -> None:
    claims = [DateClaim("2022-02-30", "header"), DateClaim("2022-03-01", "field")]
    found, reasons = resolve_published(claims)
    assert found is not None
    assert (str(found), found.provenance) == ("2022-03-01", "field")
    assert reasons == ["no such date: 2022-02-30"]
    assert resolve_published([]) == (None, [])


@given(st.text(max_size=60))
def test_no_text_breaks_the_period_parser(text: str) -> None:
    try:
        first, last = parse_period(text)
    except DateNotUnderstood:
        return
    assert timedelta(0) <= last - first <= timedelta(366)

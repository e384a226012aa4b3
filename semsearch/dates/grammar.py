"""Periods in words: "9 November 2022", "early last summer", "the first week of March", "two weeks after Easter".

A recursive descent over tokens: each rule looks at a place and gives the period that begins there, or None; of
several the longest counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from semsearch.dates import calendar_rules, compound_rules, relative_rules, year_rules
from semsearch.dates.reading import Context, Reading, Rule

RULES: Sequence[Rule] = (
    compound_rules.offset,
    compound_rules.last_before,
    compound_rules.day_of_event,
    compound_rules.counted_day,
    compound_rules.into,
    compound_rules.part,
    compound_rules.nth,
    compound_rules.unit_of_day,
    relative_rules.near_day,
    relative_rules.ago,
    relative_rules.relative_unit,
    relative_rules.last_count,
    relative_rules.weekday,
    relative_rules.weekday_beside,
    relative_rules.weekend,
    relative_rules.week_and_weekday,
    relative_rules.earlier_in,
    relative_rules.so_far,
    calendar_rules.day_of_month,
    calendar_rules.month,
    calendar_rules.season,
    calendar_rules.quarter_or_half,
    year_rules.decade,
    year_rules.century,
    year_rules.two_years,
    calendar_rules.year_first,
    calendar_rules.in_digits,
    calendar_rules.numbered_week,
    compound_rules.holiday,
    compound_rules.relative_holiday,
    year_rules.year,
    compound_rules.event,
)


def read(text: str, context: Context) -> Reading:
    """A text with the rules of the grammar."""
    return Reading(text, context, RULES)

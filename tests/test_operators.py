"""Phrases, +must, -not and title: act on words; plain questions stay plain."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from semsearch.errors import UsageError
from semsearch.indexing.building import build
from semsearch.search.local import Index
from semsearch.search.opening import open_index
from semsearch.search.operators import ParsedQuestion, parse_question
from semsearch.search.options import make_query
from semsearch.text.words import phrase_pattern
from tests.conftest import write_articles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('who led the "Wagner group" then', ParsedQuestion("who led the Wagner group then", ("Wagner group",))),
        ("“special operation” why", ParsedQuestion("special operation why", ("special operation",))),
        ("+kherson bridge", ParsedQuestion("kherson bridge", (), ("kherson",))),
        ("bridge -kerch", ParsedQuestion("bridge", (), (), ("kerch",))),
        ('grain -"grain deal"', ParsedQuestion("grain", (), (), ("grain deal",))),
        ("title:Odesa port", ParsedQuestion("Odesa port", (), (), (), ("Odesa",))),
        ('title:"Black Sea" +grain', ParsedQuestion("Black Sea grain", (), ("grain",), (), ("Black Sea",))),
    ],
)
def test_operators_are_taken_out(text: str, expected: ParsedQuestion) -> None:
    assert parse_question(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "why did Russia retreat from Kherson?",
        "was it -5 degrees - or less?",
        "the city's re-taken half-way bridge",
        'a lone " quotation mark',
        'nothing "" inside',
        "title: the war",
        "C++ and 1+1 - what?",
        "subtitle:x a+b a-b",
        "- + -- ++",
        "nucleosomes at +1 and in the +5 position",
    ],
)
def test_plain_questions_never_trip_over_punctuation(text: str) -> None:
    assert parse_question(text) == ParsedQuestion(text)
    assert make_query(text).text == text


def test_a_phrase_is_its_words_in_a_row() -> None:
    pattern = phrase_pattern("Grain deal")
    assert pattern
    assert pattern.search("The GRAIN-deal was signed")
    assert pattern.search("the grain\ndeal.")
    assert not pattern.search("the grain dealer")
    assert not pattern.search("a deal on grain")
    assert phrase_pattern("!?") is None


def test_only_what_is_not_wanted_is_no_question() -> None:
    with pytest.raises(UsageError, match="add words that say what is"):
        make_query("-kerch")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    texts = {
        "deal.txt": "The grain deal was signed in Istanbul.",
        "dealer.txt": "A dealer of grain signed nothing.",
        "bridge.md": "---\ntitle: Bridge at Kerch\n---\nIt was hit at night, and the grain deal was over.",
        "other.txt": "Nothing of the kind was said about bridges.",
    }
    root: Path = tmp_path_factory.mktemp("operators")
    build([write_articles(root / "a", texts)], root / "ix", model="hash")
    return open_index(root / "ix")


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('"grain deal"', {"deal.txt", "bridge.md"}),
        ('+"deal grain"', set()),
        ('"grain deal" +over', {"bridge.md"}),
        ("grain +signed", {"deal.txt", "dealer.txt"}),
        ("+grain -night", {"deal.txt", "dealer.txt"}),
        ('grain +was -"grain deal" -about', set()),
        ("title:bridge", {"bridge.md"}),
        ('title:"at Kerch" +grain', {"bridge.md"}),
        ("+kerch", {"bridge.md"}),
        ("+zebra", set()),
    ],
)
def test_operators_decide_what_may_be_found(index: Index, question: str, expected: set[str], mode: str) -> None:
    hits = index.search(question, mode=mode).hits  # type: ignore[arg-type]
    assert {hit.document.doc_id for hit in hits} == expected


def test_operators_hold_in_the_dense_mode_too(index: Index) -> None:
    assert {hit.document.doc_id for hit in index.search("grain -deal", mode="dense").hits} == {
        "dealer.txt",
        "other.txt",
    }


def test_a_quotation_that_nothing_holds_is_searched_for_by_its_words(index: Index) -> None:
    answer = index.search('who signed the "deal grain."')
    assert answer.notes == ('no passage holds "deal grain.": its words were searched for',)
    assert {hit.document.doc_id for hit in answer.hits} == {"deal.txt", "dealer.txt", "bridge.md", "other.txt"}
    assert index.search('who signed the "grain deal"').notes == ()
    assert index.search('"deal grain" +zebra').hits == ()


@pytest.mark.parametrize("piece", ['"a', '+"a b ', ' "a', "-", 'title:"'])
@pytest.mark.parametrize("text", ["{}" + "a" * 200_000, "{}" * 30_001])
def test_no_question_takes_long_to_take_apart(text: str, piece: str) -> None:
    """A lone quotation mark before many letters took quadratic time: a minute for these."""
    began = time.monotonic()
    parse_question(text.replace("{}", piece))
    assert time.monotonic() - began < 2

"""Passages: true slices, within the limit, nothing lost, sentences whole where they fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.encoders import Encoder, open_encoder
from semsearch.encoders.hashing import HashEncoder
from semsearch.records import Passage
from semsearch.text.chunking import SPECIAL_TOKENS, ChunkingSettings, header_for, passage_header, split_document
from semsearch.text.sentences import LONGEST_TITLE, first_sentence, split_sentences, text_windows

HASH = HashEncoder()
TEXTS = st.text(st.sampled_from("ab .!?\n\té“”—😀日"), max_size=600)


def split(text: str, chunking: ChunkingSettings, encoder: Encoder = HASH, header: str = "") -> list[Passage]:
    tokens = len(encoder.token_offsets([header])[0])
    return split_document(text, encoder.token_offsets([text])[0], tokens, chunking)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(12, 60), st.integers(0, 2))
def test_passages_are_slices_within_the_limit_and_cover_the_text(text: str, tokens: int, overlap: int) -> None:
    passages = split(text, ChunkingSettings(tokens=tokens, overlap=overlap))
    covered = np.zeros(len(text), bool)
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text == passage.text.strip()
        assert len(HASH.token_offsets([passage.text])[0]) + SPECIAL_TOKENS <= tokens
        covered[passage.start : passage.end] = True
    assert all(covered[at] or text[at].isspace() for at in range(len(text)))
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))


def test_sentences_stay_whole_where_they_fit() -> None:
    sentences = [f"This is sentence number {n} of the text." for n in range(40)]
    text = " ".join(sentences)
    passages = split(text, ChunkingSettings(tokens=50))
    assert all(p.text.startswith("This is") and p.text.endswith("text.") for p in passages)
    assert " ".join(p.text for p in passages) == text


def test_passages_of_a_text_are_of_even_length() -> None:
    text = " ".join(f"Word {n} is here." for n in range(26))  # 5 tokens each, 130 in all
    sizes = [len(HASH.token_offsets([p.text])[0]) for p in split(text, ChunkingSettings(tokens=102))]
    assert sizes == [65, 65]  # not 100 and 30


def test_an_overlap_repeats_sentences() -> None:
    text = " ".join(f"Word {n} is here." for n in range(30))
    first, second, *_ = split(text, ChunkingSettings(tokens=52, overlap=1))
    assert second.start == first.end - len("Word 9 is here.")


def test_an_overlong_sentence_is_cut_between_tokens() -> None:
    text = " ".join(f"w{n}" for n in range(100))
    passages = split(text, ChunkingSettings(tokens=22))
    assert [len(p.text.split()) for p in passages] == [20] * 5
    assert " ".join(p.text for p in passages) == text


def test_a_header_counts_towards_the_limit() -> None:
    text, title = " ".join(f"Word {n} is here." for n in range(60)), "A title of six words here"
    chunking = ChunkingSettings(tokens=40)
    offsets = HASH.token_offsets([title])[0]
    header = header_for(title, offsets, chunking)
    for passage in split(text, chunking, header=title):
        embedded = f"{passage_header(header, passage)}\n{passage.text}"
        assert embedded == f"{title}\n{passage.text}"
        assert len(HASH.token_offsets([embedded])[0]) + SPECIAL_TOKENS <= 40


def test_a_long_title_is_cut_and_a_repeated_one_left_out() -> None:
    title = " ".join(f"w{n}" for n in range(100))
    chunking = ChunkingSettings(header_tokens=10)
    assert header_for(title, HASH.token_offsets([title])[0], chunking) == " ".join(f"w{n}" for n in range(10))
    assert header_for("x", HASH.token_offsets(["x"])[0], ChunkingSettings(header=False)) == ""
    assert passage_header("The first sentence…", Passage(0, 9, "The first sentence goes on.")) == ""


@pytest.mark.parametrize("size", [96, 160, 256])
def test_no_passage_is_cut_off_by_the_real_model(size: int) -> None:
    encoder = open_encoder()
    text = " ".join(
        f"Évgeniy’s unbelievably long word №{n}, re-told at 11:{n:02} a.m. 日本 naïve 😀." for n in range(60)
    )
    title = "The minister’s announcement of a re-organisation " * 4
    chunking = ChunkingSettings(tokens=size)
    offsets = encoder.token_offsets([title])[0]
    header = header_for(title, offsets, chunking)
    passages = split_document(text, encoder.token_offsets([text])[0], min(len(offsets), 40), chunking)
    lengths = [len(o) for o in encoder.token_offsets([f"{passage_header(header, p)}\n{p.text}" for p in passages])]
    assert max(lengths) + SPECIAL_TOKENS <= size
    assert len(passages) > 3


def test_first_sentence_is_shortened_at_a_word() -> None:
    assert first_sentence("  One here. Two there.") == "One here."
    long = first_sentence("word " * 80)
    assert len(long) <= LONGEST_TITLE
    assert long.endswith("word…")
    assert first_sentence("   ") == ""


@given(st.text(max_size=300))
@settings(deadline=None)
def test_sentences_are_trimmed_spans_in_order(text: str) -> None:
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop
        assert text[start:stop] == text[start:stop].strip()
        end = stop


@pytest.mark.parametrize("unit", ["A sentence here. ", "words without any end ", "letters", "Part.\n\n"])
def test_windows_join_to_the_text_and_cut_no_word_that_fits(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    spans = list(text_windows(text))
    assert "".join(text[a:b] for a, b in spans) == text
    assert max(b - a for a, b in spans) <= 20_000
    assert len(spans) > 3
    if " " in unit:
        assert all(text[a - 1].isspace() or text[a].isspace() for a, _ in spans[1:])

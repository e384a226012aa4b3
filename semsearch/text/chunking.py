"""Documents to passages: whole sentences, packed up to a token budget, with exact offsets.

Sentences are split by sentencex. A passage is embedded with the document's title as its header
(:func:`passage_header`), and the two together stay within the encoder's limit, so that nothing is
cut off silently. The sizes were measured: see DECISIONS.md.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass

import numpy as np

from semsearch.arrays import Offsets, Span
from semsearch.records import Passage
from semsearch.text.sentences import split_sentences, trim

SPECIAL_TOKENS = 2  # [CLS] and [SEP]


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How documents are cut. ``tokens`` counts header, passage and special tokens together."""

    tokens: int = 160
    overlap: int = 0  # sentences of a passage that the next one repeats
    header: bool = True  # embed the title in front of each passage
    header_tokens: int = 40  # a longer title is cut to this many


def header_for(title: str, offsets: Offsets, settings: ChunkingSettings) -> str:
    """The title as it is embedded: at most ``header_tokens``, cut at a token's end."""
    if not settings.header or not len(offsets):
        return ""
    return title[: int(offsets[min(len(offsets), settings.header_tokens) - 1, 1])]


def passage_header(header: str, passage: Passage) -> str:
    """What is embedded in front of the passage: nothing where the passage begins with the header."""
    return "" if passage.text.startswith(header.removesuffix("…")) else header


def embedded_sha256(header: str, passage: str) -> bytes:
    """What the vector of a passage under a header goes by."""
    return hashlib.sha256(f"{header}\0{passage}".encode()).digest()


def split_document(text: str, offsets: Offsets, header_tokens: int, settings: ChunkingSettings) -> list[Passage]:
    """The passages of ``text``.

    ``offsets`` are its tokens' (n, 2) character offsets and ``header_tokens`` the length of its
    header. Every passage has at most ``settings.tokens`` tokens, header and special tokens counted.
    """
    budget = max(settings.tokens - SPECIAL_TOKENS - header_tokens, 8)
    sentences = split_sentences(text)
    sizes = _counts(sentences, offsets)
    if max(sizes, default=0) > budget:
        sentences = [
            piece
            for sentence, size in zip(sentences, sizes, strict=True)
            for piece in _fitting(text, sentence, offsets, budget, size)
        ]
        sizes = _counts(sentences, offsets)
    packed = _pack(sentences, sizes, budget, settings.overlap)
    return [Passage(start, end, text[start:end]) for start, end in packed]


def _counts(spans: list[Span], offsets: Offsets) -> list[int]:
    """How many tokens begin in each span."""
    ends = np.searchsorted(offsets[:, 0], np.array(spans, np.int64).reshape(-1, 2))
    return [int(size) for size in np.diff(ends, axis=1)[:, 0]]


def _fitting(text: str, sentence: Span, offsets: Offsets, budget: int, size: int) -> list[Span]:
    """The sentence, or its cuts at token offsets where it is longer than the budget."""
    if size <= budget:
        return [sentence]
    first = int(np.searchsorted(offsets[:, 0], sentence[0]))
    inner = offsets[first : first + size, 0]
    cuts = [sentence[0], *(int(inner[at]) for at in range(budget, size, budget)), sentence[1]]
    spans = (trim(text, start, end) for start, end in itertools.pairwise(cuts))
    return [span for span in spans if span[0] < span[1]]


def _pack(pieces: list[Span], sizes: list[int], budget: int, overlap: int) -> list[Span]:
    """Runs of neighbouring pieces, of even length.

    A text just over the budget is halved, not cut into a full passage and a scrap.
    """
    total = sum(sizes)
    even = -(-total // max(-(-total // budget), 1))
    packed: list[Span] = []
    first, used = 0, 0
    for at, size in enumerate(sizes):
        full = used + size > budget or (used >= even and at > first)
        if full and at > first:
            packed.append((pieces[first][0], pieces[at - 1][1]))
            first, used = _restart(sizes, first, at, budget - size, overlap)
        used += size
    if pieces:
        packed.append((pieces[first][0], pieces[-1][1]))
    return packed


def _restart(sizes: list[int], first: int, at: int, room: int, overlap: int) -> tuple[int, int]:
    """Where the next passage begins, and the tokens that it repeats."""
    begin = at
    while begin > max(at - overlap, first + 1) and sum(sizes[begin - 1 : at]) <= room:
        begin -= 1
    return begin, sum(sizes[begin:at])

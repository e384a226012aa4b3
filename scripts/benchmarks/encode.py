"""Passages a second: the bulk engines beside sentence-transformers' default, and the machine's limit.

    scripts/bench encode [PASSAGES] [ROUNDS]

The limit is the rate of plain matrix products in the same run, in the same precision, divided by the
floating-point operations that one token needs. Vectors are compared with sentence-transformers float32.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from scripts.benchmarks.measuring import alternate, real_passages, timed
from semsearch.arrays import Vectors
from semsearch.encoders import Encoder, Precision, open_encoder
from semsearch.encoders.layout import ModelLayout, packaged_folder, read_layout
from semsearch.encoders.openvino_bert import matrix_product
from semsearch.errors import EncoderUnavailable

SIZE = 2048  # of the matrices whose product is timed
INNER = 1536  # MiniLM's feed-forward width


@dataclass
class Measured:
    """One way to encode: tokens a second in each round, and its vectors."""

    label: str
    rates: list[float] = field(default_factory=list)
    rows: Vectors | None = None


def flop_a_token(layout: ModelLayout, tokens: float) -> float:
    """Additions and multiplications for one token of a text of ``tokens`` tokens."""
    products = 2 * (4 * layout.dim**2 + 2 * layout.dim * INNER)  # attention's four matrices, feed-forward's two
    return layout.layers * (products + 4 * tokens * layout.dim)


def product_rate(precision: Precision) -> float:
    """Floating-point operations a second of one large matrix product."""
    work = matrix_product(SIZE, precision)
    work()
    (ran,) = alternate(5, timed(work))
    return 2 * SIZE**3 / ran.seconds


def encoders() -> list[tuple[str, Encoder]]:
    """The default, and each precision that this processor has."""
    found = []
    precisions: Sequence[Precision] = ("auto", "float32", "bfloat16", "int8")
    for precision in precisions:
        encoder = open_encoder(precision=precision)
        try:
            encoder.encode_passages(["warm"])
        except EncoderUnavailable as error:
            print(f"{precision}: left out: {error}")
            continue
        found.append((f"semsearch {precision}: {encoder.engine}", encoder))
    return found


def main() -> None:
    """Print a row for each way."""
    from sentence_transformers import SentenceTransformer

    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, rounds = [*numbers, *(1000, 3)[len(numbers) :]]
    texts = real_passages(count)
    reference = SentenceTransformer(str(packaged_folder()), device="cpu")
    layout = read_layout(packaged_folder())
    tokens = sum(map(len, reference.tokenizer(texts, truncation=True, max_length=layout.max_tokens)["input_ids"]))
    reference.encode(texts[:32], show_progress_bar=False)
    ways = [(Measured(label), encoder) for label, encoder in encoders()]
    baseline = Measured("sentence-transformers, its default encode")
    native = any("bfloat16" in way.label.split(":")[1] for way, _ in ways)
    limits: list[float] = []
    for _ in range(rounds):
        limits.append(product_rate("bfloat16" if native else "float32"))
        (ran,) = alternate(1, timed(lambda: keep(baseline, reference.encode(texts, show_progress_bar=False))))
        baseline.rates.append(tokens / ran.seconds)
        for way, encoder in ways:
            (ran,) = alternate(1, timed(lambda way=way, encoder=encoder: keep(way, encoder.encode_passages(texts))))  # type: ignore[misc]
            way.rates.append(tokens / ran.seconds)
    report(len(texts), tokens, layout, limits, "bfloat16" if native else "float32", baseline, [way for way, _ in ways])


def keep(way: Measured, rows: Vectors) -> None:
    """Remember the vectors."""
    way.rows = np.asarray(rows, np.float32)


def report(
    count: int,
    tokens: int,
    layout: ModelLayout,
    limits: Sequence[float],
    precision: str,
    baseline: Measured,
    ways: Sequence[Measured],
) -> None:
    """Print the table."""
    flop = flop_a_token(layout, tokens / count)
    limit = statistics.median(limits) / flop
    print(
        f"{count} passages, {tokens} tokens; {flop / 1e6:.1f} MFLOP a token; matrix products in {precision}: "
        f"{statistics.median(limits) / 1e9:.0f} GFLOP/s, so at most {limit / 1e3:.2f} thousand tokens a second"
    )
    print(f"{'':<44}{'ktokens/s':>10}{'ratio':>8}{'of limit':>10}{'cosine: mean':>14}{'least':>10}")
    base = statistics.median(baseline.rates)
    assert baseline.rows is not None
    for way in (baseline, *ways):
        assert way.rows is not None
        rate = statistics.median(way.rates)
        cosines = (way.rows * baseline.rows).sum(axis=1)
        print(
            f"{way.label:<44}{rate / 1e3:>10.2f}{rate / base:>7.2f}x{rate / limit:>9.0%}"
            f"{cosines.mean():>14.6f}{cosines.min():>10.6f}"
        )


if __name__ == "__main__":
    main()

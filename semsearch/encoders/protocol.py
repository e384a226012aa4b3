"""What every encoder does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from semsearch.arrays import Offsets, Span, Vectors

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bfloat16", "int8"]  # of the matrix products; vectors are float32


@dataclass(frozen=True, slots=True)
class SeenWeights:
    """A weights file whose sha256 was computed while it had this size and modification time.

    Hashing 90 MB costs more than answering a question, so an index remembers what it saw.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SpanVectors:
    """Texts as vectors, and spans of each text as vectors of its own.

    ``span_vectors`` has an array (spans, dim) of unit vectors for every text, in the order of its spans; (0, dim)
    for all texts where the encoder cannot encode a part of a text.
    """

    vectors: Vectors  # (n, dim)
    span_vectors: list[Vectors]


class Encoder(Protocol):
    """Texts to vectors of length 1 whose inner product is the cosine of the texts' meanings.

    One text gives the same vector whatever else is encoded with it: to 1e-6 in float32, and in less to
    what the precision itself leaves uncertain.
    """

    @property
    def model(self) -> str:
        """What :func:`semsearch.encoders.open_encoder` takes to open this encoder again."""

    @property
    def identity(self) -> str:
        """What must be equal for two sets of vectors to be comparable."""

    @property
    def dim(self) -> int:
        """Columns of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens, special ones included, beyond which a text would be cut off silently."""

    @property
    def engine(self) -> str:
        """What computes the vectors of passages; empty until it is known, when the first come."""

    @property
    def seen_weights(self) -> SeenWeights | None:
        """The weights file behind ``identity``, where there is one."""

    def warm_up(self) -> None:
        """Load what passages need, so that the first do not wait; else it is loaded when they come."""

    def close(self) -> None:
        """Make what another thread encodes end soon, with EncoderUnavailable; nothing is encoded afterwards."""

    def token_offsets(self, texts: Sequence[str]) -> list[Offsets]:
        """Character offsets (n, 2) of each text's tokens, special tokens left out, nothing cut."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dim) of texts to be found."""

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
        """The vectors of :meth:`encode_passages`, and vectors of the ``spans`` of each text.

        A span is read in its text: its vector is the mean of its tokens' states there ("late chunking",
        Günther et al. 2024), so it costs no forward pass of its own.
        """

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dim) of questions; a question over the limit is cut."""

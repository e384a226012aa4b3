"""The encoder of one run over the sources: opened late, checked against the index, at work in the background."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from semsearch.encoders import DEFAULT_MODEL, Device, Encoder, Precision, model_for_index, open_encoder
from semsearch.encoders.layout import FEWEST_TOKENS
from semsearch.encoders.protocol import SpanVectors
from semsearch.errors import EncoderMismatch, EncoderUnavailable, command
from semsearch.indexing.preparing import EmbeddedPassage, Prepared, prepare
from semsearch.records import Document
from semsearch.storage.known import EncoderRecord
from semsearch.storage.writer import Writer
from semsearch.text.chunking import ChunkingSettings

ENGLISH_MODELS = (DEFAULT_MODEL,)
MULTILINGUAL = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """What a user asked for; ``None`` is what the index has, and in a new index the default.

    ``recorded`` is the model of an index that is built again: the user has not named it now.
    """

    model: str | None = None
    device: Device = "auto"
    precision: Precision | None = None
    recorded: str | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """The vectors of a batch of passages and of their sentences, and what computed them."""

    passages: Sequence[EmbeddedPassage]
    spans: SpanVectors
    engine: str


class Embedding:
    """Texts to vectors for one index. Only :meth:`start` works in another thread, on one job at a time."""

    def __init__(self, writer: Writer, choice: EncoderChoice) -> None:
        self._writer = writer
        self._choice = choice
        self._encoder: Encoder | None = None
        self._thread: ThreadPoolExecutor | None = None

    def choose_encoder(self) -> None:
        """Check what was asked for against the index, before anything is read, and remember the precision.

        Raises EncoderMismatch for a model other than the index's own, UsageError for what it cannot do.
        """
        record = self._writer.encoder()
        if record is None:
            return
        if self._choice.model not in (None, record.model):
            self._check_identity(record)
        if (self._choice.device, self._choice.precision) != ("auto", None):
            self._open()
        if self._choice.precision not in (None, record.precision):
            with self._writer.transaction():
                self._writer.set_encoder(replace(record, precision=self._choice.precision or "auto"))

    def prepare(self, documents: Sequence[tuple[Document, bytes, str | None]]) -> Prepared:
        """Cut documents, each given with its content hash and own id, into passages of the index's kind."""
        return prepare(documents, self._open(), self._chunking(), self._writer.hemisphere())

    def warm_up(self) -> None:
        """Begin to load the encoder while the inputs are still being read."""
        self._background()

    def start(self, passages: Sequence[EmbeddedPassage]) -> Future[Encoded]:
        """Begin to encode passages; the vectors come when they are asked for."""
        return self._background().submit(_encode, self._open(), list(passages))

    def _background(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "encoder")
            self._thread.submit(self._open().warm_up)  # what fails here fails again when texts come
        return self._thread

    def record(self, engine: str) -> None:
        """Note in the truth what the vectors come from; inside a transaction. ``engine`` may be empty."""
        encoder = self._open()
        record = self._writer.encoder()
        now = record or EncoderRecord(
            encoder.model,
            encoder.identity,
            encoder.dim,
            encoder.max_tokens,
            self._chunking(),
            encoder.seen_weights,
            self._choice.precision or "auto",
        )
        if engine and engine not in now.engines:
            now = replace(now, engines=(*now.engines, engine))
        if now != record:
            self._writer.set_encoder(now)

    def doubts(self) -> list[str]:
        """What the index's articles hold that its model does not understand."""
        record = self._writer.encoder()
        if record is None or record.model not in ENGLISH_MODELS:
            return []
        others = [(code, count) for code, count in self._writer.languages() if code != "en"]
        if not others:
            return []
        named = ", ".join(f"{code} {count}" for code, count in others)
        return [
            f"{sum(count for _, count in others)} articles are not in English ({named}), and {record.model} knows "
            "English only: these are found by words, not by meaning; with a model for 50 languages: "
            f"{command('index', '--rebuild', '--model', MULTILINGUAL, index=self._writer.folder)}"
        ]

    def close(self) -> None:
        """Let the encoder and its memory go, without waiting for what it is at."""
        if self._encoder:
            self._encoder.close()
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
        self._encoder = self._thread = None

    def _open(self) -> Encoder:
        if self._encoder is None:
            record = self._writer.encoder()
            recorded = record.model if record else self._choice.recorded or DEFAULT_MODEL
            self._encoder = open_encoder(
                model_for_index(recorded, self._writer.folder, self._choice.model),
                record.seen_weights if record else None,
                device=self._choice.device,
                precision=self._choice.precision or (record.precision if record else "auto"),
                network=self._choice.model is not None,
            )
        return self._encoder

    def _chunking(self) -> ChunkingSettings:
        record = self._writer.encoder()
        if record is not None:
            self._check_identity(record)
            return record.chunking
        settings, limit = ChunkingSettings(), self._open().max_tokens
        if limit < FEWEST_TOKENS:
            raise EncoderUnavailable(f"{self._open().model} leaves {limit} tokens for a passage: take another model")
        return replace(settings, tokens=min(settings.tokens, limit))

    def _check_identity(self, record: EncoderRecord) -> None:
        encoder = self._open()
        if encoder.identity != record.identity:
            again = command("index", "--rebuild", "--model", encoder.model, index=self._writer.folder)
            raise EncoderMismatch(
                f"holds vectors of {record.model} ({record.identity}); {encoder.model} is {encoder.identity}",
                where=self._writer.folder,
                remedy=f"encode everything again with: {again}",
            )


def _encode(encoder: Encoder, passages: Sequence[EmbeddedPassage]) -> Encoded:
    try:
        vectors = encoder.encode_spans([one.text for one in passages], [one.spans for one in passages])
    except OSError as error:  # of a library or a model's file: not of the article that was being read
        raise EncoderUnavailable(f"{encoder.model} cannot encode here: {error}") from error
    return Encoded(passages, vectors, encoder.engine)

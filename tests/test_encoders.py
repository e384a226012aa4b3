"""One contract for every encoder, and MiniLM against sentence-transformers."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.encoders import DEFAULT_MODEL, Device, Encoder, SeenWeights, open_encoder
from semsearch.encoders.bert import gelu, layer_norm, softmax
from semsearch.encoders.devices import settle_device
from semsearch.encoders.engines import LEAST_COSINE, NUMPY_AT_MOST
from semsearch.encoders.layout import PACKAGE_SHA256, WEIGHTS, packaged_folder, read_layout, weights_sha256
from semsearch.encoders.openvino_bert import BATCH_TOKENS, STEP, plan_batches, quantised
from semsearch.encoders.weights import MappedWeights
from semsearch.errors import EncoderUnavailable, UsageError

TEXTS = [
    "why did Russia retreat from Kherson",
    "short",
    "The minister ordered the army to leave the town; supplies could not cross the river.",
    "Évgeniy Maloletka/AP — “naïve” 日本 😀 £5.50",
    "word " * 400,
]


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


@pytest.fixture(scope="module")
def tiny_cls_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    return tiny_model(folder, "bert", pooling="cls", limit=32, dtype="float32", prompts={})


@pytest.fixture(scope="module")
def prompted_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts = {"query": "query: ", "document": "passage of an article: "}
    folder = tmp_path_factory.mktemp("prompted")
    return tiny_model(folder, "roberta", pooling="mean", limit=48, dtype="bfloat16", prompts=prompts)


@pytest.fixture(params=["hash", DEFAULT_MODEL, "tiny_cls_model", "prompted_model"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    own = request.param.endswith("_model")
    return open_encoder(str(request.getfixturevalue(request.param)) if own else request.param)


def test_rows_are_unit_float32_of_the_encoders_dimension(encoder: Encoder) -> None:
    for rows in (encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)):
        assert rows.dtype == np.float32
        assert rows.shape == (len(TEXTS), encoder.dim)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_a_row_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.encode_queries(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        assert (encoder.encode_queries([text])[0] == row).all()


def test_no_texts_make_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dim)
    assert encoder.encode_passages([]).shape == (0, encoder.dim)


def test_token_offsets_are_spans_of_the_text_in_order_and_not_cut(encoder: Encoder) -> None:
    for text, offsets in zip(TEXTS, encoder.token_offsets(TEXTS), strict=True):
        assert offsets.dtype == np.int64
        assert (np.diff(offsets[:, 0]) >= 0).all()
        assert (offsets[:, 0] <= offsets[:, 1]).all()
        assert offsets[-1, 1] == len(text.rstrip())
    assert len(encoder.token_offsets(["word " * 400])[0]) == 400


def test_equal_words_are_nearer_than_others(encoder: Encoder) -> None:
    rows = encoder.encode_passages(["the grain deal was signed", "the grain deal was signed", "a cat sleeps"])
    assert float(rows[0] @ rows[1]) == pytest.approx(1)
    assert float(rows[0] @ rows[1]) > float(rows[0] @ rows[2])


def test_identity_and_model_open_the_same_encoder_again(encoder: Encoder) -> None:
    again = open_encoder(encoder.model, encoder.seen_weights)
    assert again.identity == encoder.identity


def test_a_passage_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.encode_passages(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(encoder.encode_passages([text])[0], row, atol=1e-5)


def native_bfloat16() -> bool:
    return "OpenVINO bfloat16 on cpu" in _encoded(open_encoder()).engine


def _encoded(encoder: Encoder) -> Encoder:
    encoder.encode_passages(["text"])
    return encoder


@pytest.mark.parametrize("name", [DEFAULT_MODEL, "tiny_cls_model", "prompted_model"])
def test_rows_equal_those_of_sentence_transformers(name: str, request: pytest.FixtureRequest) -> None:
    from sentence_transformers import SentenceTransformer

    folder = packaged_folder() if name == DEFAULT_MODEL else request.getfixturevalue(name)
    reference = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": "float32"})
    encoder = open_encoder(name if name == DEFAULT_MODEL else str(folder), precision="float32")
    queries = reference.encode_query(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    documents = reference.encode_document(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), queries, atol=2e-6)
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), documents, atol=2e-6)
    assert encoder.engine == "OpenVINO float32 on cpu"


def test_a_prompt_takes_its_tokens_from_the_limit_and_stands_in_the_identity(
    tiny_cls_model: Path, prompted_model: Path
) -> None:
    assert open_encoder(str(tiny_cls_model)).max_tokens == 32
    assert open_encoder(str(prompted_model)).max_tokens == 48 - len(["passage", "of", "an", "article", ":"])
    assert "passage of an article" in open_encoder(str(prompted_model)).identity


def test_the_default_precision_keeps_the_vectors() -> None:
    encoder = open_encoder()
    cosines = (encoder.encode_passages(TEXTS) * encoder.encode_queries(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9995
    assert encoder.engine in ("OpenVINO float32 on cpu", "OpenVINO bfloat16 on cpu")


def test_int8_is_near_and_only_when_asked_for() -> None:
    encoder = open_encoder(precision="int8")
    rows = encoder.encode_passages(TEXTS)
    cosines = (rows * open_encoder(precision="float32").encode_passages(TEXTS)).sum(axis=1)
    assert 0.98 < cosines.min() < 0.99999  # other numbers, as integers were multiplied
    assert encoder.engine == "OpenVINO int8 on cpu"


def test_quantised_weights_are_at_most_half_a_step_away() -> None:
    weight = np.random.default_rng(3).normal(size=(5, 40)).astype(np.float32)
    weight[2] = 0
    integers, scale = quantised(weight)
    assert np.abs(integers).max() == 127
    np.testing.assert_allclose(integers * scale, weight, atol=float(scale.max()) / 2 * 1.001)


def test_bfloat16_is_refused_where_the_processor_has_none() -> None:
    encoder = open_encoder(precision="bfloat16")
    if native_bfloat16():
        assert _encoded(encoder).engine == "OpenVINO bfloat16 on cpu"
    else:
        with pytest.raises(EncoderUnavailable, match="no bfloat16"):
            encoder.encode_passages(["text"])


def test_without_openvino_few_passages_go_through_numpy_and_many_through_sentence_transformers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    encoder = open_encoder()
    texts = [f"Sentence number {n} about the river and the bridge." for n in range(NUMPY_AT_MOST + 1)]
    few = encoder.encode_passages(texts[:3])
    assert encoder.engine == "NumPy float32 on cpu"
    many = encoder.encode_passages(texts)
    assert encoder.engine == "sentence-transformers float32 on cpu, as OpenVINO is not installed"
    np.testing.assert_allclose(many[:3], few, atol=2e-6)
    with pytest.raises(EncoderUnavailable, match="int8 needs OpenVINO, which is not installed: pip install"):
        open_encoder(precision="int8").encode_passages(texts)


def test_an_engine_that_gives_other_vectors_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEAST_COSINE, "float32", 1.1)
    monkeypatch.setitem(LEAST_COSINE, "bfloat16", 1.1)
    encoder = open_encoder()
    assert _encoded(encoder).engine == "NumPy float32 on cpu"


def test_openvino_neither_loads_its_telemetry_nor_opens_a_connection() -> None:
    """Importing openvino looks up a host name and reports the import, unless it is kept from it."""
    program = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, given: event.startswith('socket.') and opened.append((event, given)))\n"
        "from semsearch.encoders import open_encoder\n"
        "encoder = open_encoder(); encoder.encode_passages(['text'])\n"
        "print(encoder.engine, opened, [name for name in sys.modules if 'telemetry' in name])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("OpenVINO ")
    assert ran.stdout.endswith(" [] []\n")


@given(st.lists(st.integers(1, 512), max_size=300))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int]) -> None:
    batches = plan_batches(lengths)
    assert sorted(place for batch in batches for place in batch.places) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[place] for place in batch.places)
        assert batch.length % STEP == 0
        assert longest <= batch.length < longest + STEP
        assert len(batch.places) * batch.length <= BATCH_TOKENS


def test_batches_of_real_lengths_waste_little_and_have_few_shapes() -> None:
    rng = random.Random(5)
    lengths = [rng.randint(90, 160) for _ in range(300)]
    batches = plan_batches(lengths)
    padded = sum(len(batch.places) * batch.length for batch in batches)
    assert padded / sum(lengths) < 1.06
    assert len({(len(batch.places), batch.length) for batch in batches}) <= 12


def test_the_device_is_as_asked_and_a_processor_where_no_driver_sees_a_gpu() -> None:
    assert settle_device("cuda") == "cuda"
    assert settle_device("cpu") == "cpu"
    assert settle_device("auto") in ("cpu", "cuda", "mps")


def test_a_device_that_torch_does_not_have_is_told() -> None:
    import torch

    absent: Device = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(EncoderUnavailable, match=f"no device {absent}"):
        open_encoder(device=absent).encode_passages(["text"])


def test_the_hashing_model_has_no_precision() -> None:
    with pytest.raises(UsageError, match="neither device nor precision"):
        open_encoder("hash", precision="float32")


def weights_file(path: Path, header: object, data: bytes = b"") -> Path:
    encoded = json.dumps(header).encode()
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + data)
    return path


def test_mapped_weights_equal_those_that_safetensors_reads(prompted_model: Path) -> None:
    from safetensors.numpy import load_file

    for folder in (packaged_folder(), prompted_model):
        mapped = MappedWeights(folder / WEIGHTS)
        if folder == prompted_model:
            from safetensors.torch import load_file as load_torch

            expected = {name: tensor.float().numpy() for name, tensor in load_torch(folder / WEIGHTS).items()}
        else:
            expected = load_file(folder / WEIGHTS)
        names = [name for name in mapped if name.endswith(("weight", "bias"))]
        assert len(names) > 30
        for name in names:
            assert (mapped[name] == expected[name]).all()


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"1234"),
        ({"x": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}, b"12345678"),
        ({"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}, b"12345678"),
        ({"x": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}, b"12345678"),
        ({"x": {"dtype": "F32"}}, b""),
        ({}, b""),
        ([], b""),
    ],
)
def test_damaged_weights_are_told(tmp_path: Path, header: object, data: bytes) -> None:
    path = weights_file(tmp_path / WEIGHTS, header, data)
    with pytest.raises(EncoderUnavailable, match=r"model\.safetensors"):
        MappedWeights(path)["x"]


def test_a_file_that_is_no_safetensors_file_is_told(tmp_path: Path) -> None:
    for content in (b"", b"short", b"\xff" * 64):
        (tmp_path / WEIGHTS).write_bytes(content)
        with pytest.raises(EncoderUnavailable, match="no safetensors file"):
            MappedWeights(tmp_path / WEIGHTS)


def test_a_model_that_numpy_does_not_compute_goes_through_sentence_transformers(tiny_cls_model: Path) -> None:
    config = tiny_cls_model / "config.json"
    text = config.read_text("utf-8")
    try:
        config.write_text(json.dumps({**json.loads(text), "hidden_act": "relu"}), "utf-8")
        other = open_encoder(str(tiny_cls_model))
        assert other.engine == "sentence-transformers float32 on cpu"
        rows = other.encode_passages(TEXTS)
        np.testing.assert_allclose(rows, other.encode_queries(TEXTS), atol=2e-6)
        assert (other.dim, other.max_tokens) == (32, 32)
        assert len(other.token_offsets(["word " * 400])[0]) == 400
        with_relu = other.identity
    finally:
        config.write_text(text, "utf-8")
    assert open_encoder(str(tiny_cls_model)).identity != with_relu


def test_the_packaged_weights_are_the_published_ones() -> None:
    encoder = open_encoder()
    assert encoder.seen_weights is not None
    assert encoder.seen_weights.sha256 == PACKAGE_SHA256
    assert (encoder.dim, encoder.max_tokens) == (384, 256)


def test_weights_are_hashed_again_only_when_the_file_has_changed(tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS
    path.write_bytes(b"one")
    first = weights_sha256(path, None)
    assert first.sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    remembered = SeenWeights(first.path, first.size, first.mtime_ns, "remembered")
    assert weights_sha256(path, remembered) is remembered
    path.write_bytes(b"other")
    assert weights_sha256(path, remembered).sha256 not in ("remembered", first.sha256)


def test_other_packaged_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = packaged_folder()
    status = (folder / WEIGHTS).stat()
    wrong = SeenWeights(str(folder / WEIGHTS), status.st_size, status.st_mtime_ns, "0" * 64)
    with pytest.raises(EncoderUnavailable, match="000000"):
        open_encoder(DEFAULT_MODEL, wrong)


@pytest.mark.parametrize("name", ["no-such-model", "./nowhere", "a/b/c"])
def test_a_model_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match="model folder"):
        open_encoder(name)


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"config\.json"):
        open_encoder(str(tmp_path))


def test_the_layout_of_minilm() -> None:
    layout = read_layout(packaged_folder())
    assert (layout.layers, layout.heads, layout.pooling, layout.normalised) == (6, 12, "mean", True)
    assert layout.is_plain_bert


def test_gelu_is_x_times_the_normal_distribution() -> None:
    x = np.linspace(-6, 6, 2001, dtype=np.float32)
    expected = [value * (1 + math.erf(value / math.sqrt(2))) / 2 for value in x.tolist()]
    np.testing.assert_allclose(gelu(x), expected, atol=1e-6)


def test_softmax_and_layer_norm_by_hand() -> None:
    np.testing.assert_allclose(softmax(np.array([[0, math.log(3)]], np.float32)), [[0.25, 0.75]], rtol=1e-6)
    normed = layer_norm(np.array([[1, 3]], np.float32), np.array([2, 2], np.float32), np.array([0, 1], np.float32), 0.0)
    np.testing.assert_allclose(normed, [[-2, 3]], rtol=1e-6)

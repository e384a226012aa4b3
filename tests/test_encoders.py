"""One contract for every encoder, and MiniLM against sentence-transformers."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from semsearch.encoders import DEFAULT_MODEL, Encoder, SeenWeights, open_encoder
from semsearch.encoders.bert import MANY, PANEL, BertForward, Linear, Shape, _bounds, gelu, layer_norm, softmax
from semsearch.encoders.layout import PACKAGE_SHA256, WEIGHTS, packaged_folder, read_layout, weights_sha256
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.errors import EncoderUnavailable

TEXTS = [
    "why did Russia retreat from Kherson",
    "short",
    "The minister ordered the army to leave the town; supplies could not cross the river.",
    "Évgeniy Maloletka/AP — “naïve” 日本 😀 £5.50",
    "word " * 400,
]


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


SPANNED = "The bridge was hit at night. Nobody was hurt, the mayor said."
SPANS = [(0, 28), (29, 61), (36, 39)]


def test_spans_have_unit_rows_and_leave_the_rows_of_texts_as_they_are(encoder: Encoder) -> None:
    encoded = encoder.encode_spans([SPANNED, TEXTS[4], TEXTS[0]], [SPANS, [(0, 4), (1995, 1999)], []])
    np.testing.assert_allclose(encoded.vectors, encoder.encode_passages([SPANNED, TEXTS[4], TEXTS[0]]), atol=1e-6)
    if not len(encoded.span_vectors[0]):  # a model whose row is that of one token says nothing of a part
        return
    assert [part.shape for part in encoded.span_vectors] == [(3, encoder.dim), (2, encoder.dim), (0, encoder.dim)]
    for part in encoded.span_vectors:
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("way", ["auto", "openvino", "transformers", "numpy"])
@pytest.mark.parametrize("prompt", ["passage of an article: ", ""])
def test_a_span_is_the_mean_of_its_tokens_states_in_the_text(prompted_model: Path, way: str, prompt: str) -> None:
    """The states are those that transformers itself gives."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    from semsearch.encoders.transformer import TransformerEncoder

    folder = prompted_model if prompt else packaged_folder()
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).float().eval()
    found = tokenizer(prompt + SPANNED, return_tensors="pt", return_offsets_mapping=True)
    with torch.no_grad():
        states = model(input_ids=found["input_ids"], attention_mask=found["attention_mask"])
    hidden = states.last_hidden_state[0].float().numpy()
    starts = found["offset_mapping"][0, :, 0].numpy() - len(prompt)
    expected = []
    for start, end in SPANS:
        inside = [at for at in range(1, len(starts) - 1) if start <= starts[at] < end]
        mean = hidden[inside].mean(axis=0)
        expected.append(mean / np.linalg.norm(mean))
    if way == "numpy":
        layout = read_layout(folder)
        forward = BertForward(layout, Tokenizing(folder, layout.max_tokens))
        moved = [(start + len(prompt), end + len(prompt)) for start, end in SPANS]
        parts = forward.encode_spans([prompt + SPANNED], [moved]).span_vectors[0]
    elif way == "transformers":
        parts = TransformerEncoder(str(folder), "cpu", "float32").encode_spans([SPANNED], [SPANS]).span_vectors[0]
    elif way == "openvino":
        parts = open_encoder(str(folder), precision="float32").encode_spans([SPANNED], [SPANS]).span_vectors[0]
    else:  # whatever this processor has
        parts = open_encoder(str(folder)).encode_spans([SPANNED], [SPANS]).span_vectors[0]
        assert (parts * expected).sum(axis=1).min() >= 0.9995
        return
    np.testing.assert_allclose(parts, expected, atol=2e-6)


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
        tolerance = 1e-2 if "bfloat16" in encoder.engine else 1e-5
        np.testing.assert_allclose(encoder.encode_passages([text])[0], row, atol=tolerance)


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


def test_a_text_has_one_vector_however_many_were_encoded_before() -> None:
    """The weights are copied on the way; a product that the copy rounds otherwise is made as before."""
    layout = read_layout(packaged_folder())
    forward = BertForward(layout, Tokenizing(layout.folder, layout.max_tokens, layout.tokenizer_settings))
    texts = ["Kherson", "why did they retreat", "a report of " * 12]
    first = forward.encode(texts)
    forward.encode(["another one"] * MANY)
    for _ in range(2):
        assert np.array_equal(forward.encode(texts), first)


@pytest.mark.parametrize(("outputs", "inputs"), [(192, 64), (192, 1_000), (100, 64)])
def test_a_linear_layer_in_blocks_is_the_same_product(outputs: int, inputs: int) -> None:
    rng = np.random.default_rng(3)
    weight, bias = rng.normal(size=(outputs, inputs)).astype(np.float32), rng.normal(size=outputs).astype(np.float32)
    layer, same = Linear(weight, bias), dict[Shape, bool]()
    layer.copy_in_blocks(same)
    for rows in (1, 5, 16, 16):
        x = rng.normal(size=(rows, inputs)).astype(np.float32)
        expected = x.astype(np.float64) @ weight.astype(np.float64).T + bias
        np.testing.assert_allclose(layer(x), expected, atol=1e-4)
    same.update(dict.fromkeys(same, True))
    np.testing.assert_allclose(layer(x), expected, atol=1e-4)  # by blocks, whatever their bits
    assert set(same) == ({(rows, 192, inputs) for rows in (1, 5, 16)} if outputs == 192 else set())


def test_panels_are_those_that_openblas_sums() -> None:
    """Measured: with other bounds a product of 1,536 inputs differs in its last bits from that of the whole."""
    assert [_bounds(inputs) for inputs in (384, 448, 896)] == [[0, 384], [0, 448], [0, 448, 896]]
    assert _bounds(1536) == [0, 448, 896, 1216, 1536]
    assert all(end - begin <= PANEL for begin, end in pairwise(_bounds(5_000)))

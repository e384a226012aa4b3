"""What encodes passages: engines, precisions, devices, batches, weights, and folders that are no models."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.arrays import Span
from semsearch.encoders import Device, Encoder, Precision, open_encoder
from semsearch.encoders.devices import resolve_device
from semsearch.encoders.engines import LEAST_COSINE, NUMPY_AT_MOST, OpenVinoEngine
from semsearch.encoders.layout import WEIGHTS, ModelLayout, packaged_folder
from semsearch.encoders.openvino_bert import BATCH_TOKENS, STEP, plan_batches, quantised
from semsearch.encoders.protocol import SpanVectors
from semsearch.encoders.tokenizing import Tokenizing
from semsearch.encoders.weights import MappedWeights
from semsearch.errors import EncoderUnavailable, UsageError
from semsearch.indexing.building import build
from tests.conftest import ROOT
from tests.test_encoders import TEXTS


def native_bfloat16() -> bool:
    return "OpenVINO bfloat16 on cpu" in _encoded(open_encoder()).engine


def _encoded(encoder: Encoder) -> Encoder:
    encoder.encode_passages(["text"])
    return encoder


def test_the_default_precision_keeps_the_vectors() -> None:
    encoder = open_encoder()
    texts = [path.read_text("utf-8")[16:600] for path in sorted((ROOT / "seeds").glob("*.txt"))]
    cosines = (encoder.encode_passages(texts) * encoder.encode_queries(texts)).sum(axis=1)
    assert len(cosines) > 60
    assert cosines.min() >= 0.9995
    assert encoder.engine in ("OpenVINO float32 on cpu", "OpenVINO bfloat16 on cpu")


def test_int8_is_near_and_only_when_asked_for() -> None:
    encoder = open_encoder(precision="int8")
    rows = encoder.encode_passages(TEXTS)
    cosines = (rows * open_encoder(precision="float32").encode_passages(TEXTS)).sum(axis=1)
    assert 0.95 < cosines.min() < 0.99999  # other numbers, as integers were multiplied
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
    assert encoder.engine == "NumPy float32 on cpu, as OpenVINO is not installed"
    batches = open_encoder()
    for begin, engine in ((0, "NumPy"), (NUMPY_AT_MOST // 2, "NumPy"), (0, "sentence-transformers")):
        batches.encode_passages(texts[begin : begin + NUMPY_AT_MOST // 2])  # a run's texts come in many batches
        assert batches.engine.startswith(engine)
    many = encoder.encode_passages(texts)
    assert encoder.engine == "sentence-transformers float32 on cpu, as OpenVINO is not installed"
    np.testing.assert_allclose(many[:3], few, atol=2e-6)
    with pytest.raises(EncoderUnavailable, match="int8 needs OpenVINO, which is not installed: pip install"):
        open_encoder(precision="int8").encode_passages(texts)


def test_an_engine_that_gives_other_vectors_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEAST_COSINE, "float32", 1.1)
    monkeypatch.setitem(LEAST_COSINE, "bfloat16", 1.1)
    encoder = open_encoder()
    assert "NumPy float32 on cpu, as OpenVINO gives other vectors here" in _encoded(encoder).engine


def test_float32_is_taken_where_the_processors_own_choice_gives_other_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubtful(OpenVinoEngine):
        """Its own choice is wrong, as a faulty bfloat16 would be."""

        def __init__(self, layout: ModelLayout, tokenizing: Tokenizing, precision: Precision) -> None:
            super().__init__(layout, tokenizing, precision)
            self._sign = -1 if precision == "auto" else 1

        def encode(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> SpanVectors:
            encoded = super().encode(texts, spans)
            return SpanVectors(np.asarray(self._sign * encoded.vectors, np.float32), encoded.span_vectors)

    monkeypatch.setattr("semsearch.encoders.engines.OpenVinoEngine", Doubtful)
    encoder = open_encoder()
    rows = encoder.encode_passages(TEXTS[:3])
    assert encoder.engine == "OpenVINO float32 on cpu"
    np.testing.assert_allclose(rows, encoder.encode_queries(TEXTS[:3]), atol=2e-6)


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
    assert resolve_device("cuda") == "cuda"
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("auto") in ("cpu", "cuda", "mps")


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


def changed(model: Path, folder: Path, **values: object) -> Path:
    """A copy of a model whose config.json says otherwise."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, **values}), "utf-8")
    return folder


@pytest.mark.parametrize(
    "values",
    [
        {"layer_norm_eps": None},
        {"layer_norm_eps": "word"},
        {"num_attention_heads": 0},
        {"num_attention_heads": -2},
        {"num_attention_heads": 3},
        {"num_hidden_layers": "2"},
        {"num_hidden_layers": 3},
        {"hidden_size": "32"},
        {"hidden_size": 64},
        {"max_position_embeddings": -1},
        {"vocab_size": 10},
    ],
    ids=str,
)
def test_a_configuration_that_does_not_fit_is_one_error_or_read_as_sentence_transformers_reads_it(
    tiny_cls_model: Path, tmp_path: Path, values: dict[str, object]
) -> None:
    folder = changed(tiny_cls_model, tmp_path / "model", **values)
    reference = open_encoder(str(tiny_cls_model)).encode_passages(["text"])
    with suppress(EncoderUnavailable):
        rows = open_encoder(str(folder)).encode_passages(["text"])
        assert float(rows[0] @ reference[0]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer.json", "{"),
        ("config.json", "[" * 100_000),
        ("1_Pooling/config.json", "[]"),
        ("sentence_bert_config.json", '{"max_seq_length": 3}'),
        (WEIGHTS, "\x08" + "\0" * 7 + "[1,  2]\n"),
        (WEIGHTS, "\x08" + "\0" * 7 + "null    "),
    ],
    ids=["tokenizer", "nested", "pooling", "limit", "list", "null"],
)
def test_a_damaged_model_folder_is_one_error(
    tiny_cls_model: Path, tmp_path: Path, articles: Path, name: str, content: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_cls_model, folder)
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(EncoderUnavailable):
        build([articles], tmp_path / "ix", model=str(folder))


def test_weights_of_another_shape_or_without_numbers_are_told(tiny_cls_model: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    path = tmp_path / "model" / WEIGHTS
    shutil.copytree(tiny_cls_model, path.parent)
    tensors = load_file(path)
    name = "encoder.layer.1.output.dense.weight"
    for other, said in ((tensors[name].T.copy(), "has shape"), (tensors[name] * np.float32("nan"), "no numbers")):
        save_file({**tensors, name: other}, path)
        with pytest.raises(EncoderUnavailable, match=said):
            open_encoder(str(path.parent)).encode_passages(["text"])
    save_file({key: value for key, value in tensors.items() if key != name}, path)
    with pytest.raises(EncoderUnavailable, match=r"no usable tensor encoder\.layer\.1\.output"):
        open_encoder(str(path.parent)).encode_passages(["text"])


@pytest.mark.parametrize("settings", [{"do_lower_case": False}, {"strip_accents": False}], ids=str)
def test_the_tokenizers_settings_are_those_of_transformers(
    tiny_cls_model: Path, tmp_path: Path, settings: dict[str, bool]
) -> None:
    from sentence_transformers import SentenceTransformer

    folder = tmp_path / "model"
    shutil.copytree(tiny_cls_model, folder)
    known = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    (folder / "tokenizer_config.json").write_text(json.dumps({**known, **settings}), "utf-8")
    text = "The Économie of KHERSON, naïve"
    expected = SentenceTransformer(str(folder), device="cpu").encode([text], show_progress_bar=False)
    encoder, plain = open_encoder(str(folder)), open_encoder(str(tiny_cls_model))
    np.testing.assert_allclose(encoder.encode_queries([text]), expected, atol=2e-6)
    assert np.abs(encoder.encode_queries([text]) - plain.encode_queries([text])).max() > 1e-4
    assert encoder.identity != plain.identity


@pytest.mark.parametrize("content", ["raise OSError('libtbb is missing')", "x = 1"])
def test_an_openvino_that_is_broken_is_gone_without(tmp_path: Path, articles: Path, content: str) -> None:
    (tmp_path / "fake" / "openvino").mkdir(parents=True)
    (tmp_path / "fake" / "openvino" / "__init__.py").write_text(content, "utf-8")
    command = [sys.executable, "-m", "semsearch", "index", str(articles), "--index", str(tmp_path / "ix")]
    path = f"{tmp_path / 'fake'}{os.pathsep}{ROOT}"
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "(NumPy float32 on cpu, as OpenVINO fails (" in ran.stderr


@pytest.mark.parametrize("threads", ["0", "²", "many", "99999999999999999999", "1"])
def test_any_number_of_threads_is_taken(monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert _encoded(open_encoder()).engine.startswith("OpenVINO")


def test_a_closed_encoder_ends_what_it_is_at() -> None:
    encoder = _encoded(open_encoder())
    encoder.close()
    with pytest.raises(EncoderUnavailable, match="closed"):
        encoder.encode_passages(["text"])

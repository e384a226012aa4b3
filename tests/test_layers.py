"""Imports point strictly downwards, and a heavy library has one owner that imports it late."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "semsearch"

LAYERS = {  # from the ground up; rooms of one layer do not know each other
    "ground": {"records", "errors", "arrays"},
    "tools": {"text", "files"},
    "readings": {"readers", "dates", "encoders"},
    "keeping": {"storage", "ranking"},
    "work": {"indexing", "search"},
    "over both": {"upkeep", "evaluation", "rendering"},
    "faces": {"cli"},
}
RANK = {name: rank for rank, names in enumerate(LAYERS.values()) for name in names}

OWNERS = {
    "charset_normalizer": {"readers/decoding.py"},
    "dateparser": {"dates/published.py"},
    "dateutil": {"dates/holidays.py"},
    "faiss": {"storage/accelerators/dense/file.py"},
    "holidays": {"dates/holidays.py"},
    "huggingface_hub": {"encoders/transformer.py"},
    "ir_measures": {"evaluation/measures.py"},
    "matplotlib": {"rendering/timelines.py"},
    "openvino": {"encoders/openvino_bert.py"},
    "py3langid": {"text/languages.py"},
    "scipy": {"evaluation/measures.py"},
    "sentence_transformers": {"encoders/transformer.py", "encoders/reranker.py"},
    "sentencex": {"text/chunking.py"},
    "tokenizers": {"encoders/tokenizing.py", "encoders/transformer.py"},
    "tantivy": {"text/analysis.py"},
    "torch": {"encoders/transformer.py", "encoders/reranker.py"},
    "tqdm": {"cli/progress.py"},
    "transformers": {"encoders/transformer.py", "encoders/reranker.py"},
    "yaml": {"readers/formats/markdown.py"},
}
EARLY = {
    "sqlite3": {f"storage/truth/{name}.py" for name in ("connection", "damage", "meta", "migrations")},
    "click": set[str](),
}
ALLOWED_AT_TOP = {"__future__", "numpy", "typer", "semsearch"}

FILES = sorted(path for path in PACKAGE.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(tree: ast.AST) -> list[tuple[str, bool]]:
    """Modules imported anywhere in a tree, and whether at the top level at run time."""
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "semsearch":
                names = [f"semsearch.{alias.name}" for alias in node.names]
        found += [(name, node in getattr(tree, "body", [])) for name in names]
    return found


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_point_downwards(path: Path) -> None:
    own = relative(path).removesuffix(".py").split("/")[0]
    if own.startswith("__"):
        return
    for name, _ in imports(ast.parse(path.read_text("utf-8"))):
        parts = name.split(".")
        if parts[0] != "semsearch" or len(parts) == 1 or parts[1] == own or parts[1] == "__version__":
            continue
        assert RANK[parts[1]] < RANK[own], f"{own} (layer {RANK[own]}) imports {parts[1]} (layer {RANK[parts[1]]})"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_heavy_libraries_have_one_owner_that_imports_them_late(path: Path) -> None:
    for name, at_top in imports(ast.parse(path.read_text("utf-8"))):
        root = name.split(".")[0]
        if root in OWNERS:
            assert relative(path) in OWNERS[root], f"{root} belongs to {OWNERS[root] or 'nobody'}"
            assert not at_top, f"{root} is imported at the top level"
        if root in EARLY:
            assert relative(path) in EARLY[root], f"{root} belongs to {EARLY[root] or 'nobody'}"


def test_every_module_has_a_layer() -> None:
    modules = {relative(path).removesuffix(".py").split("/")[0] for path in FILES}
    assert {name for name in modules if not name.startswith("__")} == set(RANK)

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
    "served": {"serve"},
    "faces": {"adapters", "cli"},
}
RANK = {name: rank for rank, names in enumerate(LAYERS.values()) for name in names}

DOORS = {  # the modules by which a room is entered; "" is the room's own __init__
    "text": {"analysis", "chunking", "languages", "sentences", "sketches", "spellings", "stopwords", "titles", "words"},
    "files": {"filesystems", "kinds", "regular", "state", "tensors", "toml", "whole"},
    "readers": {""},
    "dates": {"claims", "days", "doubts", "event_dates", "hints", "named", "published", "time_words", "typed"},
    "encoders": {"", "engines", "layout", "opening", "packaged_reranker", "protocol", "reranker"},
    "storage": {"checking", "inspection", "known", "overview", "place", "snapshot", "writer", "writing"},
    "ranking": {"", "bm25", "fusion", "sentences", "stories", "time_factors"},
    "indexing": {"building", "embedding", "named_sources", "preparing", "reading", "report", "watching"},
    "search": {
        "comparison",
        "engine",
        "facets",
        "local",
        "opening",
        "option_table",
        "options",
        "question_files",
        "standing",
        "stories",
        "timeline",
    },
    "upkeep": {"calibration", "check", "repair", "saved", "verify"},
    "evaluation": {"dataset", "measures"},
    "rendering": {
        "arrow",
        "comparisons",
        "documents",
        "dossier",
        "fields",
        "formats",
        "news",
        "periods",
        "stories",
        "tables",
        "text",
        "timelines",
        "visible",
    },
    "serve": {"mcp", "reader", "server"},
    "adapters": set(),
    "cli": {"main"},
}

OWNERS = {
    "dateparser": {"dates/published.py"},
    "dateutil": {"dates/holidays.py"},
    "faiss": {"storage/accelerators/dense/file.py"},
    "holidays": {"dates/holidays.py"},
    "huggingface_hub": {"encoders/transformer.py"},
    "ir_measures": {"evaluation/measures.py"},
    "fastwarc": {"readers/formats/warc.py"},
    "feedparser": {"readers/formats/feed.py"},
    "htmldate": {"readers/formats/page_day.py"},
    "lxml": {"readers/markup.py", "readers/formats/boxes.py", "readers/formats/page.py"},
    "nanoarrow": {"rendering/arrow.py"},
    "matplotlib": {"rendering/timelines.py"},
    "openvino": {"encoders/openvino_bert.py"},
    "oxmsg": {"readers/formats/msg.py"},
    "pypdfium2": {"readers/formats/pdf.py"},
    "python_calamine": {"readers/formats/workbook.py"},
    "striprtf": {"readers/formats/rtf.py"},
    "trafilatura": {"readers/formats/html.py"},
    "watchfiles": {"indexing/watching.py"},
    "warcio": {"readers/formats/warc.py"},
    "py3langid": {"text/languages.py"},
    "scipy": {"evaluation/measures.py"},
    "sentence_transformers": {"encoders/transformer.py", "encoders/reranker.py"},
    "sentencex": {"text/sentences.py"},
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
    "haystack": {"adapters/haystack.py"},
    "langchain_core": {"adapters/langchain.py"},
    "llama_index": {"adapters/llamaindex.py"},
    "fastapi": {"serve/app.py", "serve/keeping.py"},
    "h11": {"serve/connections.py"},
    "mcp": {"serve/mcp.py"},
    "pydantic": {
        f"serve/{name}.py" for name in ("app", "batch", "keeping", "mcp", "parameters", "tool_results", "tools")
    }
    | {"adapters/langchain.py"},
    "starlette": {"serve/app.py"},
    "uvicorn": {"serve/connections.py", "serve/server.py"},
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


def entered(path: Path) -> list[tuple[str, str]]:
    """Rooms that a module imports from, its own left out, each with the module there."""
    own = relative(path).removesuffix(".py").split("/")[0]
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        _, _, name = (module or "").partition("semsearch.")
        room, _, inside = name.partition(".")
        if not name or room == own:
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) and not inside else []
        modules = [each for each in names if (PACKAGE / room / f"{each}.py").exists()]
        found += [(room, each) for each in modules or [inside]]
    return found


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_point_downwards(path: Path) -> None:
    """So rooms of one layer do not know each other."""
    own = relative(path).removesuffix(".py").split("/")[0]
    if own.startswith("__"):
        return
    for room, _ in entered(path):
        assert RANK[room] < RANK[own], f"{own} (layer {RANK[own]}) imports {room} (layer {RANK[room]})"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_rooms_are_entered_by_their_doors(path: Path) -> None:
    for room, module in entered(path):
        doors = DOORS.get(room, {""})
        assert module in doors, f"{relative(path)} enters {room} by {module}: its doors are {sorted(doors)}"


def test_no_door_is_there_in_vain() -> None:
    used = {each for path in FILES for each in entered(path)} | {("search", "engine")}  # for those to come
    assert {(room, door) for room, doors in DOORS.items() for door in doors} <= used
    assert set(DOORS) == {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}


def test_only_the_ground_stands_at_the_root() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {
        "__init__.py", "__main__.py", "arrays.py", "errors.py", "records.py"
    }  # fmt: skip


def test_modules_and_classes_stay_small() -> None:
    sizes = {relative(path): path.read_text("utf-8").count("\n") for path in FILES}
    assert {name: lines for name, lines in sizes.items() if lines > 300} == {}
    nodes = [node for path in FILES for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    classes = {node.name: lines(node) for node in nodes if isinstance(node, ast.ClassDef)}
    assert {name: count for name, count in classes.items() if count > 200} == {}
    functions = sorted(lines(node) for node in nodes if isinstance(node, ast.FunctionDef))
    assert functions[len(functions) // 2] <= 7
    assert functions[len(functions) * 9 // 10] <= 17


def lines(node: ast.ClassDef | ast.FunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


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

"""``install`` and ``uninstall``: the settings of clients before and after are the same bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from semsearch.cli.clients import CLIENTS
from semsearch.indexing.building import build
from tests.conftest import Program, write_articles

BEFORE = [
    None,
    "",
    "  \n",
    "{}",
    "{ }\r\n",
    '{"mcpServers": {}, "servers": {}}',
    '{\r\n\t"theme" : "dark",\r\n\t"mcpServers" : {\r\n\t\t"other" : {"command":"x"}\r\n\t},\r\n"servers":{}}\r\n',
    '{"a": "mcpServers {", "b": [1, {"mcpServers": {"no": 1}}], "c": "\\u00e9\\"{"}',
    '{"mcpServers":{"a":{"command":"b","args":["--x"]}},"servers":{"a":{"url":"http://x"}},"z":null}',
    '{"text": "ünïcödé \U0001f680"}\n\n',
]  # fmt: skip


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build([write_articles(tmp_path / "articles")], tmp_path / "ix", model="hash")
    return tmp_path / "ix"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for client in CLIENTS.values():
        (tmp_path / "home" / client.places[0]).parent.mkdir(parents=True)
    return tmp_path / "home"


@pytest.mark.parametrize("before", BEFORE)
def test_settings_are_the_same_bytes_afterwards(program: Program, home: Path, index: Path, before: str | None) -> None:
    files = [home / client.places[0] for client in CLIENTS.values()]
    for path in files:
        if before is not None:
            path.write_bytes(before.encode())
    assert program("install", "--index", index).status == 0
    for path, client in zip(files, CLIENTS.values(), strict=True):
        whole = json.loads(path.read_bytes())
        own = whole[client.key]["semsearch"]
        assert own["command"] == sys.executable and own["args"][-2:] == ["--index", str(index)]
        expected = json.loads(before) if before and before.strip() else {}
        del whole[client.key]["semsearch"]
        assert {**whole, client.key: whole[client.key]} == {**expected, client.key: expected.get(client.key, {})}
    assert program("install", "cursor", "--index", index).status == 2
    assert program("uninstall").status == 0
    expected_bytes = None if before is None else before.encode()
    assert [path.read_bytes() if path.exists() else None for path in files] == [expected_bytes] * 3
    assert program("uninstall").status == 1


def test_what_others_changed_meanwhile_stays(program: Program, home: Path, index: Path) -> None:
    path = home / CLIENTS["cursor"].places[0]
    path.write_text('{"mcpServers": {"a": {}}}', "utf-8")
    program("install", "cursor", "--index", index)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"a": {}', '"a": {},  "b": {"x": 1}'), "utf-8")
    assert program("uninstall", "cursor").status == 0
    assert path.read_text("utf-8") == '{"mcpServers": {"a": {},  "b": {"x": 1}}}'
    program("install", "cursor", "--index", index)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")  # written anew by another program
    assert program("uninstall", "cursor").status == 0
    assert json.loads(path.read_text("utf-8")) == {"mcpServers": {"a": {}, "b": {"x": 1}}}


@pytest.mark.parametrize(
    "text", ["// with a comment\n{}", "[1]", '{"mcpServers": 3}', "{", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_settings_that_are_no_json_are_left_alone(program: Program, home: Path, index: Path, text: str | bytes) -> None:
    path = home / CLIENTS["cursor"].places[0]
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(data)
    ran = program("install", "cursor", "--index", index)
    assert ran.status == 2 and ran.err.count("\n") == 1
    assert path.read_bytes() == data


def test_what_is_not_here_is_told(program: Program, home: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert program("install", "emacs", "--index", index).status == 2
    assert program("install", "cursor", "--index", "nowhere").status == 2
    monkeypatch.setenv("HOME", str(home / "empty"))
    ran = program("install", "--index", index)
    assert ran.status == 2 and "claude-desktop" in ran.err

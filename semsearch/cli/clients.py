"""The settings of clients of language models: our tools written in, and taken out again, byte for byte.

Only the text between is touched: what stands around it keeps its order, blanks and line ends. What was written in is
remembered, so that exactly that is taken out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from semsearch.errors import InputError, UsageError
from semsearch.files.regular import read_bounded
from semsearch.files.state import recall, remember
from semsearch.files.whole import publish

NAME = "semsearch"
LARGEST = 1 << 22  # bytes of a settings file
STATE = "clients.json"
_BLANK = re.compile(r"[ \t\n\r]*")


class Client(NamedTuple):
    """A client: where its settings stand on Linux and macOS, and under which key its servers are."""

    label: str
    places: tuple[str, ...]  # from the home folder
    key: str
    more: Mapping[str, str] = {}  # what an entry must say beside its command


CLIENTS: Mapping[str, Client] = {
    "claude-desktop": Client(
        "Claude Desktop",
        (
            ".config/Claude/claude_desktop_config.json",
            "Library/Application Support/Claude/claude_desktop_config.json",
        ),
        "mcpServers",
    ),
    "cursor": Client("Cursor", (".cursor/mcp.json",), "mcpServers"),
    "vscode": Client(
        "Visual Studio Code",
        (".config/Code/User/mcp.json", "Library/Application Support/Code/User/mcp.json"),
        "servers",
        {"type": "stdio"},
    ),
}


def settings_of(client: Client) -> Path:
    """Its settings file: the first whose folder is there, else the first."""
    places = [Path.home() / place for place in client.places]
    return next((place for place in places if place.parent.is_dir()), places[0])


def is_there(client: Client) -> bool:
    """Whether this user has the client."""
    return settings_of(client).parent.is_dir()


def entry(client: Client, index: Path) -> dict[str, object]:
    """How the client starts our tools."""
    arguments = ["-m", NAME, "mcp", "--index", os.path.abspath(index)]
    return {**client.more, "command": sys.executable, "args": arguments}


def install(client: Client, index: Path) -> Path:
    """Write our tools into a client's settings. Raises InputError for what is no JSON, UsageError where they are in."""
    path = settings_of(client)
    before = _text(path)
    text = before if before.strip() else "{}"
    at, written = _written(path, text, client, entry(client, index))
    _keep(
        path,
        {
            "written": written,
            "before": None if path.exists() else "missing",
            "empty": before if not before.strip() else None,
        },
    )
    _write(path, text[:at] + written + text[at:])
    return path


def uninstall(client: Client) -> Path | None:
    """Take our tools out of a client's settings; nothing where they are not in. Raises InputError, UsageError."""
    path = settings_of(client)
    text, known = _text(path), _known(path)
    written = str(known.get("written") or "")
    if written and text.count(written) == 1:
        _put_back(path, text.replace(written, ""), known)
    elif written and NAME in _servers(path, text, client.key):
        _write(path, _without(text, client.key))
    else:
        return None
    _keep(path, None)
    return path


def _put_back(path: Path, rest: str, known: Mapping[str, object]) -> None:
    """The file as it was: gone, empty, or with what was around our text."""
    if rest == "{}" and known.get("before") == "missing":
        path.unlink()
    elif rest == "{}" and isinstance(known.get("empty"), str):
        _write(path, str(known["empty"]))
    else:
        _write(path, rest)


def _written(path: Path, text: str, client: Client, own: Mapping[str, object]) -> tuple[int, str]:
    """Where our text goes, and what it is."""
    members = {key: (start, value) for key, start, value in _members(path, text)}
    if client.key not in members:
        inner = json.dumps({NAME: own}, indent=2).replace("\n", "\n  ")
        return _behind_brace(text, 0, f'\n  "{client.key}": {inner}', more=bool(members))
    start, servers = members[client.key]
    if not isinstance(servers, dict):
        raise InputError(f"{path}: {client.key!r} is no object: mend it first")
    if NAME in servers:
        raise UsageError(f"{path} has {NAME} already: take it out with: semsearch uninstall")
    inner = json.dumps(own, indent=2).replace("\n", "\n    ")
    return _behind_brace(text, start, f'\n    "{NAME}": {inner}', more=bool(servers))


def _behind_brace(text: str, at: int, written: str, *, more: bool) -> tuple[int, str]:
    place = text.index("{", at) + 1
    return place, written + ("," if more else "\n")


def _members(path: Path, text: str) -> Iterator[tuple[str, int, object]]:
    """The members of a JSON object: key, place of the value, and the value. Raises InputError for another text."""
    decoder = json.JSONDecoder()
    try:
        whole = decoder.decode(text)
        if not isinstance(whole, dict):
            raise InputError(f"{path}: expected an object: mend it first")
        at = text.index("{") + 1
        for _ in whole:
            key, at = decoder.raw_decode(text, _skipped(text, at))
            at = _skipped(text, _skipped(text, at) + 1)
            value, end = decoder.raw_decode(text, at)
            yield key, at, value
            at = _skipped(text, end) + 1
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no JSON ({error}): add the tools by hand, as docs/serve.md says") from None


def _skipped(text: str, at: int) -> int:
    """The place behind blanks."""
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _servers(path: Path, text: str, key: str) -> Mapping[str, object]:
    found = next((value for name, _, value in _members(path, text) if name == key), {}) if text.strip() else {}
    return found if isinstance(found, dict) else {}


def _without(text: str, key: str) -> str:
    """Settings that another program has written anew, without our entry."""
    whole = json.loads(text)
    del whole[key][NAME]
    return json.dumps(whole, indent=2) + "\n"


def _text(path: Path) -> str:
    """What a file says, nothing where it is missing. Raises InputError for what is no text."""
    try:
        return read_bounded(Path(os.path.realpath(path)), LARGEST).decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise InputError(f"{path}: no UTF-8 text: mend it first") from None


def _write(path: Path, text: str) -> None:
    real = Path(os.path.realpath(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    mode = real.stat().st_mode & 0o777 if real.exists() else 0o600
    publish(real, lambda partial: partial.write_bytes(text.encode("utf-8")), mode)
    real.chmod(mode)  # whatever the umask takes


def _known(path: Path) -> Mapping[str, object]:
    found = recall(STATE)
    held = found.get(str(path)) if isinstance(found, dict) else None
    return held if isinstance(held, dict) else {}


def _keep(path: Path, what: Mapping[str, object] | None) -> None:
    def changed(before: object) -> object:
        held = dict(before) if isinstance(before, dict) else {}
        held.pop(str(path), None)
        return held if what is None else {**held, str(path): dict(what)}

    remember(STATE, changed)

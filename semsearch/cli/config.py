"""Settings from ``semsearch.toml``, or ``[tool.semsearch]`` of ``pyproject.toml``, in the working folder.

A key at the top holds for every command that has such an option; one in a table named after a
command holds for that command. Keys are the long options without their dashes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from semsearch.errors import InputError

_COMMON = {"index": "index", "quiet": "quiet"}
_ENCODER = {"model": "model", "device": "device", "precision": "precision"}
_FILTERS = {
    "top": "top",
    "since": "since",
    "until": "until",
    "on": "on",
    "source": "source",
    "per-document": "per_document",
    "expand": "expand",
}
_TIME = {
    "event": "event",
    "as-of": "as_of",
    "recency": "recency",
    "no-time": "no_time",
    "strict-time": "strict_time",
    "events": "events",
}
_ANSWERS = {**_COMMON, **_FILTERS, **_TIME, "mode": "mode", "format": "output_format"}
_KEYS: dict[str, dict[str, str]] = {
    "index": {**_COMMON, **_ENCODER, "fields": "fields", "hemisphere": "hemisphere"},
    "ask": _ANSWERS,
    "batch": _ANSWERS,
    "timeline": {
        name: key
        for name, key in {**_ANSWERS, "by": "by"}.items()
        if name not in ("top", "per-document", "expand", "recency", "strict-time", "format")
    },
    "compare": {name: key for name, key in _ANSWERS.items() if name in ("top", "source", "mode", "events", *_COMMON)},
    "eval": {"quiet": "quiet", "mode": "mode", **_ENCODER},  # its index is never the user's own
    "similar": {name: key for name, key in _ANSWERS.items() if name not in ("mode", "per-document", "expand", *_TIME)},
    "show": _COMMON,
    "info": _COMMON,
    "dates": _COMMON,
    "verify": {"quiet": "quiet", "fields": "fields"},
    "check": _COMMON,
    "repair": _COMMON,
    "compact": _COMMON,
}

Value = TypeVar("Value")
Settings = dict[str, dict[str, object]]


def read_settings(folder: Path) -> Settings:
    """Defaults for each command's options, by the option's name in the program.

    Raises InputError for a file that is not TOML, or a key that no command has.
    """
    own = folder / "semsearch.toml"
    shared = folder / "pyproject.toml"
    if own.is_file():
        return _settle(_table(own), str(own))
    if shared.is_file():
        tools = _table(shared).get("tool")
        found = tools.get("semsearch") if isinstance(tools, dict) else None
        if isinstance(found, dict):
            return _settle(found, f"{shared} [tool.semsearch]")
    return {}


def _table(path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: {error}") from None


def _settle(table: dict[str, object], where: str) -> Settings:
    settings: Settings = {command: {} for command in _KEYS}
    for key, value in table.items():
        if isinstance(value, dict):
            _known(key, _KEYS, where)
            for name, own in value.items():
                settings[key][_known(name, _KEYS[key], f"{where} [{key}]")] = _fitting(name, own, where)
        else:
            holders = [command for command, names in _KEYS.items() if key in names]
            _known(key, {name: name for names in _KEYS.values() for name in names}, where)
            for command in holders:
                settings[command].setdefault(_KEYS[command][key], _fitting(key, value, where))
    return settings


def _fitting(key: str, value: object, where: str) -> object:
    """The value, where it is of the kind that the option takes: TOML knows true from 1."""
    if key == "source":
        value = [value] if isinstance(value, str) else value
        fits = isinstance(value, list) and all(isinstance(name, str) for name in value)
    else:
        kinds = {"quiet": bool, "no-time": bool, "strict-time": bool, "top": int, "per-document": int}
        fits = type(value) is kinds.get(key, str)
    if not fits:
        raise InputError(f"{where}: {key} = {value!r} is not what the option takes: see semsearch ask --help")
    return value


def _known(key: str, names: dict[str, Value], where: str) -> Value:
    if key not in names:
        raise InputError(f"{where}: unknown setting {key!r}: known are {', '.join(sorted(names))}")
    return names[key]

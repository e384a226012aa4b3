"""Settings from ``semsearch.toml``, or ``[tool.semsearch]`` of ``pyproject.toml``, in the working folder.

A key at the top holds for every command that has such an option; one in a table named after a
command holds for that command. Keys are the long options without their dashes.

One may stand in a folder of somebody else's. So what acts is said, and a model, or a place outside of the folder, is
not taken until the user has said ``semsearch trust`` there: that is remembered by the file's path and what it says.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from semsearch.errors import InputError
from semsearch.files.state import recall, remember
from semsearch.files.toml import read_toml
from semsearch.search.option_table import OPTIONS, options_of

_COMMON = {"index": "index", "quiet": "quiet"}
_ENCODER = {"model": "model", "device": "device", "precision": "precision"}


def _answering(command: str) -> dict[str, str]:
    """The options of a question, by the key in a settings file."""
    return {option.name: option.parameter for option in options_of(command)}


_KEYS: dict[str, dict[str, str]] = {
    "index": {**_COMMON, **_ENCODER, "fields": "fields", "hemisphere": "hemisphere"},
    "ask": {**_COMMON, **_answering("ask")},
    "batch": {**_COMMON, **_answering("batch")},
    "timeline": {**_COMMON, **_answering("timeline"), "by": "by"},
    "compare": {**_COMMON, **_answering("compare")},
    "eval": {"quiet": "quiet", "mode": "mode", **_ENCODER},  # measured as it is, on an index of its own
    "similar": {**_COMMON, **_answering("similar")},
    "stories": _COMMON,
    "news": _COMMON,
    "serve": {**_COMMON, "model": "model"},
    "mcp": {**_COMMON, "model": "model"},
    "install": _COMMON,
    "show": _COMMON,
    "info": _COMMON,
    "dates": _COMMON,
    "verify": {"quiet": "quiet", "fields": "fields"},
    "check": {**_COMMON, "model": "model"},
    "repair": _COMMON,
    "compact": _COMMON,
}

LARGEST = 1 << 20  # bytes of a settings file
MODELS = ("model", "rerank-model")  # keys that name what is loaded
PLACES = ("index", "named-events", "aliases")  # keys that name a place
STATE = "settings.json"
OWN, SHARED = "semsearch.toml", "pyproject.toml"
Value = TypeVar("Value")
Defaults = dict[str, dict[str, object]]  # of each command's options, by the option's name in the program


class Refused(NamedTuple):
    """A setting that is not taken from a file that the user has not trusted."""

    key: str
    value: str
    why: str


class Settings:
    """What the settings file of a folder says.

    ``path`` is the file's, None where there is none; ``defaults`` are those of each command's options, ``refused``
    what is not taken, by command; ``warning`` reports a file that is passed over; ``digest`` is of what it says.
    """

    def __init__(
        self, path: Path | None = None, defaults: Defaults | None = None, *, warning: str = "", digest: str = ""
    ) -> None:
        self.path = path
        self.defaults: Defaults = {} if defaults is None else defaults
        self.refused: dict[str, list[Refused]] = {}
        self.warning = warning
        self.digest = digest
        self.trusted = False

    def key_of(self, command: str, option: str) -> str:
        """The key of an option of a command."""
        return next((key for key, name in _KEYS.get(command, {}).items() if name == option), option)


def read_settings(folder: Path) -> Settings:
    """What the settings file of a folder says; nothing where there is none.

    Raises InputError for a file that is not TOML, or a key that no command has.
    """
    if (folder / OWN).is_symlink():
        return Settings(warning=f"{folder / OWN} is a link: its settings are not used")
    if os.path.lexists(folder / OWN):
        return _settings_of(_table(folder / OWN), folder / OWN, OWN)
    if os.path.lexists(folder / SHARED):
        try:
            tools = _table(folder / SHARED).get("tool")
        except InputError as error:
            return Settings(warning=f"{error}: ignored, with any [tool.semsearch] in it")
        found = tools.get("semsearch") if isinstance(tools, dict) else None
        if isinstance(found, dict):
            return _settings_of(found, folder / SHARED, f"{SHARED} [tool.semsearch]")
    return Settings()


def _table(path: Path) -> dict[str, object]:
    try:
        return read_toml(path, LARGEST)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _settings_of(table: dict[str, object], path: Path, where: str) -> Settings:
    defaults: Defaults = {command: {} for command in _KEYS}
    for key, value in table.items():
        if isinstance(value, dict):
            _known(key, _KEYS, where)
            for name, own in value.items():
                defaults[key][_known(name, _KEYS[key], f"{where} [{key}]")] = _fitting(name, own, where)
        else:
            holders = [command for command, names in _KEYS.items() if key in names]
            _known(key, {name: name for names in _KEYS.values() for name in names}, where)
            for command in holders:
                defaults[command].setdefault(_KEYS[command][key], _fitting(key, value, where))
    text = json.dumps(table, sort_keys=True, default=str)
    settings = Settings(path, defaults, digest=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    settings.trusted = trusted_files().get(os.path.realpath(path)) == settings.digest
    if not settings.trusted:
        _refuse(settings, path.parent)
    return settings


def _refuse(settings: Settings, folder: Path) -> None:
    """Take out what a file that is not trusted may not set."""
    for command, options in settings.defaults.items():
        for key, option in _KEYS[command].items():
            if option in options and (why := _too_much(key, str(options[option]), folder)):
                settings.refused.setdefault(command, []).append(Refused(key, str(options.pop(option)), why))


def _too_much(key: str, value: str, folder: Path) -> str:
    if key in MODELS:
        return "is not trusted"
    if key in PLACES:
        root, place = os.path.realpath(folder), os.path.realpath(folder / value)
        if os.path.commonpath([root, place]) != root:
            return "leads out of the folder"
    return ""


def trusted_files() -> Mapping[str, str]:
    """The settings files that this user trusts, by their real paths, and the digest of what they said then."""
    found = recall(STATE)
    return {str(path): str(digest) for path, digest in found.items()} if isinstance(found, dict) else {}


def trust(settings: Settings) -> bool:
    """Remember that the user trusts a settings file as it is; false where that cannot be kept."""
    path = os.path.realpath(settings.path or "")
    return remember(STATE, lambda before: {**(before if isinstance(before, dict) else {}), path: settings.digest})


def distrust(path: str) -> bool:
    """Forget that the user trusts a settings file; false where that cannot be kept."""
    known = {**trusted_files()}
    known.pop(path, None)
    return remember(STATE, lambda _: known)


def _fitting(key: str, value: object, where: str) -> object:
    """The value, where it is of the kind that the option takes: TOML knows true from 1."""
    kind = {"quiet": bool, **{option.name: option.kind for option in OPTIONS}}.get(key, str)
    if kind is list:
        value = [value] if isinstance(value, str) else value
        fits = isinstance(value, list) and all(isinstance(name, str) for name in value)
    else:
        fits = type(value) is (str if kind is Path else kind)
    if not fits or "\0" in str(value):
        raise InputError(
            f"{where}: {key} = {value!r} is not a value that the option takes: see the --help of its command"
        )
    return value


def _known(key: str, names: dict[str, Value], where: str) -> Value:
    if key not in names:
        raise InputError(f"{where}: unknown setting {key!r}: known are {', '.join(sorted(names))}")
    return names[key]

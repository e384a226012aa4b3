"""Which model an index may have loaded: only one that this user has named, or that comes with semsearch.

An index says which model made its vectors. That is data of whoever made the index: a hub name would be looked up on
the network, a folder loaded. So a name that this user has never given is refused, with the option that gives it.
"""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from semsearch.encoders.opening import DEFAULT_MODEL, HASHING
from semsearch.errors import ModelNotNamed, UsageError, command
from semsearch.files.state import recall, remember, texts_of

_OWN = (DEFAULT_MODEL, HASHING)
_FILE = "models.json"
LONGEST_SHOWN = 200  # characters of a name
MOST = 1_000  # that are remembered, the latest


def name_model(model: str) -> None:
    """Remember that this user has named a model: a folder, or a hub name."""
    if not isinstance(model, str) or not model.strip():
        raise UsageError(f"the model is {model!r:.60}: expected the name of a model, or its folder, as text")
    if model in _OWN:
        return
    folder = Path(model)
    name = os.path.realpath(folder) if folder.is_dir() else model

    def added(before: object) -> object:
        named = texts_of(before)
        return named if name in named else [*named, name][-MOST:]

    remember(_FILE, added)


def model_for_index(recorded: str, index: Path, given: str | None = None) -> str:
    """The model to load for the questions of an index: the one it records, or the one ``given`` by the user.

    Raises ModelNotNamed for a recorded model that the user has not named, a relative folder, or one inside the
    index.
    """
    if given is not None:
        return given
    if recorded in _OWN:
        return recorded
    if _is_relative_folder(recorded) or _is_inside(recorded, index):
        raise _refused(recorded, index, "is not loaded for an index: it is a folder relative to, or inside of, it")
    if recorded not in texts_of(recall(_FILE)):
        raise _refused(recorded, index, "is one that you have not named, and an index is not believed in that")
    return recorded


def _is_relative_folder(model: str) -> bool:
    """True for what is no hub name, or is one that a folder here has taken."""
    return not model.startswith("/") and (model.count("/") != 1 or model.startswith((".", "~")) or Path(model).is_dir())


def _is_inside(model: str, index: Path) -> bool:
    if not model.startswith("/"):
        return False
    real, folder = os.path.realpath(model), os.path.realpath(index)
    return os.path.commonpath([real, folder]) == folder


def _refused(model: str, index: Path, why: str) -> ModelNotNamed:
    short = f"{model[:LONGEST_SHOWN]}{'…' if len(model) > LONGEST_SHOWN else ''}"
    once = f"if you trust it, name it once with: {command('ask', 'QUESTION', '--model', short, index=index)}"
    return ModelNotNamed(f"the model {quote(short)} of {index} {why}", remedy=once)

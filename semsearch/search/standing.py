"""Standing questions: what has come in since the last look that answers a question.

They are kept outside of every index, by the folder that it lies in, so that they outlive a rebuild and may be asked of
an index that cannot be written. What has come in is known by the numbers of passages, which only rise; after a rebuild
by what was seen before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from semsearch.errors import NotKept, UsageError
from semsearch.files.state import recall, remember
from semsearch.records import Hit
from semsearch.search.local import LocalIndex
from semsearch.search.option_table import Choices
from semsearch.search.options import Options

LOOKED_AT = 200  # best passages
MOST_SEEN = 2_000  # ids that are remembered of a question
MOST_SAVED, LARGEST_SAVED = 100, 8_000_000  # questions of an index, and characters of what is kept of them
LONGEST_NAME = 80  # characters
NEAR_BEST = 0.6  # of the best score has at least what answers


@dataclass(frozen=True, slots=True)
class Standing:
    """A saved question. ``made`` is the index's, and ``newest`` the highest number of a passage, at the last look."""

    name: str
    text: str
    choices: Mapping[str, object]  # that are not the usual ones
    made: str = ""
    newest: int = 0
    seen: tuple[str, ...] = ()  # ids of articles that answered


def save(folder: str | os.PathLike[str], index: LocalIndex, name: str, text: str, options: Options) -> None:
    """Keep a question under a name; what answers now is not news. Raises UsageError."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{name[:40]!r} is no name of a question: expected up to {LONGEST_NAME} letters")
    usual = Options().choices
    own = {key: _plain(value) for key, value in options.choices.items() if value != usual[key]}  # type: ignore[literal-required]
    standing = Standing(name, text, {key: value for key, value in own.items() if key != "top"})
    _keep(folder, _looked(index, standing, _answering(index, standing)))


def saved(folder: str | os.PathLike[str]) -> list[Standing]:
    """The questions that are kept for an index, by name."""
    found = recall(_file(folder))
    entries = found if isinstance(found, dict) else {}
    return [each for name, entry in sorted(entries.items()) if (each := _read(name, entry)) is not None]


def forget(folder: str | os.PathLike[str], name: str) -> None:
    """Take a question away. Raises UsageError where there is none of the name."""
    named(folder, name)
    remember(_file(folder), lambda before: {key: value for key, value in _entries(before).items() if key != name})


def named(folder: str | os.PathLike[str], name: str) -> Standing:
    """The question of a name. Raises UsageError, naming those that there are."""
    known = saved(folder)
    found = next((each for each in known if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in known) or "none: save one with semsearch ask … --save NAME"
        raise UsageError(f"no question {name[:40]!r} is saved for this index: there are {names}")
    return found


def news(folder: str | os.PathLike[str], index: LocalIndex, standing: Standing, *, peek: bool = False) -> list[Hit]:
    """What answers a question and has come in since the last look, best first; ``peek``: it stays news."""
    hits = _answering(index, standing)
    same = standing.made == _made(index)
    numbers = index.numbers(hits)
    seen = set(standing.seen)
    new = [
        hit for hit, number in zip(hits, numbers, strict=True)
        if (number > standing.newest if same else hit.document.doc_id not in seen)
    ]  # fmt: skip
    if not peek:
        _keep(folder, _looked(index, standing, hits))
    return [replace(hit, rank=rank) for rank, hit in enumerate(new, 1)]


def _answering(index: LocalIndex, standing: Standing) -> list[Hit]:
    """The passages that answer: their scores are those of right answers, as far as is known."""
    options = Options(**cast(Choices, {**standing.choices, "top": LOOKED_AT}))
    query = options.query(standing.text)
    answer = index.answer(query)
    words = index.scores(query).word_count
    measured = index.least_strong(query.mode, words)
    floor = max(measured, NEAR_BEST * max((hit.score for hit in answer.hits), default=0.0))
    return [hit for hit in answer.hits if hit.score >= floor and hit.score > 0]


def _looked(index: LocalIndex, standing: Standing, hits: Sequence[Hit]) -> Standing:
    ids = tuple(dict.fromkeys([*(hit.document.doc_id for hit in hits), *standing.seen]))[:MOST_SEEN]
    return replace(standing, made=_made(index), newest=index.newest, seen=ids)


def _made(index: LocalIndex) -> str:
    """Which index it is: another one after a rebuild."""
    return index.state.partition(":")[0]


def _keep(folder: str | os.PathLike[str], standing: Standing) -> None:
    entry = {
        "text": standing.text,
        "choices": dict(standing.choices),
        "made": standing.made,
        "newest": standing.newest,
        "seen": list(standing.seen),
    }
    if not remember(_file(folder), lambda before: _joined(_entries(before), standing.name, entry)):
        raise NotKept("questions cannot be kept (no writable state folder): set XDG_STATE_HOME")


def _joined(before: dict[str, Any], name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """All questions with one more. Raises UsageError where they would be more than can be read again."""
    after = {**before, name: entry}
    if len(after) > MOST_SAVED or len(json.dumps(after)) > LARGEST_SAVED:
        raise UsageError(f"{len(before)} questions are saved already: delete some with semsearch news --delete NAME")
    return after


def _entries(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _read(name: str, entry: object) -> Standing | None:
    """A question as it was kept; None where it is none."""
    match entry:
        case {
            "text": str(text),
            "choices": dict(choices),
            "made": str(made),
            "newest": int(newest),
            "seen": list(seen),
        }:
            known = {key: value for key, value in choices.items() if key in Options().choices}
            return Standing(name, text, known, made, newest, tuple(each for each in seen if isinstance(each, str)))
    return None


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value


def _file(folder: str | os.PathLike[str]) -> str:
    return f"questions/{sha256(os.path.realpath(folder).encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"

"""What the truth records of the vectors: the encoder, the accelerator's file, the rows themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from semsearch.arrays import Ids
from semsearch.dates.days import Hemisphere
from semsearch.encoders.protocol import Precision, SeenWeights
from semsearch.storage.accelerators.record import AcceleratorFile
from semsearch.storage.place import is_accelerator
from semsearch.storage.truth.meta import Connection, meta, meta_number
from semsearch.storage.truth.rows import AT_ONCE, RowDamaged, ascending, fits, sound
from semsearch.storage.truth.values import LARGEST_NUMBER, Check, hexadecimal, integers, texts
from semsearch.text.chunking import ChunkingSettings

_SIZE = integers(0, LARGEST_NUMBER)
_DIGEST = hexadecimal(64)
MOST_DIMENSIONS, MOST_TOKENS = 1 << 16, 1 << 20

# What the JSON in the table meta may say, field by field.
ENCODER: Mapping[str, Check] = {
    "model": texts(4096),
    "identity": texts(4096),
    "dim": integers(1, MOST_DIMENSIONS),
    "max_tokens": integers(1, MOST_TOKENS),
}
CHUNKING: Mapping[str, Check] = {
    "tokens": integers(1, MOST_TOKENS),
    "overlap": integers(0, 1000),
    "header": lambda value: isinstance(value, bool),
    "header_tokens": integers(0, MOST_TOKENS),
}
SEEN: Mapping[str, Check] = {
    "path": texts(4096),
    "size": _SIZE,
    "mtime_ns": integers(-(1 << 63), 1 << 63),
    "sha256": _DIGEST,
}
FILE: Mapping[str, Check] = {"name": texts(100), "size": _SIZE, "sha256": _DIGEST, "watermark": _SIZE, "count": _SIZE}


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """The encoder whose vectors an index holds, and how its documents were cut."""

    model: str
    identity: str
    dim: int
    max_tokens: int
    chunking: ChunkingSettings
    seen_weights: SeenWeights | None
    precision: Precision = "auto"  # as it was asked for
    engines: tuple[str, ...] = ()  # all that encoded passages so far


def read_encoder(connection: Connection) -> EncoderRecord | None:
    """The encoder recorded in the truth; None before the first document. Raises RowDamaged."""
    found = meta(connection, "encoder")
    if found is None:
        return None
    record = _object(found, "encoder")
    chunking, seen = record.get("chunking") or {}, record.get("seen_weights")
    precision, engines = record.get("precision", "auto"), record.get("engines", [])
    if not (
        _has(record, ENCODER)
        and _has(chunking, CHUNKING)
        and (seen is None or _has(seen, SEEN))
        and precision in get_args(Precision)
        and isinstance(engines, list)
        and all(isinstance(engine, str) for engine in engines)
    ):
        raise RowDamaged("what it says of its encoder makes no sense")
    return EncoderRecord(
        record["model"],
        record["identity"],
        record["dim"],
        record["max_tokens"],
        ChunkingSettings(**chunking),
        SeenWeights(**seen) if seen else None,
        precision,
        tuple(engines),
    )


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RowDamaged(f"what it says of its {what} cannot be read")
    return found


def _has(found: Any, kinds: Mapping[str, Check]) -> bool:
    """Whether an object has these fields and no others that matter, each of its kind."""
    return (
        isinstance(found, dict)
        and kinds.keys() <= found.keys()
        and all(kind(found[name]) for name, kind in kinds.items())
        and (kinds is ENCODER or found.keys() == kinds.keys())
    )


def read_hemisphere(connection: Connection) -> Hemisphere:
    """Whose seasons the articles mean."""
    return "south" if meta(connection, "hemisphere") == "south" else "north"


def read_file(connection: Connection, kind: str) -> AcceleratorFile | None:
    """What the truth says of the accelerator of a kind; None before the first. Raises RowDamaged."""
    text = meta(connection, kind)
    if text is None:
        return None
    found = _object(text, f"{kind} file")
    if not _has(found, FILE) or not is_accelerator(found["name"]) or not found["name"].startswith(f"{kind}-"):
        raise RowDamaged(f"what it says of its {kind} file makes no sense")
    file = AcceleratorFile(**found)
    if not file.count <= file.watermark < meta_number(connection, "next_passage", 1):
        raise RowDamaged(f"its {kind} file is said to cover passages that there never were")
    return file


def read_removed(connection: Connection) -> Ids:
    """Passages that are gone but may still be in an accelerator, ascending."""
    cursor = connection.execute(f"SELECT number, {fits('removed')} FROM removed ORDER BY number")
    blocks, last = [np.empty(0, np.int64)], 0
    while block := list(sound(cursor.fetchmany(AT_ONCE), "removed")):
        blocks.append(ascending([number for (number,) in block], last, "removed"))
        last = int(blocks[-1][-1])
    found = np.concatenate(blocks)
    if len(found) != meta_number(connection, "removed"):
        raise RowDamaged("rows of the table removed are gone")
    return found


def check_tail(connection: Connection, watermark: int, found: int, removed: Ids) -> None:
    """Raise RowDamaged where passages above the watermark are neither found nor removed.

    The watermark is that of an accelerator, or 0 where all passages are read.
    """
    given = meta_number(connection, "next_passage", 1) - 1 - watermark
    gone = int(np.count_nonzero(removed > watermark)) + (0 if watermark else meta_number(connection, "purged"))
    missing = given - gone - found
    if missing > 0 < given:
        raise RowDamaged(f"{missing} passages are gone")
    if missing:
        raise RowDamaged(f"{-missing} passages are too many")

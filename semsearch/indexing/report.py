"""How far a build is, and what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from semsearch.records import Problem


@dataclass(slots=True)
class Progress:
    """How far a build is. ``total`` and ``done`` count bytes of the files to be read."""

    total: int = 0
    done: int = 0
    documents: int = 0
    encoded: int = 0


@dataclass(slots=True)
class BuildReport:
    """What a build did."""

    added: int = 0  # documents
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    encoded: int = 0  # texts that went through the encoder
    undated: int = 0  # of the documents added or changed
    ignored: int = 0  # files left out by an ignore file or the BEIR layout
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    engine: str = ""  # what computed the vectors; empty where none were needed
    formats: Counter[str] = field(default_factory=Counter)  # files that were read, by the name of their format
    new_files: dict[str, int] = field(default_factory=dict)  # by source: files that were not in the index before

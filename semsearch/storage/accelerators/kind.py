"""What an accelerator is: written from the truth, opened by readers, compared with the truth.

A kind is a folder here with a module ``kind`` that has a ``KIND``, and a line in ``storage/place.py``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from semsearch.storage.accelerators.record import AcceleratorFile, Truth


class View(Protocol):
    """What a reader opens: the file, what is too new for it added, what is gone left out."""

    @property
    def note(self) -> str:
        """Why the file is not used; empty where it is."""


class Kind(Protocol):
    """One kind of accelerator."""

    def open(self, truth: Truth) -> View:
        """The view of a snapshot; made from the truth alone where the file cannot be used. Raises RowDamaged."""

    def write(self, truth: Truth, path: Path) -> int:
        """Publish a file that holds all passages; how many. What the last file holds need not be made again."""

    def disagreement(self, truth: Truth, file: AcceleratorFile) -> str:
        """In what a file that is as it was written says something else than the truth; empty where it does not.

        Raises IndexDamaged where it cannot be read.
        """


def kind_of(name: str) -> Kind:
    """The kind of a name of :data:`semsearch.storage.place.SUFFIXES`."""
    return cast(Kind, import_module(f"semsearch.storage.accelerators.{name}.kind").KIND)

"""Untrusted text made safe to look at: nothing in it can move a cursor or turn a line around."""

from __future__ import annotations

import os
import unicodedata

_SPACES = {"\t": " ", "\n": " ", "\r": " "}
_JOINERS = "\u200c\u200d"  # harmless, and needed by emoji and several scripts


def visible(text: str) -> str:
    r"""``text`` on one line, control, bidi and other invisible characters as ``\\x1b`` or ``\\u202e``."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _SPACES:
        return " "
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    if character.isascii():
        return f"\\x{ord(character):02x}"
    return character.encode("ascii", "backslashreplace").decode()


def display_path(path: str) -> str:
    """A path as short as it can be typed from the working folder."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative

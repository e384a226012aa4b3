"""What stands above an article in a text file: lines such as ``Title: …`` and ``Date: …``, up to an empty one."""

from __future__ import annotations

import re

from semsearch.readers.names import OTHER_NAMES, FieldNames, fold

LONGEST_HEAD = 4_000  # characters
_FIELD = re.compile(r"([^\W\d][\w ./-]{0,30}?)[ \t]*:[ \t]*(.*)")
_OF_ARTICLES = ("title", "date", "source", "url")


def role_of(name: str, names: FieldNames) -> str:
    """What a line of a head says by its name: a role, or the name itself where it is none."""
    folded = fold(name)
    if folded in OTHER_NAMES:
        return OTHER_NAMES[folded]
    for role in _OF_ARTICLES:
        if folded in (candidate for candidate, _ in names.candidates(role)):
            return role
    return name


def read_head(text: str, names: FieldNames) -> tuple[dict[str, str], int]:
    """The fields above an article by their roles, or else their names, and where the article begins.

    Nothing, and 0, where there is no head: it has a title, or a date and one more line, and an empty line behind it.
    """
    found, begin, last = dict[str, str](), 0, ""
    for line in text[:LONGEST_HEAD].splitlines(keepends=True):
        begin += len(line)
        field = _FIELD.fullmatch(line.strip())
        if not line.strip():
            if found:
                break
        elif field and "://" not in field[1]:
            last = role_of(field[1], names)
            found.setdefault(last, field[2].strip())
        elif last and line[0] in " \t":
            found[last] = f"{found[last]} {line.strip()}".strip()
        else:
            return {}, 0
    enough = "title" in found or len(found.keys() & set(_OF_ARTICLES)) > 1 or ("date" in found and len(found) > 1)
    return (found, begin) if enough and text[begin:].strip() else ({}, 0)

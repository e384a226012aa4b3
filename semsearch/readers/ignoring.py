r"""``.semsearchignore``: the patterns of gitignore(5), matched without backtracking.

A pattern is cut at its stars into pieces of fixed width, and each is sought once, the first place taken: the time is
the product of the two lengths at most, whatever they hold. Names without wildcards are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from semsearch.errors import InputError
from semsearch.files.regular import read_bounded

LARGEST = 1 << 20  # bytes
LONGEST = 250  # characters of a pattern
MOST_WILD = 500  # patterns with wildcards that are looked at for each file
_POSIX = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "a-fA-F0-9",
}


class BadPattern(InputError):
    """A line that is no pattern; the text says why."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """A pattern for one name: pieces between stars."""

    pieces: tuple[re.Pattern[str], ...]
    widths: tuple[int, ...]  # characters that each piece takes

    def matches(self, name: str) -> bool:
        """Whether the whole name fits."""
        if len(self.pieces) == 1:
            return self.pieces[0].fullmatch(name) is not None
        if self.pieces[0].match(name) is None:
            return False
        at = self.widths[0]
        for piece in self.pieces[1:-1]:
            found = piece.search(name, at)
            if found is None:
                return False
            at = found.end()
        begin = len(name) - self.widths[-1]
        return begin >= at and self.pieces[-1].match(name, begin) is not None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A line: runs of names between ``**``."""

    groups: tuple[tuple[_Segment, ...], ...]
    deep: bool  # ends with ``**``: what is inside, not the folder itself
    anywhere: bool  # one name, at any depth
    folders: bool  # matches folders alone
    negated: bool

    def matches(self, names: Sequence[str], *, is_folder: bool) -> bool:
        """Whether a path, given as its names, is meant."""
        if self.folders and not is_folder:
            return False
        if self.anywhere:
            return self.groups[0][0].matches(names[-1])
        first, last = self.groups[0], self.groups[-1]
        if len(self.groups) == 1:
            return len(names) == len(first) and _fit(first, names, 0)
        if not _fit(first, names, 0):
            return False
        at = len(first)
        for group in self.groups[1:-1]:
            at = next((place + len(group) for place in range(at, len(names)) if _fit(group, names, place)), -1)
            if at < 0:
                return False
        begin = len(names) - len(last)
        return begin >= at + self.deep and _fit(last, names, begin)


def _fit(group: Sequence[_Segment], names: Sequence[str], at: int) -> bool:
    return at + len(group) <= len(names) and all(each.matches(names[at + n]) for n, each in enumerate(group))


@dataclass(slots=True)
class IgnoreRules:
    """The patterns of one file: of those that mention a path the last decides."""

    problems: list[tuple[int, str]] = field(default_factory=list)  # lines that are no patterns, and why
    _wild: list[tuple[int, _Pattern]] = field(default_factory=list)
    _names: dict[str, list[tuple[int, bool, bool]]] = field(default_factory=dict)  # line, folders alone, negated
    _paths: dict[str, list[tuple[int, bool, bool]]] = field(default_factory=dict)

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """True for a path that is to be ignored, false for one that is not, None where nothing is said of it."""
        names = path.split("/")
        literal = [*self._names.get(names[-1], ()), *self._paths.get(path, ())]
        line, verdict = -1, None
        for number, folders, negated in literal:
            if number > line and (is_folder or not folders):
                line, verdict = number, not negated
        for number, pattern in reversed(self._wild):
            if number < line:
                break
            if pattern.matches(names, is_folder=is_folder):
                return not pattern.negated
        return verdict

    @property
    def wild(self) -> int:
        """How many of its patterns have wildcards."""
        return len(self._wild)

    def add(self, number: int, line: str) -> None:
        """Take a line. Raises BadPattern."""
        text = _trimmed(line)
        if not text or text.startswith("#"):
            return
        if len(text) > LONGEST:
            raise BadPattern(f"a pattern of {len(text)} characters")
        negated = text.startswith("!")
        text = text[negated:]
        folders = text.endswith("/")
        text = text.removesuffix("/")
        anchored = "/" in text
        text = text.removeprefix("/")
        if not text:
            return
        if not re.search(r"[*?\[\\]", text):
            known = self._paths if anchored else self._names
            known.setdefault(text, []).append((number, folders, negated))
        elif len(self._wild) >= MOST_WILD:
            raise BadPattern(f"more than {MOST_WILD} patterns with wildcards")
        else:
            self._wild.append((number, _pattern(text, anchored, folders, negated)))


def read_ignore_file(path: Path) -> IgnoreRules:
    """The rules of a file; lines that are no pattern are reported. Raises OSError for no regular file of 1 MB."""
    rules = IgnoreRules()
    text = read_bounded(path, LARGEST).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        try:
            rules.add(number, line)
        except BadPattern as error:
            rules.problems.append((number, f"not a pattern: {line[:60]!r}: {error}"))
    return rules


def path_pattern(text: str) -> Callable[[Sequence[str]], bool]:
    """Whether a path, given as its names, matches a pattern from its first name on. Raises BadPattern."""
    pattern = _pattern(text, anchored=True, folders=False, negated=False)
    return lambda names: pattern.matches(names, is_folder=False)


def _trimmed(line: str) -> str:
    """A line without the blanks at its end, but for one after a backslash."""
    line = line.rstrip("\r")
    text = line.rstrip(" ")
    escaped = (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return f"{text} " if escaped and len(text) < len(line) else text


def _pattern(text: str, anchored: bool, folders: bool, negated: bool) -> _Pattern:
    names = text.split("/")
    groups, run = list[tuple[_Segment, ...]](), list[_Segment]()
    for name in names:
        if name == "**" and anchored:
            groups.append(tuple(run))
            run = []
        else:
            run.append(_segment(name))
    groups.append(tuple(run))
    return _Pattern(tuple(groups), names[-1] == "**" and anchored, not anchored, folders, negated)


def _segment(name: str) -> _Segment:
    """The pieces of a name's pattern. Raises BadPattern."""
    pieces, widths = [""], [0]
    for token in _tokens(name):
        if token == "*":  # noqa: S105  (a star)
            pieces.append("")
            widths.append(0)
        else:
            pieces[-1] += token
            widths[-1] += 1
    return _Segment(tuple(re.compile(piece, re.DOTALL) for piece in pieces), tuple(widths))


def _tokens(name: str) -> Iterator[str]:
    """A star, or a regular expression for one character, after the other."""
    at = 0
    while at < len(name):
        sign = name[at]
        if sign == "[":
            end = _end_of_class(name, at)
            yield _class(name[at + 1 : end])
            at = end + 1
            continue
        if sign == "\\":
            at += 1
            if at == len(name):
                raise BadPattern("a backslash at its end")
            yield re.escape(name[at])
        else:
            yield {"*": "*", "?": "."}.get(sign, re.escape(sign))
        at += 1


def _end_of_class(name: str, at: int) -> int:
    """Where a ``[`` is closed. Raises BadPattern where it is not."""
    at += 2 if name[at + 1 : at + 2] in ("!", "^") else 1
    begin = at
    while at < len(name):
        if name[at] == "]" and at > begin:
            return at
        posix = re.compile(r"\[:[a-z]*:\]").match(name, at)
        at = posix.end() if posix else at + (2 if name[at] == "\\" else 1)
    raise BadPattern("a [ that is not closed")


def _class(inside: str) -> str:
    """A regular expression for one character of a bracket expression. Raises BadPattern."""
    negated = inside[:1] in ("!", "^")
    at, parts = int(negated), list[str]()
    while at < len(inside):
        posix = re.compile(r"\[:([a-z]*):\]").match(inside, at)
        if posix:
            if posix[1] not in _POSIX:
                raise BadPattern(f"no class of characters {posix[1]!r}")
            parts.append(_POSIX[posix[1]])
            at = posix.end()
            continue
        first, at = _character(inside, at)
        last = first
        if inside[at : at + 1] == "-" and at + 1 < len(inside):
            last, at = _character(inside, at + 1)
        if last < first:
            raise BadPattern(f"the range {first}-{last} has no characters")
        parts.append(f"{re.escape(first)}-{re.escape(last)}")
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _character(text: str, at: int) -> tuple[str, int]:
    """A character, without the backslash before it, and where the next begins."""
    if text[at] == "\\" and at + 1 < len(text):
        return text[at + 1], at + 2
    return text[at], at + 1

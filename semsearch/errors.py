"""Everything semsearch raises on purpose.

::

    SemsearchError
    ├── UsageError            a value that makes no sense: an empty question, top < 1
    │   └── DateNotUnderstood a date or period that cannot be read, or no such day
    ├── InputError            a file, or a record of it, that cannot be used as what it was given for
    ├── IndexMissing          no index in this folder
    ├── IndexBusy             another process is writing this index
    ├── StorageFailed         the disk is full, or the folder cannot be written
    ├── OutOfRoom             the process may not take the memory that it needs
    ├── IndexDamaged          a file of the index is missing or not what was written
    ├── FormatMismatch        an index of another format version
    ├── EncoderMismatch       the index was embedded with another model
    ├── EncoderUnavailable    the model, or a package that it needs, is not here
    │   └── ModelNotNamed     an index asks for a model that this user has never named
    └── UnknownDocument       no such document in the index

A message is one line: where, what was found there, and what to do next with the command to type. Each part is a field
of the error as well, so that no program has to take the line apart.
"""

from __future__ import annotations

import os


def command(*words: str | os.PathLike[str], index: str | os.PathLike[str] | None = None) -> str:
    """What to type, each word quoted for the shell where it has to be.

    >>> command("index", "SOURCE", "--rebuild", index="my news")
    "semsearch index SOURCE --rebuild --index 'my news'"
    """
    from shlex import quote  # which no question needs

    option = () if index is None else ("--index", index)
    return " ".join(["semsearch", *(quote(os.fspath(word)) for word in (*words, *option))])


TRY_AGAIN = "look at the disk's space and the folder's permissions, then try again"


class SemsearchError(Exception):
    """Base of all errors raised by semsearch; ``str(error)`` is one line for the user.

    ``where`` is the file or folder that it is about, empty where the sentence names it; ``what`` was found; ``remedy``
    says what to do, and ends with the command.
    """

    def __init__(self, what: str = "", *, where: str | os.PathLike[str] = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = os.fspath(where)
        self.remedy = remedy

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.what, self.remedy) if part)


class UsageError(SemsearchError, ValueError):
    """An argument has a value that makes no sense; the message says what was expected."""


class NotKept(UsageError):
    """There is no folder to keep questions in."""


def refuse_unusable_path(value: object, name: str) -> None:
    """Raise UsageError where a program gives what is no name of a file."""
    if not isinstance(value, str | os.PathLike) or "\0" in str(value):
        raise UsageError(f"{name} is {value!r:.60}: expected the name of a file, as text or Path")


def refuse_other_type(value: object, kind: type | tuple[type, ...], name: str, expected: str) -> None:
    """Raise UsageError where a program gives a value of another kind than is expected."""
    if not isinstance(value, kind):
        raise UsageError(f"{name} is {value!r:.60}: expected {expected}")


class DateNotUnderstood(UsageError):
    """A text is no date or period, or names a day that does not exist."""


class InputError(SemsearchError):
    """A file cannot be read as what it was given for."""


class IndexMissing(SemsearchError):
    """There is no index in the folder."""


class IndexBusy(SemsearchError):
    """Another process holds the index for writing."""


class StorageFailed(SemsearchError):
    """The index cannot be read or written for want of space, permission or a working disk."""


class OutOfRoom(SemsearchError):
    """The process may not take the memory that it needs."""


class IndexDamaged(SemsearchError):
    """A file of the index is missing or not as it was written."""


class FormatMismatch(SemsearchError):
    """The index has a format version that this release does not read."""


class EncoderMismatch(SemsearchError):
    """The index holds vectors of another encoder."""


class EncoderUnavailable(SemsearchError):
    """A model, or a package that it needs, is not on this machine."""


class ModelNotNamed(EncoderUnavailable):
    """An index asks for a model that this user has never named: it is not loaded on the index's word."""


class UnknownDocument(SemsearchError):
    """The index holds no document with this id."""

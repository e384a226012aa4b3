"""The other end of :mod:`semsearch.readers.child`: reads one file after the other, in bounds."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import struct
from contextlib import suppress

from semsearch.errors import InputError, SemsearchError
from semsearch.files.regular import stream_of
from semsearch.readers.child import MEMORY, OUT_OF_MEMORY, TICK
from semsearch.readers.input_file import InputFile
from semsearch.readers.names import FieldNames
from semsearch.readers.registry import reader_of
from semsearch.readers.wire import packed

_LENGTH = struct.Struct("!I")
OF_A_MODEL = 128 << 20  # bytes that it may write while a model is read
_LONGEST_REQUEST = 1 << 16
_PR_SET_PDEATHSIG = 1


def main(number: int) -> None:
    """Answer requests on the socket with a number until it is closed."""
    _bound()
    link = socket.socket(fileno=number)
    while True:
        data, descriptors, _, _ = socket.recv_fds(link, _LONGEST_REQUEST, 1)
        if not data:
            os._exit(0)
        wanted = _LENGTH.unpack(data[: _LENGTH.size])[0] + _LENGTH.size
        while len(data) < wanted:
            data += link.recv(wanted - len(data))
        _answer(link, json.loads(data[_LENGTH.size :]), descriptors[0])


def _bound() -> None:
    """Limits of this process; it ends with the one that made it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for limit, soft, hard in (
        (resource.RLIMIT_DATA, MEMORY, MEMORY),
        (resource.RLIMIT_FSIZE, 0, OF_A_MODEL),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (soft, hard))


class _File(InputFile):
    """A file whose encoding may be guessed: the model of languages is unpacked into a file without a name."""

    link: socket.socket

    def member(self, name: str) -> InputFile:
        found = _File(name, self.names, self.encoding)
        found.link = self.link
        return found

    def tick(self) -> None:
        _send(self.link, TICK)

    def _encoding(self, data: bytes, *, whole: bool, records: bool = False) -> str:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_FSIZE, (OF_A_MODEL, OF_A_MODEL))
        try:
            return super()._encoding(data, whole=whole, records=records)
        finally:
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, OF_A_MODEL))


def _answer(link: socket.socket, request: dict[str, object], descriptor: int) -> None:
    names = FieldNames({str(role): str(name) for role, name in dict(request["fields"]).items()})  # type: ignore[call-overload]
    file = _File(str(request["path"]), names, str(request["encoding"]))
    file.link = link
    failed = ""
    with stream_of(descriptor) as stream:
        try:
            for item in reader_of(str(request["suffix"]))(stream, file):
                _send(link, packed(item))
            for problem in file.told:
                _send(link, packed(problem))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except InputError as error:
            failed = str(error)
        except SemsearchError as error:
            failed = f"unreadable: {error}"
        except RecursionError:
            failed = "unreadable: it is nested too deeply"
        except Exception as error:
            told = " ".join(f"{error}".split())[:120]
            failed = f"unreadable: {type(error).__name__}: {told}"
    end = {"failed": failed, "notes": dict(file.notes), "guessed": file.guessed}
    _send(link, json.dumps(end).encode("utf-8", "surrogatepass"))


def _send(link: socket.socket, data: bytes) -> None:
    link.sendall(_LENGTH.pack(len(data)) + data)

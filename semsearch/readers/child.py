"""Readers in processes of their own, which may die: a hang, a bomb or a crash costs the file, and is told.

A worker has one file at a time, given as an open descriptor, so that it opens nothing itself. It is killed where it
gives nothing for :data:`PATIENCE`, replaced when it died, and retired after :data:`MOST_FILES`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

from semsearch.errors import InputError
from semsearch.readers.input_file import InputFile
from semsearch.readers.wire import NoFrame, unpacked
from semsearch.records import Problem, RawDocument

PATIENCE = 9.0  # seconds between two items of a file
SECONDS_A_BYTE = 1 / 100_000  # more, for a file whose reader says that it goes on: some hundred pages a megabyte
TICK = b'{"tick": true}'  # the frame that says so
MOST_FILES = 2_000  # of one worker
MEMORY = 300 << 20  # bytes that a worker may write to: some 250 MB of memory
OUT_OF_MEMORY = 3  # its status then
MOST_ITEM = 64 << 20  # bytes of one item
_LENGTH = struct.Struct("!I")
_ROOT = Path(__file__).resolve().parent.parent.parent
_RUN = "import sys; sys.path.append(sys.argv[1]); from semsearch.readers.worker import main; main(int(sys.argv[2]))"


class ReaderDied(InputError):
    """The process that read a file has ended without a word, or was ended."""


class _Worker:
    """One process with the socket over which it is asked."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-c", _RUN, str(_ROOT), str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        theirs.close()
        ours.settimeout(PATIENCE)
        self._socket = ours
        self.files = 0

    def __del__(self) -> None:
        if self._process.poll() is None:  # the thread that it read for has ended
            self._socket.close()
            self._process.kill()
            self._process.wait()

    def ask(self, request: bytes, descriptor: int) -> None:
        """Give it a file. Raises OSError where it is gone."""
        self.files += 1
        socket.send_fds(self._socket, [_LENGTH.pack(len(request)) + request], [descriptor])

    def frame(self) -> bytes:
        """The next frame. Raises TimeoutError, and ReaderDied where there is none."""
        length = _LENGTH.unpack(self._exactly(_LENGTH.size))[0]
        if length > MOST_ITEM:
            raise ReaderDied("a text too large to be one article")
        return self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        pieces, wanted = [], length
        while wanted:
            try:
                piece = self._socket.recv(min(wanted, 1 << 20))
            except ConnectionError:
                piece = b""
            if not piece:
                raise ReaderDied("")
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def end(self) -> int | None:
        """Kill it; its status where it had ended by itself, below 0 for a signal."""
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        code = self._process.poll()
        if code is None:
            self._process.kill()
            self._process.wait()
        return code


class Children(threading.local):
    """Reads files in a worker, made when the first is wanted; each thread has its own."""

    def __init__(self) -> None:
        self._worker: _Worker | None = None
        self._owner = 0

    def documents(self, descriptor: int, suffix: str, file: InputFile) -> Iterator[RawDocument | Problem]:
        """The items of a file, and how it was read in ``file``. Raises ReaderDied, with what happened."""
        request = {"path": file.path, "suffix": suffix, "fields": dict(file.names.chosen), "encoding": file.encoding}
        worker = self._given(json.dumps(request).encode("utf-8", "surrogateescape"), descriptor)
        done, latest = False, monotonic() + PATIENCE + os.fstat(descriptor).st_size * SECONDS_A_BYTE
        try:
            while True:
                frame = worker.frame()
                if frame == TICK:
                    if monotonic() > latest:
                        raise TimeoutError
                    continue
                item = unpacked(frame)
                if isinstance(item, dict):
                    done = True
                    _take(item, file)
                    return
                yield item
        except TimeoutError:
            raise ReaderDied(f"nothing was read of it in {PATIENCE:.0f} seconds, or too little in the time") from None
        except NoFrame as error:
            raise ReaderDied(str(error)) from None
        except ReaderDied as error:
            raise ReaderDied(str(error) or self._said_of_death()) from None
        finally:
            if not done:
                self.close()

    def _given(self, request: bytes, descriptor: int) -> _Worker:
        """A worker that has taken the file; one that died between two files is replaced."""
        for _ in range(2):
            worker = self._living()
            try:
                worker.ask(request, descriptor)
            except OSError:
                self.close()
            else:
                return worker
        raise ReaderDied("the process that reads such files does not start")

    def _living(self) -> _Worker:
        if self._worker is not None and (self._worker.files >= MOST_FILES or self._owner != os.getpid()):
            self.close()
        if self._worker is None:
            self._worker, self._owner = _Worker(), os.getpid()
        return self._worker

    def _said_of_death(self) -> str:
        status = self._end()
        if status == OUT_OF_MEMORY:
            return f"it wants more than the {MEMORY >> 20} MB of memory that its reader may have"
        named = signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"
        return f"its reader crashed ({named})"

    def close(self) -> None:
        """End the worker."""
        self._end()

    def _end(self) -> int | None:
        worker, self._worker = self._worker, None
        return worker.end() if worker is not None else None


def _take(end: dict[str, object], file: InputFile) -> None:
    """Note what the last frame says of how the file was read; refused where it failed."""
    for note, count in dict(end.get("notes") or {}).items():  # type: ignore[call-overload]
        if isinstance(note, str) and isinstance(count, int):
            file.notes[note[:200]] += count
    guessed = end.get("guessed")
    file.guessed = guessed[:40] if isinstance(guessed, str) else ""
    failed = end.get("failed")
    if isinstance(failed, str) and failed:
        raise InputError(failed[:500])


children = Children()  # of this process: workers outlive the file that they were made for

"""One thread that owns the index, and answers what others ask of it in turn.

FAISS, SQLite and the scores of a question are one thread's. When the index is written anew, the thread opens the new
state beside the old one and changes over; where it cannot be opened, the old one goes on.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from semsearch.errors import SemsearchError
from semsearch.search.engine import Engine
from semsearch.serve.held import copied, refuse_damaged, remove, signature
from semsearch.serve.refusals import Refused

T = TypeVar("T")
WAITING = 64  # questions at most
LOOK_EVERY = 1.0  # seconds between looks at the index's folder
LONGEST = 30.0  # seconds that a question may take, its waiting counted
LEAVE_WITHIN = 1.0  # seconds for what is being asked, at the end


class _Job(Generic[T]):
    """Something to ask of the index, and where its answer goes."""

    def __init__(self, ask: Callable[[Engine], T]) -> None:
        self._ask = ask
        self.future = Future[T]()

    def run(self, engine: Engine) -> None:
        """Ask it, unless nobody waits any more."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            self.future.set_result(self._ask(engine))
        except BaseException as error:  # told to whoever asked
            self.future.set_exception(error)


_END = _Job[object](lambda _: None)


class Reader:
    """Answers from one index folder; ``open_engine`` opens it, or a copy of it, in the reader's own thread."""

    def __init__(self, folder: Path, open_engine: Callable[[Path], Engine], say: Callable[[str], None]) -> None:
        self._folder = folder
        self._open_engine = open_engine
        self.say = say  # to whoever started the server
        self._jobs = queue.Queue[_Job[object]](WAITING)
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._seen: object = None
        self._day = date.min  # that "today" is counted from
        self._copy: Path | None = None  # that answers come from
        self._coming: Path | None = None  # the next, while it is looked over
        self.state = ""  # of the index that answers
        self.stale = ""  # why a newer one does not: the class of the error
        self._thread = threading.Thread(target=self._work, name="semsearch-index", daemon=True)

    def start(self) -> None:
        """Open the index. Raises what opening it raises."""
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """Close the index, when what is being asked is answered; what takes longer ends with the process."""
        with suppress(queue.Full):
            self._jobs.put(_END, timeout=LEAVE_WITHIN)
        self._thread.join(LEAVE_WITHIN)
        if self._thread.is_alive():
            for copy in (self._copy, self._coming):
                remove(copy)

    @property
    def alive(self) -> bool:
        """Whether anybody answers."""
        return self._thread.is_alive()

    async def ask(self, ask: Callable[[Engine], T]) -> T:
        """What ``ask`` finds. Raises Refused where too many wait, or it takes too long."""
        job = _Job(ask)
        try:
            self._jobs.put_nowait(job)  # type: ignore[arg-type]
        except queue.Full:
            raise Refused(503, "busy", "too many questions are waiting: ask again in a second") from None
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job.future), LONGEST)
        except TimeoutError:
            raise Refused(503, "busy", "the answer took too long: ask again") from None

    def _work(self) -> None:
        """Open the index, then answer until the end."""
        try:
            engine = self._opened()
        except BaseException as error:
            self._failed = error
            self._ready.set()
            return
        self._ready.set()
        try:
            self._answer(engine)
        finally:
            remove(self._copy)

    def _answer(self, engine: Engine) -> None:
        """What is asked, in turn, until the end."""
        looked = monotonic()
        while True:
            job = self._next()
            if job is _END:
                engine.close()
                return
            if monotonic() - looked >= LOOK_EVERY:
                engine, looked = self._renewed(engine), monotonic()
            if job is not None:
                job.run(engine)

    def _next(self) -> _Job[object] | None:
        """What is asked next; None where nothing is for a while."""
        try:
            return self._jobs.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return None

    def _opened(self, *, check_copy: bool = False) -> Engine:
        """The index as it is now, its parts loaded; where it is copied, ``check_copy`` looks whether it is whole."""
        self._seen, self._day = signature(self._folder), date.today()
        engine = self._whole(self._folder)
        self._coming = copy = copied(self._folder)
        if copy is not None:
            engine.close()
            try:
                if check_copy:
                    refuse_damaged(copy, self._folder)
                engine = self._whole(copy)
            except BaseException:
                remove(copy)
                raise
        remove(self._copy)
        self._copy, self._coming = copy, None
        self.state = engine.state
        return engine

    def _whole(self, folder: Path) -> Engine:
        """An index with every part opened: what is broken is found now."""
        engine = self._open_engine(folder)
        try:
            engine.info()
        except BaseException:
            engine.close()
            raise
        return engine

    def _renewed(self, engine: Engine) -> Engine:
        """The index as it is now, where it has changed and can be opened; else the one that is open."""
        if signature(self._folder) == self._seen and date.today() == self._day:
            return engine
        before = self.state
        try:
            newer = self._opened(check_copy=True)
        except Exception as error:  # whatever it is, the one that is open goes on
            self._tell_stale(error)
            return engine
        self.stale = ""
        engine.close()
        if self.state != before:
            self.say("the index has changed: answers come from the new one")
        return newer

    def _tell_stale(self, error: Exception) -> None:
        self.stale = type(error).__name__ if isinstance(error, SemsearchError) else "StorageFailed"
        self.say(f"the index has changed and cannot be opened, answers come from the one before: {error}")

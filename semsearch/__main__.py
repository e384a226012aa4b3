"""``semsearch`` and ``python -m semsearch``."""

import gc
import os
import signal
from types import FrameType

INTERRUPTED = 130
COLLECT_AFTER = 100_000  # objects; a question makes 70,000 and frees few, and looking for those costs 10 ms


def main() -> None:
    """Run the program. Until it is loaded, a signal ends it at once and without a word."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    gc.set_threshold(COLLECT_AFTER)
    # One thread multiplies a question's small matrices in 10 ms; two that wait for a busy processor take 190.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from semsearch.cli.main import main as program

    program()


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (as signal calls it)
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()

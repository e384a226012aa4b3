"""``semsearch`` and ``python -m semsearch``."""

import os
import signal
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Run the program. Until it is loaded, a signal ends it at once and without a word."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    from semsearch.cli.main import main as program

    program()


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (as signal calls it)
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()

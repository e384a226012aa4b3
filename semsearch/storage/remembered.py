"""What was read of a snapshot, and found whole, is remembered: the next question is often about the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[K, T]):
    """Values by number or id, those that were asked for last, in at most ``most`` bytes.

    ``read`` gives those of some keys, all of them, and ``size`` the bytes of one. A snapshot never changes, so what was
    read once is what it would be again.
    """

    def __init__(self, read: Callable[[Sequence[K]], dict[K, T]], size: Callable[[T], int], most: int) -> None:
        self._read = read
        self._size = size
        self._most = most
        self._held: dict[K, T] = {}  # the latest at the end
        self._bytes = 0

    def of(self, keys: Sequence[K]) -> dict[K, T]:
        """The values of some keys, in their order."""
        held = self._held
        missing = list(dict.fromkeys(key for key in keys if key not in held))
        read = self._read(missing) if missing else {}
        found = {key: read[key] if key in read else held[key] for key in keys}
        for key, value in found.items():
            held.pop(key, None)
            held[key] = value
        self._bytes += sum(map(self._size, read.values()))
        while self._bytes > self._most:
            self._bytes -= self._size(held.pop(next(iter(held))))
        return found

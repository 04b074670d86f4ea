"""What was read or made of data, kept for the next one who asks, while there is room for it."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from engine.data.once import Once
from engine.data.progress import Steps

BOUND = 2**30
MOST_FILES = 2_000_000  # below a folder: who reads it refuses more
RECENT = 2 * 10**9  # ns: the coarsest clock of a file system
T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """Name, time of change (ns) and size of files; not settled: one may change again and look the same."""

    files: tuple[tuple[str, int, int], ...] = ()
    is_settled: bool = field(default=True, compare=False)


class _Kept(NamedTuple):
    state: State
    value: Any
    size: int


class Cache:
    """At most ``bound`` bytes (1 GiB) of values, by what they are and the state of the files that they come from.

    What was not asked for longest goes first, and a value goes when its files have changed. One that is larger than
    the bound is not kept at all, nor one of files that have only just changed. Whoever still uses a value keeps it
    alive. For any number of threads: two that ask for the same wait for one making. Values are shared, so nobody may
    change them.
    """

    def __init__(self, bound: int = BOUND) -> None:
        self._bound, self._size = bound, 0
        self._lock = RLock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._once = Once()

    @property
    def size(self) -> int:
        """Bytes that are held now."""
        return self._size

    def get(self, what: Hashable, state: State, make: Callable[[], Steps[T]], size: Callable[[T], int]) -> Steps[T]:
        """The value of ``what`` for files in this state, or else what ``make()`` returns, which has ``size`` bytes."""
        found = self._found(what, state)
        if found is not None:
            kept: T = found.value
            return kept
        return (yield from self._once.shared((what, state), lambda: self._made(what, state, make, size)))

    def _found(self, what: Hashable, state: State) -> _Kept | None:
        with self._lock:
            found = self._kept.get(what)
            if found is None or found.state != state:
                return None
            self._kept.move_to_end(what)
            return found

    def _made(self, what: Hashable, state: State, make: Callable[[], Steps[T]], size: Callable[[T], int]) -> Steps[T]:
        found = self._found(what, state)  # another thread may have ended between our two looks
        if found is not None:
            kept: T = found.value
            return kept
        value = yield from make()
        self._keep(what, _Kept(state, value, size(value)))
        return value

    def _keep(self, what: Hashable, kept: _Kept) -> None:
        with self._lock:
            self._drop(what)
            if kept.size > self._bound or not kept.state.is_settled:
                return
            self._kept[what] = kept
            self._size += kept.size
            while self._size > self._bound:
                self._drop(next(iter(self._kept)))

    def _drop(self, what: Hashable) -> None:
        dropped = self._kept.pop(what, None)
        self._size -= dropped.size if dropped is not None else 0

    def clear(self) -> None:
        """Hold nothing."""
        with self._lock:
            self._kept.clear()
            self._size = 0


LOADED = Cache()
"""The one cache of loaded data: arrays as they are read, and their splits."""


def state_of(paths: Iterable[Path]) -> State:
    """Of each file, and of all files below each folder; what is gone is left out."""
    now = time.time_ns()
    rows = sorted(row for path in paths for row in _rows(path))
    return State(tuple(rows), all(changed < now - RECENT for _, changed, _ in rows))


def _rows(path: Path) -> Iterator[tuple[str, int, int]]:
    if path.is_dir():
        below = (os.path.join(folder, name) for folder, _, names in os.walk(path.absolute()) for name in names)  # noqa: PTH118
        yield from (row for file in islice(below, MOST_FILES) for row in _row(file))
    else:
        yield from _row(str(path.absolute()))


def _row(path: str) -> Iterator[tuple[str, int, int]]:
    with suppress(OSError):
        found = os.stat(path)  # noqa: PTH116  (ten thousand Paths take long to make)
        yield path, found.st_mtime_ns, found.st_size

"""How many cores a run takes: as many as its steps are worth, fewer while another program holds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import torch
from torch import Tensor

FIRST, LONGEST = 0.2, 8.0  # seconds between two looks
PIECES, ROUNDS = 2**17, 7  # what is timed: numbers enough for four threads
HELD, FREE = 1.3, 0.8  # times as long with all threads as with one: somebody holds a core; nobody does


@contextmanager
def threads_as_before() -> Iterator[None]:
    """Whoever computes beside a run, or after it, finds as many as there were."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Threads:
    """The threads of the calling thread's steps. Threads wait for each other by spinning: where one of them has no
    core, all lose a factor of ten and more, and one thread alone is faster."""

    def __init__(self, most: int) -> None:
        """``most``: how many are worth it where nothing else is at work."""
        self._most, self.count = most, most
        self._look_at, self._pause = perf_counter() + FIRST, FIRST
        self._sample: Tensor | None = None

    def use(self, count: int) -> None:
        """From here on so many."""
        self.count = count
        torch.set_num_threads(count)

    def look(self) -> bool:
        """Now and then, what threads cost here; whether their number changes by it."""
        now = perf_counter()
        if self._most == 1 or now < self._look_at:
            return False
        before, ratio = self.count, self._ratio()
        if (self.count > 1 and ratio > HELD) or (self.count == 1 and ratio < FREE):
            ratio = self._ratio()  # once may be chance
        wanted = 1 if ratio > HELD else self._most if ratio < FREE else before
        self._pause = FIRST if wanted != before else min(LONGEST, 2 * self._pause)
        self.use(wanted)
        self._look_at = perf_counter() + self._pause
        return wanted != before

    def _ratio(self) -> float:
        """The time of the same small work with all threads, over that with one."""
        if self._sample is None:
            self._sample = torch.linspace(-1, 1, PIECES)
        times = {1: 0.0, self._most: 0.0}
        for _ in range(ROUNDS):
            for count in times:
                torch.set_num_threads(count)
                start = perf_counter()
                torch.tanh(self._sample)
                times[count] += perf_counter() - start
        return times[self._most] / times[1]

"""How many cores a run takes: as many as its steps are worth, fewer while other work holds them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import psutil
import torch

SAMPLE = 0.1  # seconds at least over which cores are watched: the system counts in hundredths
FIRST, LONGEST, AGAIN = 0.3, 2.0, 0.25  # seconds between two looks; and while something is about to change
HELD, FREED = 0.5, 3.0  # seconds that cores are held, or free again, before anything changes
NEARLY = 0.45  # of a core: what little others take of one does not cost it


@contextmanager
def threads_as_before() -> Iterator[None]:
    """Whoever computes beside a run, or after it, finds as many as there were."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Cores:
    """What other processes take of the cores that this one may use."""

    def __init__(self) -> None:
        has_affinity = hasattr(os, "sched_getaffinity")
        self._mine = sorted(os.sched_getaffinity(0)) if has_affinity else list(range(os.cpu_count() or 1))
        self._since, self._busy, self._own = perf_counter(), self._all_busy(), time.process_time()

    def _all_busy(self) -> float:
        try:
            each = psutil.cpu_times(percpu=True)
        except OSError:  # some systems do not tell: nobody else is at work then
            return time.process_time()
        mine = [each[core] for core in self._mine if core < len(each)]
        rests = ("idle", "iowait", "guest", "guest_nice")  # guests are counted as users, too
        return float(sum(sum(times) - sum(getattr(times, name, 0.0) for name in rests) for times in mine))

    def free(self) -> float:
        """How many cores nobody else has used since the last time it was asked."""
        now, busy, own = perf_counter(), self._all_busy(), time.process_time()
        others = (busy - self._busy - (own - self._own)) / max(now - self._since, 1e-9)
        self._since, self._busy, self._own = now, busy, own
        return len(self._mine) - max(0.0, others)

    @property
    def seconds(self) -> float:
        """Since it was asked."""
        return perf_counter() - self._since


class Threads:
    """The threads of the calling thread's steps. They wait for each other by spinning: where one of them has no core,
    all lose a factor of ten and more, and fewer are faster."""

    def __init__(self, most: int, cores: Cores | None = None) -> None:
        """``most``: how many are worth it where nothing else is at work; ``cores``: watched for a while already."""
        self._most, self.count = most, most
        self._cores = cores or Cores()
        self._look_at, self._pause = 0.0, FIRST
        self._wanted, self._since = most, 0.0  # what there are cores for, and since when

    def use(self, count: int) -> None:
        """From here on so many; one at least."""
        self.count = max(1, count)
        torch.set_num_threads(self.count)

    def begin(self) -> bool:
        """Before the first step: whether fewer are used from the beginning."""
        if self._most == 1:
            return False
        time.sleep(max(0.0, SAMPLE - self._cores.seconds))
        wanted = self._worth()
        changes = wanted != self.count
        self.use(wanted)
        self._wanted, self._look_at = wanted, perf_counter() + self._pause
        return changes

    def look(self) -> bool:
        """Now and then, whether cores are held; whether threads change by it. They do not for a moment's sake."""
        now = perf_counter()
        if self._most == 1 or now < self._look_at or self._cores.seconds < SAMPLE:
            return False
        wanted = self._worth()
        if wanted == self.count:
            self._pause = min(LONGEST, 2 * self._pause)
            self._wanted, self._look_at = wanted, now + self._pause
            return False
        if wanted != self._wanted:
            self._wanted, self._since = wanted, now
        self._look_at, self._pause = now + AGAIN, FIRST
        if now - self._since < (HELD if wanted < self.count else FREED):
            return False
        self.use(wanted)
        self._since = now
        return True

    def _worth(self) -> int:
        return max(1, min(self._most, int(self._cores.free() + NEARLY)))

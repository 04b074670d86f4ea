"""How many runs at once pay: tried and timed, not guessed. No torch."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Hashable
from statistics import median

from engine.messages import Message, say

WINDOW = 0.3  # seconds of training that are timed together, at least
ENOUGH = 3  # such spans for each process, before what was found out counts
GAIN = 1.15  # times as fast as before: less is no reason for another process
UNKNOWN = 3.0  # seconds that a process takes to start, before the first one has


class Pace:
    """Speeds of runs, by how many there were at once. Runs of one kind are held against each other."""

    def __init__(self, forced: int = 0) -> None:
        """``forced``: so many there are, whatever they gain."""
        self.count, self.most = forced or 1, 0  # the most is not known before the first run has begun
        self.is_settled = bool(forced)
        self.start = UNKNOWN
        self._speeds: dict[int, dict[Hashable, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._begun: dict[tuple[int, Hashable], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        self._since: dict[int, tuple[float, float, int]] = {}  # of a run: when, how many examples, how many at once

    def room_for(self, most: int) -> Message | None:
        """There is room for so many at once at most; where that is one, it is said."""
        if self.is_settled:
            return None
        self.most = min(self.most or most, most)
        self.count = min(self.count, self.most)
        if self.most > 1:
            return None
        self.is_settled = True
        return say("One run at a time: it uses all there is to compute with")

    def heard(self, run: int, kind: Hashable, examples: float, at_once: int, now: float | None = None) -> None:
        """A run has learned so many examples by now, while so many were trained. What is too short to be timed by
        itself is timed together with other runs of its kind."""
        now = time.perf_counter() if now is None else now
        since, self._since[run] = self._since.get(run), (now, examples, at_once)
        if since is None or since[2] != at_once or at_once != self.count or examples <= since[1]:
            return  # while another begins, or has just ended, nothing is timed
        learned, seconds = self._begun[at_once, kind]
        learned, seconds = learned + examples - since[1], seconds + now - since[0]
        if seconds >= WINDOW:
            self._speeds[at_once][kind].append(learned / seconds)
            learned, seconds = 0.0, 0.0
        self._begun[at_once, kind] = learned, seconds

    def left(self, run: int) -> None:
        """It has ended, or waits."""
        self._since.pop(run, None)

    def gain(self, count: int) -> float | None:
        """How many times as fast so many at once are as one; None: not known yet."""
        alone, together = self._speeds[1], self._speeds[count]
        if not alone or sum(map(len, together.values())) < ENOUGH * count:
            return None
        shared = [median(together[kind]) / median(alone[kind]) for kind in together if kind in alone]
        if shared:
            return count * median(shared)
        every = [[speed for speeds in by.values() for speed in speeds] for by in (together, alone)]
        return count * median(every[0]) / median(every[1])

    @property
    def is_known_alone(self) -> bool:
        """Whether one by itself was timed for long enough."""
        return sum(map(len, self._speeds[1].values())) >= ENOUGH

    def decide(self, left: float) -> Message | None:
        """Whether there are to be more, or fewer, where the rest would take one process so many seconds; said once it
        is certain."""
        if self.is_settled or not self.most:
            return None
        if self.count == 1:
            return self._begin_with_two(left)
        gain = self.gain(self.count)
        if gain is None:
            return None
        before = 1.0 if self.count == 2 else self.gain(self.count // 2) or 1.0
        if gain < GAIN * before:
            return self._settle(max(1, self.count // 2), gain, before)
        if 2 * self.count > self.most or left / gain < 2 * self.start:
            return self._settle(self.count, gain, before)
        self.count = 2 * self.count
        return None

    def _begin_with_two(self, left: float) -> Message | None:
        if not self.is_known_alone:
            return None
        if left / 2 > self.start:
            self.count = 2
            return None
        self.is_settled = True
        return say("One run at a time: a second process would take longer to start than it would save")

    def _settle(self, count: int, gain: float, before: float) -> Message:
        tried, self.count, self.is_settled = self.count, count, True
        if count == 1:
            return say("One run at a time: {count} at once were only {gain} times as fast", count=tried,
                       gain=f"{gain:.2f}")
        return say("{count} runs at once: {gain} times as fast as one", count=count,
                   gain=f"{gain if count == tried else before:.1f}")

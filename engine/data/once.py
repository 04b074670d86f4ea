"""What several threads ask for at the same time is done by one of them, while the others wait."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, RLock, get_ident
from typing import Any, TypeVar

from engine.data.progress import Step, Steps

NOTHING_YET = Step("", 0, 0, "reading")
PATIENCE = 0.1  # seconds between two looks at how far the other thread is
T = TypeVar("T")


@dataclass
class _Work:
    """What one thread is doing: its last step, and in the end the result, if there is one."""

    thread: int
    step: Step = NOTHING_YET
    result: list[Any] = field(default_factory=list)
    ended: Event = field(default_factory=Event)


class Once:
    """Who comes first does the work, the others tell its steps as theirs; anyone may be stopped at each step.

    Where the first one is stopped or fails, the next one does the work. Nobody waits for work that their own thread
    has left standing.
    """

    def __init__(self) -> None:
        self._lock = RLock()  # collecting garbage may close a generator of the same thread while the lock is held
        self._going: dict[Hashable, _Work] = {}

    def shared(self, key: Hashable, work: Callable[[], Steps[T]]) -> Steps[T]:
        """What ``work()`` returns, by whichever thread it is done."""
        while True:
            with self._lock:
                going = self._going.get(key)
                if going is None:
                    mine = self._going[key] = _Work(get_ident())
            if going is None:
                return (yield from self._done(key, mine, work()))
            if going.thread == get_ident():
                return (yield from work())
            while not going.ended.wait(PATIENCE):
                yield going.step
            if going.result:
                found: T = going.result[0]
                return found

    def _done(self, key: Hashable, mine: _Work, steps: Steps[T]) -> Steps[T]:
        try:
            while True:
                try:
                    mine.step = next(steps)
                except StopIteration as end:
                    mine.result.append(end.value)
                    result: T = end.value
                    return result
                yield mine.step
        finally:
            steps.close()
            with self._lock:
                del self._going[key]
            mine.ended.set()

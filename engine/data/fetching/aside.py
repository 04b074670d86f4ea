"""What may keep one waiting for ever, such as a server, is asked in a thread aside: whoever wants it can leave."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

PATIENCE = 0.1  # seconds without anything until that is said
AHEAD = 8  # what is made before anybody takes it
T = TypeVar("T")


def aside(make: Callable[[], Iterator[T]]) -> Generator[T | None, None, None]:
    """What ``make()`` yields; None whenever there was nothing for a moment. Raises what it raises.

    To leave, close this: the thread ends as soon as what it waits for lets it, and nobody waits for that.
    """
    found: Queue[tuple[T | None, BaseException | None, bool]] = Queue(AHEAD)
    left = Event()

    def put(value: T | None, error: BaseException | None = None, is_over: bool = False) -> bool:
        """Whether anybody still wants it."""
        while not left.is_set():
            try:
                found.put((value, error, is_over), timeout=PATIENCE)
            except Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for value in make():
                if not put(value):
                    return
        except BaseException as error:
            put(None, error, is_over=True)
        else:
            put(None, is_over=True)

    Thread(target=work, name="aside", daemon=True).start()
    try:
        while True:
            try:
                value, error, is_over = found.get(timeout=PATIENCE)
            except Empty:
                yield None
                continue
            if error is not None:
                raise error
            if is_over:
                return
            yield value
    finally:
        left.set()

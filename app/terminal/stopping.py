"""Ctrl+C in a terminal. No Qt, no torch."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from engine.training.control import Control


@contextmanager
def stopped_by_ctrl_c(control: Control) -> Iterator[None]:
    """The first Ctrl+C ends the run cleanly; the next one is as hard as ever."""
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        control.stop()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

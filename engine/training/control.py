"""Steering a run from another thread: pause, resume, stop, abandon, learning rate. No torch."""

from __future__ import annotations

from threading import Condition

from engine.experiment.recipe import Recipe


class AbandonedError(Exception):
    """Ends ``fit`` from within; nobody outside sees it."""


class Control:
    """Handed to ``fit``, which looks at it after every batch. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False
        self._abandoned = False
        self._lr: float | None = None

    def pause(self) -> None:
        """Hold after the current batch."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """End after the current batch, also out of a pause; there is no way back."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def abandon(self) -> None:
        """End without a result: ``fit`` says nothing more after the current batch, whatever it is doing."""
        with self._changed:
            self._stopped = self._abandoned = True
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """True between ``pause`` and ``resume``, ``stop`` or ``abandon``."""
        return self._paused and not self._stopped

    @property
    def stopped(self) -> bool:
        """True after ``stop`` or ``abandon``."""
        return self._stopped

    def check_abandoned(self) -> None:
        """Raise AbandonedError after ``abandon``."""
        if self._abandoned:
            raise AbandonedError

    @property
    def lr(self) -> float | None:
        """The learning rate asked for, or None: the recipe's. Setting raises OptionError for what cannot be a rate."""
        return self._lr

    @lr.setter
    def lr(self, value: float) -> None:
        self._lr = Recipe().with_options(lr=value).lr

    def forget_lr(self) -> None:
        """Back to the recipe's own rate, for the next run of a series."""
        self._lr = None

    def wait_while_paused(self) -> None:
        """Block until ``resume``, ``stop`` or ``abandon``."""
        with self._changed:
            self._changed.wait_for(lambda: not self.paused)

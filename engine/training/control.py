"""Steering a run from another thread: pause, go on for a while, stop, abandon, change. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Literal

from engine.experiment.recipe import Recipe

Stretch = Literal["batch", "epoch"]


class AbandonedError(Exception):
    """Ends ``fit`` from within; nobody outside sees it."""


class Control:
    """Handed to ``fit``, which looks at it after every batch. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._paused = False
        self._stopped = False
        self._abandoned = False
        self._until: Stretch | None = None  # what it goes on for, to be paused again
        self._ends_with_epoch = self._ends_here = False  # once this epoch was judged; it was
        self._wishes: dict[str, Any] = {}

    # -- going on and ending --------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Hold after the current batch."""
        with self._changed:
            self._paused, self._until = True, None

    def resume(self) -> None:
        """Go on after a pause."""
        self._go_on(None)

    def go_on_for(self, stretch: Stretch) -> None:
        """Go on, and hold after one batch, or once this epoch was judged."""
        self._go_on(stretch)

    def _go_on(self, until: Stretch | None) -> None:
        with self._changed:
            self._paused, self._until = False, until
            self._changed.notify_all()

    def stop(self) -> None:
        """End after the current batch, also out of a pause; there is no way back."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def stop_after_epoch(self, stops: bool = True) -> None:
        """End once this epoch was judged, or do not after all. After the last one it ends as any run does."""
        with self._changed:
            self._ends_with_epoch = stops

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

    @property
    def ends_with_epoch(self) -> bool:
        """Whether it ends once this epoch was judged."""
        return self._ends_with_epoch and not self._stopped

    # -- changing what it does --------------------------------------------------------------------------------------

    def steer(self, changes: Mapping[str, Any]) -> None:
        """Change options before the next batch, named as in ``engine.training.steering``.

        Raises OptionError for what an option of the recipe cannot be.
        """
        recipe = {name: value for name, value in changes.items() if name in Recipe.model_fields}
        checked = Recipe().with_options(**recipe)
        with self._changed:
            self._wishes |= {**changes, **{name: getattr(checked, name) for name in recipe}}

    # -- what the run asks --------------------------------------------------------------------------------------------

    def check_abandoned(self) -> None:
        """Raise AbandonedError after ``abandon``."""
        if self._abandoned:
            raise AbandonedError

    def wishes(self) -> dict[str, Any]:
        """What was asked for since the last time."""
        if not self._wishes:
            return {}
        with self._changed:
            wishes, self._wishes = self._wishes, {}
        return wishes

    def reached(self, stretch: Stretch) -> None:
        """A batch was learned, or an epoch judged: it holds where that was asked for, unless it is to end there."""
        if self._until is None and stretch == "batch":
            return
        with self._changed:
            self._ends_here = stretch == "epoch" and self._ends_with_epoch
            if self._until == stretch and not self._ends_here:
                self._paused, self._until = True, None

    def another_epoch(self) -> None:
        """Another one would follow: it ends where that was asked for before the last one was judged."""
        if self._ends_here and self._ends_with_epoch:
            self.stop()

    def wait_while_paused(self) -> None:
        """Block until ``resume``, ``stop`` or ``abandon``."""
        with self._changed:
            self._changed.wait_for(lambda: not self.paused)

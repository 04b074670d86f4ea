"""Hearing what a run says, each kind of event by a method of its own. No torch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import get_args

from engine.training.events import (
    CheckpointReached,
    DataRead,
    EpochEnded,
    Event,
    Examined,
    Finished,
    MemberEnded,
    MemberStarted,
    MomentReached,
    NumbersEnded,
    Paused,
    Point,
    Preparing,
    Progress,
    Resumed,
    RunNotSaved,
    SeriesFinished,
    Started,
    Steered,
    ThreadsChanged,
)
from engine.training.values import Remark


class Listener:
    """Override what you want to hear; everything else passes by."""

    def hear(self, event: Event) -> None:
        """Take in the next event of a run."""
        _HEARD[type(event)](self, event)

    def on_preparing(self, event: Preparing) -> None: ...
    def on_data_read(self, event: DataRead) -> None: ...
    def on_started(self, event: Started) -> None: ...
    def on_point(self, event: Point) -> None: ...
    def on_progress(self, event: Progress) -> None: ...
    def on_epoch_ended(self, event: EpochEnded) -> None: ...
    def on_moment_reached(self, event: MomentReached) -> None: ...
    def on_checkpoint_reached(self, event: CheckpointReached) -> None: ...
    def on_paused(self, event: Paused) -> None: ...
    def on_resumed(self, event: Resumed) -> None: ...
    def on_finished(self, event: Finished) -> None: ...
    def on_run_not_saved(self, event: RunNotSaved) -> None: ...
    def on_steered(self, event: Steered) -> None: ...
    def on_threads_changed(self, event: ThreadsChanged) -> None: ...
    def on_remark(self, event: Remark) -> None: ...
    def on_examined(self, event: Examined) -> None: ...
    def on_numbers_ended(self, event: NumbersEnded) -> None: ...
    def on_member_started(self, event: MemberStarted) -> None: ...
    def on_member_ended(self, event: MemberEnded) -> None: ...
    def on_series_finished(self, event: SeriesFinished) -> None: ...


def _by(method: str) -> Callable[[Listener, Event], None]:
    def call(listener: Listener, event: Event) -> None:
        getattr(listener, method)(event)  # of the listener's own class

    return call


_HEARD: dict[type, Callable[[Listener, Event], None]] = {
    kind: _by("on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()) for kind in get_args(Event)}

"""Training as it looks in a terminal. No Qt."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine.experiment import Experiment
from engine.files import WriteError
from engine.history import History
from engine.messages import Message
from engine.runs import load_checkpoint, record
from engine.training.control import Control
from engine.training.events import EpochEnded, Event, Finished, Preparing, RunNotSaved, Started, Summary
from engine.training.events import Progress as Advance
from engine.units import grouped


class Outcome(NamedTuple):
    """How a run ended; ``not_saved`` says why its folder is incomplete."""

    summary: Summary
    history: History
    stopped: bool
    not_saved: Message | None


def default_folder(name: str) -> Path:
    """``runs/lenet-20260131-120000`` below the current folder."""
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"


def train(experiment: Experiment, folder: Path, console: Console, root: Path | None = None,
          resume: bool = False) -> Outcome:
    """Train to the end, or until Ctrl+C, showing what happens. Raises LayerloomError, in words."""
    checkpoint = load_checkpoint(folder, experiment) if resume else None
    import torch

    from engine.training import fit
    from engine.training.devices import useful_threads

    torch.set_num_threads(useful_threads(experiment))
    control = Control()
    view = _View(console)
    with stopped_by_ctrl_c(control), view.bar:
        events = fit(experiment, control, root=root, resume=checkpoint)
        for event in record(events, experiment, folder, checkpoint):
            if isinstance(event, RunNotSaved) and not view.history.points:
                # hours later would be too late to learn that nothing can be written there
                raise WriteError("{reason}", reason=event.message)
            view.show(event)
    assert view.finished is not None  # the last event of a run that did not raise
    return Outcome(view.finished.summary, view.history, view.finished.stopped, view.not_saved)


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


class _View:
    """The bar below, and a line for each epoch above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.bar = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                            TextColumn("{task.fields[speed]}"), TimeRemainingColumn(), console=console, transient=True,
                            disable=not console.is_terminal)
        self._task = self.bar.add_task("", total=None, speed="")
        self.history = History()
        self.finished: Finished | None = None
        self.not_saved: Message | None = None

    def show(self, event: Event) -> None:
        self.history.add(event)
        if isinstance(event, Preparing):
            self.bar.update(self._task, description=str(event.text), completed=event.done, total=event.total or None)
        elif isinstance(event, Started):
            epochs = "1 epoch" if event.epochs == 1 else f"{grouped(event.epochs)} epochs"
            begun = f", from epoch {event.first_epoch}" if event.first_epoch > 1 else ""
            self._say(f"Training on {event.device}: {grouped(event.params)} parameters, "
                      f"{grouped(event.train_examples)} examples, {epochs}{begun}")
        elif isinstance(event, Advance):
            self.bar.update(self._task, description=f"epoch {event.epoch}/{event.epochs}", completed=event.fraction,
                            total=1.0, speed=f"{event.examples_per_second:.0f} examples/s")
        elif isinstance(event, EpochEnded):
            self._say(_epoch_line(event))
        elif isinstance(event, RunNotSaved):
            self.not_saved = event.message
            self._say(f"warning: {event.message} Training goes on.")
        elif isinstance(event, Finished):
            self.finished = event

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _epoch_line(event: EpochEnded) -> str:
    train, validation = event.train, event.validation
    marks = ("  ← best" if event.is_best else "") + ("" if event.complete else "  (stopped within the epoch)")
    return (f"epoch {event.epoch:>3}   train loss {train.loss:.4f} acc {train.accuracy:.4f}   "
            f"validation loss {validation.loss:.4f} acc {validation.accuracy:.4f}{marks}")

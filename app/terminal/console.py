"""Training as it looks in a terminal. No Qt."""

from __future__ import annotations

import math
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from app.terminal.report import note_lines
from app.terminal.stopping import stopped_by_ctrl_c
from engine import training
from engine.experiment.experiment import Experiment
from engine.files import WriteError
from engine.messages import say
from engine.runs.continuing import Going
from engine.runs.folder import record
from engine.runs.opened import open_run
from engine.training.control import Control
from engine.training.doctor.kinds import severity_of
from engine.training.events import (
    DataRead,
    EpochEnded,
    Event,
    MemberEnded,
    MemberStarted,
    Preparing,
    RunNotSaved,
    Started,
    Steered,
    ThreadsChanged,
)
from engine.training.events import Progress as Advance
from engine.training.listening import Listener
from engine.training.state import SeriesState
from engine.training.steering import told
from engine.training.telling import WHILE_LEARNING, about
from engine.training.telling import after as after_words
from engine.training.values import Metrics, Remark, Summary, Weights
from engine.units import grouped

WARNINGS = ("left out", "written again")  # beside what ails the run; other remarks are hints


class Result(NamedTuple):
    """How it ended."""

    states: SeriesState

    @property
    def weights(self) -> list[Weights]:
        """Those of each run's best epoch."""
        return [member.best for member in self.states.members if member.best is not None]

    @property
    def summary(self) -> Summary:
        """The run's numbers; in a series those of its last run."""
        summary = self.states.current.summary
        assert summary is not None  # a run that did not raise has ended
        return summary


def train(experiment: Experiment, folder: Path, console: Console, root: Path | None = None,
          kept: bool = False) -> Result:
    """Train to the end, or until Ctrl+C, showing what happens: one run, or a series where variants or folds are asked
    for. That a run is ``kept`` in the folder is said when it is replaced. Raises LayerloomError, in words."""
    return go_on(Going(experiment, folder), console, root, kept)


def go_on(going: Going, console: Console, root: Path | None = None, kept: bool = False, *,
          doctor: bool = True) -> Result:
    """The same of a run that was begun; without the ``doctor`` nobody looks at its layers."""
    control, experiment = Control(), going.experiment
    weights = going.about.weights
    events = (training.fit_series(experiment, control, root=root, weights=weights, resume=going.begun, doctor=doctor)
              if going.is_series else
              training.fit(experiment, control, root=root, weights=weights, resume=going.checkpoint,
                            noted=going.about.noted, doctor=doctor))
    return shown(record(events, experiment, going.folder, going.checkpoint, going.begun, going.about), control, console,
                 going.states, going.folder if kept else None)


def ended(going: Going) -> Result:
    """What came of a run that has nothing left to learn."""
    states = going.states
    states.current.summary = open_run(going.folder).state.summary
    return Result(states)


def shown(events: Generator[Event, None, None], control: Control, console: Console, states: SeriesState,
          replaced: Path | None = None) -> Result:
    """Show what happens, until it has ended or Ctrl+C is pressed; first that a run is ``replaced``."""
    view = _View(console, states)
    with stopped_by_ctrl_c(control), view.bar, closing(events):
        for event in events:
            if isinstance(event, RunNotSaved) and view.is_new:
                # hours later would be too late to learn that nothing can be written there
                raise WriteError("{reason}", reason=event.message)
            if replaced is not None and not isinstance(event, Preparing):
                print(f"Replacing the run in {replaced}", file=sys.stderr)
                replaced = None
            view.states.hear(event)
            view.hear(event)
    return Result(view.states)


class _View(Listener):
    """The bar below, and a line for each epoch above it."""

    def __init__(self, console: Console, states: SeriesState) -> None:
        self._console, self.states = console, states
        self.bar = Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                            TextColumn("{task.fields[speed]}"), TimeRemainingColumn(), console=console, transient=True,
                            disable=not console.is_terminal)
        self._task = self.bar.add_task("", total=None, speed="")

    @property
    def is_new(self) -> bool:
        """Whether nothing was learned yet."""
        return not any(member.points for member in self.states.members)

    def on_preparing(self, event: Preparing) -> None:
        self.bar.update(self._task, description=str(event.text), completed=event.done, total=event.total or None)

    def on_data_read(self, event: DataRead) -> None:
        for line in note_lines([*event.notes, *(say("{path} is left out: {reason}", path=path, reason=reason)
                                                for path, reason in event.skipped)]):
            self._say(line)

    def on_member_started(self, event: MemberStarted) -> None:
        self._say(f"{event.title} ({event.index} of {event.count})")

    def on_started(self, event: Started) -> None:
        self._say(_start_line(event))
        if len(self.states.members) <= 1:
            self._say(str(WHILE_LEARNING))

    def on_progress(self, event: Advance) -> None:
        runs, count = len(self.states.members), self.states.count
        run = f"run {runs}/{count} · " if count > 1 else ""
        self.bar.update(self._task, description=f"{run}epoch {event.epoch}/{event.epochs}", total=1.0,
                        completed=(runs - 1 + event.fraction) / count,
                        speed=f"{grouped(event.examples_per_second)} examples/s")

    def on_epoch_ended(self, event: EpochEnded) -> None:
        self._say(_epoch_line(event))

    def on_remark(self, event: Remark) -> None:
        is_wrong = event.kind in WARNINGS or severity_of(event.kind) == "error"
        self._say(f"{'warning' if is_wrong else 'hint'}: {event.line}")

    def on_steered(self, event: Steered) -> None:
        self._say(f"from {event.position:g} epochs on: {', '.join(map(str, told(event.changes, event.before)))}")

    def on_threads_changed(self, event: ThreadsChanged) -> None:
        self._say(f"hint: {event.line}")

    def on_run_not_saved(self, event: RunNotSaved) -> None:
        goes_on = " Training goes on." if self.states.current.summary is None else ""
        self._say(f"warning: {event.message}{goes_on}")

    def on_member_ended(self, event: MemberEnded) -> None:
        self._say(str(event.summary.line))

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _start_line(event: Started) -> str:
    planned = event.planned or event.epochs
    epochs = "1 epoch" if planned == 1 else f"{grouped(planned)} epochs"
    examples = "1 example" if event.train_examples == 1 else f"{grouped(event.train_examples)} examples"
    within = "within" if event.position % 1 else "from"
    begun = f", {within} epoch {event.first_epoch}" if event.position or event.first_epoch > 1 else ""
    name = f" ({event.device_name})" if event.device_name else ""
    return (f"Training on {event.device}{name}: {grouped(event.params)} parameters, "
            f"{examples}, {epochs}{begun}")


def _epoch_line(event: EpochEnded) -> str:
    is_best = event.is_best and not math.isnan(event.validation.loss)  # without validation there is only the last
    marks = ("  ← best" if is_best else "") + ("" if event.complete else "  (stopped within the epoch)")
    parts = [("train", event.train), ("train after", event.after), ("validation", event.validation),
             ("test", event.test)]
    shown = [(name, metrics) for name, metrics in parts if metrics is not None and not math.isnan(metrics.loss)]
    measure = _measure([metrics for _, metrics in shown])
    told = [f"{name} {_numbers(metrics, measure)}" for name, metrics in shown]
    return f"epoch {event.epoch:>3}   {'   '.join(told)}{marks}"


def _measure(parts: Sequence[Metrics]) -> str:
    """What says most about numbers, one for all parts that have any."""
    have = [metrics.named for metrics in parts if "rmse" in metrics.named or "log_rmse" in metrics.named]
    return next((name for name in ("log_rmse", "rmse") if have and all(name in named for named in have)), "")


def _numbers(metrics: Metrics, measure: str) -> str:
    """Of classes loss and accuracy, of numbers loss and a measure."""
    if not math.isnan(metrics.accuracy):
        return f"loss {metrics.loss:.4f} acc {metrics.accuracy:.4f}"
    more = f" {measure.replace('_', '-')} {metrics.named[measure]:.4g}" if measure in metrics.named else ""
    return f"loss {metrics.loss:.4g}{more}"


def summary_lines(summary: Summary) -> list[str]:
    """A finished run: what its numbers are of, and the notes' own line."""
    after = [] if summary.after is None else [str(after_words(summary.after))]
    return [*map(str, about(summary)), *after, str(summary.line)]

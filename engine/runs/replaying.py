"""Making a run again from its own record: the same experiment, seed, numerics, and every change made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch

from engine.data.spec.changes import changes
from engine.experiment.experiment import Experiment
from engine.export.weight_files import load_weights
from engine.messages import LayerloomError, Message, say
from engine.runs.folder import VERSIONS
from engine.runs.names import BEST, LAST, METRICS, RUN, START
from engine.runs.opened import Run, RunError, experiment_of, json_in, noted_in, open_run, text_in
from engine.runs.resuming import expect_possible
from engine.training.control import Control
from engine.training.devices import fewer_threads
from engine.training.events import Event, ThreadsChanged
from engine.training.loop import Repeat, fit
from engine.training.numerics import Numerics
from engine.training.series import fit_series
from engine.training.values import Weights


class Replay(NamedTuple):
    """A run, or a series, as it is made again."""

    experiment: Experiment
    weights: Weights | None  # that it began with; None: its seed's
    repeats: tuple[Repeat, ...]  # one for each run
    is_series: bool

    @property
    def notes(self) -> tuple[Message, ...]:
        """What is to be said before it begins: why it may not become the same."""
        noted = [each.threads for repeat in self.repeats for each in repeat.noted if isinstance(each, ThreadsChanged)]
        note = fewer_threads(max(repeat.numerics.threads for repeat in self.repeats), max(noted, default=0))
        return () if note is None else (note,)

    def events(self, control: Control | None = None, root: Path | None = None) -> Iterator[Event]:
        """As ``fit`` or ``fit_series`` yields them."""
        if self.is_series:
            return fit_series(self.experiment, control, root=root, weights=self.weights, repeats=self.repeats)
        return fit(self.experiment, control, root=root, weights=self.weights, repeat=self.repeats[0])


def replay_of(folder: Path, root: Path | None = None) -> Replay:
    """How the run in ``folder`` was made. Raises RunError where it did not note that, or its data are others now."""
    run = open_run(folder)
    experiment = experiment_of(folder)
    changed = changes(experiment.data, root)
    if changed is not None:
        raise RunError("{changes}. The run in {folder} cannot be repeated with other data", changes=changed,
                       folder=folder)
    first = run.members[0].folder if run.members else folder
    weights = load_weights(first / START) if (first / START).exists() else None
    return Replay(experiment, weights, tuple(map(_repeat, run.members or (run,))), bool(run.members))


def _repeat(run: Run) -> Repeat:
    started, noted = run.state.started, noted_in(run.folder)
    if started is None or "channels_last" not in json_in(run.folder / RUN):
        raise RunError("{folder} does not say how it was computed: it is of an earlier version, or {file} is lost",
                       folder=run.folder, file=RUN)
    expect_possible(noted, run.experiment, run.folder)
    return Repeat(noted, Numerics(started.threads, started.channels_last))


def differences(one: Path, other: Path) -> list[Message]:
    """What of two runs' results is not the same to the last bit; of a run that was broken off, as far as it came."""
    first, second = open_run(one), open_run(other)
    if first.members:
        return [difference for member in first.members
                for difference in differences(member.folder, other / member.folder.name)]
    found = []
    lines = [text_in(folder / METRICS).splitlines() for folder in (one, other)]
    if lines[0] != lines[1][:len(lines[0])] or (first.has_ended and len(lines[0]) != len(lines[1])):
        found.append(say("{name} of {run}", name=METRICS, run=one.name))
    found += [say("{name} of {run}", name=name, run=one.name) for name in (LAST, BEST)
              if first.has_ended and not _same(one / name, other / name)]
    return found if second.has_ended or not first.has_ended else [*found, say("{run} has not ended", run=other.name)]


def _same(one: Path, other: Path) -> bool:
    try:
        first, second = load_weights(one), load_weights(other)
    except LayerloomError:
        return not one.exists() and not other.exists()
    return first.keys() == second.keys() and all(
        torch.equal(first[key].view(torch.uint8), second[key].view(torch.uint8)) if first[key].dim()
        else torch.equal(first[key], second[key]) for key in first)


def other_versions(folder: Path, again: Path) -> list[Message]:
    """What the run was made with that is another where it was made again."""
    found = [say("{name} {before}, here {now}", name=name, before=before, now=VERSIONS.get(name, "?"))
             for name, before in open_run(folder).versions.items() if VERSIONS.get(name) != before]
    before, now = json_in(folder / RUN), json_in(again / RUN)
    return found + [say("{name} {before}, here {now}", name=say(title), before=before[key], now=now[key])
                    for key, title in (("device", "device"), ("device_name", "device"), ("threads", "threads"))
                    if key in before and key in now and before[key] != now[key]]

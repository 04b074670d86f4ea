"""Runs read back from their folders: as values with all that is known of them, or to go on from."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.data.spec.changes import difference
from engine.experiment.choices.measures import MeasureRow
from engine.experiment.experiment import Experiment, FileError, load_experiment
from engine.experiment.keys import current_weights
from engine.export.weight_files import load_weights
from engine.files import ReadError, parsing, read_bytes
from engine.messages import LayerloomError, Message, say
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    LAST,
    METRICS,
    POINTS,
    REMARKS,
    RUN,
    SERIES,
    SUMMARY,
)
from engine.runs.texts import (
    CHANGES_HEAD,
    UNREADABLE,
    change_line,
    changes_read,
    metrics_read,
    points_read,
    remarks_read,
    series_read,
    summary_read,
)
from engine.torch_files.kinds import TorchFileError
from engine.torch_files.reading import tensors_of
from engine.training.events import RateChanged, SeriesFinished, Started
from engine.training.state import EpochRow, RunState, SeriesState
from engine.training.stopping import Judgement, is_better

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.checkpoint import Checkpoint


MAY_DIFFER = ("device", "early_stop")  # of recipes: where a run is computed, and when it is left
MOST_BYTES = 2**28  # of a text: a million epochs have a third of it


class RunError(LayerloomError):
    """A folder holds no run, or none that can be continued."""


@dataclass(frozen=True, eq=False)
class Run:
    """A run, or a series with its runs as ``members``: what was trained, and what came of it.

    ``state`` has its curves, remarks, changes on the way, best epoch and summary; weights are read when they are asked
    for.
    """

    folder: Path
    experiment: Experiment
    state: RunState
    members: tuple[Run, ...] = ()
    series: SeriesFinished | None = None
    versions: dict[str, str] = field(default_factory=dict)  # of layerloom, python, torch; empty: made by an earlier one
    begun: str = ""  # ISO time; empty: made by an earlier version

    @property
    def states(self) -> SeriesState:
        """The same as whoever follows a run that is going on has it."""
        states = SeriesState(self.experiment)
        states.members = [member.state for member in self.members] or [self.state]
        states.series, states.count = self.series, max(1, len(self.members))
        return states

    @property
    def has_ended(self) -> bool:
        """Whether it came to its end, or was stopped by hand; else it goes on elsewhere, or was broken off."""
        return self.series is not None if self.members else self.state.summary is not None

    def best_weights(self) -> dict[str, Tensor]:
        """The state dict of the best epoch that was written: a run that goes on may be ahead of it.

        Raises WeightsFileError.
        """
        return current_weights(load_weights(self.folder / BEST), self.experiment)

    def last_weights(self) -> dict[str, Tensor]:
        """The state dict of the last epoch that was written. Raises WeightsFileError."""
        return current_weights(load_weights(self.folder / LAST), self.experiment)

    def checkpoint(self) -> Checkpoint | None:
        """What ``fit(resume=…)`` goes on from; None: there is none yet. Raises RunError."""
        return _with_current_keys(_checkpoint(self.folder / CHECKPOINT), self.experiment)


def open_run(folder: Path | str) -> Run:
    """Read a run's folder, of this version or an earlier one, also while it is being written.

    Raises RunError where there is none, FileError where its network cannot be read. What else is damaged is left out.
    """
    folder = Path(folder)
    experiment = _experiment_of(folder)
    about = _json(folder / RUN)
    state = _state(folder, experiment, about)
    series, names = _series(folder)
    members = tuple(_members(folder, _names(folder, about, names)))
    titles = dict(zip(names, [row.title for row in series.rows] if series is not None else (), strict=False))
    for member in members:  # an earlier version wrote them nowhere else
        member.state.title = titles.get(member.folder.name, member.state.title)
    versions = about.get("versions")
    return Run(folder, experiment, state, members, series, dict(versions) if isinstance(versions, dict) else {},
               begun_at(folder))


def begun_at(folder: Path) -> str:
    """When the run in a folder began, ISO; empty: unknown."""
    return str(_json(folder / RUN).get("begun") or "")


def _experiment_of(folder: Path) -> Experiment:
    if not os.path.isfile(folder / EXPERIMENT):  # noqa: PTH113  (a folder that may not be read is no exception)
        raise RunError("{folder} is not a run: there is no {file} in it", folder=folder, file=EXPERIMENT)
    return load_experiment(folder / EXPERIMENT)


def _text(path: Path) -> str:
    with suppress(ReadError):
        return read_bytes(path, MOST_BYTES).decode("utf-8", errors="replace")
    return ""


def _json(path: Path) -> dict[str, Any]:
    with suppress(*UNREADABLE):
        found = json.loads(_text(path))
        return found if isinstance(found, dict) else {}
    return {}


def _state(folder: Path, experiment: Experiment, about: dict[str, Any]) -> RunState:
    state = RunState(experiment, str(about.get("title") or ""), is_fold=bool(about.get("is_fold")))
    with suppress(*UNREADABLE):
        state.started = Started(str(about["device"]), int(about["params"]), int(about["train_examples"]),
                                int(about["epochs"]), int(about["first_epoch"]), int(about["threads"]),
                                device_name=str(about.get("device_name") or ""))
    _take_lines(state, Kept(*(_text(folder / name) for name in (METRICS, POINTS, CHANGES, REMARKS))))
    with suppress(*UNREADABLE):
        state.summary, stopped = summary_read(_text(folder / SUMMARY))
        state.was_stopped = state.summary.epochs < experiment.recipe.epochs if stopped is None else stopped
    if state.summary is not None:
        state.best_epoch = state.summary.best_epoch
    elif state.epochs:
        state.best_epoch = best_of(state.epochs, experiment.recipe.measure_row).epoch
    return state


def best_of(rows: list[EpochRow], measure: MeasureRow) -> EpochRow:
    """The one that the measure finds best; without validation the last."""
    return reduce(lambda best, row: row if is_better(
        measure, Judgement(row.train, row.validation), Judgement(best.train, best.validation)) else best, rows)


def _take_lines(state: RunState, kept: Kept) -> None:
    state.epochs, state.points = metrics_read(kept.metrics), points_read(kept.points)
    state.remarks = [remark for _, remark in remarks_read(kept.remarks)]
    for change in changes_read(kept.changes):
        state.hear(change)


def _series(folder: Path) -> tuple[SeriesFinished | None, list[str]]:
    with suppress(*UNREADABLE):
        return series_read(_text(folder / SERIES))
    return None, []


def _names(folder: Path, about: dict[str, Any], names: list[str]) -> list[str]:
    """The folders of a series' runs, in order; an earlier version wrote them down at its end only."""
    if names:
        return names
    begun = about.get("members", [])
    if about or (folder / METRICS).exists():
        return [str(name) for name in begun] if isinstance(begun, list) else []
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [path for path in inside if (path / EXPERIMENT).is_file() and path.name.split("-")[0].isdecimal()]
    return [path.name for path in sorted(found, key=lambda path: int(path.name.split("-")[0]))]


def members_in(folder: Path) -> list[Path]:
    """The folders of the runs of a series, as far as it says which are its own."""
    names = _series(folder)[1]
    if not names and isinstance(begun := _json(folder / RUN).get("members"), list):
        names = [str(name) for name in begun]
    return [folder / name for name in names if _is_inside(name)
            and (folder / name).is_dir() and not (folder / name).is_symlink()]


def _is_inside(name: str) -> bool:
    """Whether it is a name in a folder, not of another place or of the folder itself."""
    return Path(name).name == name and name not in ("", "..")


def _members(folder: Path, names: list[str]) -> Iterable[Run]:
    for name in names:
        with suppress(RunError, FileError):
            if _is_inside(name):
                yield open_run(folder / name)


# -- going on ----------------------------------------------------------------------------------------------------------


def load_checkpoint(folder: Path | str, experiment: Experiment, changed_data: bool = False) -> Checkpoint | None:
    """What ``fit`` and ``record`` need to continue the run in ``folder``; None: nothing of it was kept yet.

    Raises RunError unless it is a run of this experiment (epochs, early stop and device may differ) with the same data
    (``changed_data``: their files may be others), FileError for a torn one.
    """
    folder = Path(folder)
    saved = _experiment_of(folder)
    _check_same(saved, experiment, folder)
    if not changed_data:
        _check_same_files(saved, experiment, folder)
    found = _checkpoint(folder / CHECKPOINT)
    if found is None and len(metrics_read(_text(folder / METRICS))) > 1:  # the first is written before its checkpoint
        raise RunError("{folder} has no {file} any more: this run cannot be continued, and to begin it again would "
                       "replace what is there", folder=folder, file=CHECKPOINT)
    return _with_current_keys(found, experiment)


def _with_current_keys(found: Checkpoint | None, experiment: Experiment) -> Checkpoint | None:
    """The same; where an earlier version wrote it, with the keys that its weights have now."""
    if found is None:
        return None
    best = replace(found.best, weights=current_weights(found.best.weights, experiment))
    return replace(found, best=best, weights=current_weights(found.weights, experiment))


def resumed(folder: Path, checkpoint: Checkpoint) -> SeriesState:
    """What is known of the run in ``folder`` at this checkpoint, for whoever shows how it goes on."""
    experiment, kept = _experiment_of(folder), kept_until(checkpoint, folder)
    state = RunState(experiment)
    _take_lines(state, kept)
    state.go_on(checkpoint.best.epoch, checkpoint.best.weights, checkpoint.weights)
    states = SeriesState(experiment)
    states.members = [state]
    return states


def _checkpoint(path: Path) -> Checkpoint | None:
    if not path.exists():
        return None
    from engine.training.checkpoint import CheckpointError, checkpoint_from  # loads torch

    def unread(reason: Message) -> RunError:
        return RunError("{path} could not be read: {reason}", path=path, reason=reason)

    def broken(_: Message) -> RunError:
        return RunError("{path} is damaged: this run cannot be continued", path=path)

    with parsing(unread, broken, say("it is damaged")):
        try:
            content = tensors_of(path)
        except TorchFileError as error:
            raise broken(error.message) from error
        try:
            return checkpoint_from(content)
        except CheckpointError as error:
            raise RunError("{path}: this run cannot be continued: {reason}", path=path, reason=error.message) from error


def _check_same(saved: Experiment, asked: Experiment, folder: Path) -> None:
    for part in ("network", "data", "recipe"):
        if parts_of(saved)[part] == parts_of(asked)[part]:
            continue
        if part == "recipe":
            names = [name for name in type(asked.recipe).model_fields
                     if getattr(saved.recipe, name) != getattr(asked.recipe, name) and name not in MAY_DIFFER]
            raise RunError("The run in {folder} was made with another {part}: it cannot be continued with this one "
                           "({options})", folder=folder, part=say(part), options=", ".join(
                               f"{name}: {getattr(saved.recipe, name)}, not {getattr(asked.recipe, name)}"
                               for name in names))
        raise RunError("The run in {folder} was made with another {part}: it cannot be continued with this one",
                       folder=folder, part=say(part))


def _check_same_files(saved: Experiment, asked: Experiment, folder: Path) -> None:
    known = [each.data.known for each in (saved, asked)]
    before, now = (each.fingerprint if each is not None else None for each in known)
    found = difference(before, now, asked.data)
    if found is not None:
        raise RunError("{changes}. The run in {folder} was begun with the data as they were: put them back, begin "
                       "anew, or go on with them as they are now with --changed-data", changes=found, folder=folder)


def parts_of(experiment: Experiment) -> dict[str, object]:
    """What decides a run's course."""
    graph = experiment.graph.active  # how it is drawn is no part of it
    epochs = {} if experiment.recipe.spans_run else {"epochs": 1}
    return {
        "network": ({name: (node.layer, node.parameters, node.shares, node.listed)
                     for name, node in graph.nodes.items()},
                    {(edge.source, edge.target, edge.port) for edge in graph.edges}),
        "data": experiment.data.with_options(known=None),
        "recipe": experiment.recipe.model_copy(update={**epochs, "early_stop": 0, "device": "auto"}),
    }


class Kept(NamedTuple):
    """The texts of a run's folder, up to where it goes on."""

    metrics: str = ""
    points: str = ""
    changes: str = ""
    remarks: str = ""


def kept_until(checkpoint: Checkpoint, folder: Path) -> Kept:
    """What a run that goes on keeps of its lines: what came after the checkpoint comes again."""
    whole = checkpoint.whole_epochs
    position = checkpoint.position + 1e-6  # as it is written, rounded
    before = checkpoint.position - 1e-6  # rates change before a batch
    changes = [change for change in changes_read(_text(folder / CHANGES))
               if change.position <= (before if isinstance(change, RateChanged) else position)]
    remarks = "".join(f"{line}\n" for line in _text(folder / REMARKS).split("\n")
                      if any(epoch <= whole for epoch, _ in remarks_read(line)))
    changed = "".join([CHANGES_HEAD, *(f"{change_line(change)}\n" for change in changes)]) if changes else ""
    return Kept(_upto(folder / METRICS, lambda first: first <= whole),
                _upto(folder / POINTS, lambda first: first <= position), changed, remarks)


def _upto(path: Path, is_kept: Callable[[float], bool]) -> str:
    """The head and the whole lines whose first number is kept; nothing where there is no line."""
    head, *lines = _text(path).split("\n")[:-1] or [""]
    kept = [line for line in lines if is_kept(_first(line))]
    return "".join(f"{line}\n" for line in (head, *kept)) if kept else ""


def _first(line: str) -> float:
    try:
        return float(line.split(",")[0])
    except ValueError:
        return math.inf

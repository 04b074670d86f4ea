"""Runs read back from their folders: as values with all that is known of them, or to go on from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.experiment.choices.measures import MeasureRow
from engine.experiment.experiment import Experiment, FileError, load_experiment
from engine.experiment.keys import current_weights
from engine.export.weight_files import load_weights
from engine.files import ReadError, parsing, read_bytes
from engine.messages import LayerloomError, Message, say
from engine.runs.health import examined_read
from engine.runs.moments.kept import Moments
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    MOMENTS,
    OLD_CHANGES,
    POINTS,
    REMARKS,
    RUN,
    SERIES,
    SUMMARY,
    SWEEP,
    TIMES,
)
from engine.runs.texts import (
    UNREADABLE,
    changes_read,
    marks_read,
    metrics_read,
    old_changes_read,
    points_read,
    remarks_read,
    series_read,
    summary_read,
    times_read,
)
from engine.torch_files.kinds import TorchFileError
from engine.torch_files.reading import tensors_of
from engine.training.events import Examined, Noted, SeriesFinished, Started, Steered, Stop
from engine.training.script import place_of
from engine.training.state import EpochRow, RunState, SeriesState
from engine.training.stopping import Judgement, is_better

if TYPE_CHECKING:
    from torch import Tensor

    from engine.training.checkpoint import Checkpoint


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

    @cached_property
    def moments(self) -> Moments:
        """Its weights on the way: ``moments.positions`` in epochs, and ``moments.weights(position)``, exactly as they
        were. Before the first step, some within the first epoch, then fewer the later: as many as there is room for.
        Of a series each of its ``members`` has some."""
        return Moments(self.folder / MOMENTS)

    @property
    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """``validation_loss`` and every other curve by its name, ``batch_loss`` that within epochs: positions in
        epochs, and values."""
        from engine.runs.curves import curves_of  # stands on this module

        return curves_of(self)

    def differs_from(self, other: Run) -> tuple[Message, ...]:
        """What this run has otherwise than the other, each in a few words: ``lr 0.1 → 0.05``."""
        from engine.compare.telling import what_changed  # the first picture of the window does without it

        return what_changed(other.experiment, self.experiment)

    def checkpoint(self) -> Checkpoint | None:
        """What ``fit(resume=…)`` goes on from; None: there is none yet. Raises RunError."""
        return with_current_keys(checkpoint_in(self.folder / CHECKPOINT), self.experiment)


def open_run(folder: Path | str, *, points: bool = True) -> Run:
    """Read a run's folder, of this version or an earlier one, also while it is being written; without its ``points``,
    of which there may be many.

    Raises RunError where there is none, FileError where its network cannot be read. What else is damaged is left out.
    """
    folder = Path(folder)
    experiment = experiment_of(folder)
    about = json_in(folder / RUN)
    state = _state(folder, experiment, about, points)
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
    return str(json_in(folder / RUN).get("begun") or "")


def as_begun(started: Started, folder: Path) -> Started:
    """What a run that goes on says of itself: how its first step was computed is what a replay begins with."""
    about = json_in(folder / RUN)
    with suppress(*UNREADABLE):
        return replace(started, threads=int(about["threads"]), channels_last=bool(about["channels_last"]))
    return started


def parent_of(folder: Path) -> str:
    """The folder of the run that the one in a folder came from; empty: it began by itself."""
    return str(json_in(folder / RUN).get("parent") or "")


def base_of(folder: Path) -> str:
    """The folder of the run that the one in a folder was made from by changing something; empty: not known."""
    return str(json_in(folder / RUN).get("base") or "")


def given_in(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """The options that the run in a folder was begun with on the command line, and those of each time it went on."""
    given = json_in(folder / RUN).get("given")
    return tuple(each for each in given if isinstance(each, dict)) if isinstance(given, list) else ()


def data_root_of(folder: Path) -> Path | None:
    """Where the data of the run in a folder lay, if that was said on the command line."""
    return next((Path(str(each["data_root"])) for each in given_in(folder)[::-1] if "data_root" in each), None)


def experiment_of(folder: Path) -> Experiment:
    if not os.path.isfile(folder / EXPERIMENT):  # noqa: PTH113  (a folder that may not be read is no exception)
        if os.path.isfile(folder / SWEEP):  # noqa: PTH113
            raise RunError("{folder} is a sweep: open one of its runs, which lie in the folders below it",
                           folder=folder)
        raise RunError("{folder} is not a run: there is no {file} in it", folder=folder, file=EXPERIMENT)
    return load_experiment(folder / EXPERIMENT)


def text_in(path: Path) -> str:
    with suppress(ReadError):
        return read_bytes(path, MOST_BYTES).decode("utf-8", errors="replace")
    return ""


def json_in(path: Path) -> dict[str, Any]:
    with suppress(*UNREADABLE):
        found = json.loads(text_in(path))
        return found if isinstance(found, dict) else {}
    return {}


class Kept(NamedTuple):
    """What is in a run's folder, up to where it goes on; what was changed by hand ``later`` will be so again."""

    metrics: str = ""
    points: str = ""
    times: str = ""
    changes: tuple[Noted, ...] = ()
    remarks: str = ""
    later: tuple[Steered, ...] = ()
    health: str = ""


def _state(folder: Path, experiment: Experiment, about: dict[str, Any], with_points: bool) -> RunState:
    state = RunState(experiment, str(about.get("title") or ""), is_fold=bool(about.get("is_fold")))
    with suppress(*UNREADABLE):
        state.started = Started(str(about["device"]), int(about["params"]), int(about["train_examples"]),
                                int(about["epochs"]), int(about["first_epoch"]), int(about["threads"]),
                                device_name=str(about.get("device_name") or ""),
                                channels_last=bool(about.get("channels_last", True)),
                                planned=int(about.get("planned") or 0), marks=marks_read(about.get("data")))
    metrics, times, remarks = (text_in(folder / name) for name in (METRICS, TIMES, REMARKS))
    points = text_in(folder / POINTS) if with_points else ""
    health = text_in(folder / HEALTH) if with_points else ""
    take_lines(state, Kept(metrics, points, times, tuple(noted_in(folder)), remarks, health=health))
    with suppress(*UNREADABLE):
        state.summary, stopped = summary_read(text_in(folder / SUMMARY))
        state.was_stopped = state.summary.epochs < experiment.recipe.epochs if stopped is None else stopped
    if state.summary is not None:
        state.best_epoch = state.summary.best_epoch
    elif state.epochs:
        state.best_epoch = best_of(state.epochs, experiment.recipe.measure_row).epoch
    return state


def examined_in(folder: Path) -> list[Examined]:
    """All that was seen of the layers of a run."""
    return examined_read(text_in(folder / HEALTH))


def best_of(rows: list[EpochRow], measure: MeasureRow) -> EpochRow:
    """The one that the measure finds best; without validation the last."""
    return reduce(lambda best, row: row if is_better(
        measure, Judgement(row.train, row.validation), Judgement(best.train, best.validation)) else best, rows)


def take_lines(state: RunState, kept: Kept) -> None:
    state.epochs, state.points = metrics_read(kept.metrics), points_read(kept.points)
    state.times = times_read(kept.times)
    state.remarks = [remark for _, remark in remarks_read(kept.remarks)]
    state.examined = examined_read(kept.health)
    for change in kept.changes:
        if not isinstance(change, Stop):
            state.hear(change)


def noted_in(folder: Path) -> list[Noted]:
    """What the run in a folder noted on its way, in its order: changes by hand, threads, where it was stopped."""
    noted = changes_read(text_in(folder / CHANGES)) or old_changes_read(text_in(folder / OLD_CHANGES))
    return sorted(noted, key=place_of)


def _series(folder: Path) -> tuple[SeriesFinished | None, list[str]]:
    with suppress(*UNREADABLE):
        return series_read(text_in(folder / SERIES))
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
    if not names and isinstance(begun := json_in(folder / RUN).get("members"), list):
        names = [str(name) for name in begun]
    return [folder / name for name in names if _is_inside(name)
            and (folder / name).is_dir() and not (folder / name).is_symlink()]


def _is_inside(name: str) -> bool:
    """Whether it is a name in a folder, not of another place or of the folder itself."""
    return Path(name).name == name and name not in ("", "..")


def name_inside(name: str) -> str:
    """The same if it is one. Raises ValueError for one that lies elsewhere."""
    if not _is_inside(name):
        raise ValueError(name)
    return name


def _members(folder: Path, names: list[str]) -> Iterable[Run]:
    for name in names:
        with suppress(RunError, FileError):
            if _is_inside(name):
                yield open_run(folder / name)


def with_current_keys(found: Checkpoint | None, experiment: Experiment) -> Checkpoint | None:
    """The same; where an earlier version wrote it, with the keys that its weights have now."""
    if found is None:
        return None
    best = replace(found.best, weights=current_weights(found.best.weights, experiment))
    return replace(found, best=best, weights=current_weights(found.weights, experiment))


def checkpoint_in(path: Path) -> Checkpoint | None:
    if not path.exists():
        return None
    from engine.training.checkpoint import (  # loads torch
        CheckpointError,
        NewerCheckpointError,
        checkpoint_from,
        not_continued,
    )

    def unread(reason: Message) -> RunError:
        return RunError("{path} could not be read: {reason}", path=path, reason=reason)

    def broken(reason: Message) -> RunError:
        return RunError("{reason}", reason=not_continued(path, reason))

    damaged = say("it is damaged")
    with parsing(unread, broken, damaged):
        try:
            return replace(checkpoint_from(tensors_of(path)), file=str(path))
        except TorchFileError as error:
            raise broken(damaged) from error
        except NewerCheckpointError as error:
            raise RunError("{path}: this run cannot be continued: {reason}", path=path, reason=error.message) from error
        except CheckpointError as error:
            raise broken(error.message) from error

"""A run in a folder: its exact experiment, curves, weights and checkpoint, written while the events pass by."""

from __future__ import annotations

import platform
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import torch

from engine.compare.belonging import network_id
from engine.experiment.experiment import Experiment, save_experiment
from engine.export.weight_files import as_pt, save_weights
from engine.files import WriteError, reason_of_os_error, write_bytes, write_text
from engine.messages import Message, say
from engine.runs.claim import Claim, ClaimedError, Mark, claim, is_being_written, mark_of
from engine.runs.evidence import write_evidence
from engine.runs.health import examined_line
from engine.runs.lines import Lines
from engine.runs.moments.keeping import Keeper
from engine.runs.moments.removing import remove_moments
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    ENDED,
    ENDED_BATCH,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    MOMENTS,
    OLD_CHANGES,
    POINTS,
    REMARKS,
    RESULTS,
    RUN,
    SERIES,
    SERIES_ROWS,
    SERIES_TABLE,
    START,
    SUMMARY,
    TIMES,
    member_folder,
)
from engine.runs.noting import Notes
from engine.runs.opened import Kept, as_begun, base_of, begun_at, given_in, members_in, parent_of
from engine.runs.resuming import kept_until
from engine.runs.texts import (
    POINTS_HEAD,
    TIMES_HEAD,
    given_json,
    lacks_columns,
    metrics_line,
    metrics_widened,
    point_line,
    remark_line,
    row_line,
    run_json,
    series_csv,
    series_json,
    series_run_json,
    summary_json,
    time_line,
    times_read,
)
from engine.training.checkpoint import Checkpoint
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
    Noted,
    NumbersEnded,
    Point,
    Preparing,
    RunNotSaved,
    SeriesFinished,
    Started,
    Steered,
    ThreadsChanged,
)
from engine.training.listening import Listener
from engine.training.series import Begun
from engine.training.state import row_of
from engine.training.times import Time, is_due
from engine.training.values import Remark, Weights


def _own_version() -> str:
    """As it is installed; empty where it only lies there."""
    with suppress(PackageNotFoundError):
        return version("layerloom")
    return ""


VERSIONS = {"layerloom": _own_version(), "python": platform.python_version(), "torch": torch.__version__}


class About(NamedTuple):
    """Where a run comes from: weights that it begins with in place of its seed's, and the run that they are of."""

    weights: Weights | None = None
    parent: str = ""  # its folder
    base: str = ""  # that of the run from which it was made by changing the network or the recipe
    noted: tuple[Steered, ...] = ()  # what was changed before there was a checkpoint, and comes again
    given: tuple[Mapping[str, Any], ...] = ()  # on the command line, each time that it was begun or went on


ANEW = About()
A_MOMENT = "a moment"  # which one is none of what a run must have
Steps = dict[str, Callable[[], None]]  # what is written, by the file's name


def record(events: Iterable[Event], experiment: Experiment, folder: Path | str,
           resume: Checkpoint | None = None, begun: Begun | None = None,
           about: About = ANEW) -> Generator[Event, None, None]:
    """Pass the events of ``fit`` or ``fit_series`` on, writing each result into ``folder`` before it is passed.

    Each run of a series has a folder of its own in it, named after its title. What an earlier run left there is
    replaced, unless ``resume`` (from ``load_checkpoint``) or ``begun`` (from ``load_series``) continues it. When the
    folder cannot be written, RunNotSaved follows once, training goes on, and every later result is tried again.
    One more RunNotSaved at the end names what is missing then. Raises ClaimedError where another run is written there.
    """
    writer = _SeriesWriter(experiment, Path(folder), resume, begun, about)
    failed = False
    try:
        for event in events:
            try:
                writer.hear(event)
            except ClaimedError:
                raise  # whatever is learned could not be kept
            except WriteError as error:
                yield event
                if not failed or isinstance(error, LeftOutError):
                    yield RunNotSaved(error.message)
                failed = True
            else:
                yield event
                if message := writer.vanished():
                    yield Remark("written again", message)
    finally:
        writer.release()


class LeftOutError(WriteError):
    """Some of a run's results could not be written, and will not be."""


class _SeriesWriter(Listener):
    """Hands every event to the writer of the run it belongs to."""

    def __init__(self, experiment: Experiment, folder: Path, resume: Checkpoint | None, begun: Begun | None,
                 about: About) -> None:
        self._experiment, self._folder, self._begun, self._about = experiment, folder, begun, about
        self._resume = resume
        self._writer = _Writer(experiment, folder, resume, about=about, hold=self._hold)
        self._folders = [member_folder(index, row.title) for index, row in enumerate(begun.rows, 1)] if begun else []
        self._rows = Lines(folder / SERIES_ROWS, "".join(f"{row_line(row)}\n" for row in begun.rows) if begun else "")
        self._was_stopped = False  # the run that has just ended
        self._is_ours: bool | None = None  # not known before the first result
        self._claim: Claim | None = None
        self._experiment_mark: Mark | None = None  # of the file as this run has it

    def hear(self, event: Event) -> None:
        """A series' own events, and those of the run that is going on."""
        if not isinstance(event, (Preparing, DataRead)) and self._is_ours is None:
            self._is_ours = False
            self._claim = claim(self._folder)
            self._is_ours = True
        if self._is_ours is False:
            return
        self._come_back()
        super().hear(event)
        self._writer.hear(event)

    def _hold(self) -> None:
        """Whoever removes the folder removes the claim on it as well: it is made again before anything is written."""
        if self._claim is None:
            return
        now = mark_of(self._folder / EXPERIMENT)
        if self._claim.is_held:
            self._experiment_mark = now
            return
        self._claim.release()
        self._claim = self._claim._replace(mark=None)
        with suppress(ClaimedError):
            self._claim = claim(self._folder) or self._claim
            if now is None or now == self._experiment_mark:
                return
            self._claim.release()
        self._claim, self._is_ours = None, False  # for good: the two would be one run
        raise LeftOutError("{path} was removed, and another run is written there by now: nothing more of this one is "
                           "kept", path=self._folder)

    def release(self) -> None:
        """Others may write there. A folder with the beginning of a run that then did not begin goes again."""
        if self._claim is not None:
            self._claim.release()
        if self._resume is not None and self._about.parent and not self._writer.was_started and not begun_at(
                self._folder) and not is_being_written(self._folder):
            with suppress(WriteError):
                _remove_run(self._folder)

    def _come_back(self) -> None:
        """Of a series: what says which runs it has, where the folder was removed."""
        if self._folders and not (self._folder / EXPERIMENT).exists():
            self._hold()
            make_folder(self._folder)
            save_experiment(self._experiment, self._folder / EXPERIMENT)
            self._write_about()

    def vanished(self) -> Message | None:
        """That the folder was removed and written anew, once each time."""
        was, self._writer.has_vanished = self._writer.has_vanished, False
        return say("{folder} was removed while the run went on: it is written again, with all that is known of the run",
                   folder=self._folder) if was else None

    def on_member_started(self, event: MemberStarted) -> None:
        name, begun = member_folder(event.index, event.title), self._begun
        is_left = begun is not None and event.index == len(begun.rows) + 1
        about = self._about._replace(noted=begun.noted if begun and is_left else (), given=())
        self._writer = _Writer(event.experiment, self._folder / name, begun.checkpoint if begun and is_left else None,
                               event, about, hold=self._hold)
        self._folders.append(name)
        steps: Steps = {}
        if is_left:
            steps = {left: partial(_remove, self._folder / left) for left in (SERIES, SERIES_TABLE)}
            steps[SERIES_ROWS] = self._rows.flush
        elif event.index == 1:
            steps[EXPERIMENT] = partial(_begin_anew, self._folder, self._experiment)
        self._write({**steps, RUN: self._write_about})

    def _write(self, steps: Steps) -> None:
        """Each for itself. Raises WriteError, the first."""
        self._hold()
        for error in _each_for_itself(steps).values():
            raise error

    def _write_about(self) -> None:
        goes_on = self._begun is not None or len(self._folders) > 1
        begun = begun_at(self._folder) if goes_on else ""
        write_text(self._folder / RUN, series_run_json(begun or _now(), VERSIONS, self._folders,
                                                         **_origin(self._about, self._folder, goes_on)))

    def on_finished(self, event: Finished) -> None:
        self._was_stopped = event.stopped

    def on_member_ended(self, event: MemberEnded) -> None:
        if event.row is not None and not self._was_stopped:
            self._rows.add(row_line(event.row))
            self._write({SERIES_ROWS: self._rows.flush})

    def on_series_finished(self, event: SeriesFinished) -> None:
        text, table = series_json(event, self._folders, self._experiment.title), series_csv(event)
        self._write({SERIES: partial(write_text, self._folder / SERIES, text),
                     SERIES_TABLE: partial(write_text, self._folder / SERIES_TABLE, table)})


class _Writer(Listener):
    """One run's folder. Curves grow line by line; weights are written whenever there is a checkpoint, which is last:
    whatever it promises is there. Each file is written for itself: one that cannot be is no reason to lose another."""

    def __init__(self, experiment: Experiment, folder: Path, resume: Checkpoint | None,
                 member: MemberStarted | None = None, about: About = ANEW, *, hold: Callable[[], None]) -> None:
        """``hold`` is asked before anything is written; it raises WriteError where that must not be."""
        self._experiment, self._folder, self._resume, self._member = experiment, folder, resume, member
        self._about, self._hold = about, hold
        self._network = network_id(experiment)
        kept = kept_until(resume, folder) if resume is not None else Kept()
        self._metrics, self._points = Lines(folder / METRICS, kept.metrics), Lines(folder / POINTS, kept.points)
        self._times = Lines(folder / TIMES, kept.times)
        self._last_time = next(iter(times_read(kept.times)[-1:]), None)
        self._remarks = Lines(folder / REMARKS, kept.remarks)
        self._health = Lines(folder / HEALTH, kept.health)
        self._changes = Notes(folder / CHANGES, kept.changes, kept.later if resume is not None else about.noted)
        self._moments = Keeper(folder / MOMENTS, resume.position if resume is not None else None)
        self._started: Started | None = None
        self._epoch = resume.whole_epochs + 1 if resume is not None else 0
        self._latest: Weights | None = None  # not yet written
        self._best: Weights | None = None
        self._last_known: Weights | None = resume.weights if resume is not None else None
        self._best_known: Weights | None = (resume.best.weights or None) if resume is not None else None
        self._has_begun = False  # its folder has its experiment
        self._owed: Steps = {}  # what else it begins with, until it is written
        self._lacks_checkpoint = False  # the last one could not be written
        self.has_vanished = False  # and was made again

    @property
    def was_started(self) -> bool:
        """Whether there is anything of the run yet."""
        return self._started is not None

    def on_started(self, event: Started) -> None:
        self._started = event
        self._write({})

    def _begin(self) -> None:
        if self._resume is None:
            _begin_anew(self._folder, self._experiment)
        else:
            make_folder(self._folder)
            _sweep(self._folder)
            save_experiment(self._experiment, self._folder / EXPERIMENT)
            stale = (SUMMARY, OLD_CHANGES, ENDED, ENDED_BATCH)
            self._owed |= {name: partial(_remove, self._folder / name) for name in stale}
            self._owed[MOMENTS] = self._moments.begin
            # a run stopped within an epoch left weights that are not on the way of the whole run
            self._latest, self._best = self._latest or self._last_known, self._best or self._best_known
            self._owed |= self._weights
        self._owed |= {lines.path.name: partial(_put, lines) for lines in self._lines}
        if self._about.weights is not None and not (self._folder / START).exists():
            self._owed[START] = partial(save_weights, self._about.weights, self._folder / START, self._network)
        if self._started is not None:
            self._owed[RUN] = partial(self._write_about, self._started)
        self._has_begun = True

    def _write_about(self, started: Started) -> None:
        title, is_fold = (self._member.title, self._member.is_fold) if self._member else ("", False)
        goes_on = self._resume is not None
        begun = begun_at(self._folder) if goes_on else ""
        started = as_begun(started, self._folder) if goes_on else started
        write_text(self._folder / RUN, run_json(started, begun or _now(), VERSIONS, title, is_fold,
                                                **_origin(self._about, self._folder, goes_on)))

    def _begin_if_not_yet(self) -> None:
        """There may be room now, or everything may be gone: then all comes back, and nothing without its experiment."""
        gone = self._has_begun and not (self._folder / EXPERIMENT).exists()
        if gone:
            self._has_begun = False
            self._latest, self._best = self._last_known, self._best_known
            for lines in self._lines:
                lines.begin_again()
            self._moments.forget()
        if not self._has_begun:
            self._begin()
        self.has_vanished |= gone

    def _write(self, steps: Steps) -> None:
        """What the run still owes, and these. Raises WriteError, the first."""
        for error in self._failed(steps).values():
            raise error

    def _failed(self, steps: Steps) -> dict[str, WriteError]:
        """What of it could not be written, by name."""
        self._hold()
        try:
            self._begin_if_not_yet()
        except WriteError as error:
            return dict.fromkeys([EXPERIMENT, *self._owed, *steps], error)
        failed = _each_for_itself({**self._owed, **steps})
        self._owed = {name: write for name, write in self._owed.items() if name in failed}
        return failed

    @property
    def _lines(self) -> tuple[Lines, ...]:
        return self._metrics, self._points, self._times, self._changes, self._remarks, self._health

    @property
    def _texts(self) -> Steps:
        return {lines.path.name: lines.flush for lines in self._lines}

    @property
    def _weights(self) -> Steps:
        return {LAST: self._write_last, BEST: self._write_best}

    def on_point(self, event: Point) -> None:
        self._points.head_with(POINTS_HEAD)
        self._points.add(point_line(event))
        if is_due(event, self._last_time):
            self._last_time = Time(event.position, event.seconds)
            self._times.head_with(TIMES_HEAD)
            self._times.add(time_line(self._last_time))

    def on_epoch_ended(self, event: EpochEnded) -> None:
        # Remembered first: whatever fails below, the next time is another chance.
        self._epoch, self._latest, self._last_known = event.epoch, event.weights, event.weights
        if event.is_best:
            self._best = self._best_known = event.weights
        if event.complete:
            row = row_of(event)
            if lacks_columns(self._metrics.first, row) or self._metrics.is_empty:
                self._metrics.replace(metrics_widened(self._metrics.text, row))
            self._metrics.add(metrics_line(row, self._metrics.first))
        moment = partial(self._moments.keep, event.position, event.weights)
        self._write({METRICS: self._metrics.flush, TIMES: self._times.flush, A_MOMENT: moment})

    def on_moment_reached(self, event: MomentReached) -> None:
        self._write({A_MOMENT: partial(self._moments.keep, event.position, event.weights)})

    def on_checkpoint_reached(self, event: CheckpointReached) -> None:
        self._lacks_checkpoint = True
        self._changes.passed(event.checkpoint.course.place)
        weights, checkpoint = self._weights, {CHECKPOINT: partial(self._write_checkpoint, event.checkpoint)}
        # Without one a run is begun again, which would lose weights that are there: so the first comes before them.
        is_first = not (self._folder / CHECKPOINT).exists()
        self._write({**self._texts, **(checkpoint | weights if is_first else weights | checkpoint)})

    def _write_checkpoint(self, checkpoint: Checkpoint) -> None:
        write_bytes(self._folder / CHECKPOINT, as_pt(checkpoint.stored()))
        self._lacks_checkpoint = False
        self._epoch = checkpoint.whole_epochs + 1  # whatever is said from here on comes after it

    def _write_last(self) -> None:
        if self._latest is not None:
            save_weights(self._latest, self._folder / LAST, self._network)
            self._latest = None

    def _write_best(self) -> None:
        if self._best is not None:
            save_weights(self._best, self._folder / BEST, self._network)
            self._best = None

    def on_steered(self, event: Steered) -> None:
        self._change(event)

    def on_threads_changed(self, event: ThreadsChanged) -> None:
        self._change(event)

    def _change(self, noted: Noted) -> None:
        self._changes.note(noted)
        self._write({CHANGES: self._changes.flush})

    def on_remark(self, event: Remark) -> None:
        self._remarks.add(remark_line(event, self._epoch))
        self._write({REMARKS: self._remarks.flush})

    def on_examined(self, event: Examined) -> None:
        self._health.add(examined_line(event))
        self._epoch = event.epoch  # what is said of it is of that epoch, wherever the run was left

    def on_numbers_ended(self, event: NumbersEnded) -> None:
        self._write({**self._texts, ENDED: partial(write_evidence, event.born, self._folder)})

    def on_finished(self, event: Finished) -> None:
        """What is missing then is named."""
        if event.at is not None:
            self._changes.note(event.at)
        summary = partial(write_text, self._folder / SUMMARY, summary_json(event.summary, event.stopped))
        failed = self._failed({**self._texts, **self._weights, SUMMARY: summary})
        if EXPERIMENT in failed:
            raise failed[EXPERIMENT]  # there is no run at all, as was said
        if failed:
            first = next(iter(failed.values()))
            names = [*failed, *([CHECKPOINT] if self._lacks_checkpoint else [])]
            raise LeftOutError("{reason} Missing, or of an earlier epoch: {names}.", reason=first.message,
                               names=", ".join(names)) from first


def _origin(about: About, folder: Path, goes_on: bool) -> dict[str, object]:
    """Where a run comes from, as run.json has it; what is not said again stays as it was."""
    known = {"parent": about.parent or (parent_of(folder) if goes_on else ""),
             "base": about.base or (base_of(folder) if goes_on else "")}
    return {name: value for name, value in known.items() if value} | given_json(about.given or given_in(folder))


def _each_for_itself(steps: Steps) -> dict[str, WriteError]:
    """What could not be written, by name: a full disk may have room for what is small."""
    failed: dict[str, WriteError] = {}
    for name, write in steps.items():
        try:
            write()
        except WriteError as error:
            failed[name] = error
    return failed


def _put(lines: Lines) -> None:
    """What a run that goes on keeps of a file: nothing of an earlier one's."""
    if not lines.text:
        _remove(lines.path)
    lines.flush()


def _now() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}"


def _begin_anew(folder: Path, experiment: Experiment) -> None:
    """What an earlier run left goes before its experiment does: nobody may go on from another's checkpoint."""
    make_folder(folder)
    for member in members_in(folder):
        _remove_run(member)
    for name in (*RESULTS, SERIES, SERIES_ROWS, SERIES_TABLE):
        _remove(folder / name)
    remove_moments(folder / MOMENTS)
    _sweep(folder)
    save_experiment(experiment, folder / EXPERIMENT)


def _remove_run(folder: Path) -> None:
    """A run of an earlier series; what else somebody put into its folder stays there."""
    for name in (*RESULTS, EXPERIMENT):
        _remove(folder / name)
    remove_moments(folder / MOMENTS)
    _sweep(folder)
    with suppress(OSError):
        folder.rmdir()


def _sweep(folder: Path) -> None:
    """What a killed process was about to write."""
    for name in (*RESULTS, EXPERIMENT, SERIES, SERIES_ROWS, SERIES_TABLE):
        for path in folder.glob(f".{name}.*"):
            _remove(path)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be removed: {reason}", path=path,
                         reason=reason_of_os_error(error)) from error


def make_folder(folder: Path) -> None:
    """The folder, made where it is missing. Raises WriteError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError("{path} could not be made: {reason}", path=folder, reason=reason_of_os_error(error)) from error
    except ValueError as error:  # a name that no system allows
        raise WriteError("{path} could not be made: no file can be called so", path=folder) from error

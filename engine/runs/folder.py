"""A run in a folder: its exact experiment, metrics, weights and checkpoint, written while the events pass by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.export.weight_files import as_pt, save_weights
from engine.files import WriteError, reason_of_os_error, write_atomically, write_text
from engine.messages import LayerloomError
from engine.runs.history import EpochRow
from engine.runs.texts import changes_csv, metrics_csv, series_csv, series_json, summary_json
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberStarted,
    Metrics,
    RateChanged,
    RunNotSaved,
    SeriesFinished,
    Started,
    Weights,
)

EXPERIMENT, METRICS, LAST, BEST, CHECKPOINT, SUMMARY, CHANGES = (
    "experiment.loom", "metrics.csv", "last.safetensors", "best.safetensors", "checkpoint.pt", "summary.json",
    "changes.csv")
SERIES, SERIES_TABLE = "series.json", "series.csv"
RESULTS = (METRICS, LAST, BEST, CHECKPOINT, SUMMARY, CHANGES)
FORMAT = "layerloom checkpoint 2"
Checkpoint = Mapping[str, Any]


class RunError(LayerloomError):
    """A folder holds no run that can be continued."""


def record(events: Iterable[Event], experiment: Experiment, folder: Path,
           resume: Checkpoint | None = None) -> Iterator[Event]:
    """Pass the events of ``fit`` or ``fit_series`` on, writing each result into ``folder`` before it is passed.

    Each run of a series has a folder of its own in it, named after its title. What an earlier run left there is
    replaced, unless ``resume`` (from ``load_checkpoint``) continues it. When the folder cannot be written, RunNotSaved
    follows once, training goes on, and every later result is tried again.
    """
    writer = _SeriesWriter(experiment, folder, resume)
    failed = False
    for event in events:
        try:
            writer.write(event)
        except WriteError as error:
            yield event
            if not failed:
                yield RunNotSaved(error.message)
            failed = True
        else:
            yield event


def member_folder(index: int, title: str) -> str:
    """The folder of a run of a series: ``2-decay 3``; nothing in it that a file system could refuse."""
    name = re.sub(r"[^\w.,=+-]+", " ", title).strip(" .")[:60].strip(" .")
    return f"{index}-{name}" if name else str(index)


class _SeriesWriter:
    """Hands every event to the writer of the run it belongs to."""

    def __init__(self, experiment: Experiment, folder: Path, resume: Checkpoint | None) -> None:
        self._experiment, self._folder = experiment, folder
        self._writer = _Writer(experiment, folder, resume)
        self._folders: list[str] = []

    def write(self, event: Event) -> None:
        if isinstance(event, MemberStarted):
            name = member_folder(event.index, event.title)
            self._writer = _Writer(event.experiment, self._folder / name, None)
            self._folders.append(name)
            if event.index == 1:
                self._begin()
        elif isinstance(event, SeriesFinished):
            write_text(self._folder / SERIES, series_json(event, self._folders, self._experiment.title))
            write_text(self._folder / SERIES_TABLE, series_csv(event))
        else:
            self._writer.write(event)

    def _begin(self) -> None:
        make_folder(self._folder)
        save_experiment(self._experiment, self._folder / EXPERIMENT)
        for name in (*RESULTS, SERIES, SERIES_TABLE):
            _remove(self._folder / name)


class _Writer:
    def __init__(self, experiment: Experiment, folder: Path, resume: Checkpoint | None) -> None:
        self._experiment, self._folder, self._resume = experiment, folder, resume
        self._rows = [_row(stored) for stored in resume["rows"]] if resume else []
        self._changes = [RateChanged(*stored) for stored in resume["changes"]] if resume else []
        self._begun = False
        self._best: Weights | None = None  # not yet written

    def write(self, event: Event) -> None:
        if isinstance(event, Started):
            self._begin()
        elif isinstance(event, EpochEnded):
            self._write_epoch(event)
        elif isinstance(event, RateChanged):
            self._changes.append(event)
            self._write_changes()
        elif isinstance(event, Finished):
            self._write_best()
            self._write_changes()
            write_text(self._folder / SUMMARY, summary_json(event.summary))

    def _begin(self) -> None:
        make_folder(self._folder)
        save_experiment(self._experiment, self._folder / EXPERIMENT)
        if self._resume is None:
            for name in (*RESULTS, SERIES, SERIES_TABLE):
                _remove(self._folder / name)
        else:  # a run stopped within an epoch left weights that are not on the way of the whole run
            save_weights(self._resume["weights"], self._folder / LAST)
            save_weights(self._resume["best"]["weights"], self._folder / BEST)
            _remove(self._folder / CHANGES)
            self._write_changes()
        self._begun = True

    def _write_changes(self) -> None:
        if self._changes:
            write_text(self._folder / CHANGES, changes_csv(self._changes))

    def _write_best(self) -> None:
        if self._best is not None:
            save_weights(self._best, self._folder / BEST)
            self._best = None

    def _write_epoch(self, event: EpochEnded) -> None:
        # Remembered first: whatever fails below, the next time is another chance.
        if event.is_best:
            self._best = event.weights
        if event.complete:
            self._rows.append(EpochRow(event.epoch, event.train, event.validation, event.position))
        if not self._begun:
            self._begin()
        make_folder(self._folder)
        if event.complete:
            write_text(self._folder / METRICS, metrics_csv(self._rows))
        save_weights(event.weights, self._folder / LAST)
        self._write_best()
        if event.complete:  # last: whatever it promises is there
            content = as_pt({"format": FORMAT, "rows": [_stored(row) for row in self._rows],
                             "changes": [[change.position, change.lr] for change in self._changes],
                             **event.checkpoint})
            write_atomically(self._folder / CHECKPOINT, lambda temporary: temporary.write_bytes(content))


def _stored(row: EpochRow) -> list[Any]:
    return [row.epoch, list(row.train), list(row.validation), row.position]


def _row(stored: list[Any]) -> EpochRow:
    epoch, train, validation, position = stored
    return EpochRow(epoch, Metrics(*train), Metrics(*validation), position)


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


# -- going on -----------------------------------------------------------------------------------------------------


def load_checkpoint(folder: Path, experiment: Experiment) -> Checkpoint | None:
    """What ``fit`` and ``record`` need to continue the run in ``folder``; None: no epoch of it was completed.

    Raises RunError unless it is a run of this experiment (epochs and device may differ), FileError for a torn one.
    """
    if not (folder / EXPERIMENT).is_file():
        raise RunError("{folder} is not a run: there is no {file} in it", folder=folder, file=EXPERIMENT)
    _check_same(load_experiment(folder / EXPERIMENT), experiment, folder)
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged archive can fail in any way at all
        raise RunError("{path} is damaged: this run cannot be continued", path=path) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunError("{path} is not a checkpoint of this Layerloom: this run cannot be continued", path=path)
    return content


def _check_same(saved: Experiment, asked: Experiment, folder: Path) -> None:
    for part in ("network", "data", "recipe"):
        if _parts(saved)[part] != _parts(asked)[part]:
            raise RunError("The run in {folder} was made with another {part}: it cannot be continued with this one",
                           folder=folder, part=part)


def _parts(experiment: Experiment) -> dict[str, object]:
    """What decides a run's course."""
    graph = experiment.graph.active  # how it is drawn is no part of it
    return {
        "network": ({name: (node.layer, node.parameters, node.shares) for name, node in graph.nodes.items()},
                    {(edge.source, edge.target, edge.port) for edge in graph.edges}),
        "data": experiment.data.with_options(known=None),
        "recipe": experiment.recipe.model_copy(update={"epochs": 1, "device": "auto"}),
    }

"""A run in a folder: its exact experiment, metrics, weights and checkpoint, written while the events pass by."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from engine.experiment import Experiment, load_experiment, save_experiment
from engine.files import WriteError, reason_of_os_error, write_atomically, write_text
from engine.messages import LayerloomError
from engine.training.events import EpochEnded, Event, Finished, Metrics, RunNotSaved, Started, Summary, Weights
from engine.weights import as_pt, save_weights

EXPERIMENT, METRICS, LAST, BEST, CHECKPOINT, SUMMARY = (
    "experiment.loom", "metrics.csv", "last.safetensors", "best.safetensors", "checkpoint.pt", "summary.json")
HEADER = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy"
FORMAT = "layerloom checkpoint 1"
Checkpoint = Mapping[str, Any]


class RunError(LayerloomError):
    """A folder holds no run that can be continued."""


def record(events: Iterable[Event], experiment: Experiment, folder: Path,
           resume: Checkpoint | None = None) -> Iterator[Event]:
    """Pass the events of ``fit`` on, writing each result into ``folder`` before it is passed.

    What an earlier run left there is replaced, unless ``resume`` (from ``load_checkpoint``) continues it. When the
    folder cannot be written, RunNotSaved follows once, training goes on, and every later result is tried again.
    """
    writer = _Writer(experiment, folder, resume)
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


class _Writer:
    def __init__(self, experiment: Experiment, folder: Path, resume: Checkpoint | None) -> None:
        self._experiment, self._folder, self._resume = experiment, folder, resume
        self._rows: list[list[float]] = list(resume["rows"]) if resume else []
        self._begun = False
        self._best: Weights | None = None  # not yet written

    def write(self, event: Event) -> None:
        if isinstance(event, Started):
            self._begin()
        elif isinstance(event, EpochEnded):
            self._write_epoch(event)
        elif isinstance(event, Finished):
            self._write_best()
            write_text(self._folder / SUMMARY, summary_json(event.summary))

    def _begin(self) -> None:
        make_folder(self._folder)
        save_experiment(self._experiment, self._folder / EXPERIMENT)
        if self._resume is None:
            for name in (METRICS, LAST, BEST, CHECKPOINT, SUMMARY):
                _remove(self._folder / name)
        else:  # a run stopped within an epoch left weights that are not on the way of the whole run
            save_weights(self._resume["weights"], self._folder / LAST)
            save_weights(self._resume["best"]["weights"], self._folder / BEST)
        self._begun = True

    def _write_best(self) -> None:
        if self._best is not None:
            save_weights(self._best, self._folder / BEST)
            self._best = None

    def _write_epoch(self, event: EpochEnded) -> None:
        # Remembered first: whatever fails below, the next time is another chance.
        if event.is_best:
            self._best = event.weights
        if event.complete:
            self._rows.append([event.epoch, *event.train, *event.validation])
        if not self._begun:
            self._begin()
        make_folder(self._folder)
        if event.complete:
            write_text(self._folder / METRICS, metrics_csv(self._rows))
        save_weights(event.weights, self._folder / LAST)
        self._write_best()
        if event.complete:  # last: whatever it promises is there
            content = as_pt({"format": FORMAT, "rows": self._rows, **event.checkpoint})
            write_atomically(self._folder / CHECKPOINT, lambda temporary: temporary.write_bytes(content))


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


def metrics_csv(rows: Iterable[Iterable[float]]) -> str:
    """The epochs as text: nothing in it depends on time, so one seed gives one file."""
    lines = [",".join([str(int(epoch)), *(f"{value:.6f}" for value in values)]) for epoch, *values in rows]
    return "\n".join([HEADER, *lines]) + "\n"


def summary_json(summary: Summary) -> str:
    """The summary as the command line promises it; what is no number is null."""
    content = {
        "epochs": summary.epochs, "best_epoch": summary.best_epoch, "train": _plain(summary.train),
        "validation": _plain(summary.validation), "examples_per_second": round(summary.examples_per_second, 1),
        "device": summary.device, "params": summary.params, "seed": summary.seed,
    }  # fmt: skip
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _plain(metrics: Metrics) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in metrics._asdict().items()}


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
    graph = experiment.graph
    return {
        "network": ({name: node.layer for name, node in graph.nodes.items()}, graph.edges),
        "data": experiment.data,
        "recipe": experiment.recipe.model_copy(update={"epochs": 1, "device": "auto"}),
    }

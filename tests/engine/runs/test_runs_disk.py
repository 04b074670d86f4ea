"""A disk that is full for a while: what could not be written is written later."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import engine.runs.folder as runs
from engine.export.weight_files import load_weights
from engine.files import WriteError
from engine.runs.folder import record
from engine.runs.names import BEST, CHECKPOINT, EXPERIMENT, LAST, SUMMARY
from engine.runs.opened import open_run
from engine.runs.texts import summary_read
from engine.training import fit
from engine.training.events import CheckpointReached, EpochEnded, Event, Finished, RunNotSaved
from tests.engine.cases import experiment, of_type

BASE = experiment(epochs=3)


def test_the_best_weights_are_written_at_the_next_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of epoch 1 fail at its checkpoint; what follows is an epoch that is not best, or the end."""
    whole = list(fit(BASE))
    epochs, kept = of_type(whole, EpochEnded), of_type(whole, CheckpointReached)[0]
    best = replace(epochs[0], is_best=True)
    save = runs.save_weights

    def failing(weights: object, path: Path, network: str) -> None:
        if path.name == BEST:
            raise WriteError("{path}: {reason}", path=path, reason=errno.ENOSPC)
        save(weights, path)  # type: ignore[arg-type]

    for rest in ([replace(epochs[1], is_best=False), kept, whole[-1]], [whole[-1]]):
        folder = tmp_path / str(len(rest))
        events: list[Event] = []
        for event in record([whole[1], best, kept, *rest], BASE, folder):
            events.append(event)
            monkeypatch.setattr(runs, "save_weights", failing if event is best else save)
        assert of_type(events, RunNotSaved) and isinstance(events[-1], Finished)
        assert all(torch.equal(tensor, best.weights[key]) for key, tensor in load_weights(folder / BEST).items())


def test_what_fits_at_the_end_is_written_and_what_does_not_is_named(tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_weights: object, path: Path, _network: str) -> None:
        raise WriteError("{path}: full.", path=path)

    monkeypatch.setattr(runs, "save_weights", failing)
    events = list(record(fit(BASE), BASE, tmp_path))
    said = [str(event.message) for event in of_type(events, RunNotSaved)]
    assert said == [f"{tmp_path / LAST}: full.", f"{tmp_path / LAST}: full. Missing, or of an earlier epoch: "
                    f"{LAST}, {BEST}, {CHECKPOINT}."]
    end = of_type(events, Finished)[0]
    assert summary_read((tmp_path / SUMMARY).read_text())[0].best_epoch == end.summary.best_epoch
    assert open_run(tmp_path).has_ended and len(open_run(tmp_path).state.epochs) == 3


def test_a_folder_that_could_not_be_begun_is_begun_later(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for event in record(fit(BASE), BASE, blocked / "run"):
        if isinstance(event, RunNotSaved):
            blocked.unlink()
    assert (blocked / "run" / EXPERIMENT).exists() and (blocked / "run" / BEST).exists()

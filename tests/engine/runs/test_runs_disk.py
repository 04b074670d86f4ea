"""A disk that is full for a while: what could not be written is written later."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch

import engine.runs.folder as runs
from engine.export.weight_files import load_weights
from engine.files import WriteError
from engine.runs.folder import BEST, EXPERIMENT, record
from engine.training import fit
from engine.training.events import EpochEnded, Event, Finished, RunNotSaved, Started
from tests.engine.cases import experiment, of_type

BASE = experiment(epochs=3)


def test_the_best_weights_are_written_at_the_next_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only epoch 1 is best, and its weights fail then; what follows is not best, or is the end."""
    source = [event for event in fit(BASE) if not isinstance(event, EpochEnded)]
    epochs = of_type(list(fit(BASE)), EpochEnded)
    best = next(epoch for epoch in epochs if epoch.is_best)
    later = [epoch for epoch in epochs if not epoch.is_best][:1]
    save = runs.save_weights
    for rest in ([*later, source[-1]], [source[-1]]):
        def failing(weights: object, path: Path) -> None:
            if path.name == BEST:
                raise WriteError("{path}: {reason}", path=path, reason=errno.ENOSPC)
            save(weights, path)  # type: ignore[arg-type]

        folder = tmp_path / str(len(rest))
        events: list[Event] = []
        for event in record([source[1], best, *rest], BASE, folder):
            monkeypatch.setattr(runs, "save_weights", failing if isinstance(event, Started) else save)
            events.append(event)
        assert of_type(events, RunNotSaved) and isinstance(events[-1], Finished)
        assert all(torch.equal(tensor, best.weights[key]) for key, tensor in load_weights(folder / BEST).items())


def test_a_folder_that_could_not_be_begun_is_begun_later(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for event in record(fit(BASE), BASE, blocked / "run"):
        if isinstance(event, RunNotSaved):
            blocked.unlink()
    assert (blocked / "run" / EXPERIMENT).exists() and (blocked / "run" / BEST).exists()

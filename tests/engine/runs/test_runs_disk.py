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
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    LAST,
    METRICS,
    POINTS,
    RUN,
    SERIES,
    SERIES_ROWS,
    SERIES_TABLE,
    SUMMARY,
)
from engine.runs.opened import open_run
from engine.runs.resuming import load_checkpoint
from engine.runs.texts import summary_read
from engine.training import Control, fit
from engine.training.events import CheckpointReached, EpochEnded, Event, Finished, Point, RunNotSaved, Started
from engine.training.series import fit_series
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
                    f"{LAST}, {BEST}."]
    kept = load_checkpoint(tmp_path, BASE)
    assert kept is not None and kept.whole_epochs == 3, "whatever could be written is there"
    end = of_type(events, Finished)[0]
    assert summary_read((tmp_path / SUMMARY).read_text())[0].best_epoch == end.summary.best_epoch
    assert open_run(tmp_path).has_ended and len(open_run(tmp_path).state.epochs) == 3


@pytest.mark.parametrize("name", [METRICS, POINTS, CHANGES, LAST, BEST, SUMMARY, CHECKPOINT])
@pytest.mark.parametrize("left", [None, 1.5], ids=["begun", "gone on"])
def test_what_cannot_be_written_is_no_reason_to_lose_anything_else(name: str, left: float | None,
                                                                  tmp_path: Path) -> None:
    checkpoint = None
    if left is not None:
        control = Control()
        for event in record(fit(BASE, control), BASE, tmp_path / "run"):
            if isinstance(event, Point) and event.position > left:
                control.abandon()
        checkpoint = load_checkpoint(tmp_path / "run", BASE)
    control, said = Control(), list[RunNotSaved]()
    for event in record(fit(BASE, control, resume=checkpoint), BASE, tmp_path / "run", checkpoint):
        said += [event] if isinstance(event, RunNotSaved) else []
        if isinstance(event, Started):
            (tmp_path / "run" / name).unlink(missing_ok=True)
            (tmp_path / "run" / name).mkdir()
            control.steer({"lr": 0.001})
    assert name in str(said[0].message)
    written = {path.name for path in (tmp_path / "run").iterdir() if path.is_file()}
    assert written >= {EXPERIMENT, RUN, METRICS, POINTS, CHANGES, LAST, BEST, SUMMARY, CHECKPOINT} - {name}
    if name != SUMMARY:
        assert open_run(tmp_path / "run").has_ended
    if name not in (LAST, BEST, CHECKPOINT):
        assert load_checkpoint(tmp_path / "run", BASE) is not None


def test_a_run_goes_on_whose_description_leads_nowhere(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path):
        if isinstance(event, Point) and event.position > 1.5:
            control.abandon()
    (tmp_path / RUN).unlink()
    (tmp_path / RUN).symlink_to("/nowhere/at/all")
    checkpoint = load_checkpoint(tmp_path, BASE)
    events = list(record(fit(BASE, resume=checkpoint), BASE, tmp_path, checkpoint))
    first, last = (str(each.message) for each in of_type(events, RunNotSaved))
    assert RUN in first and last.endswith(f"Missing, or of an earlier epoch: {RUN}.")
    assert open_run(tmp_path).has_ended and len(open_run(tmp_path).state.epochs) == 3


def test_of_a_series_too_each_file_is_for_itself(tmp_path: Path) -> None:
    base = replace(BASE, recipe=BASE.recipe.with_options(folds=2, epochs=1))
    (tmp_path / SERIES).mkdir()
    events = list(record(fit_series(base), base, tmp_path))
    assert of_type(events, RunNotSaved) and len(open_run(tmp_path).members) == 2
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {EXPERIMENT, RUN, SERIES_ROWS, SERIES_TABLE}


def test_a_folder_that_could_not_be_begun_is_begun_later(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("in the way")
    for event in record(fit(BASE), BASE, blocked / "run"):
        if isinstance(event, RunNotSaved):
            blocked.unlink()
    assert (blocked / "run" / EXPERIMENT).exists() and (blocked / "run" / BEST).exists()

"""The rates that are shown of a run are those that its optimizer had, whatever was changed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.experiment.experiment import Experiment
from engine.experiment.moves import Rate, held_in, rates
from engine.runs.continuing import going_on
from engine.runs.folder import record
from engine.runs.opened import open_run
from engine.training import Control, fit, run
from engine.training.events import Event, Point, Started
from engine.training.observer import Observer
from engine.training.state import RunState
from tests.engine.cases import experiment, with_recipe

ALL = 1_000_000  # points: every batch


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What torch's optimizer had at each of its steps."""
    found: list[float] = []
    step = torch.optim.Adagrad.step

    def noted(adagrad: torch.optim.Adagrad, *given: Any) -> Any:
        if len(adagrad.param_groups[0]["params"]) > 1:  # else it only tries whether a checkpoint has all it needs
            found.append(float(adagrad.param_groups[0]["lr"]))
        return step(adagrad, *given)

    monkeypatch.setattr(torch.optim.Adagrad, "step", noted)
    return found


def base(**options: object) -> Experiment:
    return experiment(**{"optimizer": "adagrad", "lr": 0.05, "batch_size": 200, "epochs": 4, **options})


def heard(given: Experiment, plan: Mapping[float, Mapping[str, Any]], stops: float = 1e9) -> RunState:
    """A run that is steered when it has come to these positions, and perhaps stopped."""
    control, state, waiting = Control(), RunState(given), dict(plan)
    for event in fit(given, control, observers=[Observer()]):
        state.hear(event)
        follow(event, control, waiting, stops)
    assert not waiting
    return state


def follow(event: Event, control: Control, waiting: dict[float, Mapping[str, Any]], stops: float = 1e9) -> None:
    if isinstance(event, (Started, Point)):
        for position in [position for position in waiting if event.position >= position]:
            control.steer(waiting.pop(position))
        if event.position >= stops:
            control.stop()


def shown(state: RunState) -> list[Rate]:
    """One for each batch: what is only the end of what was is left out."""
    assert state.experiment is not None and state.started is not None
    changed = [(change.position, change.before) for change in state.changes]
    found = rates(held_in(state.experiment.recipe, changed), state.started.train_examples, ALL)
    return [rate for rate, after in zip(found, [*found[1:], None], strict=True)
            if after is None or after.position > rate.position]


def begun(state: RunState) -> list[float]:
    """Where its batches began: each point ends one."""
    return [0.0, *(point.position for point in state.points)][:-1]


PLANS: dict[str, tuple[dict[str, object], dict[float, dict[str, Any]]]] = {
    "nothing": ({"schedule": "cosine", "schedule_by": "batch", "warmup": 0.5}, {}),
    "rate": ({"schedule": "exponential"}, {1.3: {"lr": 0.01}, 2.0: {"lr": 0.2}, 2.1: {"lr": 0.03}}),
    "rate of a constant": ({}, {0.0: {"lr": 0.02}, 1.5: {"lr": 0.01}}),
    "as many epochs again": ({"schedule": "cosine", "epochs": 2}, {1.9: {"epochs": 4}}),
    "fewer epochs": ({"schedule": "linear", "schedule_by": "batch", "epochs": 6}, {1.2: {"epochs": 3}}),
    "smaller batches": ({"schedule": "one_cycle"}, {1.3: {"batch_size": 70}, 2.4: {"batch_size": 33}}),
    "larger batches": ({"schedule": "cosine", "schedule_by": "batch", "batch_size": 64, "warmup": 1.7},
                       {0.4: {"batch_size": 300}, 2.0: {"batch_size": 5000}}),
    "all at once": ({"schedule": "polynomial", "schedule_by": "batch", "batch_size": 90, "warmup": 1.5},
                    {0.5: {"lr": 0.1, "batch_size": 47, "epochs": 5}, 0.7: {"weight_decay": 0.1},
                     1.4: {"batch_size": 120, "fc1.trainable": False}, 3.3: {"epochs": 4, "lr": 0.07}}),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_batch_had_the_rate_that_is_shown(name: str, used: list[float]) -> None:
    options, plan = PLANS[name]
    state = heard(base(**options), plan)
    found = shown(state)
    assert [at for at, _ in found] == pytest.approx(begun(state), abs=1e-9)
    assert [lr for _, lr in found] == pytest.approx(used, rel=1e-12, abs=1e-15)


def test_so_it_is_of_one_that_went_on_as_another(tmp_path: Path, used: list[float]) -> None:
    given, control = base(schedule="cosine", schedule_by="batch", batch_size=130), Control()
    waiting: dict[float, Mapping[str, Any]] = {0.6: {"lr": 0.02, "batch_size": 75}}
    for event in record(fit(given, control, observers=[Observer()]), given, tmp_path / "one"):
        follow(event, control, waiting, stops=1.7)
    asked = with_recipe(given, schedule="linear", warmup=2.5, epochs=5, lr=0.3, batch_size=111)
    going = going_on(tmp_path / "one", asked, since_left=True)
    state = going.states.current
    for event in record(fit(going.experiment, resume=going.checkpoint, observers=[Observer()]), going.experiment,
                        going.folder, going.checkpoint):
        state.hear(event)
    assert len(state.changes) == 2
    for told in (state, open_run(going.folder).state):  # as it was heard, and as it was written
        found = shown(told)
        assert [at for at, _ in found] == pytest.approx(begun(told), abs=1e-5)
        assert [lr for _, lr in found] == pytest.approx(used, rel=1e-12, abs=1e-15)


def test_of_few_points_none_is_another_than_it_was() -> None:
    state = heard(base(**PLANS["all at once"][0]), PLANS["all at once"][1])
    assert state.experiment is not None and state.started is not None
    held = held_in(state.experiment.recipe, [(change.position, change.before) for change in state.changes])
    assert set(rates(held, state.started.train_examples, 15)) < set(rates(held, state.started.train_examples, ALL))

"""Schedules of the learning rate: torch.optim.lr_scheduler's numbers in what a run really does, and words."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.optim import lr_scheduler as torchs

from engine.experiment.choices.choice import Option
from engine.experiment.choices.schedules import SCHEDULES, ScheduleRow, schedule_of
from engine.experiment.experiment import Experiment, from_json, load_experiment, save_experiment, to_json
from engine.experiment.recipe import Recipe
from engine.layers.base import OptionError
from engine.network.weights import initial_module
from engine.training import Control, fit
from engine.training.checkpoint import Checkpoint
from engine.training.events import CheckpointReached, EpochEnded, Steered
from engine.training.observer import Batch, Observer
from tests.engine.cases import experiment, made_data, of_type

EPOCHS, LR = 12, 0.2
TORCHS = {
    "constant": lambda sgd: torchs.ConstantLR(sgd, factor=1.0),
    "step": lambda sgd: torchs.StepLR(sgd, step_size=10, gamma=0.1),
    "step:every=3,factor=0.5": lambda sgd: torchs.StepLR(sgd, step_size=3, gamma=0.5),
    "exponential": lambda sgd: torchs.ExponentialLR(sgd, gamma=0.95),
    "exponential:factor=0.7": lambda sgd: torchs.ExponentialLR(sgd, gamma=0.7),
    "cosine": lambda sgd: torchs.CosineAnnealingLR(sgd, T_max=EPOCHS),
    "exponential:factor=0.7,end=0.2": lambda sgd: torchs.LambdaLR(sgd, lambda epoch: max(0.2, 0.7**epoch)),
    "multi_step:at=2+3+9,factor=0.5": lambda sgd: torchs.MultiStepLR(sgd, [2, 3, 9], gamma=0.5),
    "cosine_restarts:every=2,longer=3,end=0.1": lambda sgd: torchs.CosineAnnealingWarmRestarts(
        sgd, 2, 3, eta_min=0.1 * LR),
    "cosine_restarts:every=5": lambda sgd: torchs.CosineAnnealingWarmRestarts(sgd, 5),
    "linear:start=0.9,end=0.4": lambda sgd: torchs.LinearLR(sgd, 0.9, 0.4, EPOCHS),
    "polynomial": lambda sgd: torchs.PolynomialLR(sgd, EPOCHS, 2.0),
    "polynomial:power=0.5": lambda sgd: torchs.PolynomialLR(sgd, EPOCHS, 0.5),
    "inverse_sqrt": lambda sgd: torchs.LambdaLR(sgd, lambda epoch: (epoch + 1) ** -0.5),
    "one_cycle": lambda sgd: torchs.OneCycleLR(sgd, LR, EPOCHS, cycle_momentum=False),
    "one_cycle:rise=0.5,div=10,final_div=100,shape=linear": lambda sgd: torchs.OneCycleLR(
        sgd, LR, EPOCHS, pct_start=0.5, anneal_strategy="linear", cycle_momentum=False, div_factor=10,
        final_div_factor=100),
    "cosine:end=0.25": lambda sgd: torchs.CosineAnnealingLR(sgd, T_max=EPOCHS, eta_min=0.25 * LR),
}


class Rates(Observer):
    """The learning rate of each epoch, from the change of a weight by plain SGD and its gradient."""

    def __init__(self, start: Tensor) -> None:
        self._before, self.seen = start.double().clone(), []

    def on_batch(self, batch: Batch) -> None:
        weight = batch.module.get_parameter("fc2.weight")
        after, gradient = weight.detach().double(), weight.grad.double()
        self.seen.append(float(((self._before - after) * gradient).sum() / gradient.square().sum()))
        self._before = after.clone()


def run_of(schedule: str, **options: object) -> Experiment:
    """One batch in each epoch."""
    return experiment(optimizer="sgd", lr=LR, schedule=schedule, epochs=EPOCHS, batch_size=1000, **options)


def rates(base: Experiment, changes: dict[int, float] | None = None, resume: Checkpoint | None = None
          ) -> tuple[list[float], list[CheckpointReached]]:
    """What a run uses, changed by hand after some epochs; and its checkpoints."""
    start = resume.weights if resume is not None else initial_module(base).state_dict()
    control, observer, events = Control(), Rates(start["fc2.weight"]), []
    for event in fit(base, control, data=made_data(60), resume=resume, observers=[observer]):
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch in (changes or {}):
            control.steer({"lr": changes[event.epoch]})
    assert [event.changes for event in of_type(events, Steered)] == [{"lr": lr} for lr in (changes or {}).values()]
    return observer.seen, of_type(events, CheckpointReached)


def torchs_rates(schedule: str) -> list[float]:
    sgd = torch.optim.SGD([torch.zeros(1)], lr=LR)
    scheduler, found = TORCHS[schedule](sgd), []
    for _ in range(EPOCHS):
        found.append(sgd.param_groups[0]["lr"])
        sgd.step()
        scheduler.step()
    return found


def test_every_schedule_has_its_oracle() -> None:
    measured = {name for name, row in SCHEDULES.items() if row.is_measured}
    assert {text.partition(":")[0] for text in TORCHS} == set(SCHEDULES) - measured


@pytest.mark.parametrize("schedule", TORCHS)
def test_a_run_uses_torchs_rates(schedule: str) -> None:
    used, _ = rates(run_of(schedule))
    assert used == pytest.approx(torchs_rates(schedule), rel=1e-4, abs=1e-5)
    recipe = run_of(schedule).recipe
    planned = [recipe.lr * recipe.lr_factor(epoch) for epoch in range(1, EPOCHS + 1)]
    assert planned == pytest.approx(torchs_rates(schedule))


@pytest.mark.parametrize("schedule", ["step:every=3,factor=0.5", "cosine:end=0.25"])
def test_a_rate_changed_by_hand_keeps_the_schedules_factor(schedule: str) -> None:
    used, _ = rates(run_of(schedule), {4: 0.5, 8: 0.1})
    plain, base = torchs_rates(schedule), [LR] * 4 + [0.5] * 4 + [0.1] * 4
    assert used == pytest.approx([rate / LR * now for rate, now in zip(plain, base, strict=True)], rel=1e-4)


def test_a_run_that_goes_on_keeps_the_changed_rate_and_the_schedule() -> None:
    base = run_of("exponential:factor=0.7")
    used, kept = rates(base, {2: 0.5})
    [after_five] = [event.checkpoint for event in kept if event.checkpoint.epoch == 5]
    again, _ = rates(base, resume=after_five)
    assert again == used[5:]


def test_a_nodes_multiple_is_of_the_scheduled_rate() -> None:
    base = run_of("exponential:factor=0.7")
    graph = base.graph.with_parameters("fc2", base.graph.nodes["fc2"].parameters.with_options(lr_multiplier=0.5))
    used, _ = rates(Experiment(graph, base.data, base.recipe))
    assert used == pytest.approx([0.5 * rate for rate in torchs_rates("exponential:factor=0.7")], rel=1e-4)


# -- words ------------------------------------------------------------------------------------------------------------


NAMES = ", ".join(SCHEDULES)


@pytest.mark.parametrize(("text", "said"), [
    ("wavy", f"there is no schedule “wavy”: choose {NAMES}"),
    ("", f"there is no schedule “”: choose {NAMES}"),
    ("Cosin", f"there is no schedule “Cosin”: did you mean cosine? There are {NAMES}"),
    ("step:gamma=0.1", "“step” has no option “gamma”; it has every, factor"),
    ("constant:every=1", "“constant” has no option “every”; it has none"),
    ("multi_step:at=9+3", "at should be numbers that grow, such as 15+30, not “9+3”"),
    ("multi_step:at=3+3", "at should be numbers that grow, such as 15+30, not “3+3”"),
    ("multi_step:at=3+often", "at should be a number, not “often”"),
    ("one_cycle:shape=round", "shape is one of cos, linear, not “round”"),
    ("one_cycle:rise=1", "rise should be above 0 and below 1"),
    ("one_cycle:div=0.5", "div should be at least 1"),
    ("polynomial:power=0", "power should be above 0, and 100 at most"),
    ("step:every=often", "every should be a number, not “often”"),
    ("step:every", "every should be a number, not “”"),
    ("step:every=0", "every should be a whole number of at least 1"),
    ("step:every=2.5", "every should be a whole number of at least 1"),
    ("step:every=inf", "every should be a whole number of at least 1"),
    ("exponential:factor=1.5", "factor should be between 0 and 1"),
    ("cosine:end=nan", "end should be between 0 and 1"),
])
def test_what_cannot_be_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(OptionError) as raised:
        Recipe().with_options(schedule=text)
    assert str(raised.value).endswith(said)


@pytest.mark.parametrize(("typed", "kept"), [
    ("cosine:end=0", "cosine"), (" step : factor = 0.5 ", "step:factor=0.5"), ("constant:", "constant"),
    ("step:factor=1e-05,every=3", "step:every=3,factor=1e-5"), ("multi_step:at=3 + 30", "multi_step:at=3+30"),
    ("one_cycle:shape=cos,rise=0.4", "one_cycle:rise=0.4"),
])
def test_a_recipe_keeps_the_text_with_what_is_not_as_usual(typed: str, kept: str) -> None:
    assert Recipe().with_options(schedule=typed).schedule == kept


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_the_text_is_read_back_to_the_last_digit(every: int, factor: float) -> None:
    schedule = schedule_of(f"step:every={every},factor={factor!r}")
    assert schedule.options == {"every": every, "factor": factor}
    assert schedule_of(str(schedule)) == schedule


@pytest.mark.parametrize("schedule", TORCHS)
def test_a_file_keeps_it(schedule: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    base = run_of(schedule)
    assert from_json(to_json(base)) == base
    save_experiment(base, tmp_path / "a.loom")
    assert load_experiment(tmp_path / "a.loom").recipe == base.recipe
    assert Recipe.model_validate_json(base.recipe.model_dump_json()) == base.recipe


def test_a_file_without_one_is_constant() -> None:
    text = "\n".join(line for line in to_json(run_of("constant")).split("\n") if '"schedule"' not in line)
    assert from_json(text).recipe.schedule == "constant"


# -- another one ------------------------------------------------------------------------------------------------------


def test_one_row_adds_a_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ScheduleRow("falling", "Falling", lambda at, options: 1 - (1 - options["end"]) * at.done / at.total,
                      (Option("end", 0.0, 0, 1),), spans_run=True)
    monkeypatch.setitem(SCHEDULES, "falling", row)  # type: ignore[arg-type]
    base = run_of("falling:end=0.4")
    assert from_json(to_json(base)) == base
    used, _ = rates(base)
    assert used == pytest.approx([LR * (1 - 0.6 * done / EPOCHS) for done in range(EPOCHS)], rel=1e-4)
    assert all(before > after for before, after in pairwise(used))

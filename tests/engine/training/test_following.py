"""A recipe that changes on the way takes effect with the next step, and nothing that was learned is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.experiment import Experiment
from engine.network.weights import initial_module
from engine.training.exactness import as_exact_as
from engine.training.learner import Learner
from engine.training.meters import Totals
from tests.engine.cases import with_recipe
from tests.engine.training.by_hand import CPU, feed, small

CHANGED = {"lr": 0.02, "weight_decay": 0.1, "momentum": 0.5, "l1": 0.01, "clip_norm": 0.2}


def learned(learner: Learner, base: Experiment, epoch: int) -> None:
    learner.begin_epoch(epoch, 5)
    learner.mode(training=True)
    batches = iter(feed(base, epoch))
    for number in range(1, 6):
        learner.learn(batches, epoch, number, Totals(CPU, classes=False))


def hand(module: nn.Module, made: optim.Optimizer, base: Experiment, epoch: int, shape: Any = lambda _: None) -> None:
    for x, y in feed(base, epoch):
        made.zero_grad()
        cross_entropy(module(x), y).backward()
        shape(list(module.parameters()))
        made.step()


def shaped(weights: list[nn.Parameter]) -> None:
    clip_grad_norm_(weights, 0.2)
    for weight in weights:
        weight.grad.add_(weight.detach().sign(), alpha=0.01)


MADE: dict[str, Any] = {
    "momentum": lambda weights: optim.SGD(weights, lr=0.05, momentum=0.9, fused=True),
    "adam": lambda weights: optim.Adam(weights, lr=0.05, fused=True),
    "rmsprop:momentum=0.4": lambda weights: optim.RMSprop(weights, lr=0.05, momentum=0.4),
}


@pytest.mark.parametrize("name", MADE)
def test_rate_decay_momentum_l1_and_clipping_change_and_the_memory_stays(name: str) -> None:
    base = small(optimizer=name)
    learner, module = Learner(base, CPU), initial_module(base)
    made = MADE[name](module.parameters())
    learned(learner, base, 1)
    hand(module, made, base, 1)
    learner.follow(with_recipe(base, **CHANGED))
    made.param_groups[0].update(lr=0.02, weight_decay=0.1, **({"momentum": 0.5} if name == "momentum" else {}))
    assert learner.lr == 0.02
    learned(learner, base, 2)
    hand(module, made, base, 2, shaped)
    learner.follow(base)
    made.param_groups[0].update(lr=0.05, weight_decay=0, **({"momentum": 0.9} if name == "momentum" else {}))
    learned(learner, base, 3)
    hand(module, made, base, 3)
    assert all(torch.equal(a, b) for a, b in zip(learner.model.parameters(), module.parameters(), strict=True))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_same_recipe_changes_nothing(name: str) -> None:
    base = small(optimizer=name, averaging="ema:decay=0.5", accumulate=2)
    one, other = Learner(base, CPU), Learner(base, CPU)
    for epoch in (1, 2):
        for learner in (one, other):
            learned(learner, base, epoch)
        one.follow(base)
    assert all(torch.equal(value, other.weights()[key]) for key, value in one.weights().items())


def test_decay_of_weights_alone_is_another_grouping_and_the_memory_finds_its_weights() -> None:
    base = small(optimizer="momentum", decay_biases=False)
    learner, module = Learner(base, CPU), initial_module(base)
    weights = dict(module.named_parameters())
    made = optim.SGD([{"params": [weights["fc1.weight"], weights["fc2.weight"]]},
                      {"params": [weights["fc1.bias"], weights["fc2.bias"]]}], lr=0.05, momentum=0.9, fused=True)
    learned(learner, base, 1)
    hand(module, made, base, 1)
    learner.follow(with_recipe(base, weight_decay=0.2))
    made.param_groups[0]["weight_decay"] = 0.2
    learned(learner, base, 2)
    hand(module, made, base, 2)
    assert all(torch.equal(a, b) for a, b in zip(learner.model.parameters(), module.parameters(), strict=True))


def test_weights_that_were_frozen_and_freed_take_part_again() -> None:
    base = small(optimizer="adam")
    learner = Learner(base, CPU)
    learned(learner, base, 1)
    frozen = learner.model.get_parameter("fc1.weight")
    before = frozen.detach().clone()
    for learns in (False, True):
        frozen.requires_grad_(learns)
        learner.follow(base)
        learned(learner, base, 2)
        assert torch.equal(frozen, before) is not learns


def test_another_optimizer_begins_without_memory() -> None:
    base = small(optimizer="momentum")
    learner = Learner(base, CPU)
    learned(learner, base, 1)
    learner.follow(with_recipe(base, optimizer="adam"))
    assert not learner.optimizer_state()["state"]
    learned(learner, base, 2)
    assert set(learner.optimizer_state()["state"][0]) == {"step", "exp_avg", "exp_avg_sq"}


def test_gathered_gradients_stay_and_fewer_are_gathered_from_now_on() -> None:
    base = small(accumulate=4)
    learner, batches = Learner(base, CPU), iter(feed(base, 1))
    learner.begin_epoch(1, 5)
    start = learner.weights()
    learner.learn(batches, 1, 1, Totals(CPU, classes=False))
    learner.follow(with_recipe(base, accumulate=2))
    assert all(torch.equal(value, start[key]) for key, value in learner.weights().items())
    learner.learn(batches, 1, 2, Totals(CPU, classes=False))
    module = initial_module(base)
    made, gradients = optim.SGD(module.parameters(), lr=0.05, fused=True), list[list[Tensor]]()
    for (x, y), _ in zip(feed(base, 1), range(2), strict=False):
        gradients.append(list(torch.autograd.grad(cross_entropy(module(x), y), list(module.parameters()))))
    for weight, one, other in zip(module.parameters(), *gradients, strict=True):
        weight.grad = (one + other) / 2
    made.step()
    assert all(torch.equal(value, learner.weights()[key]) for key, value in module.state_dict().items())


def test_more_epochs_stretch_a_schedule_from_the_next_step_on() -> None:
    base = small(schedule="linear", schedule_by="batch", epochs=2)
    learner = Learner(base, CPU)
    learned(learner, base, 1)
    learner.follow(with_recipe(base, epochs=4))
    learner.begin_epoch(2, 5)
    assert learner.optimizer_state()["param_groups"][0]["lr"] == pytest.approx(0.05 * 0.75)


def test_the_number_of_batches_may_change_within_an_epoch() -> None:
    base = small(accumulate=2)
    learner, batches = Learner(base, CPU), iter(feed(base, 1))
    learner.begin_epoch(1, 5)
    learner.learn(batches, 1, 1, Totals(CPU, classes=False))
    learner.learn(batches, 1, 2, Totals(CPU, classes=False))
    before = learner.weights()
    learner.begin_epoch(1, 3)  # larger ones: the third is the last
    learner.learn(batches, 1, 3, Totals(CPU, classes=False))
    assert not torch.equal(before["fc1.weight"], learner.weights()["fc1.weight"])
    assert "gathered" not in learner.optimizer_state()


# -- how exactly it is computed ---------------------------------------------------------------------------------------


@pytest.fixture
def as_torch_begins() -> Iterator[None]:
    """Whatever else was run in this process."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.usefixtures("as_torch_begins")
@pytest.mark.parametrize(("options", "inside"), [
    ({}, (True, "highest")), ({"deterministic": False}, (False, "highest")), ({"precision": "tf32"}, (True, "high")),
])
def test_a_gpu_computes_as_exactly_as_asked_and_as_before_afterwards(
        options: dict[str, object], inside: tuple[bool, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    with as_exact_as(small(**options).recipe, torch.device("cuda")):
        assert (torch.are_deterministic_algorithms_enabled(), torch.get_float32_matmul_precision()) == inside
        assert torch.is_deterministic_algorithms_warn_only_enabled() is inside[0]
    assert (torch.are_deterministic_algorithms_enabled(), torch.get_float32_matmul_precision()) == (False, "highest")


@pytest.mark.usefixtures("as_torch_begins")
def test_a_cpu_needs_no_asking() -> None:
    with as_exact_as(small(precision="tf32").recipe, CPU):
        assert not torch.are_deterministic_algorithms_enabled() and torch.get_float32_matmul_precision() == "highest"


# -- a loss that is scaled --------------------------------------------------------------------------------------------


def test_scaled_gradients_are_shaped_as_they_are() -> None:
    base = small(precision="float16", optimizer="momentum", lr=0.02, clip_norm=0.2, l1=0.01, accumulate=2)
    learner, module = Learner(base, CPU), initial_module(base)
    made, scaler = optim.SGD(module.parameters(), lr=0.02, momentum=0.9, fused=True), torch.amp.GradScaler("cpu")
    learned(learner, base, 1)
    for number, (x, y) in enumerate(feed(base, 1), 1):
        with torch.autocast("cpu", torch.float16):
            outputs = module(x)
        scaler.scale(cross_entropy(outputs.float(), y)).backward()
        if number % 2 and number < 5:
            continue
        scaler.unscale_(made)
        for weight in module.parameters() if number < 5 else ():
            weight.grad /= 2
        shaped(list(module.parameters()))
        scaler.step(made)
        scaler.update()
        made.zero_grad()
    assert all(torch.equal(a, b) for a, b in zip(learner.model.parameters(), module.parameters(), strict=True))


def test_muons_two_optimizers_share_a_scale() -> None:
    base = small(precision="float16", optimizer="muon")
    learner, plain = Learner(base, CPU), Learner(small(optimizer="muon"), CPU)
    for each in (learner, plain):
        learned(each, base, 1)
    assert all(torch.allclose(value, plain.weights()[key], atol=1e-2) for key, value in learner.weights().items())
    assert learner.backend.scaler_state()["_growth_tracker"] == 5

"""Every optimizer with every one of its options takes the steps of torch's class, to the last bit."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim

from engine.experiment.choices.optimizers import OPTIMIZERS
from engine.experiment.recipe import Recipe
from engine.training.groups import groups_of
from engine.training.kernels import ByKernel
from engine.training.optimizing import Optimizer, make_optimizer
from tests.engine.cases import made_data, trained
from tests.engine.training.by_hand import small
from tests.engine.training.optimizer_cases import GROUPS, SETTINGS, equal, gradients, network, stepped

STEPS, LR = 50, 0.03
Made = Callable[[Any], optim.Optimizer]
MADE: dict[str, Made] = {
    "sgd": lambda given: optim.SGD(given, fused=True),
    "momentum": lambda given: optim.SGD(given, momentum=0.8, fused=True),
    "momentum:nesterov=yes": lambda given: optim.SGD(given, momentum=0.8, nesterov=True, fused=True),
    "momentum:dampening=0.3": lambda given: optim.SGD(given, momentum=0.8, dampening=0.3, fused=True),
    "adam": lambda given: optim.Adam(given, fused=True),
    "adam:beta1=0.8,beta2=0.9,eps=0.01": lambda given: optim.Adam(given, betas=(0.8, 0.9), eps=0.01, fused=True),
    "adam:amsgrad=yes": lambda given: optim.Adam(given, amsgrad=True, fused=True),
    "adamw": lambda given: optim.AdamW(given, fused=True),
    "adamw:beta1=0.8,beta2=0.9,eps=0.01,amsgrad=yes": lambda given: optim.AdamW(
        given, betas=(0.8, 0.9), eps=0.01, amsgrad=True, fused=True),
    "nadam": lambda given: optim.NAdam(given),
    "nadam:beta1=0.8,beta2=0.9,eps=0.01,momentum_decay=0.1,decoupled=yes": lambda given: optim.NAdam(
        given, betas=(0.8, 0.9), eps=0.01, momentum_decay=0.1, decoupled_weight_decay=True),
    "radam": lambda given: optim.RAdam(given),
    "radam:beta1=0.8,beta2=0.9,eps=0.01,decoupled=yes": lambda given: optim.RAdam(
        given, betas=(0.8, 0.9), eps=0.01, decoupled_weight_decay=True),
    "adamax": lambda given: optim.Adamax(given),
    "adamax:beta1=0.8,beta2=0.9,eps=0.01": lambda given: optim.Adamax(given, betas=(0.8, 0.9), eps=0.01),
    "rmsprop": lambda given: optim.RMSprop(given),
    "rmsprop:alpha=0.9,eps=0.01,momentum=0.7,centered=yes": lambda given: optim.RMSprop(
        given, alpha=0.9, eps=0.01, momentum=0.7, centered=True),
    "rmsprop:momentum=0.7": lambda given: optim.RMSprop(given, momentum=0.7),
    "adagrad": lambda given: optim.Adagrad(given),
    "adagrad:lr_decay=0.1,initial_accumulator_value=0.2,eps=0.01": lambda given: optim.Adagrad(
        given, lr_decay=0.1, initial_accumulator_value=0.2, eps=0.01),
    "adadelta": lambda given: optim.Adadelta(given),
    "adadelta:rho=0.8,eps=0.01": lambda given: optim.Adadelta(given, rho=0.8, eps=0.01),
    "rprop": lambda given: optim.Rprop(given),
    "rprop:shrink=0.4,grow=1.5,least=0.01,most=0.1": lambda given: optim.Rprop(
        given, etas=(0.4, 1.5), step_sizes=(0.01, 0.1)),
    "asgd": lambda given: optim.ASGD(given),
    "asgd:lambd=0.1,alpha=0.5,t0=3": lambda given: optim.ASGD(given, lambd=0.1, alpha=0.5, t0=3),
    "adafactor": lambda given: optim.Adafactor(given),
    "adafactor:decay=0.5,eps=0.1,clip=1.5": lambda given: optim.Adafactor(
        given, beta2_decay=-0.5, eps=(None, 0.1), d=1.5),
    "muon": lambda given: optim.Muon(given, adjust_lr_fn="match_rms_adamw"),
    "muon:momentum=0.7,nesterov=no,eps=0.01,ns_steps=3": lambda given: optim.Muon(
        given, momentum=0.7, nesterov=False, eps=0.01, ns_steps=3, adjust_lr_fn="match_rms_adamw"),
}


@pytest.fixture(params=MADE)
def text(request: pytest.FixtureRequest) -> str:
    return request.param


def recipe_of(text: str, **options: object) -> Recipe:
    return Recipe().with_options(**{"optimizer": text, "lr": LR, "weight_decay": 0.01, "decay_biases": False,
                                    "momentum": 0.8, **options})


def ours_of(text: str, module: nn.Module) -> Optimizer:
    optimizer = make_optimizer(recipe_of(text), module, SETTINGS)
    optimizer.set_lr(LR, 1.0)
    return optimizer


class Several:
    """Torch's objects by hand: of Muon a second one, for what is no matrix."""

    def __init__(self, text: str, module: nn.Module) -> None:
        weights = list(module.parameters())
        given = [{"params": [weights[place] for place in places], "lr": LR * rate, "weight_decay": decay}
                 for rate, decay, places in GROUPS]
        if not text.startswith("muon"):
            self.made = [MADE[text](given)]
        else:
            self.made = [make(parts) for make, matrices in ((MADE[text], True), (optim.AdamW, False))
                         if (parts := [{**group, "params": [weight for weight in group["params"]
                                                            if (weight.dim() == 2) is matrices]} for group in given])]
            for optimizer in self.made:
                optimizer.param_groups = [group for group in optimizer.param_groups if group["params"]]

    def step(self) -> None:
        for optimizer in self.made:
            optimizer.step()

    def set_lr(self, lr: float, before: float) -> None:
        for optimizer in self.made:
            for group in optimizer.param_groups:
                group["lr"] *= lr / before


def test_every_optimizer_and_every_option_has_its_oracle() -> None:
    named = {(text.partition(":")[0], part.partition("=")[0]) for text in MADE
             for part in text.partition(":")[2].split(",")}
    assert {name for name, _ in named} == set(OPTIMIZERS)
    assert {pair for pair in named if pair[1]} == {
        (row.id, option.name) for row in OPTIMIZERS.values() for option in row.options}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_torch_takes_what_is_allowed_to_its_bounds(name: str) -> None:
    for option in OPTIMIZERS[name].options:
        bounds = [bound for bound in (option.low, option.high) if math.isfinite(bound) and bound not in option.excludes]
        for value in ("yes", "no") if option.is_switch else bounds:
            module = network()
            ours = ours_of(f"{name}:{option.name}={value}", module)
            stepped(module, ours, next(gradients(module)))
            assert not equal(module, network())


def test_fifty_steps_are_torchs(text: str) -> None:
    module = network()
    other = deepcopy(module)
    ours, theirs = ours_of(text, module), Several(text, other)
    assert isinstance(ours, ByKernel) is bool(OPTIMIZERS[text.partition(":")[0]].kernel)
    for seed in range(3):
        for found in gradients(module, seed):
            stepped(module, ours, found)
            stepped(other, theirs, found)
    assert equal(module, other) and all(bool(weight.isfinite().all()) for weight in module.parameters())


def test_it_is_counted_what_is_kept_for_each_weight(text: str) -> None:
    module = network()
    ours = ours_of(text, module)
    for found in gradients(module):
        stepped(module, ours, found)
    weights = [weight for group in groups_of(recipe_of(text), module, SETTINGS) for weight in group.weights]
    alike = [sum(value.shape == weights[place].shape for value in kept.values() if isinstance(value, Tensor))
             for place, kept in sorted(ours.state()["state"].items())]
    matrices = [count for count, weight in zip(alike, weights, strict=False) if weight.dim() == 2]
    assert set(matrices or [0]) == {recipe_of(text).numbers_kept}


def test_without_momentum_nothing_is_kept_and_nothing_looks_ahead() -> None:
    given = recipe_of("momentum:nesterov=yes", momentum=0)
    assert given.numbers_kept == 0 and recipe_of("momentum").numbers_kept == 1
    module = network()
    other = deepcopy(module)
    ours, plain = make_optimizer(given, module, SETTINGS), ours_of("sgd", other)
    ours.set_lr(LR, 1.0)
    for found in gradients(module):
        stepped(module, ours, found)
        stepped(other, plain, found)
    assert equal(module, other)


def test_averages_are_a_copy_more() -> None:
    assert [recipe_of("adam", averaging=name).numbers_kept for name in ("none", "ema", "swa:start=0")] == [2, 3, 3]


def test_what_it_remembers_is_handed_on(text: str) -> None:
    """Ten steps, and ten with another object that was given the state."""
    module = network()
    undisturbed = deepcopy(module)
    optimizer, whole = ours_of(text, module), ours_of(text, undisturbed)
    for step, found in enumerate(gradients(module)):
        if step == 10:
            state = deepcopy(optimizer.state())
            optimizer = ours_of(text, module)
            optimizer.take_state(state)
            optimizer.set_lr(LR, 1.0)
        stepped(module, optimizer, found)
        stepped(undisturbed, whole, found)
    assert equal(module, undisturbed)


def test_a_state_finds_its_weights_by_name_in_other_groups(text: str) -> None:
    module = network()
    before = make_optimizer(recipe_of(text), module, SETTINGS)
    for found in gradients(module):
        stepped(module, before, found)
    after = make_optimizer(recipe_of(text, weight_decay=0.0, l1=0.5), module, {})
    after.take_state(before.state())
    one, other = ({state["names"][place]: kept for place, kept in state["state"].items()}
                  for state in (before.state(), after.state()))
    assert one.keys() == other.keys()
    assert all(torch.equal(kept[key], other[name][key]) for name, kept in one.items() for key in kept
               if isinstance(kept[key], Tensor))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_learns_with_each(name: str) -> None:
    _, epochs, _ = trained(small(optimizer=name, lr=OPTIMIZERS[name].usual, epochs=8), data=made_data(60))
    assert epochs[-1].train.loss < epochs[0].train.loss

"""Steps of the optimizers' kernels are those of torch.optim's classes, bit for bit."""

from __future__ import annotations

import subprocess
import sys
from copy import deepcopy

import pytest
import torch

from engine.training.kernels import ByKernel
from engine.training.optimizing import ByClass, make_optimizer
from tests.engine.training.optimizer_cases import (
    GROUPS,
    MADE,
    SETTINGS,
    by_class,
    equal,
    gradients,
    network,
    ours_of,
    recipe_of,
    stepped,
    theirs_of,
)


@pytest.fixture(params=MADE)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("missing", [False, True], ids=["all", "some"])
def test_every_step_is_that_of_torchs_class(name: str, missing: bool) -> None:
    """Torch's fused SGD cannot begin the momentum of a part of a group: there each weight is a group."""
    module = network()
    other = deepcopy(module)
    ours, theirs = ours_of(name, module), theirs_of(name, other, apart=missing)
    assert isinstance(ours, ByKernel)
    for found in gradients(module, missing=missing):
        stepped(module, ours, found)
        stepped(other, theirs, found)
        assert equal(module, other)
    assert module["conv"].weight.is_contiguous(memory_format=torch.channels_last)


def test_another_rate_is_that_of_every_group(name: str) -> None:
    module = network()
    other = deepcopy(module)
    ours, theirs = ours_of(name, module), theirs_of(name, other)
    for step, found in enumerate(gradients(module)):
        ours.set_lr(0.02, 0.9**step)
        for group, (rate, _, _) in zip(theirs.param_groups, GROUPS, strict=True):
            group["lr"] = 0.02 * 0.9**step * rate
        stepped(module, ours, found)
        stepped(other, theirs, found)
        assert equal(module, other)


def test_what_is_cleared_moves_nothing() -> None:
    module = network()
    before, ours = deepcopy(module), ours_of("sgd", module)
    for weight in module.parameters():
        weight.grad = torch.ones_like(weight)
    ours.clear()
    ours.step()
    assert equal(module, before) and all(weight.grad is None for weight in module.parameters())


# -- which of them is taken -------------------------------------------------------------------------------------------


def test_without_a_kernel_the_class_takes_every_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = network()
    other = deepcopy(module)
    ours, theirs = by_class(name, module, monkeypatch), theirs_of(name, other)
    for group in theirs.param_groups:
        group["fused"] = None
    assert isinstance(ours, ByClass)
    for found in gradients(module):
        stepped(module, ours, found)
        stepped(other, theirs, found)
        assert equal(module, other)


def test_weights_of_several_types_are_for_the_class(name: str) -> None:
    module = network()
    module["head"].double()
    assert isinstance(ours_of(name, module), ByClass)


def test_a_scaled_loss_is_for_the_class(name: str) -> None:
    scaler = torch.amp.GradScaler("cpu")
    assert isinstance(make_optimizer(recipe_of(name), network(), SETTINGS, scaler), ByClass)


def test_a_whole_run_loads_no_compiler() -> None:
    """torch._dynamo, which torch.optim brings along, takes longer to load than a small network to learn."""
    code = ("import sys\nfrom tests.engine.cases import experiment, trained\n"
            f"for name in {list(MADE)}: trained(experiment(optimizer=name, epochs=1))\n"
            "print([name for name in sys.modules if name.startswith('torch._dynamo')])")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"

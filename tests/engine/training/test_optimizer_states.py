"""What optimizers remember: in torch.optim's form, to be handed on from one to another."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.training.kernels import ByKernel
from tests.engine.training.optimizer_cases import (
    LR,
    MADE,
    by_class,
    equal,
    gradients,
    network,
    ours_of,
    stepped,
    theirs_of,
)


@pytest.fixture(params=MADE)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_state_is_what_torch_keeps(name: str) -> None:
    module = network()
    other = deepcopy(module)
    ours, theirs = ours_of(name, module), theirs_of(name, other)
    for found in gradients(module):
        stepped(module, ours, found)
        stepped(other, theirs, found)
    state, wanted = ours.state(), theirs.state_dict()
    kept = {place: {key: value for key, value in values.items() if value is not None}
            for place, values in wanted["state"].items()}
    assert {place: set(values) for place, values in state["state"].items()} == {
        place: set(values) for place, values in kept.items() if values}
    assert all(torch.equal(value, kept[place][key])
               for place, values in state["state"].items() for key, value in values.items())
    for group, told in zip(state["param_groups"], wanted["param_groups"], strict=True):
        assert group == {key: told[key] for key in group}


def contiguous(state: Any) -> Any:
    """The same state in plain memory order, as another program or an earlier version may have written it."""
    if isinstance(state, dict):
        return {key: contiguous(value) for key, value in state.items()}
    return state.clone(memory_format=torch.contiguous_format) if isinstance(state, Tensor) else state


WAYS = ("kernel to kernel", "kernel to torch", "torch to kernel", "kernel to class", "class to kernel")


@pytest.mark.parametrize("missing", [False, True], ids=["all", "some"])
@pytest.mark.parametrize("way", WAYS)
def test_a_run_goes_on_with_the_state_as_if_nothing_had_been(name: str, way: str, missing: bool,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten steps, then ten with another optimizer; the class without a kernel differs in the last digit."""
    makers = {"kernel": ours_of, "torch": lambda *given: theirs_of(*given, apart=True),
               "class": lambda *given: by_class(*given, monkeypatch)}
    module = network()
    undisturbed = deepcopy(module)
    whole = ours_of(name, undisturbed)
    first, second = (makers[kind] for kind in way.split(" to "))
    optimizer = first(name, module)
    for step, found in enumerate(gradients(module, missing=missing)):
        if step == 10:
            optimizer = handed_over(optimizer, second(name, module))
        stepped(module, optimizer, found)
        stepped(undisturbed, whole, found)
    pairs = zip(module.parameters(), undisturbed.parameters(), strict=True)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)
    assert "class" in way or equal(module, undisturbed)


def handed_over(optimizer: Any, other: Any) -> Any:
    """The other with what the first remembers; kernels take it in plain memory order, too."""
    state = deepcopy(optimizer.state_dict() if isinstance(optimizer, torch.optim.Optimizer) else optimizer.state())
    if isinstance(other, torch.optim.Optimizer):
        other.load_state_dict({"state": state["state"], "param_groups": other.state_dict()["param_groups"]})
    else:
        other.take_state(contiguous(state) if isinstance(other, ByKernel) else state)
        other.set_lr(LR, 1.0)
    return other

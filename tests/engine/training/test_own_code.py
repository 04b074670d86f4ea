"""Layers of a person's own code learn as plain PyTorch has them, however their weights lie in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from engine.experiment.experiment import Experiment
from engine.experiment.trust import allow, sources_of
from engine.training import Control, fit, loop, tuning
from engine.training.events import Event, Point, Progress
from tests.engine.cases import experiment, trained

HALVES = """class Halves(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter({weight})

    def forward(self, x):
        return x * self.w
"""
FLAT = """class Flat(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), -1)
"""


def with_code(source: str, *before: tuple[str, str, dict[str, object]], **recipe: object) -> Experiment:
    made = experiment(*before, ("own", "Code", {"source": source}), ("fc", "Linear", {"out_features": 10}), **recipe)
    allow(sources_of(made.graph))
    return made


@pytest.fixture
def unpatched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Memory order is found out, as outside of these tests."""
    monkeypatch.undo()
    monkeypatch.setattr(tuning, "_known", {})
    yield


@pytest.mark.parametrize("weight", ["torch.ones(1).expand(64)", "torch.ones(1, 128)[:, ::2]", "torch.ones(64)"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_a_weight_that_is_a_window_onto_another_tensor_learns_as_any(weight: str, optimizer: str) -> None:
    base = with_code(HALVES.format(weight=weight), ("flatten", "Flatten", {}), optimizer=optimizer, lr=0.01)
    usual = with_code(HALVES.format(weight="torch.ones(64)"), ("flatten", "Flatten", {}), optimizer=optimizer, lr=0.01)
    ours, theirs = (trained(each)[1][-1].weights for each in (base, usual))
    assert ours["own.w"].std() > 0 and torch.allclose(ours["own.w"].flatten(), theirs["own.w"], atol=1e-6)


@pytest.mark.usefixtures("unpatched")
def test_code_that_counts_on_the_usual_order_can_be_trained() -> None:
    base = with_code(FLAT, ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3}), ("act1", "ReLU", {}))
    assert loop.tuned(base, torch.device("cpu")).channels_last is False
    assert trained(base)[2].summary.epochs == 2


def test_left_without_a_result_it_just_ends() -> None:
    control, events = Control(), list[Event]()
    for event in fit(with_code(FLAT), control):
        events.append(event)
        if isinstance(event, Point):
            control.abandon()
    assert isinstance(events[-1], (Point, Progress))

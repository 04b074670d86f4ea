"""A file proved by running: what the network of the file gives, beside what the network itself gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.experiment.experiment import Experiment
from engine.experiment.keys import current_weights
from engine.export.formats import NetworkFormat, Taken
from engine.layers.base import Shape
from engine.network.weights import RANDOM, check_weights, initial_module, trained_module

BATCH = 4


def taken_with(experiment: Experiment, weights: Mapping[str, Tensor] | None, shape: Shape) -> Taken:
    """The network with these weights, or with those that training begins with. Raises as ``export``."""
    if weights is None:
        weights = initial_module(experiment).state_dict()
    weights = current_weights(weights, experiment)
    check_weights(experiment, weights)
    return Taken(experiment, weights, shape)


@torch.no_grad()
def outputs_of_both(kind: NetworkFormat, taken: Taken, path: Path) -> tuple[float, float]:
    """The largest difference on a random batch, and the largest output. Raises whatever is wrong with the file."""
    theirs = kind.read(taken, path)
    ours = trained_module(taken.experiment, taken.weights)
    batch = torch.rand(BATCH, *taken.shape, generator=torch.Generator().manual_seed(0))
    with RANDOM, torch.random.fork_rng(devices=[]):  # own code may draw, also when it only predicts
        expected, got = (_seeded(module, batch) for module in (ours, theirs))
    same = (expected == got) | (expected.isnan() & got.isnan())  # ∞ − ∞ and NaN − NaN are no difference
    difference = float((expected - got).abs().masked_fill(same, 0.0).max())
    return difference, float(expected.nan_to_num(0.0, 0.0, 0.0).abs().max())


def _seeded(module: nn.Module, batch: Tensor) -> Tensor:
    torch.default_generator.manual_seed(0)
    output: Tensor = module(batch)
    return output

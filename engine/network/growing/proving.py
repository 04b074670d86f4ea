"""Whether a grown network answers as before: both are asked, and what they answer is compared."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.network.growing.widening import Grown
from engine.network.weights import RANDOM, trained_module


@torch.no_grad()
def difference(before: Experiment, weights: Mapping[str, Tensor], grown: Grown, x: Tensor) -> float:
    """The largest between the answers to a batch of examples, while both predict."""
    with RANDOM, torch.random.fork_rng(devices=[]):  # own code may draw, also when it only predicts
        answers = list[Tensor]()
        for experiment, theirs in ((before, weights), grown):
            torch.default_generator.manual_seed(0)
            answers.append(trained_module(experiment, theirs)(x.clone()))  # a layer may write over it
    one, other = answers
    same = (one == other) | (one.isnan() & other.isnan())  # ∞ − ∞ and NaN − NaN are no difference
    return float((one - other).abs().masked_fill(same, 0.0).max())

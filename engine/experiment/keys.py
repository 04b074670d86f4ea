"""Weights that an earlier version wrote, under the keys that an experiment's network has now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from engine.analysis.analysis import analyze
from engine.blocks.keys import with_current_keys
from engine.experiment.experiment import Experiment

Value = TypeVar("Value")


def current_weights(weights: Mapping[str, Value], experiment: Experiment) -> dict[str, Value]:
    """The state dict as it would be written now; one of today's, or of another network, stays as it is."""
    return with_current_keys(weights, analyze(experiment.graph, experiment.data.sample_shape))

"""A network that follows its drawing while it learns: which layers are held still, and what share is dropped."""

from __future__ import annotations

from torch import nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings, settings_at
from engine.experiment.experiment import Experiment
from engine.network.ready import Ready
from engine.network.weights import empty_module


def follow_layers(network: Ready, experiment: Experiment) -> None:
    """Of the same network, perhaps with other layers frozen and other shares dropped."""
    _freeze_others(network, experiment)
    wanted = dict(empty_module(experiment).named_modules())
    for place, part in network.module.named_modules():
        _drop_as(part, wanted.get(place))


def _freeze_others(network: Ready, experiment: Experiment) -> None:
    before = network.settings
    now = node_settings(experiment.graph, analyze(experiment.graph, experiment.data.sample_shape))
    for key, weight in network.module.named_parameters():
        learns = settings_at(now, key).trainable
        if learns != settings_at(before, key).trainable:  # own code may hold others still itself
            weight.requires_grad_(learns)
            weight.grad = None
    network.settings = now


def _drop_as(part: nn.Module, wanted: nn.Module | None) -> None:
    """The share that a dropout, or a layer with one inside, drops."""
    if isinstance(part, nn.modules.dropout._DropoutNd) and isinstance(wanted, nn.modules.dropout._DropoutNd):
        part.p = wanted.p
    share = getattr(wanted, "dropout", None)
    if isinstance(share, float) and isinstance(getattr(part, "dropout", None), float):
        part.dropout = share  # type: ignore[assignment]

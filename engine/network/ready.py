"""A network ready for work: its weights, what of it learns, its device and its place in memory."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, fx, nn

from engine.analysis.analysis import analyze
from engine.blocks.settings import node_settings, settings_at
from engine.experiment.experiment import Experiment
from engine.graph.parameters import NodeParameters
from engine.network.weights import initial_module

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


class Ready:
    """A compiled network on a device. ``settings`` are those of its nodes, by dotted place."""

    def __init__(self, module: fx.GraphModule, settings: Mapping[str, NodeParameters]) -> None:
        self.module, self.settings = module, settings
        freeze(module, settings)
        self._trains: bool | None = None  # neither yet

    def train(self, training: bool = True) -> None:
        """As it learns, or as it predicts."""
        if self._trains != training:  # walks every module: not for nothing
            self._trains = training
            self.module.train(training)

    @property
    def draws(self) -> bool:
        """Whether learning draws random numbers, and so sees less than judging: there is dropout."""
        return any(drops(part) for part in self.module.modules())


def ready(experiment: Experiment, weights: Mapping[str, Tensor] | None = None, device: torch.device | str = "cpu", *,
          training: bool = False, channels_last: bool = False) -> Ready:
    """The experiment's network with these weights, or with those that its seed gives.

    Raises NetworkTooLargeError, InitError, or what is wrong with the network.
    """
    module = initial_module(experiment)
    if weights is not None:
        module.load_state_dict(weights)
    module.to(device)
    _make_dense(module)
    if channels_last:
        in_channels_last(module)
    settings = node_settings(experiment.graph, analyze(experiment.graph, experiment.data.sample_shape))
    network = Ready(module, settings)
    network.train(training)
    return network


def freeze(module: nn.Module, settings: Mapping[str, NodeParameters]) -> None:
    """Keep gradients from frozen weights, as ``requires_grad_(False)`` does: statistics are no weights, and go on."""
    for key, weight in module.named_parameters():
        if not settings_at(settings, key).trainable:  # others stay as they are: own code may hold some still itself
            weight.requires_grad_(False)


def _make_dense(module: nn.Module) -> None:
    """Memory of its own for each weight that is a window onto another tensor: kernels that learn walk raw memory."""
    for weight in module.parameters():
        if not torch.ops.aten.is_non_overlapping_and_dense(weight.data):
            weight.data = weight.data.clone(memory_format=torch.contiguous_format)


def in_channels_last(module: nn.Module) -> None:
    """The weights of convolutions in the memory order that most of them are fastest in."""
    for part in module.modules():
        if isinstance(part, CONVOLUTIONS):
            weight = part.weight
            weight.data = weight.data.to(memory_format=torch.channels_last)  # unlike “contiguous” also of one channel


def drops(module: nn.Module) -> bool:
    """Whether it is a dropout, or has one as an option (recurrent layers, attention)."""
    share = module.p if isinstance(module, nn.modules.dropout._DropoutNd) else getattr(module, "dropout", 0.0)
    return isinstance(share, float) and share > 0

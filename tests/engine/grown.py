"""Networks with weights and statistics as after training, and what they answer: for all tests of those that grow."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.network.growing.steps import Step, program_of
from engine.network.weights import initial_module, trained_module

LARGE = {"alexnet", "alexnet-tv", "vgg11", "vgg11-full"}  # a hundred million weights show no more
SMALL = [name for name in gallery_ids() if name not in LARGE]
WEIGHTED = ("Linear", "Conv1d", "Conv2d", "Conv3d")


def opened(name: str) -> Experiment:
    return load_experiment(f"gallery:{name}")


def learned(experiment: Experiment) -> dict[str, Tensor]:
    """Weights as the seed gives them, with statistics as if something had been learned."""
    module = initial_module(experiment)
    generator = torch.Generator().manual_seed(1)
    for part in module.modules():
        if isinstance(part, nn.modules.batchnorm._NormBase) and part.running_var is not None:
            part.running_mean.normal_(generator=generator)  # type: ignore[union-attr]
            part.running_var.uniform_(0.5, 2, generator=generator)
    return module.state_dict()


def examples(experiment: Experiment, count: int = 3) -> Tensor:
    return torch.rand(count, *experiment.data.sample_shape, generator=torch.Generator().manual_seed(2)) - 0.25


def answer(experiment: Experiment, weights: Mapping[str, Tensor], x: Tensor | None = None, *, training: bool = False
           ) -> Tensor:
    """Of the network with these weights; learning, a copy of it, so that no statistics are changed."""
    with torch.no_grad():
        module = trained_module(experiment, {key: value.clone() for key, value in weights.items()})
        answered: Tensor = module.train(training)(examples(experiment) if x is None else x)
    return answered


def weighted(experiment: Experiment) -> list[Step]:
    """Its Linear layers and convolutions, also inside blocks."""
    return [step for step in program_of(experiment).steps.values() if step.layer.kind() in WEIGHTED]

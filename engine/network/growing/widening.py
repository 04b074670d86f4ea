"""A wider layer in a trained network that computes the same (Net2WiderNet: Chen, Goodfellow and Shlens 2016)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.graph.edits import with_layers
from engine.layers.base import Layer, OptionError
from engine.layers.linear import Linear
from engine.messages import say
from engine.network.growing.spreading import CONVOLUTIONS, Change, Effect, NoWayError, Spread, effect_of
from engine.network.growing.steps import Program, Step, program_of
from engine.network.growing.within import GrowthError, own_graph_around, with_graph_around
from engine.network.weights import WeightsError, check_weights


class Grown(NamedTuple):
    """The larger network, and a state dict with which it computes what it did."""

    experiment: Experiment
    weights: dict[str, Tensor]


def wider(experiment: Experiment, node: str, width: int, weights: Mapping[str, Tensor], noise: float = 0.0) -> Grown:
    """The Linear or convolution at this place (``block.fc1``) with more outputs, copies of those that there are.

    What reads a copied output divides its weights among the copies; which outputs are copied follows from the recipe's
    seed. ``noise``: deviation that is added to the copies' weights, as a share of the layer's own, so that they do not
    stay alike; the network then computes only nearly the same. Raises GrowthError, WeightsError, or OptionError.
    """
    check_weights(experiment, weights)
    own_graph_around(experiment.graph, node)
    program = program_of(experiment)
    step = program.steps.get(node)
    if step is None:
        raise GrowthError("{name} is no part of the network", name=node)
    layer = _with_width(step, width)
    generator = torch.Generator().manual_seed(experiment.recipe.seed)
    takes = _takes(_width_of(step), width, generator)
    changes = dict(_changes(program, step, takes))
    name = node.rpartition(".")[2]
    new = with_graph_around(experiment, node, lambda graph: with_layers(graph, {name: layer}))
    changed = _changed(weights, changes)
    if noise:
        _shake(changed[f"{step.key}.weight"], _width_of(step), noise, generator)
    return Grown(new, _expected_to_fit(new, changed, node))


def _width_of(step: Step) -> int:
    return step.output[-1] if isinstance(step.layer, Linear) else step.output[0]


def _with_width(step: Step, width: int) -> Layer:
    """Raises GrowthError where this layer cannot, OptionError for what is no width."""
    layer, before = step.layer, _width_of(step)
    if not isinstance(layer, (Linear, *CONVOLUTIONS)):
        raise GrowthError("{name} cannot be wider: only Linear and convolutions can, and {layer} is neither",
                          name=step.place, layer=say(layer.title))
    if step.is_shared:
        raise GrowthError("{name} cannot be wider: other layers share its weights", name=step.place)
    if getattr(layer, "groups", 1) != 1:
        raise GrowthError("{name} cannot be wider: it splits its channels into {groups} groups", name=step.place,
                          groups=getattr(layer, "groups", 1))
    if type(width) is int and width <= before:
        raise OptionError("{name} has {before} outputs: {width} are not more", name=step.place, before=before,
                          width=width)
    return layer.with_options(**{"out_features" if isinstance(layer, Linear) else "out_channels": width})


def _takes(before: int, width: int, generator: torch.Generator) -> Tensor:
    """Which output each is a copy of: those that there were, then some of them once more, as evenly as can be."""
    rounds = -(-(width - before) // before)
    more = torch.cat([torch.randperm(before, generator=generator) for _ in range(rounds)])
    return torch.cat([torch.arange(before), more[: width - before]])


def _changes(program: Program, widened: Step, takes: Tensor) -> Iterator[tuple[str, Change]]:
    """By the key of the layer, from the wider one on. Raises GrowthError, naming the layer that forbids it."""
    yield widened.key, Change("", 0, takes, is_divided=False)
    spreads = {widened.place: Spread(len(widened.output) - 1 if isinstance(widened.layer, Linear) else 0, takes)}
    for step in program.steps.values():
        effect = _effect(step, widened, spreads)
        if effect.output is not None:
            spreads[step.place] = effect.output
        for change in effect.changes:
            yield step.key, change
    if program.end in spreads:
        raise GrowthError("{name} cannot be wider: its outputs are what the network answers", name=widened.place)


def _effect(step: Step, widened: Step, spreads: Mapping[str, Spread]) -> Effect:
    if step is widened:
        return Effect()
    try:
        return effect_of(step, [spreads.get(source) for source in step.sources])
    except NoWayError as error:
        raise GrowthError("{name} cannot be wider: {reason}", name=widened.place, reason=error.reason) from error


def _changed(weights: Mapping[str, Tensor], changes: Mapping[str, Change]) -> dict[str, Tensor]:
    made = dict[str, Tensor]()
    for key, tensor in weights.items():
        change = changes.get(key.rpartition(".")[0])
        is_its = change is not None and change.leaf in ("", key.rpartition(".")[2])
        made[key] = change.of(tensor) if change is not None and is_its else tensor.clone()
    return made


def _shake(weight: Tensor, before: int, noise: float, generator: torch.Generator) -> None:
    """The copies' weights, each a little otherwise."""
    copies = weight[before:]
    deviation = float(weight.std()) if weight.numel() > 1 else 0.0
    copies += noise * deviation * torch.randn(copies.shape, generator=generator, dtype=weight.dtype)


def _expected_to_fit(new: Experiment, weights: dict[str, Tensor], node: str) -> dict[str, Tensor]:
    """Raises GrowthError where a block has other layers inside by what comes in now."""
    try:
        check_weights(new, weights)
    except WeightsError as error:
        raise GrowthError("{name} cannot be wider: a block behind it would have other layers inside. {reason}",
                          name=node, reason=error.message) from error
    return weights

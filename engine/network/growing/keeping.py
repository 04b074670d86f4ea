"""An edited network goes on: which of its layers keep the weights they had, and which begin anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from torch import Tensor

from engine.experiment.experiment import Experiment
from engine.layers.base import Layer, Shape
from engine.messages import Message, say
from engine.network.fitting import fitted
from engine.network.growing.steps import program_of
from engine.network.weights import SHOWN, WeightsError, check_weights, empty_module, initial_module
from engine.units import grouped, shape_text

State = Literal["kept", "resized", "new"]
Shapes = Mapping[str, Shape]  # of a layer's tensors, by their own names


class CarriedLayer(NamedTuple):
    """What became of one layer with weights. ``was`` is its key before the edit, where it had one."""

    key: str
    state: State
    was: str = ""
    before: Shapes = MappingProxyType({})
    after: Shapes = MappingProxyType({})


@dataclass(frozen=True)
class Carried:
    """Every layer with weights of the network of now, in order, and the state dict that training begins with."""

    layers: tuple[CarriedLayer, ...]
    weights: dict[str, Tensor]

    def keys(self, state: State) -> tuple[str, ...]:
        """The layers of which this is so."""
        return tuple(layer.key for layer in self.layers if layer.state == state)

    @property
    def line(self) -> Message:
        """In words: what begins anew is named, with its shapes."""
        anew = [*map(_resized, (layer for layer in self.layers if layer.state == "resized")),
                *(say("{key} is new", key=key) for key in self.keys("new"))]
        kept, count = len(self.keys("kept")), len(self.layers)
        if not anew:
            return say("All {count} layers with weights keep them", count=grouped(count))
        return say("{kept} of {count} layers keep their weights. {rest}", kept=grouped(kept), count=grouped(count),
                   rest=_listed(anew))


def _resized(layer: CarriedLayer) -> Message:
    leaf = next(leaf for leaf, shape in layer.after.items() if layer.before.get(leaf, shape) != shape)
    return say("{key} begins anew: it was {before} and is {after}", key=layer.key,
               before=shape_text(layer.before[leaf]), after=shape_text(layer.after[leaf]))


def _listed(parts: Sequence[Message]) -> Message:
    shown = parts[:SHOWN]
    words = say("; ".join(f"{{k{place}}}" for place in range(len(shown))),
                **{f"k{place}": part for place, part in enumerate(shown)})
    return say("{words} … ({count} in all)", words=words, count=len(parts)) if len(parts) > SHOWN else words


def kept(before: Experiment, weights: Mapping[str, Tensor], now: Experiment) -> Carried:
    """The weights of a trained network for what it has become since.

    A layer is the same where kind, key and shapes are; one of another name where it is the only one of its kind,
    options and shapes that is missing, or all of these are found again in their order. A layer of another size begins
    anew, as a new one does: parts of a matrix that was learned as a whole mean little, and ``wider`` keeps all of it.
    Where it merely has a tensor more or less, such as a bias, it keeps the others. Raises WeightsError where the
    weights are not those of the network before.
    """
    check_weights(before, weights)
    old, new = _layers(before), _layers(now)
    names = _names(old, new)
    layers = tuple(_carried(key, layer, names, old) for key, layer in new.items())
    theirs = {f"{layer.key}.{leaf}": weights[f"{layer.was}.{leaf}"] for layer in layers if layer.state == "kept"
              for leaf in layer.after if leaf in layer.before}
    return Carried(layers, _filled(now, theirs))


class _Held(NamedTuple):
    where: str
    weights: Mapping[str, Tensor]
    odd: Mapping[str, Message]


def _filled(now: Experiment, theirs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What is kept over what training would begin with."""
    try:
        return fitted(now, [_Held("", theirs, {})]).weights
    except WeightsError:
        return initial_module(now).state_dict()


class _Layer(NamedTuple):
    layer: Layer
    shapes: Shapes

    @property
    def kind(self) -> tuple[Layer, tuple[tuple[str, Shape], ...]]:
        """What another must be alike in to be the same under another name."""
        return self.layer, tuple(sorted(self.shapes.items()))


def _layers(experiment: Experiment) -> dict[str, _Layer]:
    """Those with weights of their own or shared ones, by key."""
    tensors = empty_module(experiment).state_dict()
    found = dict[str, _Layer]()
    for step in program_of(experiment).steps.values():
        start = f"{step.key}."
        shapes = {key.removeprefix(start): tuple(value.shape) for key, value in tensors.items()
                  if key.startswith(start)}
        if shapes:
            found[step.key] = _Layer(step.layer, shapes)
    return found


def _names(old: Mapping[str, _Layer], new: Mapping[str, _Layer]) -> dict[str, str]:
    """The key before of each layer that was there, by its key now."""
    same = {key: key for key, layer in new.items() if key in old and type(old[key].layer) is type(layer.layer)}
    return same | dict(_renamed({key: layer for key, layer in old.items() if key not in same},
                                {key: layer for key, layer in new.items() if key not in same}))


def _renamed(old: Mapping[str, _Layer], new: Mapping[str, _Layer]) -> Iterator[tuple[str, str]]:
    """Pairs of one kind in their order, where there are as many of it as there were."""
    for kind in dict.fromkeys(layer.kind for layer in new.values()):
        mine, its = ([key for key, layer in layers.items() if layer.kind == kind] for layers in (new, old))
        if len(mine) == len(its):
            yield from zip(mine, its, strict=True)


def _carried(key: str, layer: _Layer, names: Mapping[str, str], old: Mapping[str, _Layer]) -> CarriedLayer:
    was = names.get(key, "")
    if not was:
        return CarriedLayer(key, "new", after=layer.shapes)
    before = old[was].shapes
    is_same = all(before.get(leaf, shape) == shape for leaf, shape in layer.shapes.items())
    return CarriedLayer(key, "kept" if is_same else "resized", was, before, layer.shapes)

"""The numbers of every layer in one step: what it gives, the gradients of its weights, how far they go."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, fx, nn

from engine.training.doctor.values import LayerHealth

ZEROING = (nn.ReLU, nn.ReLU6, nn.Threshold, nn.Hardshrink, nn.Softshrink)
ENDS: dict[type[nn.Module], tuple[float, float]] = {
    nn.Sigmoid: (0.0, 1.0), nn.Hardsigmoid: (0.0, 1.0), nn.Tanh: (-1.0, 1.0), nn.Hardtanh: (-1.0, 1.0),
    nn.Softsign: (-1.0, 1.0)}
NEAR = 0.01  # of the way between the ends


class Examination:
    """Of one model. In a step: ``begin``, the gradients, ``take_gradients``, the step, ``read``."""

    def __init__(self, model: fx.GraphModule) -> None:
        self._modules = _called(model, "")
        self._weights: dict[str, list[Tensor]] = {}
        for key, weight in model.named_parameters():
            if place := self._owner(key):
                self._weights.setdefault(place, []).append(weight)
        self._before: dict[str, list[Tensor]] = {}
        self._gradients: dict[str, float] = {}

    def _owner(self, key: str) -> str:
        """The layer that a weight is of: the innermost that is called."""
        place = key.rpartition(".")[0]
        while place and place not in self._modules:
            place = place.rpartition(".")[0]
        return place or (key if key in self._modules else "")

    @torch.no_grad()
    def begin(self) -> None:
        """Before the step: weights as they are."""
        self._before = {place: [weight.detach().clone() for weight in some] for place, some in self._weights.items()}
        self._gradients = {}

    @torch.no_grad()
    def take_gradients(self, scale: float = 1.0) -> None:
        """Gradients as they were found, of a loss that was multiplied by ``scale``."""
        for place, some in self._weights.items():
            found = [weight.grad for weight in some if weight.grad is not None]
            self._gradients[place] = _norm(found) / scale if found else math.nan

    @torch.no_grad()
    def read(self, outputs: Mapping[str, Tensor]) -> dict[str, LayerHealth]:
        """Every layer by its place, in the order of ``outputs``: B×… each."""
        found: dict[str, LayerHealth] = {}
        seen: dict[tuple[int, int, bool], tuple[float, float]] = {}  # what is only another view of it is not read twice
        for place, output in outputs.items():
            if output.numel():
                found[place] = self._of(place, output.detach(), seen)
        return found

    def _of(self, place: str, output: Tensor, seen: dict[tuple[int, int, bool], tuple[float, float]]) -> LayerHealth:
        module, key = self._modules.get(place), (output.data_ptr(), output.numel(), output.is_floating_point())
        if key not in seen:
            seen[key] = mean_and_spread(output) if output.is_floating_point() else (math.nan, math.nan)
        mean, spread = seen[key]
        return LayerHealth(mean, spread, dead_share(module, output), saturated_share(module, output),
                           self._gradients.get(place, math.nan), self._step_of(place))

    def _step_of(self, place: str) -> float:
        """How far the weights went, over how large they were; nan where they did not."""
        if place not in self._before or math.isnan(self._gradients.get(place, math.nan)):
            return math.nan
        size = _norm(self._before[place])
        went = _norm([now - then for now, then in zip(self._weights[place], self._before[place], strict=True)])
        return went / size if size else math.nan

    def copied_layers(self) -> list[str]:
        """Layers whose units all have the same weights: then all of them stay one."""
        return [place for place, some in self._weights.items() if _are_copies(some)]


def _are_copies(weights: list[Tensor]) -> bool:
    some = [weight for weight in weights if weight.dim() >= 2 and len(weight) > 1]
    return bool(some) and all(bool((weight == weight[:1]).all()) for weight in some)


def _called(module: fx.GraphModule, prefix: str) -> dict[str, nn.Module]:
    """Every layer that is a module, by its dotted place; a block beside what is in it."""
    found: dict[str, nn.Module] = {}
    for node in module.graph.nodes:
        if node.op == "call_module":
            inner, place = module.get_submodule(str(node.target)), prefix + str(node.meta.get("layer", node.name))
            found[place] = inner
            if isinstance(inner, fx.GraphModule):
                found |= _called(inner, f"{place}.")
    return found


def _norm(tensors: list[Tensor]) -> float:
    return float(torch.stack(torch._foreach_norm([each.float() for each in tensors])).norm())


def mean_and_spread(output: Tensor) -> tuple[float, float]:
    """Mean and deviation over all numbers; torch.std_mean takes twenty times as long on a CPU."""
    values = _in_a_row(output).float()
    mean = values.mean()
    centred = values - mean
    return float(mean), math.sqrt(max(0.0, float(torch.dot(centred, centred)) / len(values)))


def _in_a_row(output: Tensor) -> Tensor:
    """All numbers, as they lie in memory where they can."""
    if output.dim() == 4 and output.is_contiguous(memory_format=torch.channels_last):
        output = output.permute(0, 2, 3, 1)
    return output.reshape(-1)


def dead_share(module: nn.Module | None, output: Tensor) -> float:
    """The share of units, B×units or B×channels×…, that give 0 for all of the batch; nan of other kinds of layers."""
    if not isinstance(module, ZEROING) or output.dim() < 2:
        return math.nan
    axes = [0, *range(2, output.dim())] if output.dim() > 3 else [0]
    sizes = output if isinstance(module, nn.ReLU) else output.abs()
    return float((sizes.sum(axes) == 0).float().mean())


def saturated_share(module: nn.Module | None, output: Tensor) -> float:
    """The share of numbers near one of the two ends; nan of layers that have none."""
    ends = next((ends for kind, ends in ENDS.items() if isinstance(module, kind)), None)
    if isinstance(module, nn.Hardtanh):  # with limits of its own
        ends = (float(module.min_val), float(module.max_val))
    if ends is None or isinstance(module, nn.ReLU6):  # which is there to be cut off
        return math.nan
    middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    return float(((output - middle).abs() > (1 - 2 * NEAR) * half).float().mean())

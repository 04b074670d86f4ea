"""How weights begin: the recipe's rule for all, then what single nodes ask for (Dive into Deep Learning, 6.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.blocks.keys import current, moved
from engine.blocks.settings import node_settings
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Initialization
from engine.formula import evaluate
from engine.graph.parameters import DEFAULTS, Init, NodeParameters, ValueEdit
from engine.messages import ImpossibleError, LayerloomError

DENSE = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)  # what the recipe's rule is for, as in the book


class InitError(LayerloomError):
    """A node's weights cannot begin as asked; the message names the node and the tensor."""


@torch.no_grad()
def initialize(module: nn.Module, experiment: Experiment) -> None:
    """Fill the compiled network: every weight once, in the state dict's order, by torch's global random numbers.

    Raises InitError.
    """
    for layer in module.modules():
        if isinstance(layer, DENSE):
            _by_recipe(layer.weight, experiment.recipe.initialization)
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    settings = node_settings(experiment.graph, analysis)
    modules, buffers = dict(module.named_modules()), dict(module.named_buffers())
    now = moved(analysis) if any(own.edits for own in settings.values()) else {}
    for place, own in settings.items():
        if own == DEFAULTS:
            continue
        if own.edits and now:
            own = own.model_copy(update={"edits": tuple(_moved(edit, place, now) for edit in own.edits)})
        if place in modules:
            _of_node(module, place, own, settings)
        elif place in buffers:  # a constant, which is no module: its own name is the key
            for edit in own.edits:
                _set(None if edit.key else buffers[place], edit, place)


def _by_recipe(weight: Tensor, how: Initialization) -> None:
    """Biases keep torch's own start, as in the book."""
    if how == "xavier_uniform":
        nn.init.xavier_uniform_(weight)
    elif how == "kaiming_uniform":
        nn.init.kaiming_uniform_(weight, nonlinearity="relu")
    elif how != "default":
        nn.init.normal_(weight, std=1.0 if how == "normal_unit" else 0.01)


def _moved(edit: ValueEdit, place: str, now: Mapping[str, str]) -> ValueEdit:
    """The value under its key of today, where an earlier version set it."""
    names = next((names for names, key in now.items() if key == place), place)
    return edit.model_copy(update={"key": current(f"{names}.{edit.key}", now).removeprefix(f"{place}.")})


def _of_node(module: nn.Module, place: str, own: NodeParameters, settings: Mapping[str, NodeParameters]) -> None:
    part = module.get_submodule(place)
    for key, weight in part.named_parameters():
        inner = f"{place}.{key}".rpartition(".")[0]
        if inner == place or not any(other.startswith(f"{place}.") and f"{inner}.".startswith(f"{other}.")
                                     for other in settings):
            _fill(weight, own.weight if weight.dim() >= 2 else own.bias, f"{place}.{key}")
    tensors = {**dict(part.named_parameters()), **dict(part.named_buffers())}
    for edit in own.edits:
        _set(tensors.get(edit.key), edit, place)


def _set(weight: Tensor | None, edit: ValueEdit, place: str) -> None:
    """One value by hand; one that no longer fits, because the layer has become smaller, says so."""
    if weight is None or len(edit.index) != weight.dim() or any(
            index >= size for index, size in zip(edit.index, weight.shape, strict=True)):
        raise InitError("{place}: there is no value {key}[{index}] any more: remove what was set by hand", place=place,
                        key=edit.key, index=", ".join(map(str, edit.index)))
    if not _fits(edit.value, weight.dtype):
        raise InitError("{place}: {key}[{index}] cannot hold {value}: remove what was set by hand", place=place,
                        key=edit.key, index=", ".join(map(str, edit.index)), value=edit.value)
    weight[edit.index] = edit.value


def _fits(value: float, kind: torch.dtype) -> bool:
    """Whether a tensor of this kind has such a number."""
    info = torch.finfo(kind) if kind.is_floating_point else None if kind == torch.bool else torch.iinfo(kind)
    return info is None or info.min <= value <= info.max


def _fill(weight: Tensor, init: Init, place: str) -> None:
    fillers: dict[str, Callable[[], object]] = {
        "default": lambda: None,
        "normal": lambda: nn.init.normal_(weight, init.mean, init.std),
        "uniform": lambda: nn.init.uniform_(weight, init.low, init.high),
        "constant": lambda: nn.init.constant_(weight, init.value),
        "xavier_uniform": lambda: nn.init.xavier_uniform_(weight),
        "xavier_normal": lambda: nn.init.xavier_normal_(weight),
        "kaiming_uniform": lambda: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
        "kaiming_normal": lambda: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
        "orthogonal": lambda: nn.init.orthogonal_(weight),
        "formula": lambda: weight.copy_(_by_formula(weight, init.formula)),
    }
    try:
        fillers[init.kind]()
    except (ValueError, RuntimeError) as error:
        raise InitError("{place} cannot begin as “{kind}”: {reason}", place=place, kind=init.kind.replace("_", " "),
                        reason=error.message if isinstance(error, ImpossibleError) else str(error).splitlines()[0]
                        ) from error


def _by_formula(weight: Tensor, formula: str) -> Tensor:
    """A tensor of the weight's shape, or one number. Raises ValueError where it gives none, or none that is finite."""
    rows, columns = weight.shape[0], math.prod(weight.shape[1:])
    inside = math.prod(weight.shape[2:])
    names: dict[str, Any] = {
        "w": weight.clone(), "fan_in": float(columns), "fan_out": float(rows * inside), "pi": math.pi, "e": math.e,
        "i": torch.arange(rows, dtype=weight.dtype).view(-1, *[1] * (weight.dim() - 1)).expand(weight.shape),
        "j": (torch.arange(weight.shape[1], dtype=weight.dtype).view(1, -1, *[1] * (weight.dim() - 2))
              .expand(weight.shape) if weight.dim() > 1 else 0),
    }  # fmt: skip
    try:
        value = torch.as_tensor(evaluate(formula, names, _functions(weight)), dtype=weight.dtype)
    except (TypeError, OverflowError) as error:  # a function's name alone, or the root of a negative number
        raise ImpossibleError("the formula gives no real number") from error
    if not bool(value.isfinite().all()):
        raise ImpossibleError("the formula gives values that are not finite")
    return value


def _functions(weight: Tensor) -> dict[str, Callable[..., Any]]:
    def of_tensors(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return lambda *given: function(*(torch.as_tensor(value, dtype=weight.dtype) for value in given))

    return {
        "normal": lambda mean=0.0, std=1.0: torch.empty_like(weight).normal_(float(mean), float(std)),
        "uniform": lambda low=0.0, high=1.0: torch.empty_like(weight).uniform_(float(low), float(high)),
        "where": lambda condition, a, b: torch.where(condition, torch.as_tensor(a, dtype=weight.dtype),
                                                     torch.as_tensor(b, dtype=weight.dtype)),
        **{name: of_tensors(getattr(torch, name)) for name in (
            "abs", "sqrt", "exp", "log", "sin", "cos", "tanh", "sign", "minimum", "maximum")},
    }  # fmt: skip

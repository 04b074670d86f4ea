"""A fit of numbers: the curve over the one input there is, and least squares where the network is linear in its
weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.tensors.data import Data, Split
from engine.evaluation.values import Curve, Floats, LeastSquares
from engine.experiment.experiment import Experiment
from engine.inspect.answering import Answers, in_unit
from engine.inspect.lens import Lens
from engine.inspect.samples.prepared import as_given
from engine.inspect.samples.splits import split_of
from engine.messages import LayerloomError
from engine.training.losses import Criterion

POINTS = 200  # of a curve
MOST = 2**24  # numbers that least squares are solved with
PASSING = (nn.Flatten, nn.Identity)


@dataclass(frozen=True, eq=False)
class Squares:
    """The solution, and the network that it is: what it gives for inputs as the network gets them."""

    found: LeastSquares
    predict: Callable[[Tensor], Tensor]


# -- least squares -----------------------------------------------------------------------------------------------------


def least_squares_of(lens: Lens, data: Data, judged: Split) -> Squares | None:
    """The closed form, by the training examples; None: the network is not linear in its weights, or not judged by
    squares."""
    layer, experiment = _linear(lens), lens.experiment
    if layer is None or experiment.recipe.loss_row.torch != "mse_loss" or not 0 < data.train.inputs.numel() <= MOST:
        return None
    x, y = as_given(data, data.train.inputs).flatten(1).double(), data.train.targets.flatten(1).double()
    if y.shape[1] != 1 or x.shape[1] != layer.in_features or not (x.isfinite().all() and y.isfinite().all()):
        return None
    full = x if layer.bias is None else torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    solution = torch.linalg.lstsq(full, y, driver="gelsd").solution[:, 0]
    weights, bias = solution[: x.shape[1]], float(solution[-1]) if layer.bias is not None else math.nan

    def predict(given: Tensor) -> Tensor:
        made: Tensor = given.flatten(1).double() @ weights + (bias if layer.bias is not None else 0.0)
        return made.float()[:, None]

    loss = _loss(experiment, predict(as_given(data, judged.inputs)), judged.targets)
    names = data.report.features if len(data.report.features) == len(weights) else tuple(
        f"x{number}" for number in range(1, len(weights) + 1))
    true = {name: tuple(values) for name, values in data.truth.items()}
    learned_bias = math.nan if layer.bias is None else float(layer.bias.detach())
    return Squares(LeastSquares(names, weights.numpy(), bias, loss, layer.weight.detach()[0].double().numpy(),
                                learned_bias, true), predict)


def _linear(lens: Lens) -> nn.Linear | None:
    """The only layer that does anything, if it is a Linear with one output."""
    if not lens.ends or lens.has_code:
        return None
    inner = [place for place, sources in lens.sources.items() if sources]
    if any(place not in lens.modules for place in inner):
        return None
    working = [part for place in inner if not isinstance(part := lens.modules[place], PASSING)]
    layer = working[0] if len(working) == 1 else None
    return layer if isinstance(layer, nn.Linear) and layer.out_features == 1 else None


def _loss(experiment: Experiment, outputs: Tensor, targets: Tensor) -> float:
    criterion = Criterion(experiment.recipe)
    loss = float(criterion(outputs, targets.reshape(outputs.shape)))
    return loss / len(targets) if criterion.is_summed else loss


# -- the curve ---------------------------------------------------------------------------------------------------------


class _One(NamedTuple):
    """The one number that inputs follow from: its name, those of examples, and examples as stored for others."""

    name: str
    values: Floats
    stored: Callable[[Floats], Tensor]


def curve_of(lens: Lens, data: Data, part: str, squares: Squares | None) -> Curve | None:
    """What the network gives over its one input; None: there are several, or several numbers are predicted."""
    one = _one_input(data, part)
    if one is None or math.prod(data.spec.output_shape) != 1:
        return None
    there = one.values[np.isfinite(one.values)]
    if not len(there):
        return None
    grid = np.linspace(there.min(), there.max(), POINTS if there.min() < there.max() else 1)
    x = as_given(data, one.stored(grid))
    try:
        outputs = Answers(lens).outputs(x)
    except LayerloomError:
        return None
    closed = None if squares is None else _numbers(squares.predict(x), lens.experiment)
    return Curve(one.name, one.values, grid, _numbers(outputs, lens.experiment), closed)


def _numbers(outputs: Tensor, experiment: Experiment) -> Floats:
    found: Floats = in_unit(outputs, experiment).flatten().double().numpy()
    return found


def _one_input(data: Data, part: str) -> _One | None:
    inputs, spec = split_of(data, part).inputs, data.spec
    made = spec.source.of_one(spec)
    if made is not None:
        values = inputs[:, made.column].double().numpy()
        return _One(made.name, values, lambda x: torch.from_numpy(made.examples(x).astype(np.float32)))
    if tuple(inputs.shape[1:]) != (1,):
        return None
    name = next(iter(data.report.features), "x")
    mean, std = (0.0, 1.0) if data.unscaled is None else (
        float(data.unscaled.fitted.mean[0]), float(data.unscaled.fitted.std[0]))
    values = inputs[:, 0].double().numpy() * std + mean
    return _One(name, values, lambda x: torch.from_numpy(((x - mean) / std).astype(np.float32))[:, None])

"""The loss of one example by the recipe, step by step, and what it hands back to the answer."""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.experiment.recipe import Recipe
from engine.inspect.steps.curves import sigmoid, softplus
from engine.inspect.steps.softmax import exponent_part
from engine.inspect.steps.values import Array, Backward, Factor, Line, NoStepsError, Part, Steps, Term, array
from engine.messages import Message, say
from engine.training.losses import Criterion
from engine.units import grouped

ANSWER = "answer"


class _Told(NamedTuple):
    """What a loss says: its own value for the example, the size of what is added, ∂L/∂answer as it would be alone."""

    formula: Message
    parts: tuple[Part, ...]
    lines: tuple[Line, ...]
    value: float
    scale: float
    back: tuple[Part, ...]


def loss_step(recipe: Recipe, answer: Tensor, target: Tensor, *, example: int = 0,
              class_weights: Tensor | None = None) -> Steps:
    """How one example's loss is made of its answers B×C, against classes B or numbers B×…; with its gradient.

    ``given`` is the recipe's own loss of that example alone; so is the gradient: the mean over a batch of B has a Bth.
    Raises NoStepsError for an answer that is no row of numbers, DataShapeError where numbers have another shape.
    """
    row = recipe.loss_row
    alone, wanted = answer[example:example + 1].detach(), target[example:example + 1]
    if row.classes_only and answer.dim() != 2:
        raise NoStepsError("The loss is shown for one row of answers; here each example has {count} dimensions",
                           count=answer.dim() - 1)
    with torch.enable_grad():
        given = Criterion(recipe, class_weights)(alone.clone(), wanted)
    z = array(alone[0].cpu().double().numpy())
    if row.classes_only:
        told = _classes(recipe, z, int(wanted[0]), None if class_weights is None or recipe.class_weights == "none"
                        else array(class_weights.cpu().double().numpy()), example)
    else:
        told = _numbers(recipe, z, _as_numbers(wanted, answer), example)
    return Steps(ANSWER, (), say("{loss} of example {number}", loss=say(row.title), number=example), told.formula,
                 told.parts, told.lines, told.value, float(given), told.scale,
                 backward=Backward(1.0, None, told.back, ()))


def _as_numbers(wanted: Tensor, answer: Tensor) -> Array:
    if not wanted.is_floating_point():
        wanted = torch.nn.functional.one_hot(wanted, answer.shape[1])
    return array(wanted[0].cpu().double().numpy())


def _classes(recipe: Recipe, z: Array, label: int, weights: Array | None, example: int) -> _Told:
    """Cross-entropy, or negative log-likelihood of what are logarithms already."""
    terms = [Factor("input", ANSWER, (k,), float(value), example) for k, value in enumerate(z)]
    share = recipe.label_smoothing if recipe.loss_row.is_smoothed else 0.0
    wanted = np.full(len(z), share / len(z))
    wanted[label] += 1 - share
    # A mean of one example divides by the weight of its class, so that only smoothing tells.
    each = np.ones(len(z)) if weights is None else weights
    divisor = float(each[label]) if recipe.reduction == "mean" else 1.0
    factors = each * wanted / divisor if divisor else each * np.nan
    lines, parts = list[Line](), list[Part]()
    if recipe.loss_row.id == "nll":
        logs, shares = z, np.zeros(len(z))
        slope, size = say("−w"), float(np.abs(z) @ factors)
    else:
        most = float(z.max())
        part = exponent_part(terms, most)
        logs = z - most - log(part.sum)
        shares = np.exp(logs)
        parts.append(part)
        lines += [Line(say("largest x"), most),
                  Line(say("Σ e^(x − largest) over {count}", count=grouped(len(z))), part.sum),
                  Line(say("share p of class {number}", number=label), exp(float(logs[label])))]
        slope, size = say("p − y"), float((np.abs(z) + abs(most) + 1) @ factors)
    parts.append(Part(say("−Σ y · log p"), tuple(
        Term((Factor("slope", "−y", (k,), -float(factors[k])), Factor("slope", "log p", (k,), float(logs[k]), example)))
        for k in range(len(z)) if factors[k]), shares, wanted))
    value = parts[-1].sum
    lines += [Line(say("−log p of class {number}", number=label), -float(logs[label])), Line(say("="), value)]
    total = float(factors.sum())
    back = tuple(Term(tuple(each for each in (
        Factor("slope", "p" if total == 1 else "p · Σ y", (k,), float(shares[k]) * total),)), terms[k])
        for k in range(len(z)) if recipe.loss_row.id != "nll")
    away = tuple(Term((Factor("slope", "−y", (k,), -float(factors[k])),), terms[k]) for k in range(len(z)))
    formula = say("−log p, p = eˣ / Σ eˣ") if recipe.loss_row.id != "nll" else say("−x of the true class")
    both = tuple(Part(slope, (*back[k:k + 1], away[k])) for k in range(len(z)))
    return _Told(formula, tuple(parts), tuple(lines), value, size, both)


def _numbers(recipe: Recipe, z: Array, y: Array, example: int) -> _Told:
    """Losses that are a sum over the answers, each by itself."""
    name, factor = recipe.loss_row.id, recipe.loss_row.factor
    share = factor / z.size if recipe.reduction == "mean" else factor
    terms, back, size = list[Term](), list[Part](), 0.0
    by = Factor("slope", "1/n" if recipe.reduction == "mean" and factor == 1 else "share", None, share)
    for index, value in np.ndenumerate(z):
        wanted = float(y[index])
        cost, slope = _one(name, float(value), wanted)
        x = Factor("input", ANSWER, index, float(value), example)
        terms.append(Term((Factor("slope", _COSTS[name], index, cost, example), by), x))
        back.append(Part(say(_SLOPES[name]), (Term((Factor("slope", _SLOPES[name], index, slope, example), by), x),)))
        size += (abs(cost) + abs(slope) * (abs(float(value)) + abs(wanted))) * share
    part = Part(say(_COSTS[name]), tuple(terms), z, y)
    lines = (Line(say("Σ over {count}", count=grouped(z.size)), part.sum / share),
             Line(say("× {share}", share=share), part.sum), Line(say("="), part.sum))
    return _Told(say(_COSTS[name]), (part,), lines, part.sum, size, tuple(back))


_COSTS = {"mse": "(x − y)²", "half_mse": "(x − y)²", "l1": "|x − y|", "huber": "½(x − y)², beyond 1: |x − y| − ½",
          "bce": "log(1 + eˣ) − x·y"}
_SLOPES = {"mse": "2(x − y)", "half_mse": "2(x − y)", "l1": "sign of x − y", "huber": "x − y, within ±1",
           "bce": "sigmoid(x) − y"}


def _one(name: str, x: float, y: float) -> tuple[float, float]:
    """What one answer costs, and how that moves with it."""
    far = x - y
    if name in ("mse", "half_mse"):
        return far * far, 2 * far
    if name == "l1":
        return abs(far), float((far > 0) - (far < 0))
    if name == "huber":
        return (0.5 * far * far if abs(far) < 1 else abs(far) - 0.5), max(-1.0, min(1.0, far))
    return softplus(x) - x * y, sigmoid(x) - y

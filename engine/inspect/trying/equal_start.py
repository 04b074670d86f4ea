"""What if all weights start equal? Then the units of a layer are twins, and stay so."""

from __future__ import annotations

from math import nan

import numpy as np
import torch
from torch import Tensor, nn

from engine.inspect.lens import MASKED, Lens
from engine.inspect.trying.base import Trying, Tryout, register
from engine.inspect.trying.bench import Bench, units
from engine.inspect.trying.values import Bars, Lines, NotHereError, Numbers
from engine.messages import say
from engine.units import measure_text

TWINS = 1e-3  # spread over size: what rounding makes of units that are equal


@register
class EqualStart(Tryout):
    """A constant start against the network's own."""

    id = "equal-start"
    title = "All weights start equal"
    question = "What if all weights start equal?"
    needs = "a hidden layer with several units"
    lessons = 2

    def check(self, lens: Lens) -> None:
        if not _hidden(lens):
            raise NotHereError("It is about hidden layers: there is no layer with several units before the last here")

    def tried(self, bench: Bench) -> Trying:
        own, equal = bench.fresh(), bench.fresh()
        _make_equal(equal)
        x, targets = bench.learned(bench.batch * bench.steps)
        names, spreads, losses = tuple(units(own)), dict[str, Numbers](), dict[str, list[float]]()
        for number, (name, lens) in enumerate((("own start", own), ("equal start", equal))):
            spreads[f"{name}, before"] = _spreads(lens)
            losses[name] = []
            lens.module.double()  # Adam makes steps of the smallest gradients: rounding alone would part the twins
            yield from bench.lesson(lens, examples=(x.double(), targets), losses=losses[name], done=number)
            spreads[f"{name}, after"] = _spreads(lens)
        apart = [place for place in _hidden(equal) if spreads["equal start, after"][names.index(place)] >= TWINS]
        values = {"steps": bench.steps, "own": measure_text(_last(losses["own start"])),
                  "equal": measure_text(_last(losses["equal start"]))}
        if not apart:
            sentence = say("The units of every hidden layer stayed twins: they get the same gradient, so each layer "
                           "learns a single unit. After {steps} steps the loss is {equal}, with its own start {own}.",
                           **values)
        elif any(isinstance(part, MASKED) and part.p > 0 for part in equal.modules.values()):
            sentence = say("Dropout told the twins apart: it drops other units each time. After {steps} steps the loss "
                           "is {equal}, with its own start {own}.", **values)
        else:
            sentence = say("Nothing but rounding told the units of {layers} apart: differences in the last digit grew. "
                           "After {steps} steps the loss is {equal}, with its own start {own}.",
                           layers=", ".join(apart[:3]), **values)
        return self.found(sentence, Bars(names, spreads, say("spread between the units of a layer, over their size")),
                          Lines(np.arange(1, bench.steps + 1), {name: np.array(each) for name, each in losses.items()},
                                say("step"), say("loss")))


def _hidden(lens: Lens) -> list[str]:
    """Layers of several units but for the last."""
    return [place for place, part in list(units(lens).items())[:-1] if len(_rows(part)) > 1]


def _rows(part: nn.Module) -> Tensor:
    """A row of weights for each unit."""
    weight = part.weight
    assert isinstance(weight, Tensor)
    weight = weight.detach()
    is_turned = isinstance(part, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d)
    return (weight.transpose(0, 1) if is_turned else weight).flatten(1)


def _make_equal(lens: Lens) -> None:
    """Every weight 1 over how many a unit has, every bias 0: nothing grows or fades."""
    with torch.no_grad():
        for part in units(lens).values():
            assert isinstance(part.weight, Tensor)
            part.weight.fill_(1 / _rows(part).shape[1])
            if isinstance(part.bias, Tensor):
                part.bias.zero_()


def _spreads(lens: Lens) -> Numbers:
    """By layer: the deviation between units, mean over their weights, over the weights' own size."""
    found = []
    for part in units(lens).values():
        rows = _rows(part).double()
        size = float(rows.abs().mean())
        found.append(float(rows.std(0, correction=0).mean()) / size if size else nan)
    return np.array(found)


def _last(losses: list[float]) -> float:
    """The mean of the last few: one batch tells little."""
    return float(np.mean(losses[-8:]))

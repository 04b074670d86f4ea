"""What the last examinations of a network show: units that are no use, gradients that are lost. No torch.

Thresholds stand well off what healthy networks show: LeNet, batch norm, dropout and residual networks on MNIST have at
most 0.3 of their units dead and steps of 0.0005 … 0.05 of their weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from engine.messages import Message, say
from engine.training.doctor.values import LayerHealth
from engine.training.values import Remark
from engine.units import share_text, value_text

Layers = dict[str, LayerHealth]
IN_A_ROW = 3  # examinations
DEAD = 0.4  # share of units
DEAD_IN_FEW, FEW, FEWEST = 0.6, 64, 32  # the share in batches of fewer examples; still fewer say nothing
SATURATED = 0.8  # share of numbers
EXPLODED = 1e3  # norm of a gradient: the usual is about 1
VANISHED = 1e-3  # a gradient's norm, of what it is at the end
LARGE, SMALL = 3e-3, 1e-4  # of a step over the weights: the usual is a thousandth (Karpathy, CS231n: update ratios)


def weighted(layers: Layers) -> list[str]:
    """Layers with weights that learn, in order."""
    return [place for place, layer in layers.items() if not math.isnan(layer.gradient)]


def hidden(layers: Layers) -> list[str]:
    """Layers that something with weights reads."""
    last = (weighted(layers) or [""])[-1]
    places = list(layers)
    return places[: places.index(last)] if last in places else []


def dead(recent: Sequence[Layers], batch_size: int) -> Iterator[Remark]:
    """Units that gave 0 for every example (Lu et al. 2019, “Dying ReLU and Initialization”)."""
    least = DEAD if batch_size >= FEW else DEAD_IN_FEW
    found = _lasting(recent, lambda layer: layer.dead, least) if batch_size >= FEWEST else []
    if found:
        place, share = found[0]
        yield Remark("dead", say("{share} of its units never answer{more}: what comes in is negative for every "
                                 "example, and their weights learn nothing", share=share_text(share),
                                 more=_more(len(found) - 1)),
                     place=place)


def saturated(recent: Sequence[Layers]) -> Iterator[Remark]:
    """Activations at their ends, where they have no slope (Glorot and Bengio 2010)."""
    found = _lasting(recent, lambda layer: layer.saturated, SATURATED)
    if found:
        place, share = found[0]
        yield Remark("saturated", say("{share} of its answers are at an end{more}: there it has no slope, and the "
                                      "layers before it learn almost nothing", share=share_text(share),
                                      more=_more(len(found) - 1)), place=place)


def _lasting(recent: Sequence[Layers], of: Callable[[LayerHealth], float], least: float) -> list[tuple[str, float]]:
    """Hidden layers where a share was at least so large in the last examinations, the worst first; its least."""
    last = recent[-IN_A_ROW:]
    if len(last) < IN_A_ROW:
        return []
    shares = {place: min(of(layers[place]) if place in layers else math.nan for layers in last)
              for place in hidden(last[-1])}
    found = [(place, share) for place, share in shares.items() if share >= least]  # never of nan
    return sorted(found, key=lambda each: -each[1])


def _more(count: int) -> Message:
    if not count:
        return say("")
    return say(", and so in one more layer") if count == 1 else say(", and so in {count} more layers", count=count)


def exploding(recent: Sequence[Layers], scale: float) -> Iterator[Remark]:
    """Gradients out of all proportion (section 5.4); ``scale``: what they are multiplied by from outside."""
    layers = recent[-1]
    places = weighted(layers)
    if not places:
        return
    place = max(places, key=lambda each: layers[each].gradient if math.isfinite(layers[each].gradient) else math.inf)
    most = layers[place].gradient / scale
    if not most < EXPLODED:
        yield Remark("exploding", say("The gradient of its weights has a norm of {size}, where about 1 is usual: "
                                      "gradients grow from layer to layer", size=value_text(most, 3)), place=place)


def vanishing(recent: Sequence[Layers]) -> Iterator[Remark]:
    """Gradients that are lost on their way back (Hochreiter 1991; section 5.4)."""
    last = recent[-IN_A_ROW:]
    places = weighted(last[-1]) if len(last) == IN_A_ROW else []
    if len(places) < 3:
        return
    shares = {place: max(_of(layers, place) / max(_of(layers, places[-1]), 1e-30) for layers in last)
              for place in places}
    lost = [place for place in places if shares[place] < VANISHED]
    if lost and lost[0] == places[0]:
        place = lost[0]
        yield Remark("vanishing", say("Hardly any gradient comes back to it, {share} of that at {end}: the layers up "
                                      "to {last} learn almost nothing", end=places[-1], last=lost[-1],
                                      share=value_text(shares[place], 2)), place=place)


def _of(layers: Layers, place: str) -> float:
    gradient = layers[place].gradient if place in layers else math.nan
    return gradient if math.isfinite(gradient) else math.inf


def steps(recent: Sequence[Layers]) -> float:
    """How large steps were in the last examinations, of the layers' weights: the least of their medians; nan where it
    is not known."""
    found = [_median(layers) for layers in recent[-IN_A_ROW:]]
    return min(found) if len(found) == IN_A_ROW and not any(map(math.isnan, found)) else math.nan


def largest_step(recent: Sequence[Layers]) -> float:
    """The largest step of any layer in the last examinations; nan where there was none."""
    found = [layer.update for layers in recent[-IN_A_ROW:] for layer in layers.values() if not math.isnan(layer.update)]
    return max(found) if found and len(recent) >= IN_A_ROW else math.nan


def _median(layers: Layers) -> float:
    found = [layer.update for layer in layers.values() if not math.isnan(layer.update)]
    return median(found) if found else math.nan

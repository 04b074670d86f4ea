"""How well a layer is, as one number, and what ails it, in a word. No torch."""

from __future__ import annotations

import math

from engine.messages import Message, say
from engine.training.doctor.values import LayerHealth
from engine.units import share_text

# Steps of this share of the weights are neither too small to learn nor so large that they forget; beyond, a layer is
# the less well the farther it is, over so many powers of ten.
USUAL, BEYOND = (1e-4, 1e-2), 2.0
MANY = 0.2  # dead or saturated: from so large a share on it is worth a word


def score(health: LayerHealth) -> float:
    """From 0 to 1: the share of units that live and are not saturated, else whether the weights go at a usual pace."""
    if not (math.isfinite(health.mean) and math.isfinite(health.spread)):
        return 0.0
    lost = [share for share in (health.dead, health.saturated) if math.isfinite(share)]
    if lost:
        return max(0.0, 1.0 - max(lost))
    return 1.0 if math.isnan(health.update) else _pace(health.update)


def _pace(update: float) -> float:
    """1 in the usual range; 0 two powers of ten beside it."""
    if not 0 < update < math.inf:
        return 0.0
    low, high, at = math.log10(USUAL[0]), math.log10(USUAL[1]), math.log10(update)
    return max(0.0, 1.0 - max(0.0, low - at, at - high) / BEYOND)


def ailment(health: LayerHealth) -> Message | None:
    """What ails a layer by its numbers, for little room; None: they do not tell."""
    if not (math.isfinite(health.mean) and math.isfinite(health.spread)):
        return say("no numbers")
    if health.dead >= MANY:
        return say("{share} dead", share=share_text(health.dead))
    if health.saturated >= MANY:
        return say("{share} saturated", share=share_text(health.saturated))
    if health.gradient == 0 or health.update < USUAL[0]:
        return say("no gradient") if health.gradient == 0 else say("hardly learns")
    return say("steps too large") if health.update > USUAL[1] else None

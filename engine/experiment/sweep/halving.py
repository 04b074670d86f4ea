"""Successive halving: all runs learn a little, the best of them more (Jamieson & Talwalkar, AISTATS 2016).

As there, of n runs the best n/η go on at each rung, and rungs lie a factor η apart. Unlike there, a run is kept where
chance, or what it may still gain, could have put it behind: stopping it would save time, and might lose the best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, variance
from typing import NamedTuple, TypeAlias

SURE = 2.0  # deviations by which a run is behind before that is no chance
Curve: TypeAlias = Sequence[float]
"""A run's measure after each epoch; larger is better."""
Curves: TypeAlias = Sequence[Curve]
"""Those of one setting: one for each seed."""


class Cut(NamedTuple):
    """A setting that is stopped, and what it was behind: the ``best`` of ``all`` have the ``floor`` and more."""

    score: float
    floor: float
    best: int
    all: int


class Verdict(NamedTuple):
    """Who goes on at a rung; and who does not, and why."""

    kept: tuple[str, ...]
    cut: Mapping[str, Cut]


def rungs(epochs: int, eta: int, count: int) -> tuple[int, ...]:
    """After which epochs runs are judged: as often as so many can be divided, and as late as that allows."""
    found: list[int] = []
    rung = epochs // eta
    while rung >= 1 and eta ** (len(found) + 1) <= max(count, eta):
        found.append(rung)
        rung //= eta
    return tuple(sorted(set(found))) if count > 1 else ()


def score(curve: Curve, rung: int) -> float:
    """The best that a run has reached by then; minus infinity where it has reached nothing."""
    return max((value for value in curve[:rung] if not math.isnan(value)), default=-math.inf)


def mean_score(curves: Curves, rung: int) -> float:
    """The same of a setting, over its seeds."""
    return fmean(score(curve, rung) for curve in curves) if curves else -math.inf


def judged(settings: Mapping[str, Curves], rung: int, eta: int, epochs: int, *, examples: int = 0,
           is_share: bool = False) -> Verdict:
    """Which go on. ``examples`` were judged by, of which the measure ``is_share``: that bounds how sure it can be."""
    order = sorted(settings, key=lambda key: mean_score(settings[key], rung), reverse=True)
    best = math.ceil(len(order) / eta)
    kept, others = order[:best], order[best:]
    if not others:
        return Verdict(tuple(kept), {})
    last = settings[kept[-1]]
    floor, spread = mean_score(last, rung), _spread(list(settings.values()), rung)
    cut: dict[str, Cut] = {}
    for key in others:
        curves = settings[key]
        behind, now = floor - mean_score(curves, rung), mean_score(curves, rung)
        noise = max(_noise(curves, last, rung, spread), _chance(now, floor, examples, len(curves)) if is_share else 0.0)
        if now == -math.inf or (behind > SURE * noise and not _may_catch_up(curves, last, rung, epochs)):
            cut[key] = Cut(now, floor, best, len(order))
        else:
            kept.append(key)
    return Verdict(tuple(kept), cut)


def _spread(settings: Sequence[Curves], rung: int) -> float | None:
    """The deviation between seeds of one setting, over all settings together; None: there is one seed."""
    several = [[score(curve, rung) for curve in curves] for curves in settings if len(curves) > 1]
    whole = [scores for scores in several if all(map(math.isfinite, scores))]
    return math.sqrt(fmean(variance(scores) for scores in whole)) if whole else None


def _noise(one: Curves, other: Curves, rung: int, spread: float | None) -> float:
    """The deviation of the difference of two settings."""
    if spread is not None:
        return spread * math.sqrt(1 / len(one) + 1 / len(other))
    return math.hypot(*(scatter(curve[:rung]) for curve in (one[0], other[0])))


def scatter(curve: Curve) -> float:
    """The deviation from epoch to epoch: what is left where a curve is held against its neighbours' mean."""
    rests = [middle - (before + after) / 2 for before, middle, after in zip(curve, curve[1:], curve[2:], strict=False)]
    return math.sqrt(fmean(rest * rest for rest in rests) / 1.5) if rests else 0.0


def _chance(one: float, other: float, examples: int, seeds: int) -> float:
    """The deviation of the difference of two shares among so many examples."""
    if not examples or not all(0 <= share <= 1 for share in (one, other)):
        return 0.0
    return math.sqrt(sum(share * (1 - share) for share in (one, other)) / (examples * seeds))


# -- what may still come -----------------------------------------------------------------------------------------------


def expected(curve: Curve, rung: int, epochs: int) -> float:
    """Where a run comes to if each doubling of its epochs brings what the last one brought: most bring less."""
    if rung < 2:
        return math.inf
    half = rung // 2
    gain = max(0.0, score(curve, rung) - score(curve, half))
    return score(curve, rung) + gain * math.log(epochs / rung) / math.log(rung / half)


def _may_catch_up(one: Curves, other: Curves, rung: int, epochs: int) -> bool:
    """Whether it gains so fast that it would be ahead at the end; after a single epoch nobody knows how fast."""
    if rung < 2:
        return False
    return fmean(expected(curve, rung, epochs) for curve in one) > fmean(
        expected(curve, rung, epochs) for curve in other)


def might_have_won(curves: Curves, rung: int, epochs: int, winner: float, others: Sequence[Curves]) -> bool:
    """Whether a setting that was stopped at a rung could have come to the winner's score: by what it gained last, or
    by what any of those that went on has gained since."""
    now = mean_score(curves, rung)
    if now == -math.inf:
        return False
    gained = max((mean_score(other, epochs) - mean_score(other, rung) for other in others), default=0.0)
    reach = fmean(expected(curve, rung, epochs) for curve in curves) if rung >= 2 else now
    return max(now + gained, reach) >= winner


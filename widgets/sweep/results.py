"""Who is ahead: members by their result. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import quantiles

from widgets.sweep.values import Member

_LATER = {"running": 0, "done": 1, "stopped": 1, "waiting": 2, "failed": 3}  # of those that have no result
FENCES = 3.0  # spreads from the middle half: what lies beyond is an outlier (Tukey's “far out”)
FEW = 4  # results of which none can be called that


def best_first(members: Sequence[Member], larger: bool) -> list[Member]:
    """Those with a result, then those that may still have one; equal ones in the order they were planned in."""
    return sorted(members, key=lambda member: _rank(member, larger))


def _rank(member: Member, larger: bool) -> tuple[int, float]:
    if member.result is None:
        return 1, _LATER[member.state]
    return 0, -member.result if larger else member.result


def leader(members: Sequence[Member], larger: bool) -> Member | None:
    """The best so far."""
    first = min(members, key=lambda member: _rank(member, larger), default=None)
    return first if first is not None and first.result is not None else None


def shares(members: Sequence[Member], larger: bool) -> dict[str, float]:
    """From 0, the worst, to 1, the best, by place and not by distance: one that fails badly leaves the others apart."""
    found = [member for member in best_first(members, larger) if member.result is not None]
    share, given = 1.0, {found[0].key: 1.0} if found else {}
    for place, (before, member) in enumerate(pairwise(found), 1):
        share = share if member.result == before.result else 1 - place / (len(found) - 1)
        given[member.key] = share
    return given


def extent(values: Sequence[float]) -> tuple[float, float] | None:
    """The lowest and highest of them, outliers left out; None: there are none."""
    if len(values) < FEW:
        return (min(values), max(values)) if values else None
    first, _, third = quantiles(values, n=4, method="inclusive")
    low, high = first - FENCES * (third - first), third + FENCES * (third - first)
    inside = [value for value in values if low <= value <= high]
    return min(inside), max(inside)

"""Moments within the first epoch, where most is learned: before which of its batches one looks. No torch."""

from __future__ import annotations

from functools import lru_cache

HALVES = 7  # moments within it, each after half as many batches as the next


@lru_cache(maxsize=8)
def moments_within(batches: int) -> frozenset[int]:
    """After how many batches of an epoch of so many: 2, 4, 8, 15, 30, 59, 118 of 235."""
    found = (-(-batches // 2**half) for half in range(1, HALVES + 1))
    return frozenset(done for done in found if 0 < done < batches)

"""When a network is looked at while it learns: often at first, then every so many steps. No torch."""

from __future__ import annotations

EVERY = 20  # steps
OFTEN = 32  # so far at every power of two
SHARE = 200  # of a long run so many in each doubling: what is kept of it grows with its logarithm


def is_time(step: int) -> bool:
    """Whether this step, from 1, is looked at; the same steps of every run."""
    if step <= OFTEN:
        return step & (step - 1) == 0
    every = EVERY
    while step >= 2 * SHARE * every:
        every *= 2
    return step % every == 0

"""When a network is looked at while it learns: often at first, then every so many steps. No torch."""

from __future__ import annotations

EVERY = 20  # steps
OFTEN = 32  # so far at every power of two
SHARE = 200  # of a long run so many in each doubling: what is kept of it grows with its logarithm


def looks_at(epoch: int, number: int, batches: int, *, accumulate: int = 1, last_is_short: bool = False) -> bool:
    """Whether the so-and-so-many-th batch of an epoch, from 1, is looked at: only one with which there is a step, and
    none that is shorter than the others, in whose place the first of the next epoch is."""
    if number % accumulate and number != batches:
        return False
    step = (epoch - 1) * -(-batches // accumulate) + -(-number // accumulate)
    if last_is_short and batches > 1:
        is_first = number <= accumulate
        return number != batches and (is_time(step) or (is_first and step > 1 and is_time(step - 1)))
    return is_time(step)


def is_time(step: int) -> bool:
    """Whether this step, from 1, is looked at; the same steps of every run."""
    if step <= OFTEN:
        return step & (step - 1) == 0
    every = EVERY
    while step >= 2 * SHARE * every:
        every *= 2
    return step % every == 0

"""How a network is computed: what changes nothing but the time it takes and the last digits of a result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Numerics:
    """A run goes on with the same, so that it goes on bit for bit."""

    threads: int = 1  # of the CPU
    channels_last: bool = True  # the memory order of images

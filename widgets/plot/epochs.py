"""Places in a run as people say them: an epoch, or how much of one."""

from __future__ import annotations

import math

WHOLE = 1e-6  # of an epoch: nearer than this to its end it is learned


def epoch_text(position: float, decimals: int = 0) -> str:
    """``26`` at the end of an epoch, ``27 · 48 %`` within the one that is learned there; position 26.48 is in the 27th.

    It counts as the top bar does: what is begun is not done before its end.
    """
    whole = round(position)
    if whole >= 1 and abs(position - whole) < WHOLE:
        return str(whole)
    begun = max(0, math.floor(position))
    percent = math.floor(100 * (position - begun) * 10**decimals + WHOLE) / 10**decimals
    return f"{begun + 1} · {max(0.0, percent):.{decimals}f} %"


def decimals_for(span: float) -> int:
    """How many decimals a percentage of an epoch needs where so many epochs are seen."""
    return min(2, max(0, math.ceil(-math.log10(span))))

"""Whether a network, which takes float32, can tell a column's numbers apart: it is said where it cannot."""

from __future__ import annotations

import numpy as np

from engine.data.formats.rounding import Singles, closest, of_close, of_small
from engine.data.formats.scaling import Scaling
from engine.data.formats.table.gathering import Floats
from engine.data.formats.table.values import Values
from engine.messages import Message, say


def lost_in_feature(values: Values, standardize: bool) -> tuple[Message, ...]:
    """Of numbers that are standardised by about what all rows say, or left as they are."""
    different = values.different
    if len(different) < 2:
        return ()
    fitted = Scaling(np.ones(1, bool), standardize=standardize).fitted(values.numbers[:, None])
    made = fitted.applied(different[:, None])[:, 0]
    return _lost(values, different, made) if standardize else lost_in_target(values, made)


def lost_in_target(values: Values, made: Singles) -> tuple[Message, ...]:
    """``made`` is what became of its different numbers."""
    different = values.different
    small = different[(made == 0) & (np.abs(different) < 1e-30) & (different != 0)]
    return (*_lost(values, different, made), *(of_small(values.name, float(number)) for number in small[-1:]))


def _lost(values: Values, different: Floats, made: Singles) -> tuple[Message, ...]:
    if texts := values.rounded:
        return (say("“{column}”: “{one}” and “{other}” are too large to be told apart: they become the same number",
                    column=values.name, one=texts[0], other=texts[1]),)
    pair = closest(different, made)
    return (of_close(values.name, *pair),) if pair else ()
